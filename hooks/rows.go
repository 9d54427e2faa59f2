package hooks

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// mostRows is how many rows one statement writes at most: a power of two. A longer text
// costs more to read, once a transaction, than it spares.
const mostRows = 16

// Rows writes many rows of one table with few different statements, each compiled once
// a connection: one for each power of two. To hand SQLite the rows as JSON costs half
// as much again.
type Rows struct {
	names [mostRows][]string // of the values of each row
	texts map[int]string     // by number of rows
}

// NewRows prepares to write rows of the columns into a table. What follows the values
// in each statement is then, such as what to do where a row is there already; where it
// is empty, a row that cannot be written fails its transaction.
func NewRows(table string, columns []string, then string) *Rows {
	how := "INSERT"
	if then == "" {
		how = "INSERT OR FAIL" // else SQLite copies each page before it is written, to take the statement back alone: a tenth of a push
	}
	r := &Rows{texts: map[int]string{}}
	var rows []string
	for i := range r.names {
		for j := range columns {
			r.names[i] = append(r.names[i], fmt.Sprintf("v%d_%d", i, j))
		}
		rows = append(rows, "({:"+strings.Join(r.names[i], "}, {:")+"})")
		if n := i + 1; n&(n-1) == 0 {
			r.texts[n] = how + " INTO {{" + table + "}} ([[" + strings.Join(columns, "]], [[") + "]]) VALUES " + strings.Join(rows, ", ") + " " + then
		}
	}
	return r
}

// Write writes the rows, each with a value for every column. Where it fails, some may be
// written: the transaction is then to fail too.
func (r *Rows) Write(tx core.App, rows [][]any) error {
	for n := mostRows; len(rows) > 0; n /= 2 {
		for ; len(rows) >= n; rows = rows[n:] {
			values := make(dbx.Params, n*len(rows[0]))
			for i, row := range rows[:n] {
				for j, v := range row {
					values[r.names[i][j]] = v
				}
			}
			if _, err := Query(tx, r.texts[n]).Bind(values).Execute(); err != nil {
				return err
			}
		}
	}
	return nil
}
