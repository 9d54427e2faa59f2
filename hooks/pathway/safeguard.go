package pathway

import (
	"fmt"
	"slices"
)

// safeguards are what no template may drop, whatever else an area changes. Each
// names the guard of domain 2.3 it stands for.
func (t *Template) safeguards(f *faults) {
	for i := range t.Events {
		at, a := fmt.Sprintf("events[%d]", i), &t.Events[i]
		for _, need := range neededGuards[a.kind] {
			if !has(a.Guards, need) {
				f.add(at+".guards", "%s needs the guard %s (%s)", a.Name, need, guards[need].code)
			}
		}
		if managed[a.kind] && (len(a.May) == 0 || slices.ContainsFunc(a.May, func(r string) bool { return !isManager(r) })) {
			f.add(at+".may", "%s is for a manager or service_manager", a.Name)
		}
		if a.kind == "letter.issued" {
			t.letterSafeguards(f, at, a)
		}
		if a.kind == ImmediateRisk && (len(a.May) > 0 || len(a.Guards) > 0 || len(a.Where) > 0) {
			f.add(at, "nothing may stand before %s (G12)", ImmediateRisk)
		}
	}
	t.riskSafeguards(f)
	for i := range t.Transitions {
		t.endSafeguards(f, fmt.Sprintf("transitions[%d]", i), &t.Transitions[i])
	}
	for _, outcome := range []string{"cancelled_by_service", "wrong_contact", "reached", "child_seen"} {
		if t.index.outcome[outcome] {
			f.add("counting.outcomes", "%s never counts against a family (G13)", outcome)
		}
	}
	for _, kind := range t.Counting.Kinds {
		if kind != "appointment.missed" {
			f.add("counting.kinds", "%s is not a missed contact (G13)", kind)
		}
	}
}

// neededGuards are the guards that an act of a kind must carry.
var neededGuards = map[string][]string{
	"letter.approved":            {"not_author"},                                             // G5
	"risk_assessment.signed_off": {"not_author"},                                             // G5
	"risk_assessment.submitted":  {"impact_complete"},                                        // G6
	"engagement.described":       {"barriers_checked"},                                       // G3
	"closure.proposed":           {"not_by_count"},                                           // G11
	"closure.approved":           {"agencies_answered", "closing_checklist", "nothing_open"}, // G7, G8
	"letter.issued":              {"letter_safe"},                                            // G4
	RiskResolved:                 {"risk_open"},
	"timer.stopped":              {"timer_may_stop"},
	"timer.restarted":            {"timer_may_stop"},
	cancelled:                    {"nothing_open"}, // G8: not a way round closing
}

// managed are the kinds that only a manager may record (domain 2.3, who may do what).
var managed = map[string]bool{
	"letter.approved": true, "risk_assessment.signed_off": true, "closure.approved": true, "closure.rejected": true,
	RiskResolved: true, "attempts.reset": true, "timer.stopped": true, "timer.restarted": true,
	"pathway.migrated": true, cancelled: true,
}

// Decides says whether a kind of event is a decision that only a manager makes.
func Decides(kind string) bool { return managed[kind] }

func (t *Template) letterSafeguards(f *faults, at string, a *Act) {
	keys := a.Where["letter"]
	if len(keys) == 0 {
		f.add(at+".where", "of letter.issued should say which letter")
	}
	for _, key := range keys {
		l := t.index.letter[key]
		if l == nil {
			continue // a letter outside the sequence: G4 alone
		}
		if l.Position >= 2 && !has(a.Guards, "letter_approved") {
			f.add(at+".guards", "the letter %q needs the guard letter_approved (G5)", key)
		}
		for _, need := range []string{"attempts_made", "referrer_contacted", "barriers_checked"} {
			if l.Final && !has(a.Guards, need) {
				f.add(at+".guards", "the final letter needs the guard %s (%s)", need, guards[need].code)
			}
		}
	}
}

// riskSafeguards: an immediate risk is in place everywhere, and moves nothing by
// itself (G12).
func (t *Template) riskSafeguards(f *faults) {
	a, ok := t.index.act[ImmediateRisk]
	if !ok {
		f.add("events", "lack %s (G12)", ImmediateRisk)
		return
	}
	for s := range t.States {
		rows := t.index.rows[s][a]
		if len(rows) != 1 || t.Transitions[rows[0]].To != stays || len(t.Transitions[rows[0]].When)+len(t.Transitions[rows[0]].Guards) > 0 {
			f.add("transitions", "%s should stay, unguarded, in %q (G12)", ImmediateRisk, t.States[s].Key)
		}
	}
}

// endSafeguards: only a decision by a person ends a pathway, never a count (G11);
// and declining ends it only with a threshold decision (G9).
func (t *Template) endSafeguards(f *faults, at string, tr *Transition) {
	to, ok := t.index.state[tr.To]
	if !ok || t.States[to].Ends == "" {
		return
	}
	kind, state := kindOf(tr.On), &t.States[to]
	if want := map[string]string{"closed": "closure.approved", "cancelled": cancelled}[state.Ends]; kind != want {
		f.add(at, "only %s may lead to %q (G11)", want, state.Key)
		return
	}
	if state.Ends != "closed" {
		return
	}
	if !slices.ContainsFunc(tr.When, func(c Check) bool { return c.Name == "proposed_for" && c.With.Reason == state.Outcome }) {
		f.add(at+".when", "%q needs proposed_for %q", state.Key, state.Outcome)
	}
	if state.Outcome == "declined" && !has(tr.Guards, "threshold_decided") {
		f.add(at+".guards", "%q needs the guard threshold_decided (G9)", state.Key)
	}
}

func has(list []Check, name string) bool {
	return slices.ContainsFunc(list, func(c Check) bool { return c.Name == name })
}
