package store

import (
	"context"
	"database/sql/driver"
	"strings"
)

// gatheredRows is how many rows are written at once at most: a power of two.
const gatheredRows = 16

// Gathering is a stretch of work whose inserted rows are written several at a time. A
// statement with a trigger copies every page that it touches, so that it can be taken
// back alone; for sixteen rows it copies them once.
//
// Nobody sees a difference: before anything else is asked of the connection, the rows
// that wait are written, in their order. But one that cannot be written is told to
// whoever asks next, and Failed says so: then the work is to be done again without.
type Gathering struct{ Failed bool }

type gatheringKey struct{}

// Under marks the work of a context as gathered.
func (g *Gathering) Under(ctx context.Context) context.Context {
	return context.WithValue(ctx, gatheringKey{}, g)
}

// Settle is a statement that does nothing but write what waits.
const Settle = "SELECT 0 WHERE 0"

// waiting are rows of one statement that wait to be written.
type waiting struct {
	text string
	rows [][]driver.NamedValue
	by   *Gathering
}

// gather keeps a row for later, where its statement may wait.
func (c *conn) gather(ctx context.Context, text string, row []driver.NamedValue) (bool, error) {
	by, ok := ctx.Value(gatheringKey{}).(*Gathering)
	if !ok || !strings.HasPrefix(text, "INSERT INTO ") || strings.Count(text, values) != 1 || !strings.HasSuffix(text, ")") {
		return false, nil
	}
	if c.waiting.text != text || c.waiting.by != by {
		if err := c.settle(ctx); err != nil {
			return true, err
		}
	}
	c.waiting.text, c.waiting.by = text, by
	c.waiting.rows = append(c.waiting.rows, row)
	if len(c.waiting.rows) < gatheredRows {
		return true, nil
	}
	return true, c.settle(ctx)
}

const values = " VALUES "

// settle writes the rows that wait.
func (c *conn) settle(ctx context.Context) error {
	w := c.waiting
	c.waiting = waiting{}
	for n := gatheredRows; len(w.rows) > 0; n /= 2 {
		for ; len(w.rows) >= n; w.rows = w.rows[n:] {
			head, row, _ := strings.Cut(w.text, values)
			args := make([]driver.NamedValue, 0, n*len(w.rows[0]))
			for _, r := range w.rows[:n] {
				for _, v := range r {
					v.Ordinal = len(args) + 1
					args = append(args, v)
				}
			}
			if _, err := c.exec(ctx, head+values+strings.Repeat(row+", ", n-1)+row, args); err != nil {
				w.by.Failed = true
				return err
			}
		}
	}
	return nil
}

// before writes what waits before another statement is run; what is rolled back is
// not written at all.
func (c *conn) before(ctx context.Context, text string) error {
	if len(c.waiting.rows) == 0 {
		return nil
	}
	if strings.HasPrefix(text, "ROLLBACK") {
		c.waiting = waiting{}
		return nil
	}
	return c.settle(ctx)
}

// tx writes what waits before it commits.
type tx struct {
	driver.Tx
	conn *conn
}

func (t tx) Commit() error {
	if err := t.conn.before(context.Background(), "COMMIT"); err != nil {
		_ = t.Tx.Rollback()
		return err
	}
	return t.Tx.Commit()
}

func (t tx) Rollback() error {
	t.conn.waiting = waiting{}
	return t.Tx.Rollback()
}
