package pathway_test

import (
	"slices"
	"testing"

	"holdfast/hooks/pathway"
)

// refusal is a story whose last event one guard, and nothing else, refuses.
type refusal struct {
	guard, code, why string
	tell             func(*story)
}

var refusals = []refusal{
	{"attempts_made", "G1", "two tries, of the three", func(s *story) {
		s.assessed()
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Data["method"] == "visit_announced" })
		s.finalLetter()
	}},
	{"attempts_made", "G1", "nobody checked the number against the referral", func(s *story) {
		s.assessed()
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Kind == "contact.checked" })
		s.finalLetter()
	}},
	{"attempts_made", "G1", "always in the morning", func(s *story) {
		s.assessed()
		for i := range s.events {
			if s.events[i].Kind == "attempt.recorded" {
				s.events[i].OccurredAt = at(s.events[i].OccurredAt.Day(), 9)
			}
		}
		s.finalLetter()
	}},
	{"referrer_contacted", "G2", "nobody spoke to the referrer", func(s *story) {
		s.assessed()
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Kind == "approach.made" })
		s.finalLetter()
	}},
	{"barriers_checked", "G3", "the family is described before anybody looked at barriers", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "engagement.described", data{"pattern": "avoidant"})
	}},
	{"barriers_checked", "G3", "one of the areas was left out", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "barrier.checked", data{"areas": everyArea[1:]})
		s.does(practitioner, "engagement.described", data{"pattern": "avoidant"})
	}},
	{"letter_safe", "G4", "the address was not checked", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		d := letter("l1", "first")
		delete(d, "safe_contact")
		s.does(practitioner, "letter.issued", d)
	}},
	{"letter_safe", "G4", "a field was left open", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		d := letter("l1", "first")
		d["merge_clean"] = false
		s.does(practitioner, "letter.issued", d)
	}},
	{"letter_approved", "G5", "the final letter was not approved", func(s *story) {
		s.assessed()
		s.does(practitioner, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
		s.does(practitioner, "letter.issued", letter("l2", "final"))
	}},
	{"letter_approved", "G5", "it was written anew after the approval", func(s *story) {
		s.assessed()
		s.does(practitioner, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
		s.does(manager, "letter.approved", data{"letter_id": "l2"})
		s.does(practitioner, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
		s.does(practitioner, "letter.issued", letter("l2", "final"))
	}},
	{"not_author", "G5", "a manager approves the letter they wrote", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(manager, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
		s.does(manager, "letter.approved", data{"letter_id": "l2"})
	}},
	{"not_author", "G5", "a manager signs off the assessment they wrote", func(s *story) {
		s.tries()
		s.does(manager, "risk_assessment.submitted", impact("ada", "ben"))
		s.does(manager, "risk_assessment.signed_off", nil)
	}},
	{"letter_deemed", "letter", "the first letter was posted yesterday", func(s *story) {
		s.assessed()
		for i := range s.events {
			if s.events[i].Kind == "letter.issued" {
				s.events[i].OccurredAt = at(8, 9)
			}
		}
		s.finalLetter()
	}},
	{"letter_deemed", "letter", "the first letter came back", func(s *story) {
		s.assessed()
		s.does(practitioner, "letter.returned", data{"letter_id": "l1"})
		s.finalLetter()
	}},
	{"impact_complete", "G6", "one of two children", func(s *story) {
		s.tries()
		s.does(practitioner, "risk_assessment.submitted", impact("ada"))
	}},
	{"impact_complete", "G6", "no day on which the child was last seen", func(s *story) {
		s.tries()
		d := impact("ada", "ben")
		delete(d["impact"].([]any)[1].(data), "last_seen_on")
		s.does(practitioner, "risk_assessment.submitted", d)
	}},
	{"agencies_answered", "G7", "an agency has not answered", func(s *story) {
		s.proposed("needs_met")
		s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-c"})
		s.does(manager, "closure.approved", approval())
	}},
	{"agencies_answered", "G7", "whoever proposed it approves it", func(s *story) {
		s.proposed("needs_met")
		for i := range s.events {
			if s.events[i].Kind == "closure.proposed" {
				s.events[i].By, s.events[i].Role = manager.id, manager.role
			}
		}
		s.does(manager, "closure.approved", approval())
	}},
	{"agencies_answered", "G7", "the time to answer is over, and nobody says why it is right", func(s *story) {
		s.proposed("needs_met")
		s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-c"})
		s.on(18, 9).does(manager, "closure.approved", approval())
	}},
	{"agencies_answered", "G7", "one agency alone", func(s *story) {
		s.proposed("needs_met")
		s.c.Agencies = s.c.Agencies[:1]
		s.does(manager, "closure.approved", approval())
	}},
	{"agencies_answered", "G7", "an objection without an answer to it", func(s *story) {
		s.proposed("needs_met")
		s.does(school, "closure.objected", data{"reason": "he still comes hungry"})
		s.does(manager, "closure.approved", approval())
	}},
	{"closing_checklist", "G7", "nobody was told", func(s *story) {
		s.proposed("needs_met")
		d := approval()
		delete(d["checklist"].(data), "notified")
		s.does(manager, "closure.approved", d)
	}},
	{"nothing_open", "G8", "a plan is open", func(s *story) {
		s.proposed("needs_met")
		s.c.CPPlan = pathway.Flag{Open: true, Since: "2026-11-01"}
		s.does(manager, "closure.approved", approval())
	}},
	{"nothing_open", "G8", "an enquiry is running", func(s *story) {
		s.proposed("needs_met")
		s.c.Section47 = pathway.Flag{Open: true}
		s.does(manager, "closure.approved", approval())
	}},
	{"nothing_open", "G8", "a dispute is open", func(s *story) {
		s.proposed("needs_met")
		s.does(school, "dispute.opened", data{"about": "threshold"})
		s.does(manager, "closure.approved", approval())
	}},
	{"nothing_open", "G8", "a child is in danger", func(s *story) {
		s.proposed("needs_met")
		s.does(school, pathway.ImmediateRisk, nil)
		s.does(manager, "closure.approved", approval())
	}},
	{"nothing_open", "G8", "a child was not seen for too long", func(s *story) {
		s.proposed("needs_met")
		s.c.Children = append(s.c.Children, pathway.Child{ID: "cai", LastSeenOn: "2026-09-30"})
		s.does(manager, "closure.approved", approval())
	}},
	{"nothing_open", "G8", "cancelling is no way round", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(school, pathway.ImmediateRisk, nil)
		s.does(manager, "pathway.cancelled", data{"reason": "The clinic meant the family next door."})
	}},
	{"threshold_decided", "G9", "a no without a threshold decision", func(s *story) {
		s.proposed("declined")
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Kind == "threshold.decided" })
		s.does(manager, "closure.approved", approval())
	}},
	{"not_by_count", "G11", "closing on a count", func(s *story) {
		s.tries()
		s.does(practitioner, "closure.proposed", data{"reason": "other", "basis": "missed_count"})
	}},
	{"not_by_count", "G11", "closing by a machine", func(s *story) {
		s.tries()
		s.does(machine, "closure.proposed", data{"reason": "other"})
	}},
	{"children_seen", "evidence", "a plan, and no child seen", func(s *story) {
		s.tries()
		s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	}},
	{"children_seen", "evidence", "a plan on a sighting of before the family lapsed", func(s *story) {
		s.tries()
		s.does(practitioner, "child.seen", both)
		s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
		s.on(9, 9).missed(practitioner, "phone", "no_answer")
		s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	}},
	{"taken_on", "G7", "moved, and nobody has taken them on", func(s *story) {
		s.proposed("moved")
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Kind == "new_area.accepted" })
		s.does(manager, "closure.approved", approval())
	}},
	{"happened", "order", "a letter comes back that never went", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "letter.returned", data{"letter_id": "l1"})
	}},
	{"first_opening", "state", "opened twice", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(colleague, "pathway.opened", nil)
	}},
	{"dispute_open", "state", "nothing to settle", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(manager, "dispute.resolved", data{"outcome": sentence})
	}},
	{"risk_open", "state", "no danger to be over", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(manager, "immediate_risk.resolved", data{"how": "seen"})
	}},
	{"risk_open", "state", "two dangers, and not said which is over", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(school, pathway.ImmediateRisk, data{"what": "a bruise"})
		s.does(practitioner, pathway.ImmediateRisk, data{"what": "the gas was on"})
		s.does(manager, pathway.RiskResolved, data{"how": "the gas is off"})
	}},
	{"risk_open", "state", "a danger that is over already", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		risk := s.does(school, pathway.ImmediateRisk, nil)
		s.does(practitioner, pathway.ImmediateRisk, nil)
		s.does(manager, pathway.RiskResolved, data{"how": "seen", "risk": risk})
		s.does(manager, pathway.RiskResolved, data{"how": "seen", "risk": risk})
	}},
	{"referral_open", "state", "an answer without a referral", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "referral.nfa", data{"decided_by": "Margaret Hall"})
	}},
	{"timer_may_stop", "timer", "the clock over when a child was last seen", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(manager, "timer.stopped", data{"timer": "T9", "reason": "Nobody is free to go there this week."})
	}},
	{"step_by_hand", "step", "a meeting ticked, not held", func(s *story) {
		s.does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "step.done", data{"step": "meeting"})
	}},
	{"agency_named", "data", "an answer from nowhere", func(s *story) {
		s.proposed("needs_met")
		s.does(person{"outsider", "member", ""}, "closure.consulted", nil)
	}},
}

func (s *story) finalLetter() {
	s.does(practitioner, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
	s.does(manager, "letter.approved", data{"letter_id": "l2"})
	s.does(practitioner, "letter.issued", letter("l2", "final"))
}

// Each guard refuses, with its number and a sentence; and without it the same event
// would be let through, so that no test here can pass by another guard's doing.
func TestEachGuardRefusesAndNothingElseDoes(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.guard+"/"+c.why, func(t *testing.T) {
			s := tell(t, bundled(t, "early-help-engagement"))
			c.tell(s)
			id := s.last().ID
			before := s.reads()
			v := verdict(before, id)
			if v.Outcome != pathway.Attempted || len(v.Reasons) != 1 || v.Reasons[0].Code != c.code {
				t.Fatalf("%s %v; want attempted by %s alone", v.Outcome, v.Reasons, c.code)
			}
			s.template = pathway.Without(body(t, "early-help-engagement"), c.guard)
			if v := verdict(s.reads(), id); v.Outcome != pathway.Accepted {
				t.Errorf("without %s it is %s: %v", c.guard, v.Outcome, v.Reasons)
			}
		})
	}
}

// What is not a refusal is a condition: tested in condition_test.go.
var conditions = []string{
	"missed_contact", "different_try", "within_timer", "proposed_for", "all_children_seen", "all_answered", "access_failed",
	"lapses", "watch_goes_on", "cycles", "called_off", "seen_since", "family_reached", "refusal_settled", "decided_by_other", // lapse_test.go and after
}

func TestEveryGuardHasATest(t *testing.T) {
	for _, name := range pathway.GuardNames() {
		tested := slices.ContainsFunc(refusals, func(c refusal) bool { return c.guard == name })
		if !tested && !slices.Contains(conditions, name) {
			t.Errorf("no test of the guard %s", name)
		}
	}
}
