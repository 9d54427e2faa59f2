package sync

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// What a rule can look into is found by following its paths: relations forward,
// _via_ back, and @collection anywhere.
func TestWhatARuleCanLookInto(t *testing.T) {
	for _, c := range []struct{ noun, rule, into string }{
		{"notes", `@request.auth.id != ''`, ""},
		{"notes", `case.case_members_via_case.user ?= @request.auth.id`, "case_members cases users"},
		{"notes", `author.agency.name = 'x' && case.status = 'open'`, "agencies cases users"},
		{"cases", `case_members_via_case.active ?= true`, "case_members"},
		{"notes", `@collection.people.case ?= case`, "cases people"},
	} {
		var names []string
		for id := range lookInto(collections.ByName(c.noun), c.rule, false) {
			names = append(names, collections.ByID(id).Name)
		}
		if diff := cmp.Diff(c.into, strings.Join(slices.Sorted(slices.Values(names)), " ")); diff != "" {
			t.Errorf("%s: %s\n%s", c.noun, c.rule, diff)
		}
	}
}

// Two records are one question when the rule sees no difference between them.
func TestWhatARuleLooksAt(t *testing.T) {
	c := collections.ByName("notes").Collection()
	note := func(values map[string]any) *core.Record {
		r := core.NewRecord(c)
		r.Load(values)
		return r
	}
	rule := *c.CreateRule
	one := looksAt(rule, note(map[string]any{"id": "a", "case": "c1", "body": "x"}))
	if two := looksAt(rule, note(map[string]any{"id": "b", "case": "c1", "body": "y"})); one != two {
		t.Errorf("one case is two questions: %s and %s", one, two)
	}
	if other := looksAt(rule, note(map[string]any{"id": "a", "case": "c2", "body": "x"})); one == other {
		t.Errorf("two cases are one question: %s", one)
	}
}
