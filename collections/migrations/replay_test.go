package migrations_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"

	"holdfast/collections"
	_ "holdfast/collections/migrations"
)

// Replaying the frozen migrations on an empty store gives what the declarations
// say. When this fails, freeze the next step: the old ones stay as they are.
func TestReplayingMigrationsEqualsTheDeclarations(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	defer app.ResetBootstrapState()
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	for _, n := range collections.All() {
		stored, err := app.FindCollectionByNameOrId(collections.ID(n.Name))
		if err != nil {
			t.Errorf("%s is declared and not there: %v", n.Name, err)
			continue
		}
		want, got := shape(t, n.Collection()), shape(t, stored)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs (-declared +replayed):\n%s", n.Name, diff)
		}
	}
	all, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if !c.System && collections.ByName(c.Name) == nil {
			t.Errorf("%s is there and not declared", c.Name)
		}
	}
}

// A step writes what it changes and nothing else: a store that is there already waits
// for no more than that.
func TestAStepSavesWhatItChanges(t *testing.T) {
	names, err := filepath.Glob("*.json")
	if err != nil || len(names) < 2 {
		t.Fatal(names, err)
	}
	want, before := map[string]int{}, map[string]any{}
	for _, name := range names { // in the order of their steps
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var all []map[string]any
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if !cmp.Equal(before[c["id"].(string)], any(c)) {
				want[c["name"].(string)]++
			}
			before[c["id"].(string)] = c
		}
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	defer app.ResetBootstrapState()
	got := map[string]int{}
	count := func(e *core.CollectionEvent) error {
		got[e.Collection.Name]++
		return e.Next()
	}
	app.OnCollectionCreateExecute().BindFunc(count)
	app.OnCollectionUpdateExecute().BindFunc(count)
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	want["users"]++ // room is made for ours among PocketBase's own
	for name, n := range want {
		if got[name] != n {
			t.Errorf("%s was saved %d times, and changed %d times", name, got[name], n)
		}
	}
}

func shape(t *testing.T, c *core.Collection) any {
	t.Helper()
	s, err := collections.Shape(c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
