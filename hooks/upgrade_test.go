package hooks_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	_ "holdfast/collections/migrations"
	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/hooks/store"
)

// A store of the first days, in use, takes every later step: its rows stay, and the
// feed captures the nouns it did not know.
func TestAStoreInUseTakesTheLaterSteps(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir(), DBConnect: store.Open})
	hooks.Bind(app)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	var first core.MigrationsList
	first.Copy(core.SystemMigrations)
	for _, m := range core.AppMigrations.Items() {
		if m.File <= "1763800001_settings.go" {
			first.Register(m.Up, m.Down, m.File)
		}
	}
	if _, err := core.NewMigrationsRunner(app, first).Up(); err != nil {
		t.Fatal(err)
	}
	if err := feed.Install(app); err != nil {
		t.Fatal(err)
	}
	agency := core.NewRecord(must(app.FindCollectionByNameOrId("agencies")))
	agency.Load(map[string]any{"name": "Fellmoor School", "kind": "school", "active": true})
	if err := app.Save(agency); err != nil {
		t.Fatal(err)
	}
	before := must(feed.Rev(app.ConcurrentDB(), "agencies", agency.Id))

	if err := hooks.Ready(app); err != nil {
		t.Fatal(err)
	}
	if r := must(app.FindRecordById("agencies", agency.Id)); r.GetString("name") != "Fellmoor School" {
		t.Errorf("the agency is %q", r.GetString("name"))
	}
	if after := must(feed.Rev(app.ConcurrentDB(), "agencies", agency.Id)); after != before || before == 0 {
		t.Errorf("an agency that nobody touched went from %d to %d", before, after)
	}
	for _, n := range collections.All() {
		if _, err := app.FindCollectionByNameOrId(n.Name); err != nil {
			t.Errorf("%s is not there: %v", n.Name, err)
		}
	}
}
