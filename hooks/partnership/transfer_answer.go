package partnership

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
)

// answerTransfer takes an answer while the question waits, and once. Accepting makes the
// asked agency the one that leads, in the same transaction, whoever the old lead was.
func answerTransfer(e *core.RecordEvent) error {
	a := e.Record
	if kernel.IsServer(a) {
		return e.Next()
	}
	t, err := e.App.FindRecordById("transfers", a.GetString("transfer"))
	if err != nil {
		return kernel.Wrong("transfer", "missing", "There is no such transfer in this case.")
	}
	answer := a.GetString("answer")
	person := kernel.ActorOf(e.App).Person()
	if err := mayAnswer(e.App, t, answer, person); err != nil {
		return err
	}
	switch {
	case t.GetString("status") != "requested":
		return kernel.Wrong("transfer", "resolved", "This was answered already.")
	case answer == "refused" && strings.TrimSpace(a.GetString("reason")) == "":
		return kernel.Wrong("reason", "required", "Say why your agency does not take the case on.")
	}
	if answer == "accepted" {
		a.Set("lead", cmp.Or(a.GetString("lead"), person.Id))
		if err := mayLeadFor(e.App, a.GetString("lead"), t.GetString("to_agency")); err != nil {
			return err
		}
		if c, err := e.App.FindRecordById("cases", t.GetString("case")); err != nil || c.GetString("lead_agency") != t.GetString("from_agency") || c.GetString("status") == "closed" {
			return kernel.Wrong("transfer", "ended", "The case has been closed, or passed on, since this was asked.")
		}
	} else {
		a.Set("lead", "")
	}
	if err := e.Next(); err != nil {
		return err
	}
	t.Load(map[string]any{
		"status": answer, "answered_on": kernel.LocalDay(a.GetDateTime("occurred_at")), "answered_by": person.Id, "lead": a.GetString("lead"), "overdue": false,
	})
	if answer == "accepted" {
		if err := nameOpenSteps(e.App, t); err != nil {
			return err
		}
	}
	if err := kernel.SaveChanged(e.App, t); err != nil {
		return err
	}
	if err := untellTransfer(e.App, t); err != nil {
		return err
	}
	if answer == "accepted" {
		return takeLead(e.App, t)
	}
	return nil // who asked still answers for the family, and hears so by a request
}

func mayLeadFor(app core.App, user, agency string) error {
	person, err := app.FindRecordById("users", user)
	if err != nil || !person.GetBool("active") || person.GetString("agency") != agency {
		return kernel.Wrong("lead", "other_agency", "Whoever leads from now on works for the agency that takes the case on.")
	}
	return nil
}

// untellTransfer takes back what people were told of a question that is answered.
func untellTransfer(tx core.App, t *core.Record) error {
	told, err := tx.FindAllRecords("notices", dbx.HashExp{"timer": transferClock(t)})
	if err != nil {
		return err
	}
	for _, r := range told {
		if err := tx.Delete(r); err != nil {
			return fmt.Errorf("taking back notice %s: %w", r.Id, err)
		}
	}
	return nil
}

// takeLead passes the case on: the agency, whoever leads for it, and those who led before,
// who stay on it as members until somebody takes them off.
func takeLead(tx core.App, t *core.Record) error {
	c, err := tx.FindRecordById("cases", t.GetString("case"))
	if err != nil {
		return err
	}
	c.Set("lead_agency", t.GetString("to_agency"))
	if err := kernel.SaveChanged(tx, c); err != nil {
		return fmt.Errorf("passing on the case: %w", err)
	}
	leading, err := tx.FindAllRecords("case_members", dbx.HashExp{"case": c.Id, "active": true, "role": string(collections.PartLead)})
	if err != nil {
		return err
	}
	for _, m := range leading {
		if m.GetString("user") == t.GetString("lead") {
			continue
		}
		m.Set("role", string(collections.PartMember))
		if err := kernel.SaveChanged(tx, m); err != nil {
			return err
		}
	}
	there, err := tx.FindAllRecords("case_members", dbx.HashExp{"case": c.Id, "active": true, "user": t.GetString("lead")})
	if err != nil {
		return err
	}
	var next *core.Record
	if len(there) > 0 {
		next = there[0]
	} else {
		members, err := tx.FindCachedCollectionByNameOrId("case_members")
		if err != nil {
			return err
		}
		next = core.NewRecord(members)
		next.Load(map[string]any{"case": c.Id, "user": t.GetString("lead")})
	}
	next.Set("role", string(collections.PartLead))
	next.Set("until", "")
	if err := kernel.SaveChanged(tx, next); err != nil {
		return fmt.Errorf("the new lead: %w", err)
	}
	return engagement.ReadLater(tx, c.Id)
}
