package store

import (
	"container/list"
	"context"
	"database/sql/driver"
	"strings"
)

// remembered is how many statements one connection keeps compiled.
const remembered = 256

// conn is a connection with its compiled statements. database/sql gives it to one
// goroutine at a time, so it needs no lock.
type conn struct {
	inner sqliteConn
	idle  map[string]*statement
	order list.List // of *statement, the last used in front
	wide  bool      // it has written, and keeps more pages (see widen)
}

// statement is a compiled statement that nobody is using.
type statement struct {
	text  string
	inner driver.Stmt
	place *list.Element
}

// take hands out the compiled statement for a text, compiling it when none is idle.
// What is taken is in nobody else's hands until it is given back.
func (c *conn) take(text string) (*statement, error) {
	if s, ok := c.idle[text]; ok {
		delete(c.idle, text)
		c.order.Remove(s.place)
		return s, nil
	}
	inner, err := c.inner.Prepare(text)
	if err != nil {
		return nil, err
	}
	return &statement{text: text, inner: inner}, nil
}

// give takes a statement back; the one used longest ago makes room for it.
func (c *conn) give(s *statement) error {
	if _, twin := c.idle[s.text]; twin {
		return s.inner.Close()
	}
	c.idle[s.text] = s
	s.place = c.order.PushFront(s)
	if c.order.Len() <= remembered {
		return nil
	}
	oldest := c.order.Back().Value.(*statement)
	c.order.Remove(oldest.place)
	delete(c.idle, oldest.text)
	return oldest.inner.Close()
}

// ExecContext runs a statement that answers no rows.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.widen(ctx); err != nil {
		return nil, err
	}
	if !worth(text) {
		return c.inner.ExecContext(ctx, text, args)
	}
	s, err := c.take(text)
	if err != nil {
		return nil, err
	}
	result, err := s.inner.(driver.StmtExecContext).ExecContext(ctx, args)
	if err != nil {
		_ = s.inner.Close()
		return nil, err
	}
	return result, c.give(s)
}

// QueryContext runs a statement that answers rows; it is given back when they are
// closed.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if !worth(text) {
		return c.inner.QueryContext(ctx, text, args)
	}
	s, err := c.take(text)
	if err != nil {
		return nil, err
	}
	inner, err := s.inner.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		_ = s.inner.Close()
		return nil, err
	}
	return &rows{sqliteRows: inner.(sqliteRows), conn: c, statement: s}, nil
}

// worth says whether a text is one plain statement that is likely to come again. A
// script, a schema change or a pragma is not.
func worth(text string) bool {
	if i := strings.IndexByte(text, ';'); i >= 0 && strings.TrimSpace(text[i+1:]) != "" {
		return false
	}
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch strings.ToUpper(word) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "SAVEPOINT", "RELEASE":
		return true
	}
	return false
}

// rows give their statement back when they are closed.
type rows struct {
	sqliteRows
	conn      *conn
	statement *statement
	closed    bool
}

// sqliteRows is what the driver's rows can do.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// Close ends the reading. A second call does nothing.
func (r *rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if err := r.sqliteRows.Close(); err != nil {
		_ = r.statement.inner.Close()
		return err
	}
	return r.conn.give(r.statement)
}

// The rest is the driver's own.

func (c *conn) Prepare(text string) (driver.Stmt, error) { return c.inner.Prepare(text) }
func (c *conn) Begin() (driver.Tx, error)                { return c.BeginTx(context.Background(), driver.TxOptions{}) }
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.inner.BeginTx(ctx, o)
}
func (c *conn) Ping(ctx context.Context) error         { return c.inner.Ping(ctx) }
func (c *conn) ResetSession(ctx context.Context) error { return c.inner.ResetSession(ctx) }
func (c *conn) IsValid() bool                          { return c.inner.IsValid() }

// Close closes the compiled statements, then the connection.
func (c *conn) Close() error {
	for _, s := range c.idle {
		_ = s.inner.Close()
	}
	c.idle = nil
	return c.inner.Close()
}
