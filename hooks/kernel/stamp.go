package kernel

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/workday"
)

func BindStamps(app core.App) {
	for _, n := range collections.All() {
		if n.Stamps == (collections.Stamps{}) {
			continue
		}
		Creating(app, n.Name).Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderStamp, Func: func(e *core.RecordEvent) error {
			if person := ActorOf(e.App).Person(); person != nil {
				Stamp(e.Record, person.Id, person.GetString("agency"))
			}
			if s := n.Stamps.Status; s != "" && (!IsServer(e.Record) || e.Record.GetString("status") == "") {
				e.Record.Set("status", s)
			}
			return e.Next()
		}})
	}
	Creating(app, "champion_registrations").Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderStamp, Func: func(e *core.RecordEvent) error {
		if person := ActorOf(e.App).Person(); person != nil {
			e.Record.Set("name", person.GetString("name"))
		}
		return e.Next()
	}})
	Creating(app, "pathway_events").Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderStamp, Func: func(e *core.RecordEvent) error {
		e.Record.Set("received_at", Now())
		if e.Record.GetDateTime("recorded_at").IsZero() {
			e.Record.Set("recorded_at", e.Record.GetDateTime("received_at"))
		}
		if stopsNothing(e.Record) && Untrue(TextOf(e.Record, "occurred_at"), collections.Happened, Now().Time()) != nil {
			at := e.Record.GetDateTime("recorded_at") // a time left out, that is none or is still to come, stops no risk (G12)
			if Untrue(at.String(), collections.Happened, Now().Time()) != nil {
				at = e.Record.GetDateTime("received_at")
			}
			e.Record.Set("occurred_at", at)
		}
		return e.Next()
	}})
}

// AsMade gives a record that somebody is about to make the values that the house will give
// it and that say what it is of: who made it, for whom, and who is meant by an address.
func AsMade(app core.App, r, person *core.Record) error {
	Stamp(r, person.Id, person.GetString("agency"))
	if r.Collection().Name == "case_members" && r.GetString("user") == "" {
		user, err := Addressed(app, r.GetString("work_email"))
		if err != nil || user == nil {
			return err
		}
		r.Set("user", user.Id)
	}
	return nil
}

// Stamp names on a record who made it, and for which agency.
func Stamp(r *core.Record, who, agency string) {
	n := collections.ByName(r.Collection().Name)
	if n == nil {
		return
	}
	if n.Stamps.Who != "" {
		r.Set(n.Stamps.Who, who)
	}
	if n.Stamps.Agency != "" {
		r.Set(n.Stamps.Agency, agency)
	}
}

// Now is the server's clock; a phone's is stored, shown and never trusted.
var Now = types.NowDateTime

var London = workday.London
