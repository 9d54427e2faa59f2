package hooks_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo/demotest"
)

// Rows are written with statements that do not take themselves back: what falls with
// one of them is the transaction, whole.
func TestARowThatCannotBeWrittenFailsItsTransaction(t *testing.T) {
	app := demotest.App(t)
	if _, err := app.NonconcurrentDB().NewQuery(`CREATE TABLE rows_test (id TEXT PRIMARY KEY, n INTEGER NOT NULL)`).Execute(); err != nil {
		t.Fatal(err)
	}
	write := func(of *kernel.Rows, rows [][]any) error {
		return app.RunInTransaction(func(tx core.App) error { return of.Write(tx, rows) })
	}
	count := func() (n int) {
		t.Helper()
		if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM rows_test`).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	rows := func(n int) (out [][]any) {
		for i := range n {
			out = append(out, []any{fmt.Sprint("r", i), i})
		}
		return out
	}
	plain := kernel.NewRows("rows_test", []string{"id", "n"}, "")
	passing := kernel.NewRows("rows_test", []string{"id", "n"}, "ON CONFLICT (id) DO NOTHING")

	twice := append(rows(21), []any{"r3", 3})
	if err := write(plain, twice); err == nil || count() != 0 {
		t.Errorf("with one row twice: error %v, %d rows stand", err, count())
	}
	none := append(rows(21), []any{"r99", nil})
	if err := write(plain, none); err == nil || count() != 0 {
		t.Errorf("with one row of nothing: error %v, %d rows stand", err, count())
	}
	if err := write(passing, twice); err != nil || count() != 21 {
		t.Errorf("passing over the one twice: error %v, %d rows stand, want 21", err, count())
	}
	if err := write(plain, [][]any{{"r30", 30}, {"r31", 31}, {"r32", 32}}); err != nil || count() != 24 {
		t.Errorf("three more: error %v, %d rows stand, want 24", err, count())
	}
}
