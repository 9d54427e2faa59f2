package store_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/hooks/store"
)

// Many rows are written under a context that carries them, in their order, whatever their
// number; the statement that stands for them is no SQL without, so that they are never
// passed over in silence; and a value that no database takes is told before anything runs.
func TestManyRowsAreWrittenUnderTheirContext(t *testing.T) {
	db, err := store.Open(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.NewQuery(`CREATE TABLE rows_test (place INTEGER PRIMARY KEY, n INTEGER UNIQUE, word TEXT)`).Execute(); err != nil {
		t.Fatal(err)
	}
	rows := func(from, to int) (out [][]any) {
		for n := from; n < to; n++ {
			out = append(out, []any{n, strings.Repeat("x", n)})
		}
		return out
	}
	write := func(then string, rows [][]any) error {
		t.Helper()
		ctx, err := store.InsertRows(context.Background(), `INSERT INTO rows_test (n, word) VALUES (?, ?)`, then, rows)
		if err != nil {
			return err
		}
		_, err = db.NewQuery(store.Rows).WithContext(ctx).Execute()
		return err
	}
	stand := func() (n int) {
		t.Helper()
		if err := db.NewQuery(`SELECT count(*) FROM rows_test WHERE n = place - 1 AND length(word) = n`).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := write("", rows(0, 59)); err != nil || stand() != 59 {
		t.Errorf("59 rows: %v; %d stand in their order", err, stand())
	}
	if err := write("", rows(58, 60)); err == nil {
		t.Error("a row that is there was written again")
	}
	if err := write(" ON CONFLICT DO NOTHING", rows(40, 62)); err != nil || stand() != 62 {
		t.Errorf("22 rows, 19 of them there: %v; %d stand in their order", err, stand())
	}
	if err := write("", nil); err != nil {
		t.Errorf("no rows: %v", err)
	}
	if _, err := db.NewQuery(store.Rows).Execute(); err == nil {
		t.Error("without rows the statement was run")
	}
	if err := write("", [][]any{{struct{}{}, "x"}}); err == nil || stand() != 62 {
		t.Errorf("a value that is none: %v; %d stand", err, stand())
	}
}
