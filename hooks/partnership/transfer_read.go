package partnership

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// Asking is a transfer as a manager of either agency reads it.
type Asking struct {
	ID        string `db:"id"`
	Case      string `db:"case"`
	Reference string `db:"reference"`
	From      string `db:"from_name"`
	To        string `db:"to_name"`
	By        string `db:"by"`
	Reason    string `db:"reason"`
	Note      string `db:"handover_note"`
	Steps     string `db:"open_steps"`
	DueOn     string `db:"due_on"`
	Overdue   bool   `db:"overdue"`
	Ours      bool   `db:"ours"` // the reader's own agency was asked, and the reader may answer

	Open  []OpenStep
	Leads []Choice // of the reader's own agency, who may lead from then on
}

// OpenStep is what was open on the case's pathways when it was asked.
type OpenStep struct {
	Title string `json:"title"`
	DueOn string `json:"due_on"`
}

// Choice is a person, an agency or a case to choose.
type Choice struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// ofTransfers is which transfers wait, on cases that a manager is on, asked of their agency or
// by it. Who is no manager at their agency answers none.
const ofTransfers = ` FROM transfers t JOIN cases c ON c.id = t."case" JOIN case_members m ON m."case" = c.id AND m."user" = {:u} AND m.active
	WHERE t.status = 'requested' AND (t.to_agency = {:a} OR t.from_agency = {:a})`

func askingParams(person *core.Record) dbx.Params {
	return dbx.Params{"u": person.Id, "a": person.GetString("agency")}
}

// Askings are the transfers that wait which a manager may answer or take back, those asked
// of their agency first. The audit has its line before anything is shown.
func Askings(app core.App, actor kernel.Actor) (all []Asking, err error) {
	if !kernel.Holds(actor.User, collections.Manager) {
		return nil, nil
	}
	err = app.ConcurrentDB().NewQuery(`SELECT t.id, t."case", c.reference, t.reason, t.handover_note, coalesce(t.open_steps, '') AS open_steps, t.due_on, t.overdue,
			t.to_agency = {:a} AS ours, (SELECT name FROM agencies WHERE id = t.from_agency) AS from_name, (SELECT name FROM agencies WHERE id = t.to_agency) AS to_name,
			coalesce((SELECT name FROM users WHERE id = t.author), '') AS by` + ofTransfers + ` ORDER BY ours DESC, t.due_on, t.id LIMIT 200`).
		Bind(askingParams(actor.User)).All(&all)
	if err != nil {
		return nil, fmt.Errorf("the transfers that wait: %w", err)
	}
	counts := map[string]int{}
	for i := range all {
		a := &all[i]
		counts[a.Case]++
		_ = json.Unmarshal([]byte(a.Steps), &a.Open) // the server wrote it
		if a.Ours {
			if a.Leads, err = colleaguesOn(app, a.Case, actor.User); err != nil {
				return nil, err
			}
		}
	}
	var read []kernel.Entry
	for id, n := range counts {
		read = append(read, kernel.Entry{Verb: "read", Collection: "transfers", Case: id, Count: n})
	}
	return all, kernel.AuditRead(app, actor, read...)
}

// AskingsWaiting is how many wait for an answer of a manager; a number alone is no reading.
func AskingsWaiting(app core.App, person *core.Record) (n int, err error) {
	if !kernel.Holds(person, collections.Manager) {
		return 0, nil
	}
	err = app.ConcurrentDB().NewQuery(`SELECT count(*)` + ofTransfers + ` AND t.to_agency = {:a}`).Bind(askingParams(person)).Row(&n)
	return n, err
}

// colleaguesOn are the reader and those of their agency who are on a case.
func colleaguesOn(app core.App, caseID string, reader *core.Record) (all []Choice, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT m."user" AS id, u.name FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:c} AND m.active AND u.active AND u.agency = {:a} ORDER BY u.id != {:u}, u.name`).
		Bind(dbx.Params{"c": caseID, "a": reader.GetString("agency"), "u": reader.Id}).All(&all)
	return all, err
}

// MayPassOn are the open cases that a manager's agency leads and which wait for no answer,
// and the agencies on them a manager of which could give one.
func MayPassOn(app core.App, person *core.Record) (cases, agencies []Choice, err error) {
	if !kernel.Holds(person, collections.Manager) {
		return nil, nil, nil
	}
	const mine = ` FROM cases c JOIN case_members m ON m."case" = c.id AND m."user" = {:u} AND m.active AND m.role IN ('lead', 'manager')
		WHERE c.lead_agency = {:a} AND c.status = 'open' AND NOT EXISTS (SELECT 1 FROM transfers t WHERE t."case" = c.id AND t.status = 'requested')`
	db, params := app.ConcurrentDB(), askingParams(person)
	if err = db.NewQuery(`SELECT DISTINCT c.id, c.reference AS name` + mine + ` ORDER BY c.reference LIMIT 500`).Bind(params).All(&cases); err != nil {
		return nil, nil, err
	}
	err = db.NewQuery(`SELECT DISTINCT a.id, a.name FROM case_members o JOIN users u ON u.id = o."user" JOIN agencies a ON a.id = u.agency
		WHERE o.active AND u.active AND u.agency != {:a} AND ` + kernel.ManagesRole + ` AND o."case" IN (SELECT c.id` + mine + `) ORDER BY a.name`).Bind(params).All(&agencies)
	return cases, agencies, err
}

// AskToLead asks another agency to take the lead of a case, as the person who asks.
func AskToLead(app core.App, actor kernel.Actor, caseID, agency, reason, note string) error {
	return makes(app, actor, "transfers", map[string]any{"case": caseID, "to_agency": agency, "reason": reason, "handover_note": note, "requested_at": kernel.Now()})
}

// AnswerToLead gives a person's answer: accepted, and who leads then; refused, and why; or
// withdrawn by those who asked.
func AnswerToLead(app core.App, actor kernel.Actor, a Asking, answer, lead, reason string) error {
	return makes(app, actor, "transfer_answers", map[string]any{
		"case": a.Case, "transfer": a.ID, "answer": answer, "lead": lead, "reason": reason, "occurred_at": kernel.Now(),
	})
}

// makes saves a new record as a person does.
func makes(app core.App, actor kernel.Actor, noun string, values map[string]any) error {
	return kernel.Within(app, actor, func(tx core.App) error {
		c, err := tx.FindCachedCollectionByNameOrId(noun)
		if err != nil {
			return err
		}
		r := core.NewRecord(c)
		r.Load(values)
		return tx.Save(r)
	})
}
