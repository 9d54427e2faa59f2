package engagement

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/pathway"
)

// tickStep makes an event of it that somebody ticks a step, takes the tick back or gives
// another day for it, by whichever door: then the step stands as the engine reads it, like
// every other. What the template does not say is ticked, is done by recording it: that a
// letter went, a child was seen or a manager signed.
func tickStep(e *core.RecordEvent) error {
	if kernel.IsServer(e.Record) || !kernel.Changed(e.Record, "status") && !kernel.Changed(e.Record, "done_on") {
		return e.Next()
	}
	p, err := e.App.FindRecordById("pathways", e.Record.GetString("pathway"))
	if err != nil {
		return err
	}
	event, err := tick(e.App, p, e.Record)
	if err != nil {
		return err
	}
	if event != nil {
		if err := e.App.Save(event); err != nil {
			return err
		}
		if event.GetString("verdict") == string(pathway.Attempted) {
			return kernel.Wrong("status", "not_asked", reasonsOf(event))
		}
	}
	stands, err := e.App.FindRecordById("pathway_steps", e.Record.Id)
	if err != nil {
		return err
	}
	for _, f := range e.Record.Collection().Fields {
		if name := f.GetName(); name != "comment" && f.Type() != core.FieldTypeAutodate {
			e.Record.Set(name, stands.Get(name))
		}
	}
	return e.Next()
}

// tick is the event that a person's edit of a step stands for; none where it changes
// nothing that a person says.
func tick(app core.App, p, step *core.Record) (*core.Record, error) {
	code, was, is := step.GetString("code"), step.Original().GetString("status") == "done", step.GetString("status") == "done"
	h, err := History(app, p)
	if err != nil {
		return nil, err
	}
	result, err := h.Read(kernel.Now().Time())
	if err != nil {
		return nil, err
	}
	t, err := pack.TemplateByID(app, p.GetString("template"))
	if err != nil {
		return nil, err
	}
	if !t.ByHand(code) || step.GetString("status") == "cancelled" {
		return nil, kernel.Wrong("status", "not_by_hand", "This step is done by recording what was done, not by ticking it.")
	}
	if !was && !is {
		return nil, nil
	}
	kind, data, corrects := "step.done", map[string]any{"step": code, "done_on": step.GetString("done_on")}, ""
	if was {
		for _, s := range result.Steps {
			if s.Code == code {
				corrects = s.DoneBy
			}
		}
		old, person := h.Stored[corrects], kernel.ActorOf(app).Person()
		ticked := old != nil && old.GetString("kind") == "step.done"
		switch {
		case !is && !ticked:
			return nil, kernel.Wrong("status", "not_by_hand", "This step was done by what somebody recorded: withdraw that, and it is open again.")
		case !is && tickedAt(step).Time().Before(at(old, "occurred_at")):
			return nil, nil // said before that tick, and come late: it takes back none
		case !is:
			kind, data = "event.withdrawn", map[string]any{"reason": "The tick was taken back."}
		case !ticked || person == nil || person.Id != old.GetString("author"):
			corrects = "" // somebody else did it too, and says so beside it
		}
	}
	events, err := app.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return nil, err
	}
	when := tickedAt(step)
	if on := step.GetString("done_on"); on == "" || on > kernel.LocalDay(when) {
		delete(data, "done_on")
	}
	event := core.NewRecord(events)
	event.Load(map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": kind, "occurred_at": when, "corrects": corrects})
	event.Set("data", data)
	return event, nil
}

// tickedAt is when it was ticked: on a phone without signal some time ago, but never
// before there was a step to tick.
func tickedAt(step *core.Record) types.DateTime {
	at := kernel.Now()
	if dated := kernel.IntentOf(step).Recorded; !dated.IsZero() && dated.Time().Before(at.Time()) {
		at = dated
	}
	if made := step.GetDateTime("created"); at.Time().Before(made.Time()) {
		at = made
	}
	return at
}

// reasonsOf are the sentences that an event was refused with.
func reasonsOf(event *core.Record) string {
	var reasons []pathway.Reason
	if err := kernel.Decode(event, "reasons", &reasons); err != nil {
		return ""
	}
	said := make([]string, len(reasons))
	for i, r := range reasons {
		said[i] = r.Text
	}
	return strings.Join(said, " ")
}
