package pathway_test

import (
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

var (
	visitor    = person{"visitor", "member", "agency-c"}
	socialCare = person{"social-care", "member", "agency-d"}
)

// quarrel is early help's disagreement with the school, with two more agencies around.
func quarrel(t *testing.T, with string) (*story, string) {
	s := tell(t, bundled(t, early))
	s.c.Agencies = []pathway.Agency{{ID: "agency-a", Name: "Early help"}, {ID: "agency-b", Name: "The school"}, {ID: "agency-c"}, {ID: "agency-d"}}
	s.does(practitioner, "pathway.opened", nil)
	d := data{"about": "The threshold"}
	if with != "" {
		d["with_agency"] = with
	}
	return s, s.does(practitioner, "dispute.opened", d)
}

// A disagreement is its two sides': an agency on neither takes it no further and settles
// nothing; but whoever chairs its last meeting does.
func TestADisagreementIsItsTwoSides(t *testing.T) {
	for _, kind := range []string{"dispute.resolved", "dispute.stage_up"} {
		s, id := quarrel(t, school.agency)
		by := s.does(visitor, kind, data{"dispute": id, "outcome": "It is all right now, and they are seen daily."})
		r := s.reads()
		if v := verdict(r, by); v.Outcome != pathway.Attempted || !r.Disputed || v.Reasons[0].Text != "This disagreement is between Early help and The school: one of them records this." {
			t.Errorf("%s by the health visitor: %+v, disputed %v", kind, v, r.Disputed)
		}
		for _, side := range []person{colleague, school} {
			s, id := quarrel(t, school.agency)
			by := s.does(side, kind, data{"dispute": id, "outcome": "We agree that she comes on Mondays."})
			if v := verdict(s.reads(), by); v.Outcome != pathway.Accepted {
				t.Errorf("%s by a side, %s: %+v", kind, side.id, v)
			}
		}
		s, id = quarrel(t, "")
		by = s.does(visitor, kind, data{"dispute": id, "outcome": "We agree that she comes on Mondays."})
		if v := verdict(s.reads(), by); v.Outcome != pathway.Accepted {
			t.Errorf("%s of one that is with everybody: %+v", kind, v)
		}
	}
	s, id := quarrel(t, school.agency)
	for range 3 {
		s.does(practitioner, "dispute.stage_up", data{"dispute": id})
	}
	by := s.does(socialCare, "dispute.resolved", data{"dispute": id, "outcome": "The chair has decided for child in need."})
	if r := s.reads(); verdict(r, by).Outcome != pathway.Accepted || r.Disputed {
		t.Errorf("in the chair: %+v", verdict(r, by))
	}
}

// An approval dated back behind an objection that the server already had ends nothing, and
// one that was made before the approval came is heard by whoever gave it (A14).
func TestAnApprovalKnowsWhatTheServerKnew(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met") // the school agreed on the 11th
	s.on(12, 10).does(school, "closure.objected", data{"reason": "Ada still comes hungry."})
	yes := s.on(12, 14).does(manager, "closure.approved", approval())
	s.last().OccurredAt = at(12, 9) // dated back before the objection
	r := s.reads()
	if v := verdict(r, yes); r.Ended || v.Outcome != pathway.Attempted || !strings.HasPrefix(v.Reasons[0].Text, "An agency objects") {
		t.Errorf("%s %+v", r.State, v)
	}

	s = tell(t, bundled(t, early)).proposed("needs_met")
	s.on(12, 11).does(school, "closure.objected", data{"reason": "Too early."})
	s.on(12, 12).does(school, "closure.consulted", nil)
	s.on(12, 14).does(manager, "closure.approved", approval())
	s.last().OccurredAt = at(12, 9)
	if r := s.reads(); !r.Ended {
		t.Errorf("the school had agreed again: %s", r.State)
	}

	s = tell(t, bundled(t, early)).proposed("needs_met")
	s.on(12, 11).does(manager, "closure.rejected", data{"reason": "Not yet."})
	yes = s.on(12, 14).does(manager, "closure.approved", approval())
	s.last().OccurredAt = at(12, 9)
	if r := s.reads(); r.Ended || verdict(r, yes).Outcome != pathway.Attempted {
		t.Errorf("it had been turned down: %s", r.State)
	}

	s = tell(t, bundled(t, early)).proposed("needs_met")
	yes = s.on(13, 10).does(manager, "closure.approved", approval())
	s.last().OccurredAt = at(12, 9)
	late := s.on(13, 12).does(school, "closure.objected", data{"reason": "Ada still comes hungry."})
	s.last().OccurredAt = at(12, 16) // made before anybody could know that it was ended
	r = s.reads()
	if v := verdict(r, late); !r.Ended || v.Outcome == pathway.Attempted || r.ClosedOver == nil || r.ClosedOver.Objection != late || r.ClosedOver.Approval != yes {
		t.Errorf("%s %+v %+v", r.State, v, r.ClosedOver)
	}
	after := s.on(14, 9).does(school, "closure.objected", data{"reason": "I did not know."})
	if v := verdict(s.reads(), after); v.Outcome != pathway.Attempted {
		t.Errorf("after it was known: %+v", v)
	}
}

// What says that a danger is over without naming it means the one that its author could
// know of: no other that another agency's phone brings later.
func TestADangerThatNobodyHeardOfIsNotOver(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	risk := s.on(3, 10).does(school, pathway.ImmediateRisk, data{"what": "A bruise."})
	s.last().ReceivedAt = at(3, 18) // their phone had no signal
	over := s.on(3, 19).does(manager, "immediate_risk.resolved", data{"how": "The gas is off.", "spoken_to": "The mother"})
	s.last().OccurredAt = at(3, 14)
	r := s.reads()
	if v := verdict(r, over); v.Outcome != pathway.Attempted || !r.ImmediateRisk || verdict(r, risk).ResolvedBy != "" ||
		v.Reasons[0].Text != "The immediate risk that is open was not known when this was recorded: say which one is over." {
		t.Errorf("%+v, open %v", v, r.ImmediateRisk)
	}
	// Of one that was known and one that was not, it is the one that was.
	s = tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	unknown := s.on(3, 10).does(school, pathway.ImmediateRisk, nil)
	s.last().ReceivedAt = at(3, 18)
	gas := s.on(3, 12).does(practitioner, pathway.ImmediateRisk, nil)
	over = s.on(3, 14).does(manager, "immediate_risk.resolved", data{"how": "The gas is off."})
	r = s.reads()
	if verdict(r, gas).ResolvedBy != over || verdict(r, unknown).ResolvedBy != "" {
		t.Errorf("%+v", r.Verdicts)
	}
	// Of two that were known, it says which.
	two := tell(t, bundled(t, early))
	two.does(practitioner, "pathway.opened", nil)
	two.on(3, 10).does(school, pathway.ImmediateRisk, nil)
	two.does(practitioner, pathway.ImmediateRisk, nil)
	over = two.on(3, 14).does(manager, "immediate_risk.resolved", data{"how": "The gas is off."})
	if v := verdict(two.reads(), over); v.Outcome != pathway.Attempted || v.Reasons[0].Text != "Several immediate risks are open (2): say which of them is over." {
		t.Errorf("%+v", v)
	}
}

// Whoever proposes ending and decided themselves that the threshold is not met is told so
// in a sentence that makes sense.
func TestWhoDecidedAndProposedIsToldWhoElseDecides(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("declined")
	for i := range s.events {
		if s.events[i].Kind == "threshold.decided" {
			s.events[i].By = practitioner.id
		}
	}
	yes := s.does(manager, "closure.approved", approval())
	if v := verdict(s.reads(), yes); v.Outcome != pathway.Attempted || v.Reasons[0].Text != "Whoever proposes ending decided themselves that the threshold is not met; have somebody else decide it." {
		t.Errorf("%+v", v)
	}
}

// A house step that nobody is asked for any more says why in its own words.
func TestAHouseStepThatIsOverSaysWhy(t *testing.T) {
	r := tell(t, bundled(t, early)).reads()
	for code, want := range map[string]string{
		"name-manager":     "A manager is on the case now.",
		"refer":            "The threshold was decided anew, or that decision was withdrawn.",
		"approve-again":    "What was to be approved again is gone, or something stands in its way once more.",
		"settle-objection": "The proposal to end it that was objected to is gone.",
		"confirm-ending":   "The ending was undone, or the objection withdrawn.",
	} {
		if kept := r.Kept([]string{code}); kept[len(kept)-1].Because != want || kept[len(kept)-1].Status != pathway.Cancelled {
			t.Errorf("%s: %+v", code, kept[len(kept)-1])
		}
	}
}

const notBrought = "was-not-brought"

// That a child was not brought asks for the same whether it is recorded as a try or as what
// became of the appointment; and only who reached the family has reached it.
func TestNotBroughtIsTheSameAsATryAndAsAnEvent(t *testing.T) {
	tells := func(how string, again bool) pathway.Result {
		s := tell(t, bundled(t, notBrought))
		s.does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "barrier.checked", data{"areas": everyArea})
		s.on(2, 15).does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "reached", "contact_confirmed": true})
		if again {
			s.on(9, 10)
			if how == "attempt.recorded" {
				s.missed(practitioner, "appointment", "not_brought")
			} else {
				s.does(practitioner, how, data{"contact_confirmed": true})
			}
		}
		return s.on(9, 12).reads()
	}
	if got := step(tells("", false), "reach-family"); got.Status != pathway.Done {
		t.Fatalf("%+v", got)
	}
	event, try := tells("appointment.missed", true), tells("attempt.recorded", true)
	for _, r := range []pathway.Result{event, try} {
		if got := step(r, "reach-family"); got.Status == pathway.Done || got.DueOn != "2026-11-09" {
			t.Errorf("the second time: %+v", got)
		}
		if got := timer(r, "T3"); got.StartedOn != "2026-11-09" {
			t.Errorf("the first letter: %+v", got)
		}
	}
	if event.State != try.State || event.Missed != try.Missed || len(event.Steps) != len(try.Steps) {
		t.Errorf("%s %d, %s %d", event.State, event.Missed, try.State, try.Missed)
	}
	for i := range event.Steps {
		if a, b := event.Steps[i], try.Steps[i]; a.Code != b.Code || a.Status != b.Status || a.DueOn != b.DueOn {
			t.Errorf("%+v, %+v", a, b)
		}
	}
	for name, c := range map[string]struct {
		d    data
		done bool
	}{
		"nobody answered":          {data{"method": "phone", "outcome": "no_answer"}, false},
		"another number":           {data{"method": "phone", "outcome": "wrong_contact"}, false},
		"a message":                {data{"method": "phone", "outcome": "message_left"}, false},
		"somebody outside of it":   {data{"method": "phone", "outcome": "reached", "person": "the clinic"}, false},
		"by way of somebody":       {data{"method": "via_professional", "outcome": "reached"}, false},
		"the mother":               {data{"method": "phone", "outcome": "reached", "person": "mia"}, true},
		"the family":               {data{"method": "visit_announced", "outcome": "reached"}, true},
		"at the door, but no more": {data{"method": "visit_announced", "outcome": "refused_entry"}, true},
		"a child":                  {data{"method": "visit_announced", "outcome": "child_seen", "children": []any{"ada"}}, true},
	} {
		s := tell(t, bundled(t, notBrought))
		s.c.Adults = []pathway.Adult{{ID: "mia"}}
		s.does(practitioner, "pathway.opened", nil)
		s.on(2, 15).does(practitioner, "attempt.recorded", c.d)
		if got := step(s.reads(), "reach-family"); (got.Status == pathway.Done) != c.done {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
