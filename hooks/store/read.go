package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// Read runs a query and hands each row's values to fn as the driver made them: int64,
// float64, string, []byte, time.Time or nil, the slice itself anew for each row only
// as to its content. Scanning them into variables one by one would cost more than
// SQLite takes to find them. An error of fn ends the reading and is returned.
func Read(ctx context.Context, db *sql.DB, text string, args []any, fn func(row []driver.Value) error) error {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return ReadOn(ctx, c, text, args, fn)
}

// ReadOn is Read on one connection, as its transaction sees the store.
func ReadOn(ctx context.Context, c *sql.Conn, text string, args []any, fn func(row []driver.Value) error) error {
	return c.Raw(func(inner any) error {
		q, ok := inner.(driver.QueryerContext)
		if !ok {
			return fmt.Errorf("the connection %T cannot be asked", inner)
		}
		rows, err := q.QueryContext(ctx, text, named(args))
		if err != nil {
			return err
		}
		err = each(rows, fn)
		return errors.Join(err, rows.Close())
	})
}

func each(rows driver.Rows, fn func([]driver.Value) error) error {
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := fn(row); err != nil {
			return err
		}
	}
}

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		if n, ok := a.(int); ok {
			a = int64(n)
		}
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}
