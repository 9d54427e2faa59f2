package hooks_test

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/search"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/quicker"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// What the house takes for granted of PocketBase and SQLite beyond what they promise.
// When one of these is red after an upgrade, the sentence says which file to open.
func TestPocketBaseIsAsItIsTakenToBe(t *testing.T) {
	app := demotest.App(t)
	for _, c := range []struct {
		taken string // for granted
		open  string
		holds func(t *testing.T) bool
	}{
		{"these are the versions that all of this was read of; of another, read what changed in rules, hooks and transactions",
			"this file, from its top", func(t *testing.T) bool {
				mod, err := os.ReadFile("../go.mod")
				if err != nil {
					t.Fatal(err)
				}
				found := regexp.MustCompile(`(?m)^\t(github.com/pocketbase/pocketbase|modernc.org/sqlite) (\S+)`).FindAllStringSubmatch(string(mod), -1)
				said := map[string]string{}
				for _, f := range found {
					said[f[1]] = f[2]
				}
				return cmp.Diff(map[string]string{"github.com/pocketbase/pocketbase": pocketBase, "modernc.org/sqlite": sqlite}, said) == ""
			}},
		{"a record's fields are validated by one handler with this id, and ours takes its place",
			"hooks/quicker/validate.go", func(t *testing.T) bool {
				bare := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
				stock := bare.OnRecordValidate().Length()
				quicker.Bind(bare)
				ours := bare.OnRecordValidate().Length()
				bare.OnRecordValidate().Unbind(quicker.Step)
				return ours == stock && bare.OnRecordValidate().Length() == stock-1
			}},
		{"a relation holds one id as text, and is valid where that record is there",
			"hooks/quicker/validate.go (relatedTo), then its same_test.go", func(t *testing.T) bool {
				r := core.NewRecord(must(app.FindCachedCollectionByNameOrId("notes")))
				r.Set("case", demo.CaseID(1))
				f := r.Collection().Fields.GetByName("case")
				_, text := r.GetRaw("case").(string)
				there := f.ValidateValue(t.Context(), app, r)
				r.Set("case", "nosuchcase00000")
				return text && there == nil && f.ValidateValue(t.Context(), app, r) != nil
			}},
		{"a proxy is saved as the record that it stands for, and hooks see that record itself",
			"hooks/kernel/intent.go, hooks/kernel/door.go", func(t *testing.T) bool {
				r := must(app.FindRecordById("cases", demo.CaseID(1)))
				var seen *core.Record
				id := app.OnRecordUpdate("cases").BindFunc(func(e *core.RecordEvent) error { seen = e.Record; return e.Next() })
				defer app.OnRecordUpdate("cases").Unbind(id)
				return app.Save(kernel.AsServer(r)) == nil && seen == r
			}},
		{"a transaction inside a transaction is the same one, with one TxInfo, and outside there is none",
			"hooks/kernel/tx.go (stateOf), hooks/quicker/validate.go (thereIn)", func(t *testing.T) bool {
				same := false
				err := app.RunInTransaction(func(tx core.App) error {
					return tx.RunInTransaction(func(inner core.App) error { same = tx.TxInfo() != nil && tx.TxInfo() == inner.TxInfo(); return nil })
				})
				return err == nil && same && app.TxInfo() == nil
			}},
		{"inside a transaction all that is asked goes to its one connection, so that a savepoint holds it",
			"hooks/kernel/tx.go (Savepoint, Query)", func(t *testing.T) bool {
				n := 0
				err := app.RunInTransaction(func(tx core.App) error {
					if _, err := tx.NonconcurrentDB().NewQuery("INSERT INTO sync_meta (name, value) VALUES ('sentinel', '1')").Execute(); err != nil {
						return err
					}
					return tx.ConcurrentDB().NewQuery("SELECT count(*) FROM sync_meta WHERE name = 'sentinel'").Row(&n)
				})
				return err == nil && n == 1
			}},
		{"what is to be done when a transaction is over is done in the order in which it was said",
			"hooks/kernel/journal.go (forgetFallen)", func(t *testing.T) bool {
				var order []int
				err := app.RunInTransaction(func(tx core.App) error {
					for n := range 3 {
						tx.TxInfo().OnComplete(func(error) error { order = append(order, n); return nil })
					}
					return nil
				})
				return err == nil && slices.Equal(order, []int{0, 1, 2})
			}},
		{"rules know these functions beside their macros, and no others",
			"server/sync/memo.go (lookInto, firsts), server/sync/ahead.go", func(t *testing.T) bool {
				return slices.Equal(slices.Sorted(maps.Keys(search.TokenFunctions)), functions)
			}},
		{"a macro of a rule is a word with an @",
			"server/sync/memo.go (paths)", func(t *testing.T) bool {
				for _, n := range collections.All() {
					for _, rule := range []*string{n.Collection().ViewRule, n.Collection().CreateRule, n.Collection().UpdateRule} {
						if rule != nil && strings.Count(*rule, "@") != len(regexp.MustCompile(`@(request|collection|now|todayStart)\b`).FindAllString(*rule, -1)) {
							t.Log(n.Name, *rule)
							return false
						}
					}
				}
				return true
			}},
		{"these are all the types of fields that there are",
			"hooks/feed (how each is told to a phone)", func(t *testing.T) bool {
				return slices.Equal(slices.Sorted(maps.Keys(core.Fields)), fieldTypes)
			}},
		{"SQLite makes rows of JSON as they were: text, numbers, nothing and bytes",
			"hooks/kernel/rows.go", func(t *testing.T) bool {
				var said string
				err := app.ConcurrentDB().NewQuery(`SELECT group_concat(typeof(value->>0) || typeof(value->>1) || typeof(value->>2) || hex(unhex(value->>3))) FROM json_each('[["a", 1, null, "00ff"]]')`).Row(&said)
				return err == nil && said == "textintegernull00FF"
			}},
		{"the body of a request is wrapped in one that can be read again",
			"server/upload/lane_receive.go, server/ops/close.go", func(t *testing.T) bool {
				f, ok := reflect.TypeFor[router.RereadableReadCloser]().FieldByName("ReadCloser")
				return ok && f.Anonymous
			}},
		{"files lie in the folder storage, below that of their collection and record",
			"server/upload/verify/shelf.go, server/upload/custody_store.go", func(t *testing.T) bool {
				r := must(app.FindRecordById("cases", demo.CaseID(1)))
				return core.LocalStorageDirName == "storage" && r.BaseFilesPath() == collections.ID("cases")+"/"+r.Id
			}},
		{"the accounts that people sign in with are the collection that PocketBase makes",
			"collections/noun.go (ID)", func(t *testing.T) bool {
				return must(app.FindCollectionByNameOrId("users")).Id == collections.ID("users")
			}},
	} {
		if !c.holds(t) {
			t.Errorf("it no longer holds that %s.\n\tOpen %s", c.taken, c.open)
		}
	}
}

const (
	pocketBase = "v0.39.11"
	sqlite     = "v1.55.0"
)

var (
	functions  = []string{"geoDistance", "strftime"}
	fieldTypes = []string{"autodate", "bool", "date", "editor", "email", "file", "geoPoint", "json", "number", "password", "relation", "select", "text", "url"}
)
