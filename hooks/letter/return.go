package letter

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/tell"
)

// findHome asks, when a letter has come back, that somebody finds out where its recipient
// lives: an action of the case that its lead owns, due on the next working day, of which
// they are told. One that is open already is enough (practice L8).
func findHome(tx core.App, letter *core.Record, at time.Time) error {
	caseID := letter.GetString("case")
	person, err := tx.FindRecordById("people", letter.GetString("recipient"))
	if err != nil {
		return err
	}
	members, err := tx.FindAllRecords("case_members", dbx.HashExp{"case": caseID, "role": string(collections.PartLead), "active": true})
	if err != nil {
		return err
	}
	owner, err := tx.FindRecordById("users", letter.GetString("author"))
	for _, m := range members {
		owner, err = tx.FindRecordById("users", m.GetString("user"))
	}
	if err != nil {
		return nil // nobody leads, and whoever wrote it is gone: the letter's own record says that it came back
	}
	due := at.In(kernel.London).AddDate(0, 0, 1).Format(time.DateOnly)
	if calendar, err := pack.CaseCalendar(tx, caseID); err != nil {
		return err
	} else if day, err := calendar.Within(at.In(kernel.London).Format(time.DateOnly), 1); err == nil {
		due = day
	}
	begins := fmt.Sprintf("Find out where %s lives:", person.GetString("name"))
	open, err := tx.FindAllRecords("actions", dbx.HashExp{"case": caseID, "done_on": ""}, dbx.NewExp("substr(what, 1, {:n}) = {:b}", dbx.Params{"n": len([]rune(begins)), "b": begins}))
	if err != nil {
		return err
	}
	if len(open) == 0 {
		c, err := tx.FindCachedCollectionByNameOrId("actions")
		if err != nil {
			return err
		}
		r := core.NewRecord(c)
		r.Load(map[string]any{
			"case": caseID, "owner": owner.GetString("name"), "owner_user": owner.Id, "owner_agency": owner.GetString("agency"), "due_on": due, "author": kernel.ActorOf(tx).ID(),
			"what": fmt.Sprintf("%s our letter of %s came back. Confirm an address before the next one goes.", begins, clock.Day(letter.GetString("date"))),
		})
		if err := tx.Save(kernel.AsServer(r)); err != nil {
			return fmt.Errorf("what follows from letter %s, which came back: %w", letter.Id, err)
		}
		open = append(open, r)
	}
	return tell.Notify(tx, tell.Notice{User: owner.Id, CaseID: caseID, Pathway: letter.GetString("pathway"), Timer: "action/" + open[0].Id, Stage: "due_soon", Step: "find-home", DueOn: open[0].GetString("due_on"), At: kernel.Now().Time()})
}
