package hooks

import (
	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// bindClosing keeps a case from being closed past its pathway, whoever writes: no
// agency closes alone on a family that does not engage (guard G7), and setting the
// case's status is no way round the consultation.
func bindClosing(app core.App) {
	updating(app, "cases").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderDomain, Func: func(e *core.RecordEvent) error {
		if e.Record.GetString("status") != "closed" || !changed(e.Record, "status") {
			return e.Next()
		}
		open, err := e.App.CountRecords("pathways", dbx.HashExp{"case": e.Record.Id, "ended": false})
		if err != nil {
			return err
		}
		if open > 0 {
			return validation.Errors{"status": validation.NewError("pathway_open",
				"An engagement pathway is open. Propose ending it and ask every agency; the case can be closed once that is approved.")}
		}
		return e.Next()
	}})
	for _, noun := range []string{"pathways", "pathway_steps"} {
		deleting(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: orderGuard, Func: func(e *core.RecordEvent) error {
			if !isServer(e.Record) {
				return validation.Errors{"id": validation.NewError("kept", "A pathway is ended, never deleted.")}
			}
			return e.Next()
		}})
	}
}
