package pathway_test

import (
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

// Whoever ends the work alone does not lift what stands in the way by a sighting of their own:
// somebody else sees the child, or another manager decides.
func TestNobodyEndsOnTheirOwnSighting(t *testing.T) {
	const own = "Only you have recorded seeing a child lately"
	long := func(t *testing.T) *story {
		s := tell(t, bundled(t, early)).tries()
		s.c.Children[1].LastSeenOn = "2026-08-01"
		return s.on(9, 9)
	}
	sees := func(s *story, by person) { s.does(by, "child.seen", data{"children": []any{"ben"}}) }
	approves := func(s *story, by person) string {
		said := ""
		for _, why := range s.closes("other", by).Reasons {
			said += why.Text
		}
		return said
	}
	cancels := func(s *story, by person) string {
		return said(s, s.does(by, "pathway.cancelled", data{"reason": "The clinic meant the family next door."}))
	}
	for name, c := range map[string]struct {
		sees []person
		ends func(*story, person) string
		says string
	}{
		"approved on a sighting of one's own":  {[]person{manager}, approves, own},
		"approved on one's own and another's":  {[]person{manager, school}, approves, ""},
		"approved on another's and one's own":  {[]person{school, manager}, approves, ""},
		"approved on the proposer's":           {[]person{practitioner}, approves, ""},
		"cancelled on a sighting of one's own": {[]person{manager}, cancels, "Nobody but you has seen a child lately"},
		"cancelled on another's":               {[]person{school}, cancels, ""},
		"approved with nobody's":               {nil, approves, "has not been seen within"},
		"cancelled with nobody's":              {nil, cancels, "Nobody has seen a child lately"},
	} {
		t.Run(name, func(t *testing.T) {
			s := long(t)
			for _, by := range c.sees {
				sees(s, by)
			}
			if got := c.ends(s, manager); c.says == "" && got != "" || !strings.Contains(got, c.says) {
				t.Errorf("said %q, want %q", got, c.says)
			}
		})
	}
}

func said(s *story, id string) (all string) {
	for _, why := range verdict(s.reads(), id).Reasons {
		all += why.Text
	}
	return all
}

func TestASightIsOfSomebody(t *testing.T) {
	var s pathway.Sight
	for _, x := range [][2]string{{"2026-01-03", "a"}, {"2026-01-01", "b"}, {"2026-01-05", "a"}, {"2026-01-02", "c"}, {"", "d"}, {"2026-01-04", "a"}} {
		s.Add(x[0], x[1])
	}
	for but, want := range map[string]string{"": "2026-01-05", "a": "2026-01-02", "b": "2026-01-05"} {
		if got := s.But(but); got != want {
			t.Errorf("but %q: %s, want %s", but, got, want)
		}
	}
	if s.Add("2026-01-06", "b"); s.But("b") != "2026-01-05" || s.But("a") != "2026-01-06" {
		t.Errorf("a later one by another: %+v", s)
	}
}
