package chronology

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/chronology"
	"holdfast/server/demo/demotest"
)

// The cost of a page follows the page: each source is read by an index in its own
// order, none is scanned or sorted whole.
func TestEachSourceIsReadByItsIndex(t *testing.T) {
	app := demotest.App(t)
	for i := range sources {
		s := &sources[i]
		for _, order := range []chronology.Order{chronology.Oldest, chronology.Newest} {
			var plan []struct {
				Detail string `db:"detail"`
			}
			err := app.ConcurrentDB().NewQuery("EXPLAIN QUERY PLAN " + s.sql(order)).
				Bind(dbx.Params{"case": "c", "key": "", "id": "", "limit": 100, "low": "", "high": "~", "mine": "a", "now": "2026-11-20"}).All(&plan)
			if err != nil {
				t.Fatalf("%s: %v", s.noun, err)
			}
			for _, p := range plan {
				if strings.HasPrefix(p.Detail, "SCAN") || p.Detail == "USE TEMP B-TREE FOR ORDER BY" && s.noun != "people" && s.where != "captured_at > {:now}" { // a household is small
					t.Errorf("%s by %s: %s", s.noun, s.key, p.Detail)
				}
			}
		}
	}
}

// Whoever adds a noun of a case decides whether a family's chronology tells of it, and
// says why where it does not.
func TestEveryNounOfACaseIsToldOrSaysWhyNot(t *testing.T) {
	for _, n := range collections.All() {
		told := slices.ContainsFunc(sources, func(s source) bool { return s.noun == n.Name })
		switch {
		case n.CaseField == "" && n.Untold != "":
			t.Errorf("%s is not case content: there is nothing to leave out", n.Name)
		case n.CaseField != "" && !told && n.Untold == "":
			t.Errorf("%s is in no chronology: give it a source in server/chronology, or say in its Untold why not", n.Name)
		case told && n.Untold != "":
			t.Errorf("%s is told, and says that it is not: %s", n.Name, n.Untold)
		}
	}
}
