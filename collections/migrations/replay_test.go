package migrations_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"

	"holdfast/collections"
	"holdfast/collections/migrations"
)

// What the nouns declare is what the steps lead to. When this fails, a change in
// collections/*.go was not frozen: the steps that are there stay as they are.
func TestEveryChangeOfTheNounsIsFrozen(t *testing.T) {
	was, err := migrations.Before("")
	if err != nil {
		t.Fatal(err)
	}
	now, err := migrations.Nouns()
	if err != nil {
		t.Fatal(err)
	}
	if step := migrations.Between(was, now); !step.Empty() {
		t.Errorf("collections/*.go was changed and no step says so. Run\n\tgo run ./collections/migrations/freeze 17NNNNNNNN_what_changed\n(or with the name of the last step, if nobody has it yet). It will write\n%s", migrations.Print(step))
	}
}

// Taken on an empty store, the steps give every collection exactly as it is declared, and
// nothing beside; each is saved no more often than steps change it.
func TestReplayingMigrationsEqualsTheDeclarations(t *testing.T) {
	app := empty(t)
	got, want := map[string]int{}, map[string]int{"users": 1} // room is made for ours among PocketBase's own
	count := func(e *core.CollectionEvent) error {
		got[e.Collection.Name]++
		return e.Next()
	}
	app.OnCollectionCreateExecute().BindFunc(count)
	app.OnCollectionUpdateExecute().BindFunc(count)
	must(t, app.RunAllMigrations())
	for _, n := range collections.All() {
		stored, err := app.FindCollectionByNameOrId(collections.ID(n.Name))
		if err != nil {
			t.Errorf("%s is declared and not there: %v", n.Name, err)
			continue
		}
		if diff := cmp.Diff(of(t, n.Collection()), of(t, stored)); diff != "" {
			t.Errorf("%s differs (-declared +replayed):\n%s", n.Name, diff)
		}
	}
	all, err := app.FindAllCollections()
	must(t, err)
	for _, c := range all {
		if !c.System && collections.ByName(c.Name) == nil {
			t.Errorf("%s is there and not declared", c.Name)
		}
	}
	for _, name := range migrations.Names() {
		step, err := migrations.Read(name)
		must(t, err)
		for _, add := range step.Add {
			want[add["name"].(string)]++
		}
		for _, c := range step.Change {
			want[c.Collection]++
			if len(c.Drop)+len(c.Lose) > 0 {
				want[c.Collection]++
			}
		}
	}
	for name, n := range want {
		if got[name] > n || got[name] == 0 {
			t.Errorf("%s was saved %d times, and changed %d times", name, got[name], n)
		}
	}
}

// A store of the build before the steps became one start goes on from it, with its rows; one
// that is older, or is not as those steps left it, is told what to do and is not touched.
func TestAStoreFromBeforeTheStartGoesOnFromIt(t *testing.T) {
	from := func(t *testing.T, statements ...string) (app core.App, err error) {
		app = empty(t)
		var first core.MigrationsList
		for _, m := range core.AppMigrations.Items() {
			if m.File == migrations.Names()[0]+".go" {
				first.Register(m.Up, m.Down, m.File)
			}
		}
		if _, err := core.NewMigrationsRunner(app, first).Up(); err != nil {
			t.Fatal(err)
		}
		raw(t, app, `INSERT INTO agencies (id, name, kind) VALUES ('agency000000001', 'Fellmoor School', 'school')`,
			`DELETE FROM _migrations WHERE file = '`+migrations.Names()[0]+`.go'`)
		for _, file := range migrations.Replaced {
			raw(t, app, `INSERT INTO _migrations (file, applied) VALUES ('`+file+`', 1)`)
		}
		raw(t, app, statements...)
		return app, app.RunAllMigrations()
	}
	app, err := from(t)
	must(t, err)
	if r, err := app.FindRecordById("agencies", "agency000000001"); err != nil || r.GetString("name") != "Fellmoor School" {
		t.Error(r, err)
	}
	for _, n := range collections.All() { // and takes what came later
		stored, err := app.FindCollectionByNameOrId(n.Name)
		must(t, err)
		if diff := cmp.Diff(of(t, n.Collection()), of(t, stored)); diff != "" {
			t.Errorf("%s differs (-declared +taken over):\n%s", n.Name, diff)
		}
	}
	var old int
	must(t, app.DB().NewQuery(`SELECT count(*) FROM _migrations WHERE file IN ('1763800000_house.go', '1765000010_ticks.go')`).Row(&old))
	if old != 0 {
		t.Error("what it took before is still said of it")
	}
	must(t, app.RunAllMigrations())
	for what, c := range map[string]struct{ does, says string }{
		"an earlier commit":        {`DELETE FROM _migrations WHERE file = '1765000010_ticks.go'`, "1 steps not taken"},
		"a field is not as it was": {`UPDATE _collections SET fields = replace(fields, '"name":"speaker"', '"name":"talker"') WHERE name = 'notes'`, "notes"},
		"a collection is gone":     {`DELETE FROM _collections WHERE name = 'crests'`, "crests"},
	} {
		t.Run(what, func(t *testing.T) {
			app, err := from(t, c.does)
			if err == nil {
				t.Fatal("it goes on in silence")
			}
			for _, say := range []string{c.says, "Nothing was changed", "Start it once with the last build that still has collections/migrations/1765000000_practice.json"} {
				if !strings.Contains(err.Error(), say) {
					t.Errorf("it does not say %q: %v", say, err)
				}
			}
			var old int
			must(t, app.DB().NewQuery(`SELECT count(*) FROM _migrations WHERE file = '1763800000_house.go'`).Row(&old))
			if old != 1 {
				t.Error("it was touched")
			}
		})
	}
}

// Of a store that took a step which this build does not know, it is told.
func TestStepsOfOtherBuildsAreTold(t *testing.T) {
	for file, known := range map[string]bool{
		"1764500000_practice.go": true, migrations.Names()[0] + ".go": true, "1999999999_later.go": false,
	} {
		if migrations.Known(file) != known {
			t.Errorf("%s: known is %v", file, !known)
		}
	}
}

func empty(t *testing.T) core.App {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	must(t, app.Bootstrap())
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	return app
}

func raw(t *testing.T, app core.App, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			t.Fatal(s, err)
		}
	}
}

func of(t *testing.T, c *core.Collection) migrations.Shape {
	t.Helper()
	s, err := migrations.Of(c)
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
