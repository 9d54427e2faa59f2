package pathway_test

import (
	"slices"
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

// A child is seen face to face: no letter, card, text, email or call is a sighting, of
// whichever shape (finding 3 of the third look).
func TestAChildIsSeenFaceToFace(t *testing.T) {
	apart := []string{"phone", "text", "email", "letter", "card"}
	for _, method := range []string{"phone", "text", "email", "letter", "card", "visit_announced", "visit_unannounced", "appointment", "joint_visit", "via_professional"} {
		seen := !slices.Contains(apart, method)
		s := tell(t, bundled(t, "no-access-to-child"))
		s.c.Children = s.c.Children[:1]
		s.does(practitioner, "pathway.opened", nil)
		id := s.on(9, 10).does(practitioner, "attempt.recorded", data{"method": method, "outcome": "child_seen", "children": []any{"ada"}})
		r := s.reads()
		if got := r.Seen["ada"] == "2026-11-09"; got != seen {
			t.Errorf("%s: last seen %v", method, r.Seen)
		}
		v := verdict(r, id)
		if (v.Outcome != pathway.Attempted) != seen || (r.State == "child_seen") != seen {
			t.Errorf("%s: %+v in %s", method, v, r.State)
		}
		if !seen && !strings.HasPrefix(v.Reasons[0].Text, "A child is seen face to face") {
			t.Errorf("%s: %v", method, v.Reasons)
		}
	}
}

// What comes of being at the door comes of no call and no letter; and post that was
// answered reached nobody there and then.
func TestWhatComesOfATryIsWhatItsMethodCanBring(t *testing.T) {
	for method, never := range map[string][]string{
		"phone":            {"child_seen", "not_home", "refused_entry", "not_brought"},
		"text":             {"child_seen", "not_home", "refused_entry", "not_brought"},
		"email":            {"child_seen", "not_home", "refused_entry", "not_brought"},
		"letter":           {"child_seen", "not_home", "refused_entry", "not_brought", "child_withheld"},
		"card":             {"child_seen", "not_home", "refused_entry", "not_brought", "child_withheld"},
		"visit_announced":  nil,
		"appointment":      nil,
		"via_professional": nil,
	} {
		for _, outcome := range []string{"reached", "child_seen", "no_answer", "not_home", "refused_entry", "child_withheld", "not_brought", "cancelled_by_family", "cancelled_by_service", "wrong_contact", "message_left"} {
			say := pathway.NotBy(method, outcome)
			if (say != "") != slices.Contains(never, outcome) {
				t.Errorf("%s, %s: %q", method, outcome, say)
			}
			s := tell(t, bundled(t, notBrought))
			s.does(practitioner, "pathway.opened", nil)
			id := s.on(2, 15).missed(practitioner, method, outcome)
			if v := verdict(s.reads(), id); (say != "") != (v.Outcome == pathway.Attempted && v.Reasons[0].Text == say) {
				t.Errorf("%s, %s: %+v", method, outcome, v)
			}
			if done := step(s.reads(), "reach-family").Status == pathway.Done; done && (method == "letter" || method == "card") && outcome == "reached" {
				t.Errorf("a %s reached the family", method)
			}
		}
	}
}
