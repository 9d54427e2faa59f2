package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// Gathering is a stretch of work whose inserted rows are written several at a time. A
// statement with a trigger copies every page that it touches, so that it can be taken
// back alone; for sixteen rows it copies them once. And while they are written, whoever
// inserts goes on with the next ones, on another processor.
//
// Nobody sees a difference: before anything else is asked of the connection, the rows
// that wait are written. The rows of one table keep their order; those of two tables may
// not, so what a trigger does must not depend on which of two new rows came first. And
// one that cannot be written is told to whoever asks next, and Failed says so: then the
// work is to be done again without.
type Gathering struct{ failed atomic.Bool }

// Failed reports whether a row could not be written. It is certain once something else
// has been asked of the connection.
func (g *Gathering) Failed() bool { return g.failed.Load() }

type gatheringKey struct{}

// Under marks the work of a context as gathered.
func (g *Gathering) Under(ctx context.Context) context.Context {
	return context.WithValue(ctx, gatheringKey{}, g)
}

// Settle is a statement that does nothing but write what waits.
const Settle = "SELECT 0 WHERE 0"

// lane are rows of one statement that wait to be written.
type lane struct {
	insertion
	by *Gathering
}

// gather keeps a row for later, where its statement may wait.
func (c *conn) gather(ctx context.Context, text string, row []driver.NamedValue) (bool, error) {
	by, ok := ctx.Value(gatheringKey{}).(*Gathering)
	if !ok || c.bypassed || !strings.HasPrefix(text, "INSERT INTO ") || strings.Count(text, values) != 1 || !strings.HasSuffix(text, ")") {
		return false, nil
	}
	i := slices.IndexFunc(c.waiting, func(l *lane) bool { return l.text == text && l.by == by })
	if i < 0 {
		i = len(c.waiting)
		c.waiting = append(c.waiting, &lane{insertion{text: text}, by})
	}
	l := c.waiting[i]
	if l.rows = append(l.rows, row); len(l.rows) < together {
		return true, nil
	}
	c.waiting = slices.Delete(c.waiting, i, i+1)
	return true, c.meanwhile(ctx, l)
}

// settle writes the rows that wait, and returns when all are written.
func (c *conn) settle(ctx context.Context) error {
	if err := c.written(); err != nil {
		return err
	}
	lanes := c.waiting
	c.waiting = nil
	for _, l := range lanes {
		if err := c.write(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// meanwhile writes a lane, after what is being written, while its caller goes on; whoever
// uses the connection next waits for that in written. Where somebody reads from the
// connection, nobody else may touch it.
func (c *conn) meanwhile(ctx context.Context, l *lane) error {
	if c.reading > 0 {
		if err := c.written(); err != nil {
			return err
		}
		return c.write(ctx, l)
	}
	before, done := c.writing, make(chan error, 1)
	c.writing = done
	go func() {
		var err error
		defer func() {
			if p := recover(); p != nil {
				l.by.failed.Store(true)
				err = fmt.Errorf("writing rows: %v", p)
			}
			done <- err
		}()
		if before != nil {
			err = <-before
		}
		if err == nil {
			err = c.write(ctx, l)
		}
	}()
	return nil
}

// written waits for rows that are being written meanwhile, and tells of one that could
// not be. Everything that touches the connection asks it first.
func (c *conn) written() error {
	if c.writing == nil {
		return nil
	}
	err := <-c.writing
	c.writing = nil
	if err != nil {
		c.waiting = nil // they fall with the row before them
	}
	return err
}

func (c *conn) write(ctx context.Context, l *lane) error {
	err := c.insert(ctx, l.insertion)
	if err != nil {
		l.by.failed.Store(true)
	}
	return err
}

// before writes what waits before another statement is run; what is rolled back is
// not written at all.
func (c *conn) before(ctx context.Context, text string) error {
	if strings.HasPrefix(text, "ROLLBACK") {
		c.drop()
		return nil
	}
	return c.settle(ctx)
}

// drop forgets the rows that wait. Those that are being written fall with the rest.
func (c *conn) drop() {
	_ = c.written()
	c.waiting = nil
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
	t.conn.drop()
	return t.Tx.Rollback()
}
