package partnership

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// A disagreement has records of its own, and is on the pathways that it concerns. Whichever
// of the two somebody writes, the other follows, and the same rules hold.

// settledByStep are the kinds of event that say of a disagreement what a step of it says.
var settledByStep = map[string]string{"dispute.stage_up": "stage_up", "dispute.resolved": "resolved"}

// bindDisputeEvents holds the events of a disagreement to what its steps are held to.
func bindDisputeEvents(app core.App) {
	kernel.Creating(app, "pathway_events").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard - 1, Func: func(e *core.RecordEvent) error {
		if err := notOfDispute(e.App, e.Record); err != nil {
			return err
		}
		return e.Next()
	}})
	kernel.Creating(app, "pathway_events").Bind(kernel.InDomain(func(e *core.RecordEvent) error {
		step := settledByStep[e.Record.GetString("kind")]
		if step == "" || kernel.IsServer(e.Record) {
			return e.Next()
		}
		d, err := disputeMeant(e.App, e.Record)
		if err != nil {
			return err
		}
		if d != nil && d.GetString("status") == "open" {
			if err := mayStep(e.App, d, step, e.Record.GetDateTime("occurred_at"), "kind"); err != nil {
				return err
			}
		}
		return e.Next() // where none is open, or it is not known which, the engine says so
	}))
}

// notOfDispute refuses to take back, or to write anew, what a disagreement's own records
// say: there it is settled, and raised again.
func notOfDispute(app core.App, e *core.Record) error {
	id := e.GetString("corrects")
	if id == "" {
		return nil
	}
	n, err := app.CountRecords("pathway_events", dbx.NewExp(`id = {:id} AND pathway = {:p} AND kind LIKE 'dispute.%' AND arises_from LIKE 'dispute%'`,
		dbx.Params{"id": id, "p": e.GetString("pathway")}))
	if err != nil || n == 0 {
		return err
	}
	return kernel.Wrong("corrects", "of_dispute", "This is of a disagreement, which has a record of its own: write there how it was settled, or raise another.")
}

// disputeMeant is the disagreement that an event is about: the one that it names by what
// raised it, or the only open one on its pathway; nil where it is not known.
func disputeMeant(app core.App, e *core.Record) (*core.Record, error) {
	data := map[string]any{}
	_ = kernel.Decode(e, "data", &data) // the engine says what is wrong with it
	named, _ := data["dispute"].(string)
	var ids []string
	err := kernel.Query(app, `SELECT d.id FROM disputes d JOIN pathway_events o ON o.arises_from = 'disputes/' || d.id || '/opened'
		WHERE o.pathway = {:p} AND (o.id = {:o} OR {:o} = '' AND d.status = 'open') LIMIT 2`).
		Bind(dbx.Params{"p": e.GetString("pathway"), "o": strings.TrimSpace(named)}).Column(&ids)
	if err != nil || len(ids) != 1 {
		return nil, err
	}
	return app.FindRecordById("disputes", ids[0])
}

// FollowDisputes gives what was recorded of a disagreement as an event, and counts, its
// record: a disagreement, or a step of one. It is its author's, whoever brought it about
// that it counts.
func FollowDisputes(tx core.App, p *core.Record, h *engagement.Past, result pathway.Result) error {
	for _, v := range result.Verdicts {
		e := h.Stored[v.Event]
		if e == nil || v.Outcome == pathway.Attempted || v.CorrectedBy != "" || e.GetString("arises_from") != "" || !strings.HasPrefix(e.GetString("kind"), "dispute.") {
			continue
		}
		data := map[string]any{}
		if err := kernel.Decode(e, "data", &data); err != nil {
			return err
		}
		text := func(member string) string { s, _ := data[member].(string); return strings.TrimSpace(s) }
		noun, turned := "disputes", "opened"
		values := map[string]any{"case": p.GetString("case")}
		if step := settledByStep[e.GetString("kind")]; step != "" {
			d, err := openDisputeOf(tx, h.Stored[v.About])
			if err != nil {
				return err
			}
			if d == "" {
				continue
			}
			noun, turned = "dispute_steps", step
			values["dispute"], values["step"], values["occurred_at"] = d, step, e.GetDateTime("occurred_at")
			values["text"] = cmp.Or(text("outcome"), text("text"), "Recorded on the pathway.")
		} else {
			values["pathway"], values["opened_at"], values["about"], values["position"] = p.Id, e.GetDateTime("occurred_at"), text("about"), text("position")
			values["subject"], values["urgent"] = cmp.Or(oneOf(tx, "disputes", "subject", text("subject")), "other"), data["urgent"] == true
			values["urgent_because"] = cmp.Or(text("urgent_because"), text("about"))
			if _, err := tx.FindRecordById("agencies", text("with_agency")); err == nil {
				values["with_agency"] = text("with_agency")
			}
		}
		if err := follows(tx, e, noun, turned, values); err != nil {
			return fmt.Errorf("the record of %s %s: %w", e.GetString("kind"), e.Id, err)
		}
	}
	return nil
}

// follows writes the record that stands for an event of somebody's, as theirs.
func follows(tx core.App, e *core.Record, noun, turned string, values map[string]any) error {
	c, err := tx.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(values)
	r.Set("id", core.GenerateDefaultRandomId())
	e.Set("arises_from", engagement.Turn(r, turned)) // first: what it gives rise to is there already
	if err := tx.Save(kernel.AsServer(e.IgnoreUnchangedFields(true))); err != nil {
		return err
	}
	if err := tx.Save(kernel.AsServer(r)); err != nil {
		return err
	}
	r, err = tx.FindRecordById(noun, r.Id)
	if err != nil {
		return err
	}
	r.Set("author", e.GetString("author"))
	r.Set("agency", e.GetString("agency"))
	if err := kernel.SaveChanged(tx, r); err != nil || turned != "resolved" {
		return err
	}
	d, err := tx.FindRecordById("disputes", r.GetString("dispute"))
	if err != nil {
		return err
	}
	if err := standDispute(tx, d, r); err != nil {
		return err
	}
	return kernel.SaveChanged(tx, d)
}

// openDisputeOf is the disagreement that an event raised, while it is open.
func openDisputeOf(tx core.App, opened *core.Record) (string, error) {
	if opened == nil {
		return "", nil
	}
	var ids []string
	err := kernel.Query(tx, `SELECT id FROM disputes WHERE 'disputes/' || id || '/opened' = {:from} AND status = 'open'`).
		Bind(dbx.Params{"from": opened.GetString("arises_from")}).Column(&ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// oneOf is a word where a field's choice has it, else nothing.
func oneOf(tx core.App, noun, field, word string) string {
	c, err := tx.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return ""
	}
	if choices, ok := c.Fields.GetByName(field).(*core.SelectField); ok {
		for _, v := range choices.Values {
			if v == word {
				return word
			}
		}
	}
	return ""
}

// mayStep holds a step of a disagreement to whose it is: what its sides hold is said, and it
// is taken further or settled, by one of the two; what a third agency holds would read as
// theirs. How its last meeting settled it is written by whoever leads an agency there, or its
// safeguarding.
func mayStep(tx core.App, d *core.Record, step string, at interface{ Time() time.Time }, field string) error {
	person := kernel.ActorOf(tx).Person()
	if person == nil {
		return nil
	}
	with, agency := d.GetString("with_agency"), person.GetString("agency")
	side := with == "" || agency == with || agency == d.GetString("agency")
	chairs := step == "resolved" && d.GetInt("stage") >= chairedStage && senior(person)
	if step == "resolved" {
		if both, err := endsForBoth(tx, d, person, field); err != nil || both {
			return err
		}
	}
	if !side && !chairs {
		between, err := agencyNames(tx, d.GetString("agency"), with)
		if err != nil {
			return err
		}
		words := "This disagreement is between " + strings.Join(between, " and ") + ": one of them records this"
		if step == "position" {
			words += "; write what your agency holds as a note on this case"
		}
		return kernel.Wrong(field, "not_a_side", words+".")
	}
	if step != "stage_up" {
		return nil
	}
	return mayStageUp(tx, d, person, at.Time(), field)
}

// agencyNames are agencies as people call them, in their order.
func agencyNames(tx core.App, ids ...string) (names []string, err error) {
	for _, id := range ids {
		a, err := tx.FindRecordById("agencies", id)
		if err != nil {
			return nil, fmt.Errorf("the agency %s: %w", id, err)
		}
		names = append(names, a.GetString("name"))
	}
	return names, nil
}
