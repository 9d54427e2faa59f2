package pathway

import (
	"slices"
	"time"
)

// clock is one timer at work.
type clock struct {
	matched int // triggers so far
	running bool
	stopped bool
	start   time.Time
	by      string // the event that started it
	dueOn   string // counted once
	dueAt   time.Time
	fault   string
	counted bool
	cal     Calendar // it was counted with
}

// task is one step at work.
type task struct {
	created bool
	start   time.Time
	by      string
	doneAt  time.Time
	doneBy  string
	doneOn  string    // the day given for it, where that is before doneAt
	lastAt  time.Time // the last event that would do it, created or not
	lastBy  string
	was     *clock // how its clock stood when it was done, where the reckoning changed after
	over    string // why nothing asks for it any more, though it was asked for
}

// start sets a clock going, with the steps that come with it. What was done before
// is asked for again only where the step says that earlier does not count.
func (l *ledger) start(i int, at time.Time, by string) {
	l.timers[i] = clock{matched: l.timers[i].matched, running: true, start: at, by: by}
	for _, s := range l.t.index.stepsOf[i] {
		l.create(s, at, by)
	}
}

func (l *ledger) create(i int, at time.Time, by string) {
	s := &l.steps[i]
	*s = task{created: true, start: at, by: by, lastAt: s.lastAt, lastBy: s.lastBy}
	if l.t.Steps[i].Earlier && s.lastBy != "" && !l.lapsedSince(i) {
		s.doneAt, s.doneBy = s.lastAt, s.lastBy
	}
}

// trigger starts a timer if its rule lets it start now.
func (l *ledger) trigger(i int, at time.Time, by string) {
	rule, k := &l.t.Timers[i], &l.timers[i]
	k.matched++
	if k.matched < rule.Starts.Nth {
		return
	}
	if k.running && (rule.Again == "" || rule.Again == "done" && !l.allDone(i) || rule.Again == "lapse" && k.matched > max(rule.Starts.Nth, 1)) {
		return
	}
	l.start(i, at, by)
}

// allDone says whether every step of a timer is done.
func (l *ledger) allDone(i int) bool {
	for s := range l.t.Steps {
		if l.t.Steps[s].Timer == l.t.Timers[i].Code && l.steps[s].created && l.steps[s].doneBy == "" {
			return false
		}
	}
	return true
}

// due is when a running clock is due. It is counted once: the answer does not
// depend on now.
func (l *ledger) due(i int) (string, time.Time, string) {
	k := &l.timers[i]
	if !k.counted {
		k.dueOn, k.dueAt, k.fault = l.dueFrom(&l.t.Timers[i].Due, k.start, 0)
		k.counted, k.cal = true, l.cal
	}
	return k.dueOn, k.dueAt, k.fault
}

// dueFrom counts from a start, by the earliest of the times a rule gives. Days are
// due at their end, hours to the instant (domain 2.2).
func (l *ledger) dueFrom(d *Due, start time.Time, stage int) (on string, at time.Time, fault string) {
	day0 := dayOf(start)
	sooner := func(day string, t time.Time) {
		if at.IsZero() || t.Before(at) {
			on, at = day, t
		}
	}
	working := d.WorkingDays
	if len(d.Stages) > 0 {
		working = &d.Stages[min(max(stage, 1), len(d.Stages))-1]
	}
	if working != nil {
		if c := l.reckon(day0, *working); c.err != nil {
			fault = c.err.Error()
		} else {
			sooner(c.day, c.end)
		}
	}
	if d.CalendarDays != nil {
		if day := addDays(day0, *d.CalendarDays); day != "" {
			if end, err := endOf(day); err == nil {
				sooner(day, end)
			}
		}
	}
	if d.Hours != nil {
		t := start.Add(time.Duration(*d.Hours) * time.Hour)
		sooner(dayOf(t), t)
	}
	if on != "" {
		fault = ""
	}
	return on, at, fault
}

type span struct {
	day0 string
	n    int
}

type counted struct {
	day string
	end time.Time
	err error
}

// reckon asks the calendar, once for each day and number.
func (l *ledger) reckon(day0 string, n int) counted {
	c, ok := l.days[span{day0, n}]
	if !ok {
		if c.day, c.err = l.cal.Within(day0, n); c.err == nil {
			c.end, c.err = endOf(c.day)
		}
		l.days[span{day0, n}] = c
	}
	return c
}

// over says whether a clock is running and its time was up at an instant.
func (l *ledger) over(code string, at time.Time) (over, running bool, dueOn string) {
	i, ok := l.t.index.timer[code]
	if !ok || !l.timers[i].running {
		return false, false, ""
	}
	on, due, fault := l.due(i)
	return fault == "" && at.After(due), true, on
}

func (l *ledger) stopTimer(e *Event) { l.timers[l.t.index.timer[e.text("timer")]].stopped = true }

func (l *ledger) restartTimer(e *Event) {
	k := &l.timers[l.t.index.timer[e.text("timer")]]
	*k = clock{matched: k.matched, running: true, start: l.asksFrom(l.t.index.timer[e.text("timer")], e), by: e.ID}
}

// asksFrom is when a clock that an event starts runs from. The days in which the other
// agencies may answer begin when the server has the proposal, whatever day it is dated: until
// then nobody could be asked.
func (l *ledger) asksFrom(timer int, e *Event) time.Time {
	at := l.moment(e)
	if slices.Contains(l.t.Timers[timer].Starts.On, "closure.proposed") && e.ReceivedAt.After(at) {
		return e.ReceivedAt
	}
	return at
}
