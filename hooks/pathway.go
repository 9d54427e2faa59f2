package hooks

import (
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/pathway"
)

// areaCalendar is the calendar that working days are counted by.
const areaCalendar = "england-and-wales"

// bindPathways lets the engine read a pathway's history again whenever something
// is added to it, in the transaction that adds it: the server is the only
// evaluator of record.
func bindPathways(app core.App) {
	at := func(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: orderDomain, Func: f}
	}
	app.OnRecordCreate("pathways").Bind(at(openPathway))
	app.OnRecordCreate("pathway_events").Bind(at(addEvent))
	app.OnRecordCreate("contact_attempts").Bind(at(addAttempt))
	_ = app.Cron().Add("pathways", "*/10 * * * *", func() {
		if err := ReadPathways(app); err != nil {
			app.Logger().Error("Reading the open pathways", "error", err)
		}
	})
}

// openPathway pins the template as it is published now, and derives the first steps.
func openPathway(e *core.RecordEvent) error {
	template, err := e.App.FindRecordById("pathway_templates", e.Record.GetString("template"))
	if err != nil || template.GetString("status") != "published" {
		return validation.Errors{"template": validation.NewError("not_published", "There is no such published pathway template.")}
	}
	e.Record.Set("template_hash", template.GetString("hash"))
	if err := e.Next(); err != nil {
		return err
	}
	return derive(e.App, e.Record)
}

// addEvent judges an event with all that happened before and after it. One that a
// guard refuses stays on the record as attempted.
func addEvent(e *core.RecordEvent) error {
	p, err := e.App.FindRecordById("pathways", e.Record.GetString("pathway"))
	if err != nil {
		return validation.Errors{"pathway": validation.NewError("missing", "There is no such pathway in this case.")}
	}
	role, err := roleIn(e.App, e.Record.GetString("case"), e.Record.GetString("author"))
	if err != nil {
		return err
	}
	e.Record.Set("role", role)
	h, err := history(e.App, p)
	if err != nil {
		return err
	}
	if e.Record.Id == "" {
		e.Record.Set("id", core.GenerateDefaultRandomId())
	}
	h.events = append(h.events, eventOf(e.Record))
	result, err := h.read()
	if err != nil {
		return err
	}
	for _, v := range result.Verdicts {
		if v.Event == e.Record.Id {
			e.Record.Set("verdict", string(v.Outcome))
			e.Record.Set("reasons", v.Reasons)
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	return derive(e.App, p)
}

// addAttempt reads the case's open pathways again: a try at contact counts in each.
func addAttempt(e *core.RecordEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	return readAgain(e.App, e.Record.GetString("case"))
}

// ReadPathways reads every open pathway again, as time passes: what is due soon and
// what is overdue changes without anybody writing.
func ReadPathways(app core.App) error {
	open, err := app.FindAllRecords("pathways", dbx.HashExp{"ended": false})
	if err != nil {
		return err
	}
	var faults []error
	for _, p := range open {
		if err := app.RunInTransaction(func(tx core.App) error { return derive(tx, p) }); err != nil {
			faults = append(faults, fmt.Errorf("pathway %s: %w", p.Id, err))
		}
	}
	return errors.Join(faults...)
}

// derive writes what the engine reads: the pathway's state, and its steps as
// ordinary records that sync. What did not change is not written.
func derive(tx core.App, p *core.Record) error {
	h, err := history(tx, p)
	if err != nil {
		return err
	}
	result, err := h.read()
	if err != nil {
		return err
	}
	fresh, err := tx.FindRecordById("pathways", p.Id)
	if err != nil {
		return err
	}
	fresh.Set("state", result.State)
	fresh.Set("disputed", result.Disputed)
	fresh.Set("ended", result.Ended)
	fresh.Set("calendar_version", h.calendar.Version())
	if err := saveChanged(tx, fresh); err != nil {
		return err
	}
	if err := deriveVerdicts(tx, h, result); err != nil {
		return err
	}
	return deriveSteps(tx, p, h, result)
}

// deriveVerdicts carries a verdict that a late arrival changed to the event it is on.
func deriveVerdicts(tx core.App, h *past, result pathway.Result) error {
	for _, v := range result.Verdicts {
		r, ok := h.stored[v.Event]
		if !ok || r.GetString("verdict") == string(v.Outcome) {
			continue
		}
		r.Set("verdict", string(v.Outcome))
		r.Set("reasons", v.Reasons)
		if err := tx.Save(AsServer(r)); err != nil {
			return fmt.Errorf("the verdict on event %s: %w", r.Id, err)
		}
	}
	return nil
}

func deriveSteps(tx core.App, p *core.Record, h *past, result pathway.Result) error {
	c, err := tx.FindCachedCollectionByNameOrId("pathway_steps")
	if err != nil {
		return err
	}
	rows, err := tx.FindAllRecords("pathway_steps", dbx.HashExp{"pathway": p.Id})
	if err != nil {
		return err
	}
	stored := map[string]*core.Record{}
	for _, r := range rows {
		stored[r.GetString("code")] = r
	}
	for _, s := range result.Steps {
		r, there := stored[s.Code]
		delete(stored, s.Code)
		if !there {
			r = core.NewRecord(c)
			r.Load(map[string]any{"case": p.GetString("case"), "pathway": p.Id, "code": s.Code})
		}
		r.Set("title", s.Title)
		r.Set("position", s.Position)
		r.Set("due_on", s.DueOn)
		r.Set("due_at", s.DueAt)
		if byHand := there && r.GetString("status") == "done" && s.Status != pathway.Done; !byHand {
			r.Set("status", string(s.Status))
			r.Set("done_on", s.DoneOn)
			r.Set("done_by", h.author(s.DoneBy))
		}
		if err := saveChanged(tx, r); err != nil {
			return fmt.Errorf("step %s: %w", s.Code, err)
		}
	}
	for _, r := range stored { // asked for once, and no longer
		if r.GetString("status") != "done" {
			r.Set("status", string(pathway.Cancelled))
			if err := saveChanged(tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// saveChanged saves a record as the server's work when anything of it changed.
func saveChanged(tx core.App, r *core.Record) error {
	if !r.IsNew() && len(touched(r, "update")) == 0 {
		return nil
	}
	return tx.Save(AsServer(r.IgnoreUnchangedFields(true)))
}
