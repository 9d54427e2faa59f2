package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	"holdfast/hooks/store"
	"holdfast/hooks/upkeep"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestTheDemoIsForThisMachineAndAnEmptyStoreOnly(t *testing.T) {
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: t.TempDir(), DBConnect: store.Open})
	hooks.Bind(app)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	defer app.ResetBootstrapState()
	for _, address := range []string{"0.0.0.0:8090", "192.168.1.5:8090", ":8090", "example.org:80", "nonsense"} {
		if err := thisMachineOnly([]string{"127.0.0.1:8090", address}, nil); err == nil {
			t.Errorf("the demo would be served on %q", address)
		}
	}
	if err := thisMachineOnly([]string{"127.0.0.1:8090"}, []string{"example.org"}); err == nil {
		t.Error("the demo would be served under a domain")
	}
	if err := thisMachineOnly([]string{"127.0.0.1:8090", "[::1]:8091", "localhost:80"}, nil); err != nil {
		t.Errorf("on this machine: %v", err)
	}
	if demo.Marked(app) {
		t.Error("a store that nobody filled is the demo's")
	}
	if err := hooks.Ready(app); err != nil {
		t.Fatal(err)
	}
	agencies, err := app.FindCollectionByNameOrId("agencies")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(agencies)
	r.Load(map[string]any{"name": "A real place", "kind": "school"})
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	if err := fellmoor(app, "127.0.0.1:8090"); !errors.Is(err, demo.ErrOther) {
		t.Errorf("a store with other data: %v", err)
	}
	if n, _ := app.CountRecords("users"); n != 0 {
		t.Errorf("%d people were put into somebody's store", n)
	}
	if demo.Marked(app) {
		t.Error("somebody's store is the demo's")
	}
}

// A collection that an operator once added beside ours stands closed: nobody else reaches
// it, and nothing in it is lost.
func TestAServerDoesNotStartWithAnOpenCollectionBesideOurs(t *testing.T) {
	app := demotest.App(t)
	app.Store().Remove("holdfast.stands") // it was there before this was so
	c := core.NewBaseCollection("leaky")
	open := "owner = @request.auth.id"
	c.Fields.Add(&core.TextField{Name: "owner"})
	c.ListRule = &open
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Set("owner", "somebody")
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	if err := hooks.Ready(app); err == nil || !strings.Contains(err.Error(), "the collection leaky beside ours is open to others than the operator") {
		t.Errorf("a rule that lists ownerless rows to a guest was let through: %v", err)
	}
	if done, err := upkeep.Repair(app); err != nil || len(done) == 0 {
		t.Fatal(done, err)
	}
	if err := hooks.Ready(app); err != nil {
		t.Error(err)
	}
	if kept := must(app.FindRecordById("leaky", r.Id)); kept.GetString("owner") != "somebody" || kept.Collection().ListRule != nil {
		t.Error(kept.PublicExport(), kept.Collection().ListRule)
	}
}
