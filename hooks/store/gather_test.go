package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
	for _, table := range []string{"notes", "calls"} {
		if _, err := db.NewQuery("CREATE TABLE " + table + " (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT UNIQUE)").Execute(); err != nil {
			t.Fatal(err)
		}
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
	if got := bodies(t, tx); !slices.Equal(got, want) || g.Failed() {
		t.Errorf("%d rows of 41, failed %v", len(got), g.Failed())
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

// The rows of two tables that come in turns are written together with their like, in the
// order in which each table got them.
func TestTablesAreGatheredSideBySide(t *testing.T) {
	for _, n := range []int{4, together + 4} {
		tx, later, _ := gathered(t)
		var want []string
		for i := range n {
			body := fmt.Sprint(i)
			for _, table := range []string{"notes", "calls"} {
				if _, err := tx.ExecContext(later, "INSERT INTO "+table+" (body) VALUES (?)", body); err != nil {
					t.Fatal(err)
				}
			}
			want = append(want, body)
		}
		var last int
		if err := tx.QueryRow("SELECT changes()").Scan(&last); err != nil {
			t.Fatal(err)
		}
		if last != 4 {
			t.Errorf("of %d, the last statement wrote %d", n, last)
		}
		if got := bodies(t, tx); !slices.Equal(got, want) {
			t.Errorf("of %d: %v", n, got)
		}
		var calls int
		if err := tx.QueryRow("SELECT count(*) FROM calls").Scan(&calls); err != nil || calls != n {
			t.Errorf("of %d: %d calls, %v", n, calls, err)
		}
	}
}

// What was taken back before it was written, or while it was, is not there; what a
// savepoint holds is.
func TestGatheredRowsFallWithTheirSavepoint(t *testing.T) {
	for _, n := range []int{2, together, 2*together + 3} {
		tx, later, _ := gathered(t)
		do := func(ctx context.Context, text string, args ...any) {
			t.Helper()
			if _, err := tx.ExecContext(ctx, text, args...); err != nil {
				t.Fatal(err)
			}
		}
		do(later, insertNote, "before")
		do(t.Context(), "SAVEPOINT one")
		for i := range n - 1 {
			do(later, insertNote, fmt.Sprint("taken back ", i))
		}
		do(later, insertNote, "taken back 0") // twice: it could not be written
		do(t.Context(), "ROLLBACK TO one")
		do(later, insertNote, "inside")
		do(t.Context(), "RELEASE one")
		do(later, insertNote, "after")
		if got := bodies(t, tx); !slices.Equal(got, []string{"before", "inside", "after"}) {
			t.Errorf("%d taken back: %v", n, got)
		}
	}
}

// A row that cannot be written is told to whoever asks next, and the rows after it are
// not written: whether it waits still or others were inserted while it was written.
func TestAGatheredRowThatCannotBeWrittenIsTold(t *testing.T) {
	for _, n := range []int{4, together, together + 1, 3 * together} {
		tx, later, g := gathered(t)
		told := false
		for i := range n {
			body := fmt.Sprint(i)
			if i == 2 {
				body = "0"
			}
			if _, err := tx.ExecContext(later, insertNote, body); err != nil {
				told = true // by a row that had to wait for those before
				break
			}
		}
		_, err := tx.Exec(Settle)
		if told == (err != nil) || !g.Failed() || (err != nil && !strings.Contains(err.Error(), "UNIQUE")) {
			t.Errorf("of %d: told before %v, then %v; failed %v", n, told, err, g.Failed())
		}
		if got := bodies(t, tx); len(got) > 0 {
			t.Errorf("of %d, in statements that failed, stands %v", n, got)
		}
	}
}

// Whoever reads from the connection while rows are inserted reads on.
func TestRowsAreGatheredWhileSomebodyReads(t *testing.T) {
	tx, later, _ := gathered(t)
	insert := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			if _, err := tx.ExecContext(later, insertNote, fmt.Sprintf("%03d", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	const before, after = 100, 300
	insert(0, before)
	for _, text := range []string{"SELECT body FROM notes WHERE id <= 100", "PRAGMA table_info(notes)"} {
		rows, err := tx.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		for i := before; rows.Next(); i += 2 {
			insert(i, i+1)
			if i%3 == 0 {
				insert(i+1, i+2)
			} else {
				insert(after+i, after+i+1)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec("DELETE FROM notes WHERE id > 100"); err != nil {
			t.Fatal(err)
		}
	}
	if got := bodies(t, tx); len(got) != before {
		t.Errorf("%d rows", len(got))
	}
}

// Who runs a statement that was prepared apart sees every row before it.
func TestAPreparedStatementSeesEveryRow(t *testing.T) {
	tx, later, _ := gathered(t)
	count, err := tx.Prepare("SELECT count(*) FROM notes")
	if err != nil {
		t.Fatal(err)
	}
	defer count.Close()
	for i := range 2*together + 1 {
		if _, err := tx.ExecContext(later, insertNote, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := count.QueryRow().Scan(&n); err != nil || n != i+1 {
			t.Fatalf("%d of %d rows: %v", n, i+1, err)
		}
	}
}

// Nothing that waits is lost by a commit, and one that cannot write it commits nothing.
func TestACommitWritesWhatWaits(t *testing.T) {
	var many, twice []string
	for i := range together + 2 {
		many = append(many, fmt.Sprint(i))
	}
	twice = append(slices.Clone(many[:together-1]), "0")
	for _, c := range []struct {
		rows []string
		want []string
	}{{[]string{"a", "b"}, []string{"a", "b"}}, {many[:together], many[:together]}, {many, many}, {[]string{"a", "a"}, nil}, {twice, nil}} {
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

// A transaction whose context ends while rows are written is taken back whole.
func TestATransactionThatIsCalledOffTakesItsRowsBack(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.NewQuery("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT UNIQUE)").Execute(); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		ctx, callOff := context.WithCancel(t.Context())
		tx, err := db.DB().BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		later := (&Gathering{}).Under(ctx)
		for i := range together {
			if _, err := tx.ExecContext(later, insertNote, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		callOff()
		if err := tx.Commit(); err == nil {
			t.Fatal("it is committed")
		}
	}
	var n int
	if err := db.DB().QueryRow("SELECT count(*) FROM notes").Scan(&n); err != nil || n > 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}
