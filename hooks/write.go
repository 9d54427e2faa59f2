package hooks

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// bindWrites writes a record's row in place of PocketBase's own last step, in a
// transaction, with a statement that is read once for all the rows of its collection:
// to build and read it each time costs a tenth of a push.
func bindWrites(app core.App) {
	app.OnModelCreateExecute().Bind(&hook.Handler[*core.ModelEvent]{Priority: orderWrite, Func: func(e *core.ModelEvent) error {
		r, row, err := rowOf(e)
		if r == nil || err != nil || row["id"] == "" {
			return orNext(e, err)
		}
		names := slices.Sorted(maps.Keys(row))
		ctx := e.Context
		if g := stateOf(e.App).gather; g != nil {
			ctx = g.Under(ctx)
		}
		if err := writeRow(e.App, ctx, "INSERT INTO {{"+r.TableName()+"}} ([["+strings.Join(names, "]], [[")+"]]) VALUES ({:"+strings.Join(names, "}, {:")+"})", row); err != nil {
			return err
		}
		r.MarkAsNotNew()
		return nil
	}})
	app.OnModelUpdateExecute().Bind(&hook.Handler[*core.ModelEvent]{Priority: orderWrite, Func: func(e *core.ModelEvent) error {
		r, row, err := rowOf(e)
		if r == nil || err != nil || row["id"] != r.LastSavedPK() {
			return orNext(e, err)
		}
		var sets []string
		for _, name := range slices.Sorted(maps.Keys(row)) {
			if name != "id" {
				sets = append(sets, "[["+name+"]] = {:"+name+"}")
			}
		}
		return writeRow(e.App, e.Context, "UPDATE {{"+r.TableName()+"}} SET "+strings.Join(sets, ", ")+" WHERE [[id]] = {:id}", row)
	}})
}

// rowOf is the record that is written in a transaction, and its row; none when it is
// something else that is written.
func rowOf(e *core.ModelEvent) (*core.Record, dbx.Params, error) {
	r, ok := e.Model.(*core.Record)
	if !ok || e.App.TxInfo() == nil {
		return nil, nil, nil
	}
	row, err := r.DBExport(e.App)
	return r, row, err
}

func writeRow(tx core.App, ctx context.Context, text string, row dbx.Params) error {
	_, err := Query(tx, text).WithContext(ctx).Bind(row).Execute()
	return err
}
