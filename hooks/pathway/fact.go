package pathway

import (
	"slices"
	"time"
)

// facts is what each kind of accepted event adds to the ledger. A kind without an
// entry adds only that it happened.
var facts = map[string]func(*ledger, *Event){
	attempt:                       (*ledger).tried,
	"appointment.missed":          (*ledger).tried,
	"appointment.kept_child_seen": (*ledger).sawChildren,
	"child.seen":                  (*ledger).sawChildren,
	"contact.checked":             func(l *ledger, e *Event) { l.checked = l.checked || e.text("against") == "referral" },
	"barrier.checked":             func(l *ledger, e *Event) { mark(l.barriers, e.ids("areas")) },
	"referrer.contacted":          func(l *ledger, e *Event) { l.referrer = true },
	"approach.made":               func(l *ledger, e *Event) { l.referrer = l.referrer || e.text("with") == "referrer" },
	"letter.drafted":              (*ledger).drafted,
	"letter.approved":             func(l *ledger, e *Event) { l.letter(e).approved, l.letter(e).rejected = true, false },
	"letter.rejected":             func(l *ledger, e *Event) { l.letter(e).approved, l.letter(e).rejected = false, true },
	"letter.issued":               (*ledger).issued,
	"letter.returned":             func(l *ledger, e *Event) { l.letter(e).returned = true },
	"risk_assessment.submitted":   (*ledger).assess,
	"risk_assessment.signed_off":  func(l *ledger, e *Event) { l.assessed.signed = true },
	"referral.sent":               (*ledger).refer,
	"referral.accepted":           func(l *ledger, e *Event) { l.answeredReferral(e, true) },
	"social_worker.told":          (*ledger).theyHeard,
	"referral.nfa":                func(l *ledger, e *Event) { l.answeredReferral(e, false) },
	"consent.refused":             (*ledger).saidNo,
	"consent.withdrawn":           (*ledger).saidNo,
	moveProposed:                  func(l *ledger, e *Event) { l.moves[e.ID] = &move{e.By, e.text("to"), l.moment(e), statesOf(e)} },
	"closure.proposed":            (*ledger).proposed,
	"closure.consulted":           (*ledger).answered,
	"closure.objected":            (*ledger).answered,
	"closure.rejected":            (*ledger).keptOpen,
	"closure.approved":            (*ledger).approved,
	closureConfirmed:              func(l *ledger, e *Event) { l.against.confirmed = e },
	decided:                       (*ledger).decidedThreshold,
	"dispute.opened":              (*ledger).disputed,
	"dispute.stage_up":            (*ledger).stageUp,
	"dispute.resolved":            (*ledger).resolved,
	ImmediateRisk:                 (*ledger).endangered,
	RiskResolved:                  (*ledger).madeSafe,
	"attempts.reset":              (*ledger).reset,
	stepDone:                      (*ledger).ticked,
	"timer.stopped":               (*ledger).stopTimer,
	"timer.restarted":             (*ledger).restartTimer,
}

func (l *ledger) tried(e *Event) {
	if e.text("outcome") == "child_seen" {
		l.sawChildren(e)
	}
	if ok, _ := l.counts(e); !ok {
		return
	}
	local := e.OccurredAt.In(london)
	l.missed.count++
	if l.missed.by == nil {
		l.missed.by = map[string]bool{}
	}
	if !l.missed.by[e.By] {
		l.missed.by[e.By] = true
	}
	l.missed.methods |= 1 << (1 + slices.Index(methods, methodOf(e)))
	l.missed.weekdays |= 1 << local.Weekday()
	l.missed.bands |= 1 << band(local)
}

// methodOf is how contact was tried; a missed appointment is a try by appointment.
func methodOf(e *Event) string {
	if e.Kind != attempt {
		return "appointment"
	}
	return e.text("method")
}

// sighted are the children whom an event says were seen: those it names, or the one at
// whom a try was. An event that names none counts only where there is but one child.
// Nobody was seen at what was written more than a day before it: no clock is so wrong.
func (l *ledger) sighted(e *Event) []string {
	if !e.ReceivedAt.IsZero() && e.OccurredAt.After(e.ReceivedAt.Add(seenAhead)) {
		return nil
	}
	ids := e.ids("children")
	if who := e.text("person"); len(ids) == 0 && e.Kind == attempt && l.isChild(who) {
		ids = []string{who}
	}
	return l.meant(ids, dayOf(e.OccurredAt))
}

// seenAhead is how far ahead of when it came a sighting may be dated, by a wrong clock.
const seenAhead = 24 * time.Hour

// sawChildren keeps when children were seen: no later than when the server had it.
func (l *ledger) sawChildren(e *Event) {
	at := e.OccurredAt
	if !e.ReceivedAt.IsZero() && e.ReceivedAt.Before(at) {
		at = e.ReceivedAt
	}
	day := dayOf(at)
	for _, id := range l.sighted(e) {
		if l.seen[id] == nil {
			l.seen[id] = &Sight{}
		}
		l.seen[id].Add(day, e.By)
		if at.After(l.sawAt[id]) {
			l.sawAt[id] = at
		}
	}
}

// assess: a new assessment has to be signed anew.
func (l *ledger) assess(e *Event) {
	was := l.assessed
	l.askOfJoined(l.moment(e))
	l.assessed = &assessment{by: e.By, id: e.ID, at: l.moment(e), about: map[string]bool{}}
	for _, m := range e.entries("impact") {
		if id, ok := m["child"].(string); ok {
			l.assessed.about[l.known(id)] = true
		}
	}
	if was == nil || !was.signed {
		return
	}
	for _, act := range l.t.index.acts["risk_assessment.signed_off"] {
		for _, s := range l.t.index.does[act] {
			l.reopen(s, l.assessed.at)
		}
	}
}

func (l *ledger) letter(e *Event) *letterFacts {
	id := e.text("letter_id")
	f := l.letters[id]
	if f == nil {
		f = &letterFacts{id: id, key: e.text("letter")}
		l.letters[id] = f
		l.order = append(l.order, f)
	}
	return f
}

// drafted: a new draft is a new text, so an approval of the last no longer holds.
func (l *ledger) drafted(e *Event) {
	f := l.letter(e)
	f.key, f.approved, f.rejected, f.drafted = e.text("letter"), false, false, e
	if !slices.Contains(f.authors, e.By) {
		f.authors = append(f.authors, e.By)
	}
}

func (l *ledger) issued(e *Event) {
	f := l.letter(e)
	f.key, f.issued, f.inPerson, f.returned = e.text("letter"), l.moment(e), e.text("channel") == "handed_over", false
	f.deemedOn = ""
}

func (l *ledger) proposed(e *Event) {
	at := l.moment(e)
	l.proposal = &proposal{id: e.ID, at: at, received: e.ReceivedAt, on: dayOf(at), by: e.By, role: e.Role, agency: e.Agency, reason: e.text("reason"), answers: map[string]*Event{}}
	l.against = overruled{}
}

func (l *ledger) disputed(e *Event) {
	l.disputes = append(l.disputes, dispute{id: e.ID, stage: 1, at: l.moment(e), by: e.ID, urgent: e.flag("urgent"), after: l.told.decision, opened: e})
	l.objectionMet(e)
}

func (l *ledger) stageUp(e *Event) {
	if i := l.disputeOf(e); i >= 0 {
		l.disputes[i].stage++
		l.disputes[i].at, l.disputes[i].by = l.moment(e), e.ID
	}
}

// disputeOf is the open dispute an event is about: the one it names, or the only one that
// its author knew of; -1 for none.
func (l *ledger) disputeOf(e *Event) int {
	if id := e.text("dispute"); id != "" {
		return slices.IndexFunc(l.disputes, func(d dispute) bool { return d.id == id })
	}
	only := -1
	for i := range l.disputes {
		if !knownTo(e, l.disputes[i].opened) {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = i
	}
	return only
}

func (l *ledger) endangered(e *Event) {
	delete(l.safe, e.ID)
	if !slices.ContainsFunc(l.risks, func(r *Event) bool { return r.ID == e.ID }) {
		l.risks = append(l.risks, e)
	}
}

// madeSafe: one risk is over, and no other with it.
func (l *ledger) madeSafe(e *Event) {
	if i := l.riskOf(e); i >= 0 {
		if l.safe == nil {
			l.safe = map[string]string{}
		}
		l.safe[l.risks[i].ID] = e.ID
		l.risks = slices.Delete(l.risks, i, i+1)
	}
}

// riskOf is the open risk an event is about: the one it names, or the only one that its
// author knew of; -1 for none.
func (l *ledger) riskOf(e *Event) int {
	if id := e.text("risk"); id != "" {
		return slices.IndexFunc(l.risks, func(r *Event) bool { return r.ID == id })
	}
	if known := l.risksKnown(e); len(known) == 1 {
		return known[0]
	}
	return -1
}

// risksKnown are the open risks that whoever recorded an event could know of.
func (l *ledger) risksKnown(e *Event) (known []int) {
	for i, r := range l.risks {
		if knownTo(e, r) {
			known = append(known, i)
		}
	}
	return known
}

// knownTo says whether whoever recorded an event could know of another: it was their own,
// written down by then, or had reached the record. Nobody ends what they never heard of.
func knownTo(e, of *Event) bool {
	by := e.OccurredAt
	if !e.ReceivedAt.IsZero() && e.ReceivedAt.Before(by) {
		by = e.ReceivedAt
	}
	return of.By != "" && of.By == e.By && !recorded(of).After(by) || !of.ReceivedAt.After(by)
}

// reset forgets the tries so far: only ever by a manager (domain 2.3, re-engagement).
func (l *ledger) reset(*Event) {
	l.missed = tally{}
	for i := range l.timers {
		if l.t.Timers[i].Starts.Nth > 0 {
			l.timers[i] = clock{}
		}
	}
}

func mark(set map[string]bool, names []string) {
	for _, n := range names {
		set[n] = true
	}
}
