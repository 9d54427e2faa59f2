package hooks_test

import (
	"testing"

	"github.com/pocketbase/dbx"
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
	const agency = "oldagency000001"
	if _, err := app.NonconcurrentDB().Insert("agencies", dbx.Params{"id": agency, "name": "Fellmoor School", "kind": "school", "active": true,
		"created": "2026-01-05 09:00:00.000Z", "updated": "2026-01-05 09:00:00.000Z"}).Execute(); err != nil { // as the server of those days wrote it
		t.Fatal(err)
	}
	before := must(feed.Rev(app.ConcurrentDB(), "agencies", agency))

	if err := hooks.Ready(app); err != nil {
		t.Fatal(err)
	}
	if r := must(app.FindRecordById("agencies", agency)); r.GetString("name") != "Fellmoor School" {
		t.Errorf("the agency is %q", r.GetString("name"))
	}
	if after := must(feed.Rev(app.ConcurrentDB(), "agencies", agency)); after != before || before == 0 {
		t.Errorf("an agency that nobody touched went from %d to %d", before, after)
	}
	for _, n := range collections.All() {
		if _, err := app.FindCollectionByNameOrId(n.Name); err != nil {
			t.Errorf("%s is not there: %v", n.Name, err)
		}
	}
}
