package pathway

import "slices"

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
	"risk_assessment.submitted":   func(l *ledger, e *Event) { l.assessed = &assessment{by: e.By, id: e.ID, at: l.moment(e)} },
	"risk_assessment.signed_off":  func(l *ledger, e *Event) { l.assessed.signed = true },
	"referral.sent":               func(l *ledger, e *Event) { l.referred = true },
	"referral.accepted":           func(l *ledger, e *Event) { l.referred, l.handed = false, true },
	"referral.nfa":                func(l *ledger, e *Event) { l.referred, l.handed = false, false },
	moveProposed:                  func(l *ledger, e *Event) { l.moves[e.ID] = &move{e.By, e.text("to"), l.moment(e), statesOf(e)} },
	"closure.proposed":            (*ledger).proposed,
	"closure.consulted":           (*ledger).answered,
	"closure.objected":            (*ledger).answered,
	"closure.rejected":            func(l *ledger, e *Event) { l.proposal = nil },
	"threshold.decided":           func(l *ledger, e *Event) { l.decided = true },
	"dispute.opened":              (*ledger).disputed,
	"dispute.stage_up":            (*ledger).stageUp,
	"dispute.resolved":            (*ledger).resolved,
	ImmediateRisk:                 func(l *ledger, e *Event) { l.risks++ },
	"immediate_risk.resolved":     func(l *ledger, e *Event) { l.risks = 0 },
	"attempts.reset":              (*ledger).reset,
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

// sawChildren keeps the day children were seen. An event that names none counts
// only where there is but one child.
func (l *ledger) sawChildren(e *Event) {
	ids := e.ids("children")
	if len(ids) == 0 && len(l.c.Children) == 1 {
		ids = []string{l.c.Children[0].ID}
	}
	day := dayOf(e.OccurredAt)
	for _, id := range ids {
		l.seen[id] = max(l.seen[id], day)
		if e.OccurredAt.After(l.sawAt[id]) {
			l.sawAt[id] = e.OccurredAt
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
	l.proposal = &proposal{id: e.ID, at: at, on: dayOf(at), by: e.By, agency: e.Agency, reason: e.text("reason"), answered: map[string]bool{}}
}

func (l *ledger) answered(e *Event) {
	if l.proposal == nil {
		return
	}
	l.proposal.answered[e.Agency] = true
	if e.Kind == "closure.objected" {
		l.proposal.objections++
	}
}

func (l *ledger) disputed(e *Event) {
	l.disputes = append(l.disputes, dispute{e.ID, 1, l.moment(e), e.ID})
}

func (l *ledger) stageUp(e *Event) {
	if i := l.disputeOf(e); i >= 0 {
		l.disputes[i].stage++
		l.disputes[i].at, l.disputes[i].by = l.moment(e), e.ID
	}
}

func (l *ledger) resolved(e *Event) {
	if i := l.disputeOf(e); i >= 0 {
		l.disputes = slices.Delete(l.disputes, i, i+1)
	}
}

// disputeOf is the open dispute an event is about: the one it names, or the only
// one; -1 for none.
func (l *ledger) disputeOf(e *Event) int {
	id := e.text("dispute")
	if id == "" && len(l.disputes) == 1 {
		return 0
	}
	return slices.IndexFunc(l.disputes, func(d dispute) bool { return d.id == id })
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
