package engagement

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	riskrules "holdfast/hooks/risk"
	"holdfast/hooks/tell"
)

// BindPathways lets the engine read a pathway's history again whenever something
// is added to it, in the transaction that adds it: the server is the only
// evaluator of record.
func BindPathways(app core.App) {
	at := func(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: f}
	}
	kernel.Creating(app, "pathways").Bind(at(openPathway))
	kernel.Creating(app, "pathway_events").Bind(at(saidByABaby))
	kernel.Creating(app, "pathway_events").Bind(at(whyWithdrawn))
	kernel.Creating(app, "pathway_events").Bind(at(addEvent))
	kernel.Updating(app, "pathway_steps").Bind(at(tickStep))
	_ = app.Cron().Add("pathways", "*/10 * * * *", func() {
		if err := ReadPathways(app, kernel.Now().Time()); err != nil {
			app.Logger().Error("Reading the open pathways", "error", err)
		}
	})
	_ = app.Cron().Add("calendars", "* * * * *", func() {
		if err := RecountCalendars(app); err != nil {
			app.Logger().Error("Counting by a changed calendar", "error", err)
		}
	})
}

// openPathway pins the template as it is published now, and derives the first steps.
func openPathway(e *core.RecordEvent) error {
	template, err := e.App.FindRecordById("pathway_templates", e.Record.GetString("template"))
	if err != nil || template.GetString("status") != "published" {
		return validation.Errors{"template": validation.NewError("not_published", "There is no such published pathway template.")}
	}
	if !kernel.IsServer(e.Record) {
		if c, err := e.App.FindRecordById("cases", e.Record.GetString("case")); err == nil && e.Record.GetDateTime("opened_at").Time().Before(kernel.Begun(c)) {
			return validation.Errors{"opened_at": validation.NewError("before_case", "The case was opened later than this: give the day and time at which its pathway began.")}
		}
	}
	e.Record.Set("template_hash", template.GetString("hash"))
	e.Record.Set("opened_with", template.Id)
	e.Record.Set("alongside", []pathway.Beside{})
	if err := e.Next(); err != nil {
		return err
	}
	if err := Derive(e.App, e.Record.Id); err != nil {
		return err
	}
	if err := CarryThresholds(e.App, e.Record.GetString("case")); err != nil {
		return err
	}
	return runsBeside(e.App, e.Record)
}

// addEvent judges an event with all that happened before and after it. One that a
// guard refuses stays on the record as attempted.
func addEvent(e *core.RecordEvent) error {
	p, err := e.App.FindRecordById("pathways", e.Record.GetString("pathway"))
	if err != nil {
		return validation.Errors{"pathway": validation.NewError("missing", "There is no such pathway in this case.")}
	}
	if err := takeRole(e.App, p, e.Record); err != nil {
		return err
	}
	if e.Record.GetString("kind") == "calendar.changed" && !kernel.IsServer(e.Record) {
		return validation.Errors{"kind": validation.NewError("server_owned", "The server says when the calendar has changed.")}
	}
	if e.Record.Id == "" {
		e.Record.Set("id", core.GenerateDefaultRandomId())
	}
	h, err := History(e.App, p, e.Record)
	if err != nil {
		return err
	}
	result, err := h.Read(kernel.Now().Time())
	if err != nil {
		return err
	}
	for _, v := range result.Verdicts {
		if v.Event == e.Record.Id {
			e.Record.Set("verdict", string(v.Outcome))
			e.Record.Set("reasons", v.Reasons)
			if kind := e.Record.GetString("kind"); pathway.Decides(kind) || pathway.Relayed(kind) {
				e.Record.Set("received_verdict", received(v.Outcome))
			}
		}
	}
	if e.Record.GetString("kind") == pathway.ImmediateRisk {
		risk := riskrules.Risk{Event: e.Record.Id, Case: p.GetString("case"), Pathway: p.Id, Author: e.Record.GetString("author"), At: e.Record.GetDateTime("received_at").Time()}
		told, err := riskrules.TellAtOnce(e.App, risk)
		if err != nil {
			return err
		}
		e.Record.Set("told", told)
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := Derive(e.App, p.Id); err != nil {
		return err
	}
	if e.Record.GetString("kind") == "threshold.decided" {
		if err := carryOn(e.App, p.GetString("case")); err != nil {
			return err
		}
	}
	if !sights[e.Record.GetString("kind")] {
		return nil
	}
	return readSeen(e.App, p.GetString("case"))
}

// sights are the kinds of event by which the case's other pathways may know more of a child.
var sights = map[string]bool{"child.seen": true, "appointment.kept_child_seen": true, "event.withdrawn": true}

// ReadPathways reads every open pathway again, as time passes: what is due soon and
// what is overdue changes without anybody writing. Those it concerns are told.
func ReadPathways(app core.App, at time.Time) error {
	open, err := app.FindAllRecords("pathways", dbx.NewExp(`NOT ended OR EXISTS (SELECT 1 FROM pathway_steps s
		WHERE s.pathway = pathways.id AND s.code = 'confirm-ending' AND s.status IN ('open', 'due_soon', 'overdue'))`))
	if err != nil {
		return err
	}
	var faults []error
	for _, p := range open {
		if err := app.RunInTransaction(func(tx core.App) error {
			result, err := deriveAt(tx, p.Id, at)
			if err != nil {
				return err
			}
			if err := tellUnheard(tx, p, at); err != nil {
				return err
			}
			return tell.Tell(tx, p, result, at)
		}); err != nil {
			faults = append(faults, fmt.Errorf("pathway %s: %w", p.Id, err))
		}
	}
	return errors.Join(faults...)
}

// Derive writes what the engine reads: the pathway's state, and its steps as
// ordinary records that sync. What did not change is not written.
func Derive(tx core.App, id string) error {
	_, err := deriveAt(tx, id, kernel.Now().Time())
	return err
}

func deriveAt(tx core.App, id string, at time.Time) (pathway.Result, error) {
	fresh, err := tx.FindRecordById("pathways", id)
	if err != nil {
		return pathway.Result{}, err
	}
	h, err := History(tx, fresh)
	if err != nil {
		return pathway.Result{}, err
	}
	result, err := h.Read(at)
	if err != nil {
		return pathway.Result{}, err
	}
	if !result.Ended && !h.area.Is(h.pinned.Key(), h.pinned.Version()) {
		written, err := recount(tx, fresh, h, result, at)
		if err != nil {
			return pathway.Result{}, err
		}
		if written { // the event's own hook has derived everything but what is due at this instant
			return deriveAt(tx, id, at)
		}
		if result, err = h.Read(at); err != nil {
			return pathway.Result{}, err
		}
	}
	return result, write(tx, fresh, h, result)
}

// write stores a reading, as far as it differs from what is stored.
func write(tx core.App, fresh *core.Record, h *Past, result pathway.Result) error {
	if result.Template != "" && result.Template != fresh.GetString("template") {
		version, err := tx.FindRecordById("pathway_templates", result.Template)
		if err != nil {
			return err
		}
		fresh.Set("template", version.Id)
		fresh.Set("template_hash", version.GetString("hash"))
	}
	fresh.Set("state", result.State)
	fresh.Set("disputed", result.Disputed)
	fresh.Set("ended", result.Ended)
	fresh.Set("cycles", result.Cycles)
	fresh.Set("adults", family.Nameless(result.Adults))
	fresh.Set("calendar", h.pinned.Key())
	fresh.Set("calendar_version", h.pinned.Version())
	if err := tellStanding(tx, fresh, result); err != nil {
		return err
	}
	if err := kernel.SaveChanged(tx, fresh); err != nil {
		return err
	}
	if err := deriveVerdicts(tx, fresh, h, result); err != nil {
		return err
	}
	if err := DisputesFollow(tx, fresh, h, result); err != nil {
		return err
	}
	if err := h.carrySightings(tx, result.Seen); err != nil {
		return err
	}
	if result.HoldsCase() {
		if err := reopenOver(tx, fresh, result); err != nil {
			return err
		}
	}
	if err := deriveSteps(tx, fresh, h, result); err != nil {
		return err
	}
	if err := tell.StopTelling(tx, fresh, result); err != nil {
		return err
	}
	if err := askWhoDecided(tx, fresh, result); err != nil {
		return err
	}
	return AsksFollow(tx, fresh, h, result)
}

func deriveSteps(tx core.App, p *core.Record, h *Past, result pathway.Result) error {
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
	for _, s := range result.Kept(slices.Sorted(maps.Keys(stored))) {
		r, there := stored[s.Code]
		if !there {
			r = core.NewRecord(c)
			r.Load(map[string]any{"case": p.GetString("case"), "pathway": p.Id, "code": s.Code})
		}
		if s.Title != "" { // else nothing asks for it any more
			r.Set("title", s.Title)
			r.Set("position", s.Position)
		}
		r.Set("due_on", s.DueOn)
		r.Set("due_at", s.DueAt)
		r.Set("calendar", s.Calendar)
		r.Set("calendar_version", s.CalendarVersion)
		r.Set("cancelled_because", s.Because)
		r.Set("status", string(s.Status))
		r.Set("done_on", s.DoneOn)
		r.Set("done_by", h.author(s.DoneBy))
		if err := kernel.SaveChanged(tx, r); err != nil {
			return fmt.Errorf("step %s: %w", s.Code, err)
		}
	}
	return nil
}
