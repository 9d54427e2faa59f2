package pathway_test

import (
	"testing"
)

// The first user: two tries without answer, then the pathway is started on the case.
func TestTwoFailedTriesAndAStartGiveStepsWithDays(t *testing.T) {
	s := tell(t, bundled(t, "early-help-engagement"))
	s.on(2, 10).missed(practitioner, "phone", "no_answer")                    // Monday
	second := s.on(3, 15).missed(practitioner, "visit_announced", "not_home") // Tuesday
	s.on(3, 16).does(practitioner, "pathway.opened", data{"trigger": "missed_contact"})
	r := s.on(3, 17).reads()

	if r.State != "attempting" || r.Missed != 2 || r.OpenedOn != "2026-11-03" {
		t.Errorf("state %s, missed %d, opened %s", r.State, r.Missed, r.OpenedOn)
	}
	for _, v := range r.Verdicts {
		if v.Outcome != "accepted" {
			t.Errorf("%s: %s %v", v.Event, v.Outcome, v.Reasons)
		}
	}
	for code, want := range map[string][3]string{
		"check-barriers": {"T1", "2026-11-04", "open"}, // 1 working day
		"tell-manager":   {"T1", "2026-11-04", "open"},
		"second-try":     {"T2", "2026-11-05", "done"}, // 2
		"first-letter":   {"T3", "2026-11-04", "open"}, // 1 from the second try
		"each-child":     {"T5", "2026-11-13", "open"}, // 8
		"sign-off":       {"T5S", "2026-11-17", "open"},
		"meeting":        {"T7", "2026-11-24", "open"}, // 15
		"see-children":   {"T9", "2026-12-01", "open"}, // 42 days from 20 October, before 30 working days
	} {
		got := step(r, code)
		if got.Timer != want[0] || got.DueOn != want[1] || string(got.Status) != want[2] {
			t.Errorf("%s: %s due %s, %s; want %v", code, got.Timer, got.DueOn, got.Status, want)
		}
	}
	if got := step(r, "second-try"); got.DoneBy != second || got.DoneOn != "2026-11-03" {
		t.Errorf("second try done %s by %s", got.DoneOn, got.DoneBy)
	}
	if why := allowed(r, "letter.issued:final").Why; why == "" {
		t.Error("the final letter is not in place yet, and nothing says why")
	}
}

// From the start to the meeting of the agencies, each step done in its turn.
func TestTheWholePathToAMeeting(t *testing.T) {
	s := tell(t, bundled(t, "early-help-engagement")).assessed()
	s.does(practitioner, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
	s.does(manager, "letter.approved", data{"letter_id": "l2"})
	s.does(practitioner, "letter.issued", letter("l2", "final"))
	if r := s.reads(); r.State != "letter_final" || step(r, "final-letter").Status != "done" {
		t.Fatalf("%s %+v", r.State, r.Verdicts[len(r.Verdicts)-1])
	}
	s.on(16, 14).does(practitioner, "meeting.held", data{"decision": "a plan with the school", "family_views": "asked by letter, none came"})
	r := s.reads()
	if r.State != "maam" || step(r, "meeting").Status != "done" {
		t.Errorf("%s %+v", r.State, step(r, "meeting"))
	}
}
