package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
)

// together is how many rows one statement writes at most: a power of two. A longer text
// costs more to read than it spares.
const together = 16

const values = " VALUES "

// insertion is rows for one table. They are written with few different statements, each
// compiled once a connection: one for each power of two. To hand SQLite the rows as JSON
// costs half as much again.
type insertion struct {
	text string // for one row, as far as its values: INSERT INTO t (a, b) VALUES (?, ?)
	then string // what follows them
	rows [][]driver.NamedValue
}

// Rows is what is run, under InsertRows, to write them. Without that it is no SQL.
const Rows = "ROWS"

type insertionKey struct{}

// InsertRows is a context under which the statement Rows writes many rows, each with a
// value for every ? of the text, which ends with the values; then is what follows them.
// Past dbx and database/sql, which take longer over as many values than SQLite. Where it
// fails, some may be written. An error is a value that no database takes.
func InsertRows(ctx context.Context, text, then string, rows [][]any) (context.Context, error) {
	i := insertion{text, then, make([][]driver.NamedValue, len(rows))}
	for n, row := range rows {
		for at, v := range row {
			made, err := driver.DefaultParameterConverter.ConvertValue(v)
			if err != nil {
				return nil, fmt.Errorf("value %d of row %d: %w", at, n, err)
			}
			i.rows[n] = append(i.rows[n], driver.NamedValue{Value: made})
		}
	}
	return context.WithValue(ctx, insertionKey{}, i), nil
}

func (c *conn) insert(ctx context.Context, i insertion) error {
	head, row, _ := strings.Cut(i.text, values)
	for n := together; len(i.rows) > 0; n /= 2 {
		for ; len(i.rows) >= n; i.rows = i.rows[n:] {
			args := make([]driver.NamedValue, 0, n*len(i.rows[0]))
			for _, r := range i.rows[:n] {
				for _, v := range r {
					v.Ordinal = len(args) + 1
					args = append(args, v)
				}
			}
			if _, err := c.exec(ctx, head+values+strings.Repeat(row+", ", n-1)+row+i.then, args); err != nil {
				return err
			}
		}
	}
	return nil
}
