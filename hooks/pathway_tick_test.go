package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// A worker ticks a step as they always did, by whatever door: it becomes an event of
// theirs, and the step stands as that is read.
func TestATickBecomesAnEvent(t *testing.T) {
	d := openOffice(t)
	s := d.began("early-help-engagement", 6)
	code := "tell-manager"
	row := func() *core.Record { return d.step(s.pathway, code) }
	today := time.Now().In(must(time.LoadLocation("Europe/London"))).Format(time.DateOnly)
	refused := func(field, want string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, should say %q", field, err, want)
		}
	}

	d.does(&demo.Practitioner, "pathway_steps", row().Id, map[string]any{"status": "done", "comment": "She knows."})
	ticks := d.events(s.pathway, "step.done")
	if r := row(); len(ticks) != 1 || r.GetString("status") != "done" || r.GetString("done_by") != demo.Practitioner.ID || r.GetString("done_on") != today || r.GetString("comment") != "She knows." {
		t.Fatalf("%d ticks, %v", len(ticks), r.FieldsData())
	}
	if e := ticks[0]; e.GetString("author") != demo.Practitioner.ID || e.GetString("agency") != demo.Practitioner.Agency || e.GetString("verdict") != "accepted" {
		t.Errorf("%v", e.FieldsData())
	}

	_, err := d.by(&demo.School, "pathway_steps", row().Id, map[string]any{"status": "open"})
	refused("a tick of another's", "Only the author or a manager", err)
	d.does(&demo.Practitioner, "pathway_steps", row().Id, map[string]any{"done_on": before(2).Time().Format(time.DateOnly)})
	if got := row().GetString("done_on"); got != before(2).Time().Format(time.DateOnly) {
		t.Errorf("the day was put right, and is %s", got)
	}
	d.does(&demo.Manager, "pathway_steps", row().Id, map[string]any{"status": "overdue"})
	s.open(code)
	if got := len(d.events(s.pathway, "event.withdrawn")); got != 1 {
		t.Errorf("%d taken back", got)
	}

	// What a phone said before the tick, and sent after it, takes back none.
	d.does(&demo.Practitioner, "pathway_steps", row().Id, map[string]any{"status": "done"})
	stale := row()
	stale.Set("status", "open")
	actor := kernel.Actor{User: must(d.FindRecordById("users", demo.Practitioner.ID)), Door: "sync"}
	if err := kernel.Within(d.App, actor, func(tx core.App) error { return tx.Save(kernel.Recorded(stale, before(1))) }); err != nil || row().GetString("status") != "done" {
		t.Errorf("an old word took back a tick: %v, %s", err, row().GetString("status"))
	}
	d.does(&demo.Practitioner, "pathway_steps", row().Id, map[string]any{"status": "open"})
	s.open(code)

	// What is done by recording it is neither ticked, nor dated, nor undone by hand.
	s.event(demo.Practitioner, 1, "manager.told", nil)
	_, err = d.by(&demo.Practitioner, "pathway_steps", row().Id, map[string]any{"status": "open"})
	refused("told, and unticked", "withdraw that", err)
	for what, set := range map[string]map[string]any{
		"done": {"status": "done"}, "for a day": {"done_on": today}, "cancelled": {"status": "cancelled"},
	} {
		_, err = d.by(&demo.Practitioner, "pathway_steps", d.step(s.pathway, "check-barriers").Id, set)
		refused(what, "not by ticking it", err)
	}
}
