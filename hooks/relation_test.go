package hooks_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo/demotest"
)

// A relation is asked once a transaction; what went meanwhile is asked again, or a
// record would point at nothing.
func TestARelationIsAskedAgainAfterWhatItLedToWent(t *testing.T) {
	app := demotest.App(t)
	agency := func(tx core.App, name, parent string) (*core.Record, error) {
		r := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("agencies")))
		r.Load(map[string]any{"name": name, "kind": "school", "active": true, "parent": parent})
		return r, tx.Save(r)
	}
	taken := errors.New("taken back")
	err := app.RunInTransaction(func(tx core.App) error {
		trust := must(agency(tx, "trust", ""))
		must(agency(tx, "first", trust.Id))
		if _, err := tx.NonconcurrentDB().Delete("agency_history", dbx.HashExp{"agency": trust.Id}).Execute(); err != nil { // it would hold the agency
			return err
		}
		if err := tx.Delete(trust); err != nil {
			return err
		}
		if _, err := agency(tx, "second", trust.Id); err == nil {
			t.Error("an agency is part of one that was deleted")
		}
		var gone string
		if err := kernel.Savepoint(tx, func() error {
			other := must(agency(tx, "other", ""))
			gone = other.Id
			must(agency(tx, "third", gone))
			return taken
		}); !errors.Is(err, taken) {
			return err
		}
		if _, err := agency(tx, "fourth", gone); err == nil {
			t.Error("an agency is part of one whose making was taken back")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
