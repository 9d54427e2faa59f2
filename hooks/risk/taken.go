package risk

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// BindImmediateRisks has immediate risks told until somebody answers, resolved one by one,
// and lets who is told of one off their own cases take it on.
func BindImmediateRisks(app core.App) {
	kernel.Creating(app, "pathway_events").Bind(kernel.InDomain(whoMadeItSafe))
	kernel.Updating(app, "notices").Bind(kernel.InDomain(takeOn))
	kernel.Creating(app, "push_subscriptions").Bind(kernel.InDomain(tell.Subscribe))
	_ = app.Cron().Add("immediate_risks", "* * * * *", func() {
		if err := TellAgain(app, kernel.Now().Time()); err != nil {
			app.Logger().Error("Telling of immediate risks again", "error", err)
		}
	})
}

// takeOn puts on the case whoever was told of its immediate risk and takes it on: from
// then on they see what everybody on it sees, and everybody on it sees that they came.
//
// Why it is theirs to do: the circle is widened only because nobody nearer answered, and a
// notice that cannot be followed up is none. Why not on a restricted case: who may see it
// was chosen by name, maybe because of somebody who would be told; there only a manager of
// the agency that answers for it comes by themselves, and anybody else rings who raised
// it, and is added. It is on record like every membership, with the notice that led to it.
func takeOn(e *core.RecordEvent) error {
	if !kernel.Changed(e.Record, "taken_on_at") || kernel.IsServer(e.Record) {
		return e.Next()
	}
	if !e.Record.Original().GetDateTime("taken_on_at").IsZero() {
		return e.Next()
	}
	user, err := e.App.FindRecordById("users", e.Record.GetString("user"))
	if err != nil {
		return err
	}
	id := e.Record.GetString("case")
	if err := mayTakeOn(e.App, e.Record, user); err != nil {
		return err
	}
	if e.Record.GetDateTime("acknowledged_at").IsZero() {
		e.Record.Set("acknowledged_at", kernel.Now())
	}
	if err := e.Next(); err != nil {
		return err
	}
	if there, err := kernel.IsMember(e.App, id, user.Id); err != nil || there {
		return err
	}
	members, err := e.App.FindCachedCollectionByNameOrId("case_members")
	if err != nil {
		return err
	}
	m := core.NewRecord(members)
	m.Load(map[string]any{"case": id, "user": user.Id, "role": string(tell.PartOfManager(user))})
	if err := e.App.Save(kernel.AsServer(m)); err != nil {
		return fmt.Errorf("putting on the case who takes on its risk: %w", err)
	}
	return kernel.Audit(e.App, kernel.ActorOf(e.App), kernel.Entry{Verb: "took_on", Collection: "notices", Record: e.Record.Id, Case: id, Count: 1})
}

// mayTakeOn holds the taking on of a risk to one that is open, of a family on the record,
// and on a restricted case to a manager of the agency that leads it.
func mayTakeOn(app core.App, n, user *core.Record) error {
	stage := n.GetString("stage")
	if stage != "at_once" && stage != "unanswered" {
		return kernel.Wrong("taken_on_at", "not_allowed", "Only an immediate risk is taken on like this.")
	}
	if n.GetString("case") == "" {
		return kernel.Wrong("taken_on_at", "missing", "The family is not on the record yet: ring whoever raised it.")
	}
	event := n.GetString("timer")[len(pathway.ImmediateRisk)+1:]
	if over, err := app.CountRecords("pathway_events", dbx.NewExp("id = {:r} AND resolved_by != ''", dbx.Params{"r": event})); err != nil {
		return err
	} else if over > 0 {
		return kernel.Wrong("taken_on_at", "transition", "This immediate risk is resolved already.")
	}
	c, err := app.FindRecordById("cases", n.GetString("case"))
	if err != nil {
		return err
	}
	if kept, err := kernel.IsKeptApart(app, c.Id, user.Id); err != nil {
		return err
	} else if kept {
		return kernel.Wrong("taken_on_at", "not_allowed", "You were taken off this family's case, and it is restricted: ring whoever raised it, and have somebody who leads or manages the case add you.")
	}
	if c.GetBool("restricted") && !(kernel.Holds(user, collections.Manager) && user.GetString("agency") == c.GetString("lead_agency")) {
		there, err := kernel.IsMember(app, c.Id, user.Id)
		if err != nil || there {
			return err
		}
		return kernel.Wrong("taken_on_at", "not_allowed", "This family's file is restricted: ring whoever raised it, and have somebody who leads or manages the case add you.")
	}
	return nil
}
