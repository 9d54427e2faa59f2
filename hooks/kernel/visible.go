package kernel

import (
	"database/sql"
	"errors"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/search"
)

// Visible narrows a query of a collection's records to what the sender of a request may
// view.
func Visible(e *core.RequestEvent, c *core.Collection, q *dbx.SelectQuery) error {
	info, err := e.RequestInfo()
	if err != nil || info.HasSuperuserAuth() {
		return err
	}
	if c.ViewRule == nil {
		q.AndWhere(dbx.NewExp("1 = 0")) // nobody's
		return nil
	}
	if *c.ViewRule == "" {
		return nil
	}
	asking := *info
	asking.Context = core.RequestInfoContextExpand
	resolver := core.NewRecordFieldResolver(e.App, c, &asking, true)
	rule, err := search.FilterData(*c.ViewRule).BuildExpr(resolver)
	if err != nil {
		return err
	}
	q.AndWhere(rule)
	return resolver.UpdateQuery(q)
}

// hideForeign answers a write that meets the id or the key of a record out of its
// author's sight as one that they have no right to (SPEC M68): else whoever tries is told
// what is there.
func hideForeign(e *core.RecordRequestEvent, refused error) error {
	taken := notUnique(refused)
	if len(taken) == 0 || e.HasSuperuserAuth() {
		return refused
	}
	is := dbx.HashExp{}
	for _, name := range taken {
		is[e.Collection.Name+"."+name] = e.Record.GetString(name)
	}
	other := &core.Record{}
	q := e.App.RecordQuery(e.Collection).AndWhere(is).Limit(1)
	if err := Visible(e.RequestEvent, e.Collection, q); err != nil {
		return err
	}
	if err := q.One(other); err == nil {
		return refused
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if e.Request.Method == "PATCH" {
		return router.NewBadRequestError("Failed to update record", nil)
	}
	return router.NewBadRequestError("Failed to create record", nil)
}

// notUnique are the fields that a refused write says are taken.
func notUnique(err error) (fields []string) {
	var said *router.ApiError
	if !errors.As(err, &said) {
		return nil
	}
	raw, _ := said.RawData().(error)
	var problems validation.Errors
	if !errors.As(raw, &problems) {
		return nil
	}
	for name, problem := range problems {
		var p validation.Error
		if errors.As(problem, &p) && slices.Contains([]string{"validation_not_unique", "not_unique"}, p.Code()) {
			fields = append(fields, name)
		}
	}
	return fields
}
