package chronology

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

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
