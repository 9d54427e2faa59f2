package hooks_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/collections/migrations"
	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/hooks/store"
)

// earlier is what the nouns might have been before the latest change of them: without good
// practice, and without an agency's parent.
func earlier(now []migrations.Shape) (was []migrations.Shape) {
	for _, n := range now {
		switch n["name"] {
		case "good_practice":
			continue
		case "agencies":
			then := migrations.Shape{}
			for key, value := range n {
				then[key] = value
			}
			then["fields"] = slices.DeleteFunc(slices.Clone(n["fields"].([]any)), func(f any) bool { return f.(map[string]any)["name"] == "parent" })
			n = then
		}
		was = append(was, n)
	}
	return was
}

// A store in use, with the hooks of this build, takes a later step: its rows and their
// positions stay, and the feed captures the noun that it did not know.
func TestAStoreInUseTakesALaterStep(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir(), DBConnect: store.Open})
	hooks.Bind(app)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	now := must(migrations.Nouns())
	was := earlier(now)
	back, step := migrations.Between(now, was), migrations.Between(was, now)
	if len(back.Drop) != 1 || len(back.Change) != 1 || len(step.Add) != 1 || len(step.Change) != 1 {
		t.Fatalf("%s", migrations.Print(step))
	}
	if err := app.RunInTransaction(back.Up); err != nil {
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
	rev := must(feed.Rev(app.ConcurrentDB(), "agencies", agency))

	if err := app.RunInTransaction(step.Up); err != nil {
		t.Fatal(err)
	}
	if err := hooks.Ready(app); err != nil {
		t.Fatal(err)
	}
	if r := must(app.FindRecordById("agencies", agency)); r.GetString("name") != "Fellmoor School" || r.GetString("parent") != "" {
		t.Errorf("the agency is %v", r.FieldsData())
	}
	if after := must(feed.Rev(app.ConcurrentDB(), "agencies", agency)); after != rev || rev == 0 {
		t.Errorf("an agency that nobody touched went from %d to %d", rev, after)
	}
	for _, n := range collections.All() {
		if _, err := app.FindCollectionByNameOrId(n.Name); err != nil {
			t.Errorf("%s is not there: %v", n.Name, err)
		}
	}
	if err := feed.Check(app); err != nil {
		t.Error(err)
	}
}
