package sync

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A phone without signal changes one field twice, and somebody else changed it meanwhile.
// What the first edit was merged with its phone has not seen: the second is merged with it
// too, and takes away no mark and no word.
func TestWhatWasMergedIsNotOnesOwn(t *testing.T) {
	for name, how := range map[string]struct{ base, was, apart bool }{
		"by base and what was seen": {base: true, was: true},
		"by base alone":             {base: true},
		"by what was seen alone":    {was: true},
		"in two pushes":             {base: true, was: true, apart: true},
	} {
		t.Run(name, func(t *testing.T) {
			m, school, tess, dan := marlowes(t)
			made := mutation("create", "relationships", "relationmerged1", 0, set("case", demo.CaseID(1), "person", tess, "other", dan, "kind", "partner",
				"parental_responsibility", "unknown", "note", "Seen together."))
			want(t, m.practitioner.push(made)[0], contract.Applied)
			school.pull(0)
			base := school.rev("relationships", "relationmerged1")
			edit := func(wasMarks, marks []string, wasNote, note string) contract.Mutation {
				e := mutation("update", "relationships", "relationmerged1", 0, set("between", marks, "note", note))
				if how.base {
					e.Base = base
				}
				if how.was {
					e.Was = set("between", wasMarks, "note", wasNote)
				}
				return e
			}
			m.practitioner.pull(0)
			theirs := mutation("update", "relationships", "relationmerged1", m.practitioner.rev("relationships", "relationmerged1"),
				set("between", []string{"no_contact"}, "note", "Seen together.\n\nHe threatened her."))
			want(t, m.practitioner.push(theirs)[0], contract.Applied)

			one := edit([]string{}, []string{"domestic_abuse"}, "Seen together.", "Seen together.\n\nFirst.")
			two := edit([]string{"domestic_abuse"}, []string{"domestic_abuse", "court_order"}, "Seen together.\n\nFirst.", "Seen together.\n\nFirst.\n\nSecond.")
			if how.apart {
				school.push(one)
				school.push(two)
			} else {
				for i, r := range school.push(one, two) {
					if r.Verdict != contract.Merged {
						t.Errorf("edit %d: %+v", i, r)
					}
				}
			}
			school.pull(0)
			got := fmt.Sprint(school.field("relationships", "relationmerged1", "between"))
			if got != "[no_contact domestic_abuse court_order]" {
				t.Errorf("between them stands %s", got)
			}
			note := fmt.Sprint(school.field("relationships", "relationmerged1", "note"))
			for _, words := range []string{"He threatened her.", "First.", "Second."} {
				if !strings.Contains(note, words) {
					t.Errorf("%q is not in %q", words, note)
				}
			}
		})
	}
}

// The same of a record that met another of the same thing: what stood there is nobody's
// own by an alias.
func TestWhatWasMetIsNotOnesOwn(t *testing.T) {
	m, school, tess, dan := marlowes(t)
	of := func(more ...any) map[string]json.RawMessage {
		return set(append([]any{"case", demo.CaseID(1), "person", tess, "other", dan, "kind", "partner", "parental_responsibility", "unknown"}, more...)...)
	}
	want(t, m.practitioner.push(mutation("create", "relationships", "relationfirst01", 0, of("between", []string{"no_contact"}, "note", "He threatened her.")))[0], contract.Applied)
	made := mutation("create", "relationships", "relationsecond1", 0, of("between", []string{"domestic_abuse"}, "note", "From school."))
	more := mutation("update", "relationships", "relationsecond1", 0, set("between", []string{"domestic_abuse", "court_order"}, "note", "From school, on Monday."))
	more.Was = set("between", []string{"domestic_abuse"}, "note", "From school.")
	for i, r := range school.push(made, more) {
		if r.Verdict != contract.Merged || r.As != "relationfirst01" {
			t.Errorf("mutation %d: %+v", i, r)
		}
	}
	school.pull(0)
	if got := fmt.Sprint(school.field("relationships", "relationfirst01", "between")); got != "[no_contact domestic_abuse court_order]" {
		t.Errorf("between them stands %s", got)
	}
	if note := fmt.Sprint(school.field("relationships", "relationfirst01", "note")); !strings.Contains(note, "He threatened her.") || !strings.Contains(note, "on Monday.") {
		t.Errorf("the note is %q", note)
	}
}
