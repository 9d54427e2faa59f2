package engagement

import (
	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// byAct says of what a case is how it is changed, since nobody sets it.
var byAct = map[string]string{
	"status":      "A case is closed, or opened again, by an act that says why and who was told; record that.",
	"closed_on":   "A case is closed by an act that says why and who was told; this day follows from it.",
	"restricted":  "A case is restricted by a manager or safeguarding lead of the agency that leads, by an act with a reason and a day to look at it again; record that.",
	"lead_agency": "Another agency takes the lead when a manager of its accepts the case: ask for that by a transfer.",
}

// BindClosing keeps a case from being closed past its pathway, whoever writes: no
// agency closes alone on a family that does not engage (guard G7), and setting the
// case's status is no way round the consultation.
func BindClosing(app core.App) {
	kernel.Updating(app, "cases").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard - 1, Func: func(e *core.RecordEvent) error {
		if kernel.IsServer(e.Record) {
			return e.Next()
		}
		problems := validation.Errors{}
		for field, words := range byAct {
			if kernel.Changed(e.Record, field) {
				problems[field] = validation.NewError("fixed", words)
			}
		}
		if len(problems) > 0 {
			return problems
		}
		return e.Next()
	}})
	kernel.Updating(app, "cases").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: func(e *core.RecordEvent) error {
		if e.Record.GetString("status") != "closed" || !kernel.Changed(e.Record, "status") {
			return e.Next()
		}
		open, err := e.App.CountRecords("pathways", dbx.HashExp{"case": e.Record.Id, "ended": false})
		if err != nil {
			return err
		}
		if open > 0 {
			return ErrPathwayOpen("status")
		}
		return e.Next()
	}})
	for _, noun := range []string{"pathways", "pathway_steps"} {
		kernel.Deleting(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard, Func: func(e *core.RecordEvent) error {
			if !kernel.IsServer(e.Record) {
				return validation.Errors{"id": validation.NewError("kept", "A pathway is ended, never deleted.")}
			}
			return e.Next()
		}})
	}
}

func ErrPathwayOpen(field string) error {
	return kernel.Wrong(field, "pathway_open", "An engagement pathway is open. Propose ending it and ask every agency; the case can be closed once that is approved.")
}

// reopenOver opens a closed case again under a pathway that has not ended, or no longer, and
// under an immediate risk: a case never stands closed over one. Who leads and the managers
// are told.
func reopenOver(tx core.App, p *core.Record, result pathway.Result) error {
	c, err := tx.FindRecordById("cases", p.GetString("case"))
	if err != nil || c.GetString("status") != "closed" {
		return err
	}
	because := "A pathway of this case is open: " + result.StateTitle + "."
	if result.Ended {
		because = "An immediate risk was raised on this family, and is not resolved yet."
	}
	c.Load(map[string]any{"status": "open", "closed_on": "", "reopened_because": because})
	if err := kernel.SaveChanged(tx, c); err != nil {
		return err
	}
	team, err := tell.TeamOf(tx, c.Id)
	if err != nil {
		return err
	}
	for _, user := range tell.Or(tell.Pick(team, func(m tell.Colleague) bool { return m.Part.Runs() }), tell.Means["anybody"](team)) {
		if err := tell.Notify(tx, tell.Notice{User: user, CaseID: c.Id, Pathway: p.Id, Timer: "case/" + c.Id, Stage: "case_reopened", DueOn: kernel.Today(), At: kernel.Now().Time()}); err != nil {
			return err
		}
	}
	return nil
}

// MembersOf are the people of an agency who are on a case.
func MembersOf(app core.App, caseID, agency string) (users []string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT m."user" FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:c} AND m.agency = {:a} AND m.active AND u.active ORDER BY m."user"`).Bind(dbx.Params{"c": caseID, "a": agency}).Column(&users)
	return users, err
}
