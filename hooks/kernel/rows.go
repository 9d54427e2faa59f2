package kernel

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Rows writes many rows of one table with one statement.
type Rows struct{ text string }

// Bytes marks a column of NewRows that takes bytes.
const Bytes = " bytes"

// NewRows prepares to write rows of the columns into a table. What follows the values is
// then, such as what to do where a row is there already; where it is empty, a row that
// cannot be written fails its transaction.
func NewRows(table string, columns []string, then string) *Rows {
	how := "INSERT"
	if then == "" {
		how = "INSERT OR FAIL" // else SQLite copies each page before it is written, to take the statement back alone
	} else {
		then = " WHERE true " + then // or SQLite would read ON as of a join
	}
	names, values := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i], values[i] = c, "value->>"+strconv.Itoa(i)
		if name, bytes := strings.CutSuffix(c, Bytes); bytes {
			names[i], values[i] = name, "unhex("+values[i]+")"
		}
	}
	return &Rows{how + ` INTO "` + table + `" ("` + strings.Join(names, `", "`) + `") SELECT ` + strings.Join(values, ", ") + " FROM json_each({:rows})" + then}
}

// Write writes the rows in their order, each with a value for every column: text, a
// number, bytes or nil. Where it fails, some may be written: the transaction is then to
// fail too.
func (r *Rows) Write(tx core.App, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	for _, row := range rows {
		for i, v := range row {
			if raw, ok := v.([]byte); ok && raw == nil {
				row[i] = nil
			} else if ok {
				row[i] = hex.EncodeToString(raw)
			}
		}
	}
	all, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = Query(tx, r.text).Bind(dbx.Params{"rows": string(all)}).Execute()
	return err
}
