package pathway

import (
	"errors"
	"time"
)

// ErrArgument is the error of Evaluate without a template or a calendar.
var ErrArgument = errors.New("pathway: a template and a calendar are needed")

// Evaluate reads a history: where the pathway stands at now, what is due, what
// became of each event, and what may come next. The same arguments give the same
// answer, in whatever order the events are handed in; a late arrival changes the
// reading of all that came after it.
//
// No event makes it fail: one that cannot be read or that a guard refuses is
// attempted, with reasons. The error is ErrArgument alone.
func Evaluate(t *Template, cal Calendar, c Case, events []Event, now time.Time) (Result, error) {
	return EvaluateWith(t, cal, Library{}, c, events, now)
}

// EvaluateWith is Evaluate for a history that turned to other calendars or another
// version of its template on its way. What happened before such a turn is read as it
// was then; t and cal are those that the pathway began with.
func EvaluateWith(t *Template, cal Calendar, lib Library, c Case, events []Event, now time.Time) (Result, error) {
	if t == nil || t.hash == "" || cal == nil {
		return Result{}, ErrArgument
	}
	list, right := arrange(events, &c, now)
	l := begin(t, cal, &c)
	l.lib, l.right = &lib, right
	l.callOff(list, now)
	l.hear(list, now)
	l.takenBack(list)
	l.weigh(list)
	l.imply(list, now)
	verdicts := make([]Verdict, len(list))
	for i := range list {
		verdicts[i] = l.judge(&list[i], now)
	}
	for i := range verdicts {
		verdicts[i].ResolvedBy = l.safe[verdicts[i].Event]
	}
	r := l.result(now)
	r.Verdicts = verdicts
	return r, nil
}

// callOff finds the appointments the service itself called off, before or after
// they were recorded as missed, and whatever the state by then (G13).
func (l *ledger) callOff(list []entry, now time.Time) {
	for i := range list {
		e := &list[i]
		if e.Kind != "appointment.cancelled_by_service" && (e.Kind != attempt || e.text("outcome") != "cancelled_by_service") {
			continue
		}
		if id := e.text("appointment"); id != "" && e.correctedBy == "" && e.objection == "" && len(malformed(e, now)) == 0 {
			l.called[id] = true
		}
	}
}

// imply opens the pathway where no event does: at the moment the case gives, else
// with the first event.
func (l *ledger) imply(list []entry, now time.Time) {
	if len(list) > 0 && list[0].opens(now) {
		return
	}
	at, by := l.c.OpenedAt, l.c.OpenedBy
	if l.right.event != "" {
		at, by = l.right.at, l.right.by
	}
	for i := range list {
		if at.IsZero() && len(malformed(&list[i], now)) == 0 {
			at, by = list[i].OccurredAt, list[i].By
		}
	}
	if at.IsZero() || at.After(now.Add(skew)) {
		return
	}
	e := Event{Kind: opened, OccurredAt: at, By: by}
	if acts := l.t.index.acts[opened]; len(acts) > 0 {
		l.accept(&e, kindNamed[opened], acts[0], nil)
	}
}

// judge gives the verdict on one event, and lets it count where it is accepted.
func (l *ledger) judge(e *entry, now time.Time) Verdict {
	v := Verdict{Event: e.ID, Outcome: Accepted, From: l.at().Key, CorrectedBy: e.correctedBy}
	if e.late {
		v.Outcome = AcceptedLate
	}
	if e.Kind == ImmediateRisk { // before every other rule (G12)
		l.accept(e.Event, e.kind, l.t.index.act[ImmediateRisk], nil)
		v.To = l.at().Key
		return v
	}
	reasons := malformed(e, now)
	if e.objection != "" {
		reasons = append(reasons, Reason{"correction", e.objection})
	}
	if reasons == nil && e.correctedBy != "" {
		v.To = v.From
		return v
	}
	if reasons == nil {
		var act int
		var row *Transition
		if act, row, reasons = l.find(e); reasons == nil && e.refusedBefore() {
			reasons = []Reason{{"received", "It was refused when it came, and is no decision. What stood in the way is gone: decide again."}}
		}
		if reasons == nil {
			v.Reasons = l.remarks(e.Event)
			if i := l.disputeOf(e.Event); i >= 0 && (e.Kind == "dispute.stage_up" || e.Kind == "dispute.resolved") {
				v.About = l.disputes[i].id
			}
			l.accept(e.Event, e.kind, act, row)
			l.turn(e.Event)
			v.To = l.at().Key
			return v
		}
	}
	v.Outcome, v.Reasons = Attempted, reasons
	if e.refusedBefore() && e.objection == "" {
		l.refused = append(l.refused, e)
	}
	return v
}

// noAct stands for an event that is in place in every template, named there or not.
const noAct = -1

// find is the act and the row of the table an event falls under, or every reason
// why it may not.
func (l *ledger) find(e *entry) (int, *Transition, []Reason) {
	if e.kind.house != nil {
		if say := e.kind.house(l, e.Event); say != "" {
			return 0, nil, []Reason{{"house", say}}
		}
	}
	act, reasons := l.actOf(e)
	if reasons != nil && l.everywhere(e.Event) {
		if e.Kind == stepDone {
			return noAct, nil, l.mayTick(e.Event)
		}
		return noAct, nil, nil
	}
	if reasons != nil {
		return 0, nil, reasons
	}
	rows := l.t.index.rows[l.state][act]
	if len(rows) == 0 && l.answersAnEnd(e.Event) {
		return noAct, nil, nil
	}
	if len(rows) == 0 {
		return 0, nil, []Reason{l.elsewhere(act)}
	}
	a := &l.t.Events[act]
	if say := l.roleMissing(a.May, e.Event); say != "" {
		reasons = append(reasons, Reason{"role", say})
	}
	s := l.look(e.Event)
	reasons = s.hold(a.Guards, reasons)
	for _, r := range rows {
		row := &l.t.Transitions[r]
		if !s.holds(row.When) {
			continue
		}
		if reasons = s.hold(row.Guards, reasons); reasons != nil {
			return 0, nil, reasons
		}
		return act, row, nil
	}
	if reasons == nil {
		reasons = []Reason{l.elsewhere(act)}
	}
	return 0, nil, reasons
}

// everywhere says whether an event is in place in every template, named there or not.
func (l *ledger) everywhere(e *Event) bool {
	switch e.Kind {
	case moveProposed, moved, stepDone, dayRight, closureConfirmed:
		return true
	case calendarChanged:
		return e.ByServer()
	}
	return false
}

// mayTick says why a step may not be ticked in a template that says nothing of ticking.
func (l *ledger) mayTick(e *Event) []Reason {
	if l.at().Ends != "" {
		return []Reason{ended}
	}
	if say := stepByHand(l.look(e), nil); say != "" {
		return []Reason{{"step", say}}
	}
	return nil
}

// actOf tells the variants of a kind apart.
func (l *ledger) actOf(e *entry) (int, []Reason) {
	acts := l.t.index.byKind[e.kind.nth]
	for _, a := range acts {
		if l.t.Events[a].fits(e.Event) {
			return a, nil
		}
	}
	if len(acts) == 0 {
		return 0, []Reason{{"state", "This pathway does not use " + words(afterDot(e.Kind)) + "; record what it asks for, or a note on the case."}}
	}
	return 0, []Reason{{"data", "This pathway knows other variants of this; choose one of its own."}}
}

func (a *Act) fits(e *Event) bool {
	for member, values := range a.Where {
		found := false
		for _, v := range values {
			found = found || e.text(member) == v
		}
		if !found {
			return false
		}
	}
	return true
}

// remarks are said of an accepted event that does not count as it may seem to (G13).
func (l *ledger) remarks(e *Event) []Reason {
	if e.Kind == "meeting.held" && e.text("family_told") == "" {
		return []Reason{{"house", "It does not say whether the family was told of this meeting."}}
	}
	if e.Kind == "referral.accepted" || e.Kind == "referral.nfa" {
		return l.onTheWordOf(e)
	}
	if e.Kind == decided && l.byTelephone(e) {
		return l.onTheWordOf(e)
	}
	switch e.Kind {
	case "dispute.resolved":
		return l.settledYet(e)
	case "social_worker.told", RiskResolved:
		return l.unreachable(e, "spoken_to")
	case "new_area.accepted":
		return l.unreachable(e, "accepted_by")
	}
	if e.Kind == "plan.agreed" {
		return l.notAgreed(e)
	}
	if approvedBy[e.Kind] != "" && e.Kind != "letter.drafted" && l.unapproved(e.By) {
		return []Reason{{"role", NobodyApproves}}
	}
	if e.Kind != attempt && e.Kind != "appointment.missed" {
		return nil
	}
	if _, why := l.counts(e); why != "" {
		return []Reason{{"G13", why}}
	}
	return nil
}

// accept lets an event count: as a fact, as what does steps and starts clocks, and
// as a move.
func (l *ledger) accept(e *Event, kind *reading, act int, row *Transition) {
	if e.Kind == opened {
		l.open(e.OccurredAt, e.By)
	}
	if kind.fact != nil {
		kind.fact(l, e)
	}
	l.happened[kind.nth] = true
	l.decide(e)
	if act == noAct {
		return
	}
	l.acts[act]++
	l.follow(e, kind, row)
	l.touch(e, act)
	if row == nil || row.To == stays {
		return
	}
	from := l.state
	if row.To == back {
		l.goBack(l.moment(e))
	} else {
		l.move(l.t.index.state[row.To], l.moment(e))
	}
	if l.state != from {
		l.engage(e)
		l.enter(e, row.To != back)
	}
}
