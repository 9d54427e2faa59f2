package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// gathered opens a database with one table, and a transaction in it.
func gathered(t *testing.T) (*sql.Tx, context.Context, *Gathering) {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.NewQuery("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT UNIQUE)").Execute(); err != nil {
		t.Fatal(err)
	}
	tx, err := db.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tx.Rollback() })
	g := &Gathering{}
	return tx, g.Under(t.Context()), g
}

const insertNote = "INSERT INTO notes (body) VALUES (?)"

func bodies(t *testing.T, tx *sql.Tx) (out []string) {
	t.Helper()
	rows, err := tx.Query("SELECT body FROM notes ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			t.Fatal(err)
		}
		out = append(out, body)
	}
	return out
}

// Rows that wait are there for whoever asks, in the order they were written in, with
// those that did not wait.
func TestGatheredRowsAreThereForWhoeverAsks(t *testing.T) {
	tx, later, g := gathered(t)
	var want []string
	for i := range 41 {
		body := strings.Repeat("x", i+1)
		ctx := later
		if i == 20 {
			ctx = t.Context()
		}
		if _, err := tx.ExecContext(ctx, insertNote, body); err != nil {
			t.Fatal(err)
		}
		want = append(want, body)
		if i%13 == 5 {
			if got := bodies(t, tx); !slices.Equal(got, want) {
				t.Fatalf("after %d rows: %d", i+1, len(got))
			}
		}
	}
	if got := bodies(t, tx); !slices.Equal(got, want) || g.Failed {
		t.Errorf("%d rows of 41, failed %v", len(got), g.Failed)
	}
}

// Several rows are one statement: that is what it is for.
func TestGatheredRowsAreWrittenTogether(t *testing.T) {
	tx, later, _ := gathered(t)
	changes := func() (n int) {
		if err := tx.QueryRow("SELECT changes()").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 4 {
		if _, err := tx.ExecContext(later, insertNote, strings.Repeat("x", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if n := changes(); n != 4 {
		t.Errorf("the last statement wrote %d rows", n)
	}
	if _, err := tx.Exec(insertNote, "alone"); err != nil {
		t.Fatal(err)
	}
	if n := changes(); n != 1 {
		t.Errorf("a row that was not to wait was written with %d", n)
	}
}

// What was taken back before it was written is not written; what a savepoint holds is.
func TestGatheredRowsFallWithTheirSavepoint(t *testing.T) {
	tx, later, _ := gathered(t)
	do := func(ctx context.Context, text string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(ctx, text, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(later, insertNote, "before")
	do(t.Context(), "SAVEPOINT one")
	do(later, insertNote, "taken back")
	do(later, insertNote, "taken back") // twice: it could not be written
	do(t.Context(), "ROLLBACK TO one")
	do(later, insertNote, "inside")
	do(t.Context(), "RELEASE one")
	do(later, insertNote, "after")
	if got := bodies(t, tx); !slices.Equal(got, []string{"before", "inside", "after"}) {
		t.Errorf("%v", got)
	}
}

// A row that cannot be written is told to whoever asks next, and the rows after it
// that waited with it are not written.
func TestAGatheredRowThatCannotBeWrittenIsTold(t *testing.T) {
	tx, later, g := gathered(t)
	for _, body := range []string{"a", "b", "a", "c"} {
		if _, err := tx.ExecContext(later, insertNote, body); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	}
	if _, err := tx.Exec(Settle); err == nil || !strings.Contains(err.Error(), "UNIQUE") || !g.Failed {
		t.Errorf("%v, failed %v", err, g.Failed)
	}
	if got := bodies(t, tx); len(got) > 0 {
		t.Errorf("of a statement that failed stands %v", got)
	}
}

// Nothing that waits is lost by a commit, and one that cannot write it commits nothing.
func TestACommitWritesWhatWaits(t *testing.T) {
	for _, c := range []struct {
		rows []string
		want []string
	}{{[]string{"a", "b"}, []string{"a", "b"}}, {[]string{"a", "a"}, nil}} {
		db, err := Open(filepath.Join(t.TempDir(), "data.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.NewQuery("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT UNIQUE)").Execute(); err != nil {
			t.Fatal(err)
		}
		tx, err := db.DB().Begin()
		if err != nil {
			t.Fatal(err)
		}
		later := (&Gathering{}).Under(t.Context())
		for _, body := range c.rows {
			if _, err := tx.ExecContext(later, insertNote, body); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); (err == nil) != (c.want != nil) {
			t.Errorf("%v: %v", c.rows, err)
		}
		next, err := db.DB().Begin()
		if err != nil {
			t.Fatal(err)
		}
		if got := bodies(t, next); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v", c.rows, got)
		}
		if err := next.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}
