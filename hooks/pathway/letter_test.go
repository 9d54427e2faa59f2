package pathway_test

import (
	"slices"
	"testing"

	"holdfast/hooks/pathway"
)

// byHand makes the event told last one that somebody sent, rather than a letter.
func (s *story) byHand() *story { s.last().ArisesFrom = ""; return s }

func refusedAsHouse(v pathway.Verdict) bool {
	return v.Outcome == pathway.Attempted && slices.ContainsFunc(v.Reasons, func(r pathway.Reason) bool { return r.Code == "house" })
}

// Every kind that states what a letter states is attempted when somebody sends it, with
// whatever it claims, and changes nothing.
func TestWhatALetterEstablishesIsNotSentByHand(t *testing.T) {
	claims := data{"letter_id": "l9", "letter": "first", "channel": "handed_over", "safe_contact": true, "merge_clean": true, "reason": "not yet"}
	var tried int
	for _, k := range pathway.Kinds() {
		if k.Name[:min(len(k.Name), 7)] != "letter." {
			continue
		}
		tried++
		for _, who := range []person{practitioner, manager, machine} {
			s := tell(t, bundled(t, early)).tries()
			s.does(practitioner, "letter.drafted", data{"letter_id": "l9", "letter": "other"})
			before := s.reads()
			id := s.does(who, k.Name, claims)
			s.byHand()
			for _, from := range []string{"", "letters/l9", "meetings/m1/held", " letter_events/e1"} {
				s.last().ArisesFrom = from
				after := s.reads()
				if v := verdict(after, id); !refusedAsHouse(v) {
					t.Errorf("%s from %q by %s: %+v", k.Name, from, who.role, v)
				}
				if after.State != before.State || text(t, after.Letters) != text(t, before.Letters) || text(t, after.Steps) != text(t, before.Steps) {
					t.Errorf("%s from %q by %s changed something", k.Name, from, who.role)
				}
			}
		}
	}
	if tried != 6 {
		t.Errorf("%d kinds of a letter's", tried)
	}
}

// Nor by way of a correction: the letter that was sent stays sent to where it went, its
// authors stay its authors, and what came back has come back.
func TestWhatALetterEstablishesIsNotCorrectedIntoMore(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	drafted := s.does(practitioner, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
	rejected := s.does(manager, "letter.rejected", data{"letter_id": "l2", "reason": "an evening, please"})
	returned := s.does(practitioner, "letter.returned", data{"letter_id": "l1"})
	issued := s.events[6]
	if issued.Kind != "letter.issued" {
		t.Fatal(issued.Kind)
	}
	before := s.reads()
	for _, old := range []string{drafted, rejected, returned} {
		id := s.does(manager, "event.withdrawn", data{"reason": "a mistake"})
		s.last().Corrects = old
		if v := verdict(s.reads(), id); v.Outcome != pathway.Attempted || v.Reasons[0].Code != "correction" {
			t.Errorf("taking back %s: %+v", old, v)
		}
	}
	id := s.does(practitioner, "letter.issued", letter("l1", "final"))
	s.byHand().last().Corrects = issued.ID
	after := s.reads()
	if v := verdict(after, id); !refusedAsHouse(v) {
		t.Errorf("%+v", v)
	}
	if text(t, after.Letters) != text(t, before.Letters) || verdict(after, issued.ID).CorrectedBy != "" {
		t.Errorf("%+v\n%+v", before.Letters, after.Letters)
	}
	// That it went can be taken back: the letter then counts for less.
	back := s.does(manager, "event.withdrawn", data{"reason": "it never left the office"})
	s.last().Corrects = issued.ID
	if r := s.reads(); verdict(r, back).Outcome != pathway.Accepted || verdict(r, issued.ID).CorrectedBy != back {
		t.Errorf("%+v", verdict(r, back))
	}
}
