package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"testing"
)

// oneConn is one connection of a new store, with a table of three rows, and what it keeps.
func oneConn(t *testing.T) (*sql.Conn, *conn) {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	one, err := db.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = one.Close() })
	if _, err := one.ExecContext(t.Context(), "CREATE TABLE a (b); INSERT INTO a VALUES (1), (2), (3)"); err != nil {
		t.Fatal(err)
	}
	var kept *conn
	if err := one.Raw(func(inner any) error { kept = inner.(*conn); return nil }); err != nil {
		t.Fatal(err)
	}
	return one, kept
}

const ordered = "SELECT b FROM a ORDER BY b"

// A statement whose rows somebody still reads is not handed to the next who asks the same.
func TestAStatementIsInOnePairOfHands(t *testing.T) {
	_, c := oneConn(t)
	ask := func() driver.Rows {
		t.Helper()
		rows, err := c.QueryContext(t.Context(), ordered, nil)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	next := func(rows driver.Rows, want int64) {
		t.Helper()
		row := make([]driver.Value, 1)
		if err := rows.Next(row); err != nil || row[0] != want {
			t.Fatalf("the next row is %v (%v), not %d", row[0], err, want)
		}
	}
	if err := ask().Close(); err != nil { // it is compiled, and nobody's
		t.Fatal(err)
	}
	first := ask()
	next(first, 1)
	second := ask()
	next(second, 1)
	next(second, 2)
	next(first, 2)
	for _, rows := range []driver.Rows{second, second, first, first} { // closed twice is closed once
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.idle) != c.order.Len() || c.idle[ordered] == nil {
		t.Errorf("%d statements are kept, %d in order", len(c.idle), c.order.Len())
	}
	again := ask()
	next(again, 1)
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// A connection keeps so many statements and no more, those that were used last.
func TestAConnectionKeepsSoManyStatements(t *testing.T) {
	one, c := oneConn(t)
	text := func(n int) string { return fmt.Sprintf("SELECT max(b) FROM a WHERE b != -%d", n) }
	for n := range remembered + 40 {
		if err := one.QueryRowContext(t.Context(), text(n)).Scan(new(int64)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.idle) != remembered || c.order.Len() != remembered {
		t.Errorf("%d statements are kept, %d in order, and not %d", len(c.idle), c.order.Len(), remembered)
	}
	if c.idle[text(remembered+39)] == nil || c.idle[text(0)] != nil {
		t.Error("not those that were used last")
	}
}

// What is read past database/sql gives its statement back, also where the reader stops.
func TestWhatIsReadGivesItsStatementBack(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.DB().SetMaxOpenConns(1)
	if _, err := db.NewQuery("CREATE TABLE a (b); INSERT INTO a VALUES (1), (2), (3)").Execute(); err != nil {
		t.Fatal(err)
	}
	read := 0
	stop := fmt.Errorf("enough")
	for range 3 {
		if err := Read(context.Background(), db.DB(), ordered, nil, func([]driver.Value) error { read++; return stop }); err == nil {
			t.Fatal("the reader's own word is lost")
		}
	}
	same, err := db.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer same.Close()
	var c *conn
	if err := same.Raw(func(inner any) error { c = inner.(*conn); return nil }); err != nil {
		t.Fatal(err)
	}
	if read != 3 || c.idle[ordered] == nil {
		t.Errorf("%d rows were read; given back: %v", read, c.idle[ordered] != nil)
	}
}
