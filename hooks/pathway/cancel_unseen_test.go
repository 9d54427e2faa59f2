package pathway_test

import (
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

// Over a child whom nobody has seen for as long as bars an ending, nobody cancels alone: what
// lifts it is that somebody else proposes ending it for another reason, or that they are seen.
func TestNobodyCancelsAloneOverAnUnseenChild(t *testing.T) {
	const alone = "Nobody has seen a child lately"
	long := func(t *testing.T) *story {
		s := tell(t, bundled(t, early)).tries()
		s.c.Children[1].LastSeenOn = "2026-08-01"
		return s.on(12, 9)
	}
	cancels := func(s *story, by person) (bool, string) {
		id := s.does(by, "pathway.cancelled", data{"reason": "The clinic meant the family next door."})
		r := s.reads()
		said := ""
		for _, why := range verdict(r, id).Reasons {
			said += why.Text
		}
		return r.Ended, said
	}
	s := long(t)
	if ended, said := cancels(s, manager); ended || !strings.Contains(said, alone) {
		t.Errorf("cancelled alone: %q", said)
	}
	for reason, lifts := range map[string]bool{"other": true, "needs_met": false} {
		s = long(t)
		s.does(practitioner, "closure.proposed", data{"reason": reason, "why": "It was opened on the wrong family."})
		if ended, said := cancels(s, manager); ended != lifts {
			t.Errorf("proposed by another as %s: ended %v, %q", reason, ended, said)
		}
	}
	s = long(t)
	s.does(manager, "closure.proposed", data{"reason": "other", "why": "It was opened on the wrong family."})
	if ended, _ := cancels(s, manager); ended {
		t.Error("cancelled on one's own proposal")
	}
	s = long(t)
	s.does(school, "child.seen", data{"children": []any{"ben"}})
	if ended, said := cancels(s, manager); !ended {
		t.Errorf("they were seen: %q", said)
	}
	s = long(t) // whom a field made vanish
	s.c.Children = s.c.Children[:1]
	s.c.Recast = []pathway.Recast{{Child: "ben", By: []string{manager.id}, SeenOn: "2026-08-01"}}
	if ended, said := cancels(s, manager); ended || !strings.Contains(said, alone) {
		t.Errorf("cancelled over a child whose record was changed: %q", said)
	}
	s = tell(t, bundled(t, early)) // opened in error a moment ago, on a family of which nobody knows when they were seen
	s.c.Children[0].LastSeenOn, s.c.Children[1].LastSeenOn = "", ""
	s.does(practitioner, "pathway.opened", nil)
	if ended, said := cancels(s, manager); !ended {
		t.Errorf("opened a moment ago: %q", said)
	}
}
