package hooks

import (
	"context"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/store"
)

// Rows writes many rows of one table at once.
type Rows struct{ text, then string }

// NewRows prepares to write rows of the columns into a table. What follows the values
// in each statement is then, such as what to do where a row is there already; where it
// is empty, a row that cannot be written fails its transaction.
func NewRows(table string, columns []string, then string) *Rows {
	how := "INSERT"
	if then == "" {
		how = "INSERT OR FAIL" // else SQLite copies each page before it is written, to take the statement back alone: a tenth of a push
	}
	return &Rows{how + ` INTO "` + table + `" ("` + strings.Join(columns, `", "`) + `") VALUES (?` + strings.Repeat(", ?", len(columns)-1) + ")", " " + then}
}

// Write writes the rows, each with a value for every column. Where it fails, some may be
// written: the transaction is then to fail too.
func (r *Rows) Write(tx core.App, rows [][]any) error {
	ctx, err := store.InsertRows(context.Background(), r.text, r.then, rows)
	if err != nil {
		return err
	}
	_, err = Query(tx, store.Rows).WithContext(ctx).Execute()
	return err
}
