package account

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
)

// countedBy are the fields by which coverage counts an agency.
var countedBy = []string{"name", "kind", "locality", "headcount", "active"}

// BindAgencies keeps what an agency was: how many worked there, where, whether it was
// a partner. A past day's coverage is counted by it (domain 4.2, "coverage").
func BindAgencies(app core.App) {
	kernel.Creating(app, "agencies").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: func(e *core.RecordEvent) error {
		if err := kernel.OnPaper(e.Record); err != nil {
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		return rememberAgency(e.App, e.Record, kernel.Now())
	}})
	kernel.Updating(app, "agencies").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: func(e *core.RecordEvent) error {
		if err := kernel.OnPaper(e.Record); err != nil {
			return err
		}
		moved := false
		for _, f := range countedBy {
			moved = moved || kernel.Changed(e.Record, f)
		}
		was := e.Record.Original()
		if err := e.Next(); err != nil || !moved {
			return err
		}
		n, err := e.App.CountRecords("agency_history", dbx.HashExp{"agency": e.Record.Id})
		if err != nil {
			return err
		}
		if n == 0 { // from before histories were kept: as it was until now
			if err := rememberAgency(e.App, was, was.GetDateTime("created")); err != nil {
				return err
			}
		}
		return rememberAgency(e.App, e.Record, kernel.Now())
	}})
}

func rememberAgency(tx core.App, agency *core.Record, at types.DateTime) error {
	c, err := tx.FindCachedCollectionByNameOrId("agency_history")
	if err != nil {
		return err
	}
	line := core.NewRecord(c)
	line.Set("agency", agency.Id)
	line.Set("at", at)
	for _, f := range countedBy {
		line.Set(f, agency.Get(f))
	}
	if err := tx.Save(kernel.AsServer(line)); err != nil {
		return fmt.Errorf("the history of agency %s: %w", agency.Id, err)
	}
	return nil
}
