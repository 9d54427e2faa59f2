package pathway

import "slices"

// touch lets an accepted event do steps, then create them and start clocks, so that
// what starts a clock does not also stop it.
func (l *ledger) touch(e *Event, act int) {
	x := &l.t.index
	does, creates, starts, renews := x.does[act], x.creates[act], x.starts[act], x.renews[act]
	if l.half == e { // one side says that a disagreement is settled
		return
	}
	for _, also := range l.isAlso(e) {
		does, creates = joined(does, x.does[also]), joined(creates, x.creates[also])
		starts, renews = joined(starts, x.starts[also]), joined(renews, x.renews[also])
	}
	if len(does)+len(creates)+len(starts)+len(renews) == 0 {
		return
	}
	at := l.moment(e)
	s := l.look(e)
	for _, i := range does {
		if s.holds(l.t.Steps[i].Done.When) {
			l.do(i, e)
		}
	}
	for _, i := range creates {
		if s.holds(l.t.Steps[i].Created.When) && !l.steps[i].created {
			l.create(i, at, e.ID)
		}
	}
	for _, i := range starts {
		if s.holds(l.t.Timers[i].Starts.When) {
			l.trigger(i, l.asksFrom(i, e), e.ID)
		}
	}
	for _, i := range renews {
		if l.timers[i].running && s.holds(l.t.Timers[i].Renews.When) {
			l.start(i, l.asksFrom(i, e), e.ID)
		}
	}
}

// isAlso are the acts that an event stands for beside its own: a try at an appointment to
// which the child was not brought is that appointment missed, however it was recorded.
func (l *ledger) isAlso(e *Event) []int {
	if e.Kind == attempt && e.text("outcome") == "not_brought" {
		return l.t.index.acts["appointment.missed"]
	}
	return nil
}

// joined are two lists as one, each of it once.
func joined(a, b []int) []int {
	out := slices.Clone(a)
	for _, one := range b {
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// do marks a step done, and remembers that it was for one not yet created.
func (l *ledger) do(i int, e *Event) {
	s := &l.steps[i]
	s.lastAt, s.lastBy = l.moment(e), e.ID
	if s.created && s.doneBy == "" {
		s.doneAt, s.doneBy, s.doneOn = s.lastAt, e.ID, ""
	}
}

// ticked does a step by hand, for the day that the worker gives, and only one that the
// template says is ticked. What asks for it anew opens it again, like any other.
func (l *ledger) ticked(e *Event) {
	i, ok := l.t.index.step[e.text("step")]
	if !ok || !l.t.Steps[i].ByHand || !l.steps[i].created {
		return
	}
	l.do(i, e)
	if s := &l.steps[i]; s.doneBy == e.ID {
		if day := e.text("done_on"); day != "" && day < dayOf(s.doneAt) {
			s.doneOn = day
		}
	}
}

// enter starts what coming into a state starts. Coming back into one does not:
// stopping and starting buys no time (domain 2.3, re-engagement).
func (l *ledger) enter(e *Event, forward bool) {
	if !forward {
		return
	}
	at := l.moment(e)
	for _, i := range l.t.index.enters[l.state] {
		l.trigger(i, at, e.ID)
	}
	for _, i := range l.t.index.brings[l.state] {
		if !l.steps[i].created {
			l.create(i, at, e.ID)
		}
	}
}
