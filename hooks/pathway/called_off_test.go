package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

// G10 in practice: cancel and rearrange with curiosity. The sixth time in a row that the
// family calls off, somebody looks at it together with a manager; nothing is counted against them.
func TestSixCalledOffInARowAskForALook(t *testing.T) {
	for _, key := range []string{early, "was-not-brought"} {
		s := tell(t, bundled(t, key))
		s.on(2, 9).does(practitioner, "pathway.opened", nil)
		for n := range 5 {
			if n%2 == 0 {
				s.does(practitioner, "appointment.cancelled_by_family", data{"reason": "a cold"})
			} else {
				s.missed(practitioner, "appointment", "cancelled_by_family")
			}
		}
		if got := step(s.reads(), "look-at-called-off"); got.Code != "" {
			t.Fatalf("%s, after five: %+v", key, got)
		}
		s.on(4, 9).does(practitioner, "appointment.cancelled_by_family", nil)
		r := s.reads()
		if got := step(r, "look-at-called-off"); got.DueOn != "2026-11-06" || r.Missed != 0 {
			t.Errorf("%s: %+v, %d missed", key, got, r.Missed)
		}
		s.does(practitioner, "appointment.cancelled_by_family", nil) // the seventh asks no anew
		s.on(5, 9).does(manager, "manager.discussed", data{"decision": "ask what would make it easier"})
		s.does(practitioner, "appointment.cancelled_by_family", nil)
		if got := step(s.reads(), "look-at-called-off"); got.Status != pathway.Done {
			t.Errorf("%s: %+v", key, got)
		}
	}
}

// One that was kept begins the row anew, and one appointment is called off once.
func TestARowEndsWithOneThatWasKept(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.on(2, 9).does(practitioner, "pathway.opened", nil)
	for range 5 {
		s.does(practitioner, "appointment.cancelled_by_family", data{"appointment": "a1"})
	}
	for range 4 {
		s.does(practitioner, "appointment.cancelled_by_family", nil)
	}
	s.does(practitioner, "appointment.kept_child_not_seen", nil)
	for range 5 {
		s.does(practitioner, "appointment.cancelled_by_family", nil)
	}
	if got := step(s.reads(), "look-at-called-off"); got.Code != "" {
		t.Error(got)
	}
}

// "Asleep upstairs": an appointment that was kept and a child who was not seen begins a clock.
func TestAChildNotSeenAtAKeptAppointmentIsSeenSoon(t *testing.T) {
	for _, key := range []string{early, "was-not-brought"} {
		s := tell(t, bundled(t, key))
		s.on(2, 9).does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "child.seen", both)
		s.on(3, 15).does(practitioner, "appointment.kept_child_not_seen", data{"reason": "asleep upstairs"})
		if got := step(s.reads(), "see-after-visit"); got.Status != pathway.Open || got.DueOn != "2026-11-10" {
			t.Fatalf("%s: %+v", key, got)
		}
		s.on(4, 9).does(school, "child.seen", data{"children": []any{"ada"}})
		if got := step(s.reads(), "see-after-visit"); got.Status == pathway.Done {
			t.Errorf("%s: one of two was seen", key)
		}
		s.does(practitioner, "attempt.recorded", data{"method": "visit_announced", "outcome": "child_seen", "children": []any{"ben"}})
		if got := step(s.reads(), "see-after-visit"); got.Status != pathway.Done {
			t.Errorf("%s: %+v", key, got)
		}
		s.on(5, 15).does(practitioner, "appointment.kept_child_not_seen", nil)
		if got := step(s.reads(), "see-after-visit"); got.Status == pathway.Done || got.DueOn != "2026-11-12" {
			t.Errorf("%s, the second time: %+v", key, got)
		}
	}
}
