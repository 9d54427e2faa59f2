package partnership

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/tell"
)

// daysToTakeOn is how many working days an agency has to say whether it takes the lead.
const daysToTakeOn = 2

// BindTransfers lets one agency ask another to take the lead of a case, and carries out what
// a manager of the other answers. Until then the agency that leads goes on leading.
func BindTransfers(app core.App) {
	kernel.Creating(app, "transfers").Bind(kernel.InDomain(askForTransfer))
	kernel.Creating(app, "transfer_answers").Bind(kernel.InDomain(answerTransfer))
	kernel.Creating(app, "case_members").Bind(kernel.InDomain(leadJoins))
	kernel.Updating(app, "case_members").Bind(kernel.InDomain(leadJoins))
	_ = app.Cron().Add("transfers", "7 * * * *", func() {
		if err := LookAtTransfers(app, kernel.Now().Time()); err != nil {
			app.Logger().Error("Looking at transfers that nobody answered", "error", err)
		}
	})
}

func askForTransfer(e *core.RecordEvent) error {
	t := e.Record
	if kernel.IsServer(t) { // a case file of days gone by: nobody is asked
		return e.Next()
	}
	c, err := e.App.FindRecordById("cases", t.GetString("case"))
	if err != nil {
		return kernel.Wrong("case", "missing", "There is no such case.")
	}
	lead, to := c.GetString("lead_agency"), t.GetString("to_agency")
	agency, err := e.App.FindRecordById("agencies", to)
	if err != nil {
		return kernel.Wrong("to_agency", "missing", "There is no such agency.")
	}
	if person := kernel.ActorOf(e.App).Person(); person == nil || person.GetString("agency") != lead {
		return kernel.Wrong("case", "other_agency", "Somebody of the agency that leads this case asks another to take it on.")
	}
	if to == lead {
		return kernel.Wrong("to_agency", "leads_already", "This agency leads the case already; choose another.")
	}
	if c.GetString("status") == "closed" {
		return kernel.Wrong("case", "ended", "This case is closed. It is opened again before another agency takes it on.")
	}
	waiting, err := e.App.CountRecords("transfers", dbx.HashExp{"case": c.Id, "status": "requested"})
	if err != nil {
		return err
	}
	if waiting > 0 {
		return kernel.Wrong("case", "open_already", "An agency has been asked already and has not answered. Take that back before you ask another.")
	}
	managers, err := managersOf(e.App, c.Id, to)
	if err != nil {
		return err
	}
	if len(managers) == 0 {
		return nobodyToAnswer(e.App, agency)
	}
	t.Set("from_agency", lead)
	t.Set("status", "requested")
	if err := nameOpenSteps(e.App, t); err != nil {
		return err
	}
	calendar, err := pack.CaseCalendar(e.App, c.Id)
	if err != nil {
		return err
	}
	if due, err := calendar.Within(kernel.LocalDay(kernel.Now()), daysToTakeOn); err == nil { // a day is never guessed
		t.Set("due_on", due)
	}
	return e.Next() // they are asked by a request
}

// nobodyToAnswer says what would lift it that an agency has no manager on a case; one of a
// worker alone may have none at all.
func nobodyToAnswer(app core.App, agency *core.Record) error {
	n, err := app.CountRecords("users", dbx.HashExp{"agency": agency.Id, "active": true}, dbx.NewExp(collections.Manager.In("roles")))
	if err != nil {
		return err
	}
	name := agency.GetString("name")
	if n == 0 {
		return kernel.Wrong("to_agency", "no_manager", fmt.Sprintf("Nobody at %s could answer: nobody there is a manager. Who leads it makes somebody one first; where somebody works there alone, the operator does.", name))
	}
	return kernel.Wrong("to_agency", "no_manager", fmt.Sprintf("Nobody who manages at %s is on this case, so nobody could answer. Add one of their managers to it first.", name))
}

// nameOpenSteps writes on a transfer what is open on the case's pathways.
func nameOpenSteps(tx core.App, t *core.Record) error {
	var open []struct {
		Title  string `db:"title" json:"title"`
		Status string `db:"status" json:"status"`
		DueOn  string `db:"due_on" json:"due_on,omitempty"`
	}
	err := kernel.Query(tx, `SELECT s.title, s.status, s.due_on FROM pathway_steps s JOIN pathways p ON p.id = s.pathway
		WHERE s."case" = {:c} AND NOT p.ended AND s.status IN ('open', 'due_soon', 'overdue') ORDER BY s.due_on = '', s.due_on, s.title`).
		Bind(dbx.Params{"c": t.GetString("case")}).All(&open)
	t.Set("open_steps", open)
	return err
}

// managersOf are the active managers of an agency who are on a case.
func managersOf(app core.App, caseID, agency string) (users []string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT m."user" FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:c} AND m.active AND u.active AND u.agency = {:a} AND ` + kernel.ManagesRole + ` ORDER BY m."user"`).
		Bind(dbx.Params{"c": caseID, "a": agency}).Column(&users)
	return users, err
}

// transferClock is what notices of a transfer name in the place of a clock.
func transferClock(t *core.Record) string { return "transfer/" + t.Id }

func tellOfTransfer(tx core.App, t *core.Record, stage string, people []tell.Asked, at time.Time) error {
	for _, who := range people {
		caseID := t.GetString("case")
		if who.Off { // they learn that it is late, and no more
			caseID = ""
		}
		if err := tell.Notify(tx, tell.Notice{User: who.User, CaseID: caseID, Timer: transferClock(t), Stage: stage, DueOn: t.GetString("due_on"), At: at}); err != nil {
			return err
		}
	}
	return nil
}

// LookAtTransfers tells those who asked of a transfer that is not answered by its day: once,
// and the agency that leads goes on leading. On the list of those who were asked it is late.
func LookAtTransfers(app core.App, at time.Time) error {
	moment, err := types.ParseDateTime(at)
	if err != nil {
		return err
	}
	late, err := app.FindRecordsByFilter("transfers", "status = 'requested' && overdue = false && due_on != '' && due_on < {:today}", "", 0, 0,
		dbx.Params{"today": kernel.LocalDay(moment)})
	if err != nil {
		return err
	}
	for _, t := range late {
		err := app.RunInTransaction(func(tx core.App) error {
			asking, err := HearOfTransfer(&tell.Team{Tx: tx, CaseID: t.GetString("case")}, t)
			if err != nil {
				return err
			}
			t.Set("overdue", true)
			if err := kernel.SaveChanged(tx, t); err != nil {
				return err
			}
			return tellOfTransfer(tx, t, "overdue", asking, at)
		})
		if err != nil {
			return fmt.Errorf("transfer %s: %w", t.Id, err)
		}
	}
	return nil
}

// askingOfTransfer are whoever asked and those who manage the case for the agency that does;
// where none of them is left, its people on the case.
func askingOfTransfer(tx core.App, t *core.Record) (users []string, err error) {
	if users, err = managersOf(tx, t.GetString("case"), t.GetString("from_agency")); err != nil {
		return nil, err
	}
	if there, err := kernel.IsMember(tx, t.GetString("case"), t.GetString("author")); err != nil {
		return nil, err
	} else if there {
		users = append(users, t.GetString("author"))
	}
	if len(users) == 0 {
		return engagement.MembersOf(tx, t.GetString("case"), t.GetString("from_agency"))
	}
	slices.Sort(users)
	return slices.Compact(users), nil
}

// HearOfTransfer are those who hear what becomes of a transfer: who asks, as far as they are
// there; else who answers for their agency, which leads the case all the same.
func HearOfTransfer(i *tell.Team, t *core.Record) ([]tell.Asked, error) {
	users, err := askingOfTransfer(i.Tx, t)
	if err != nil {
		return nil, err
	}
	people, err := i.These(users...)
	if err == nil && len(people) == 0 { // who asked has gone
		people, err = i.OfAgency(t.GetString("from_agency"))
	}
	return people, err
}

// leadJoins puts on the case's pathways that somebody leads it now.
func leadJoins(e *core.RecordEvent) error {
	m := e.Record
	was := collections.NoPart
	if !m.IsNew() && m.Original().GetBool("active") {
		was = kernel.PartOf(m.Original())
	}
	if err := e.Next(); err != nil || !kernel.PartOf(m).IsLead() || !m.GetBool("active") || was.IsLead() {
		return err
	}
	at := kernel.Now()
	return engagement.AppendEvent(e.App, engagement.Arising{
		CaseID: m.GetString("case"), From: engagement.Turn(m, "lead/"+at.String()), Kind: "lead.changed", At: at,
		Data: map[string]any{"lead": m.GetString("name"), "lead_agency": m.GetString("agency_name")},
	})
}

// mayAnswer says who may give an answer to a transfer, and why somebody may not.
func mayAnswer(app core.App, t *core.Record, answer string, person *core.Record) error {
	if person == nil {
		return kernel.Wrong("answer", "not_a_person", "A person answers this; sign in as one.")
	}
	there, err := kernel.IsMember(app, t.GetString("case"), person.Id)
	if err != nil {
		return err
	}
	if answer == "withdrawn" {
		may, err := kernel.May(app, person, kernel.TakeBackTransfer, t.GetString("case"))
		asking, err2 := askingOfTransfer(app, t) // who is left, where none of them is
		if err := cmp.Or(err, err2); err != nil || there && person.GetString("agency") == t.GetString("from_agency") && (may || slices.Contains(asking, person.Id)) {
			return err
		}
		return validation.Errors{"answer": validation.NewError("other_agency", "Whoever asked takes it back, or who leads or manages the case for their agency.")}
	}
	if !there || person.GetString("agency") != t.GetString("to_agency") || !kernel.Holds(person, collections.Manager) {
		return validation.Errors{"answer": validation.NewError("not_a_manager", "A manager of the agency that was asked answers this.")}
	}
	return nil
}
