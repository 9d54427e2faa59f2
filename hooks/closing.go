package hooks

import (
	"cmp"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/pathway"
)

// byAct says of what a case is how it is changed, since nobody sets it.
var byAct = map[string]string{
	"status":      "A case is closed, or opened again, by an act that says why and who was told; record that.",
	"closed_on":   "A case is closed by an act that says why and who was told; this day follows from it.",
	"restricted":  "A case is restricted by a manager or safeguarding lead of the agency that leads, by an act with a reason and a day to look at it again; record that.",
	"lead_agency": "Another agency takes the lead when a manager of its accepts the case: ask for that by a transfer.",
}

// bindClosing keeps a case from being closed past its pathway, whoever writes: no
// agency closes alone on a family that does not engage (guard G7), and setting the
// case's status is no way round the consultation.
func bindClosing(app core.App) {
	updating(app, "cases").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderGuard - 1, Func: func(e *core.RecordEvent) error {
		if isServer(e.Record) {
			return e.Next()
		}
		problems := validation.Errors{}
		for field, words := range byAct {
			if changed(e.Record, field) {
				problems[field] = validation.NewError("fixed", words)
			}
		}
		if len(problems) > 0 {
			return problems
		}
		return e.Next()
	}})
	updating(app, "cases").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderDomain, Func: func(e *core.RecordEvent) error {
		if e.Record.GetString("status") != "closed" || !changed(e.Record, "status") {
			return e.Next()
		}
		open, err := e.App.CountRecords("pathways", dbx.HashExp{"case": e.Record.Id, "ended": false})
		if err != nil {
			return err
		}
		if open > 0 {
			return errPathwayOpen("status")
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

func errPathwayOpen(field string) error {
	return wrong(field, "pathway_open", "An engagement pathway is open. Propose ending it and ask every agency; the case can be closed once that is approved.")
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
	if err := saveChanged(tx, c); err != nil {
		return err
	}
	team, err := teamOf(tx, c.Id)
	if err != nil {
		return err
	}
	for _, user := range or(pick(team, func(m colleague) bool { return m.Role == "lead" || m.Role == "manager" }), means["anybody"](team)) {
		if err := notify(tx, notice{user: user, caseID: c.Id, pathway: p.Id, timer: "case/" + c.Id, stage: "case_reopened", dueOn: today(), at: now().Time()}); err != nil {
			return err
		}
	}
	return nil
}

// membersOf are the people of an agency who are on a case.
func membersOf(app core.App, caseID, agency string) (users []string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT m."user" FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:c} AND m.agency = {:a} AND m.active AND u.active ORDER BY m."user"`).Bind(dbx.Params{"c": caseID, "a": agency}).Column(&users)
	return users, err
}

// agencyName is an agency as people say it.
func agencyName(app core.App, id string) string {
	r, err := app.FindRecordById("agencies", id)
	if err != nil {
		return "its agency"
	}
	return cmp.Or(r.GetString("name"), "its agency")
}
