package demo_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo/demotest"
)

// What a room lays as it opens is in the next test's store, as on a server that starts
// again, but nothing that it wrote; what a test made before that is the test's own.
func TestATestsStoreHasTheTablesOfTheRoomsBeforeIt(t *testing.T) {
	laid := func() []string {
		app := demotest.App(t)
		var names []string
		if err := app.ConcurrentDB().NewQuery(`SELECT name FROM sqlite_schema WHERE tbl_name LIKE 'scratch%' AND sql IS NOT NULL ORDER BY name`).Column(&names); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(names, "scratch") {
			var rows int
			if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM scratch`).Row(&rows); err != nil || rows > 0 {
				t.Errorf("%d rows of another test (%v)", rows, err)
			}
		}
		return names
	}
	if names := laid(); len(names) > 0 {
		t.Fatalf("before any room: %v", names)
	}
	app := demotest.App(t)
	run := func(app core.App, statements ...string) error {
		for _, s := range statements {
			if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
				return err
			}
		}
		return nil
	}
	if err := run(app, `CREATE TABLE scratch_of_a_test (a TEXT)`); err != nil {
		t.Fatal(err)
	}
	room := func(e *core.ServeEvent) error {
		return run(e.App, `CREATE TABLE IF NOT EXISTS scratch (a TEXT)`, `CREATE INDEX IF NOT EXISTS scratch_a ON scratch (a)`, `INSERT INTO scratch VALUES ('one')`)
	}
	demotest.Serve(t, app, room)
	if names := laid(); !slices.Equal(names, []string{"scratch", "scratch_a"}) {
		t.Errorf("after the room: %v", names)
	}
	demotest.Serve(t, demotest.App(t), room)
}
