package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

const early = "early-help-engagement"

// G13: what the service called off, and what went to a contact never confirmed.
func TestWhatNeverCountsAgainstAFamily(t *testing.T) {
	for name, tell1 := range map[string]func(*story){
		"the service called it off": func(s *story) {
			s.does(practitioner, "attempt.recorded", data{"method": "appointment", "outcome": "cancelled_by_service", "contact_confirmed": true})
		},
		"the number was wrong": func(s *story) {
			s.does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "wrong_contact", "contact_confirmed": true})
		},
		"the contact was never confirmed": func(s *story) {
			s.does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "no_answer"})
		},
		"an appointment missed that was called off, as is learned later": func(s *story) {
			s.does(school, "appointment.missed", data{"appointment": "a1", "contact_confirmed": true})
			s.does(school, "appointment.cancelled_by_service", data{"appointment": "a1"})
		},
		"long before the pathway": func(s *story) {
			s.missed(practitioner, "phone", "no_answer")
			s.last().OccurredAt = at(-40, 9)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, bundled(t, early))
			s.does(practitioner, "pathway.opened", nil)
			tell1(s)
			r := s.reads()
			if r.State != "opened" || r.Missed != 0 || timer(r, "T2").Code != "" {
				t.Errorf("%s, %d missed, T2 %+v", r.State, r.Missed, timer(r, "T2"))
			}
			said := false
			for _, v := range r.Verdicts {
				if v.Outcome == pathway.Attempted {
					t.Errorf("%+v: it stays on the record as it was", v)
				}
				said = said || len(v.Reasons) == 1 && v.Reasons[0].Code == "G13"
			}
			if !said && name != "the number was wrong" {
				t.Error("nothing says that it does not count")
			}
			// And the same try, of a kind that counts, does move it.
			s.missed(practitioner, "phone", "no_answer")
			if r := s.reads(); r.State != "attempting" || r.Missed != 1 {
				t.Errorf("a real miss: %s, %d", r.State, r.Missed)
			}
		})
	}
}

// Re-engaging is reversible: back to where it was, evidence kept, counter not reset.
func TestAMissInsideTheWatchGoesBackAndKeepsTheCount(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	s.does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
	s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	r := s.reads()
	if r.State != "re_engaged" || r.Missed != 3 || step(r, "each-child").Status != pathway.Cancelled || timer(r, "T5").Status != pathway.Paused {
		t.Fatalf("%s %d %+v %+v", r.State, r.Missed, step(r, "each-child"), timer(r, "T5"))
	}
	if got := step(r, "watch-review"); got.DueOn != "2026-12-04" { // 20 working days from Friday 6 November
		t.Errorf("watch ends %s", got.DueOn)
	}
	due := timer(r, "T5").DueOn
	s.on(9, 9).missed(practitioner, "phone", "no_answer")
	r = s.reads()
	if r.State != "joint_approach" || r.Missed != 4 || step(r, "each-child").DueOn != due {
		t.Errorf("%s, %d missed, due %s: not where it was", r.State, r.Missed, step(r, "each-child").DueOn)
	}
	s.does(manager, "attempts.reset", data{"reason": "a new start, agreed with the family"})
	if r = s.reads(); r.Missed != 0 {
		t.Errorf("a manager's reset left %d", r.Missed)
	}
}

func TestASecondTryIsByAnotherWayOrAtAnotherTime(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	s.on(2, 10).missed(practitioner, "phone", "no_answer")
	s.on(2, 11).missed(practitioner, "phone", "no_answer")
	if got := step(s.reads(), "second-try"); got.Status == pathway.Done {
		t.Error("the same call an hour later is no second try")
	}
	s.on(2, 18).missed(practitioner, "phone", "no_answer")
	if got := step(s.reads(), "second-try"); got.Status != pathway.Done {
		t.Error(got)
	}
}

// Each reason to close leads to its own end (proposed_for); answers do the step
// (all_answered).
func TestEachReasonHasItsEnd(t *testing.T) {
	for _, reason := range []string{"needs_met", "single_agency", "statutory", "declined", "moved", "other"} {
		s := tell(t, bundled(t, early)).proposed(reason)
		if reason == "statutory" {
			s = tell(t, bundled(t, early)).handedOver()
		}
		if got := step(s.reads(), "closing-answers"); got.Status != pathway.Done || got.DueOn != "2026-11-17" {
			t.Errorf("answers: %+v", got)
		}
		id := s.does(manager, "closure.approved", approval())
		r := s.reads()
		if r.State != "closed_"+reason || !r.Ended {
			t.Errorf("%s: %s %v", reason, r.State, verdict(r, id).Reasons)
		}
		for _, st := range r.Steps {
			if st.Status != pathway.Done && st.Status != pathway.Cancelled {
				t.Errorf("%s is still %s", st.Code, st.Status)
			}
		}
	}
}

func TestAnAnswerIsMissedUntilTheLastHasGivenIt(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-c"})
	if got := step(s.reads(), "closing-answers"); got.Status == pathway.Done {
		t.Error(got)
	}
	if got := allowed(s.reads(), "closure.approved"); got.Allowed || got.Why != "Wait for agency-c to answer, or until Tuesday 17 November 2026 is over; after that a manager may close with a reason." {
		t.Error(got)
	}
	d := approval()
	d["override_reason"] = "they left the partnership in October"
	id := s.on(17, 10).does(manager, "closure.approved", d)
	if v := verdict(s.reads(), id); v.Outcome != pathway.Attempted {
		t.Error("overridden before the time to answer was over")
	}
	s.on(18, 9).does(manager, "closure.approved", d)
	if r := s.reads(); r.State != "closed_needs_met" {
		t.Error(r.State, r.Verdicts[len(r.Verdicts)-1])
	}
}

// T8 and the states of template C.
func TestAChildNotSeenIsForAManagerWithinADayAndSeenWithinFive(t *testing.T) {
	s := tell(t, bundled(t, "no-access-to-child"))
	s.on(6, 15).does(practitioner, "pathway.opened", data{"trigger": "no_access"}) // Friday
	r := s.reads()
	if got := timer(r, "T8"); !got.DueAt.Equal(at(7, 15)) || got.Tell[0] != "manager" {
		t.Errorf("24 clock hours, over the weekend: %+v", got)
	}
	if got := step(r, "child-seen"); got.DueOn != "2026-11-13" {
		t.Error(got)
	}
	s.on(7, 10).does(manager, "manager.discussed", data{"decision": "visit on Monday with the health visitor"})
	s.on(9, 10).does(practitioner, "attempt.recorded", data{"method": "visit_unannounced", "outcome": "child_seen", "children": []any{"ada"}})
	r = s.reads()
	if r.State != "discussed" || step(r, "decide-with-manager").Status != pathway.Done || step(r, "child-seen").Status == pathway.Done {
		t.Fatalf("one of two seen: %s %+v", r.State, r.Steps)
	}
	s.does(school, "child.seen", data{"children": []any{"ben"}})
	if r = s.reads(); r.State != "child_seen" || step(r, "child-seen").Status != pathway.Done {
		t.Fatalf("both seen: %s %+v", r.State, r.Steps)
	}
	s.on(12, 10).does(practitioner, "attempt.recorded", data{"method": "visit_announced", "outcome": "child_withheld"})
	r = s.reads()
	if r.State != "discussed" || step(r, "child-seen").DueOn != "2026-11-19" || step(r, "child-seen").Status != pathway.Open {
		t.Errorf("kept from sight again: %s %+v", r.State, r.Steps)
	}
	s.does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "reached"})
	if got := timer(s.reads(), "T8").StartedOn; got != "2026-11-12" {
		t.Errorf("a talk on the phone moved the clock to %s", got)
	}
}

// G10: beside it template C, and the social worker told the same day.
func TestAnOpenPlanAsksForMore(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	if r := s.reads(); len(r.Alongside) != 0 || step(r, "tell-social-worker").Code != "" {
		t.Errorf("no plan: %+v", r.Alongside)
	}
	for _, c := range []pathway.Case{
		{CPPlan: pathway.Flag{Open: true, Since: "2026-11-03"}}, {Section47: pathway.Flag{Open: true, Since: "2026-11-03"}},
	} {
		s.c = c
		r := s.on(3, 9).reads()
		if got := step(r, "tell-social-worker"); got.DueOn != "2026-11-03" {
			t.Errorf("the same day: %+v", got)
		}
		if len(r.Alongside) != 1 || r.Alongside[0].Template != "no-access-to-child" {
			t.Errorf("%+v", r.Alongside)
		}
	}
	s.does(practitioner, "social_worker.told", nil)
	if got := step(s.reads(), "tell-social-worker"); got.Status != pathway.Done {
		t.Error(got)
	}
}

// T12: three stages, put to a person, never taken by the clock; T13.
func TestAStageOfADisputeIsDueAndOthersRunOn(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	before := s.reads()
	s.on(9, 9).does(school, "dispute.opened", data{"about": "threshold"})
	r := s.reads()
	if got := timer(r, "T12"); !r.Disputed || got.DueOn != "2026-11-11" || got.Proposes != "dispute.stage_up" {
		t.Errorf("stage 1: %+v", got)
	}
	for _, code := range []string{"T5", "T7", "T9"} {
		if timer(r, code).DueOn != timer(before, code).DueOn || timer(r, code).Status == pathway.Paused {
			t.Errorf("the dispute touched %s", code)
		}
	}
	s.on(13, 9)
	if r := s.reads(); timer(r, "T12").Status != pathway.Overdue || r.State != before.State {
		t.Error("overdue proposes; it does not move")
	}
	s.does(school, "dispute.stage_up", nil)
	if got := timer(s.reads(), "T12"); got.DueOn != "2026-11-20" {
		t.Errorf("stage 2: %+v", got)
	}
	s.does(manager, "dispute.resolved", data{"outcome": "A joint visit on Monday, and then we meet."})
	if r := s.reads(); !r.Disputed || step(r, "settle-disagreement").Status == pathway.Done {
		t.Errorf("on the word of one side: %+v", step(r, "settle-disagreement"))
	}
	s.does(school, "dispute.resolved", data{"outcome": "A joint visit on Monday, and then we meet."})
	if r := s.reads(); r.Disputed || step(r, "settle-disagreement").Status != pathway.Done {
		t.Errorf("%+v", step(r, "settle-disagreement"))
	}
	s.does(practitioner, "referral.sent", nil)
	if r := s.reads(); r.State != "escalated_csc" || timer(r, "T13").DueOn != "2026-11-16" {
		t.Errorf("%s %+v", r.State, timer(r, "T13"))
	}
	s.does(practitioner, "referral.nfa", data{"decided_by": "Margaret Hall"})
	if r := s.reads(); r.State != "joint_approach" || timer(r, "T13").Status != pathway.Done {
		t.Errorf("%s %+v", r.State, timer(r, "T13"))
	}
}
