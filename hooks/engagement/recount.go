package engagement

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/pathway"
)

// recountPage is how many pathways are looked up at a time; each is counted anew in
// a transaction of its own.
const recountPage = 100

// RecountCalendars counts the open pathways anew whose calendar has changed, or whose
// agency has chosen another. The version a pathway is counted by is written with the
// event that says what moved, in one transaction: it is the cursor, so that a crash
// in between neither loses nor doubles an event, and the next run goes on where this
// one ended.
func RecountCalendars(app core.App) error {
	var faults []error
	for after := ""; ; {
		var ids []string
		if err := app.ConcurrentDB().NewQuery(`SELECT id FROM pathways WHERE NOT ended AND id > {:after} ORDER BY id LIMIT {:n}`).
			Bind(dbx.Params{"after": after, "n": recountPage}).Column(&ids); err != nil {
			return err
		}
		for _, id := range ids {
			if err := recountOne(app, id); err != nil {
				faults = append(faults, fmt.Errorf("counting pathway %s anew: %w", id, err))
			}
		}
		if len(ids) < recountPage {
			return errors.Join(faults...)
		}
		after = ids[len(ids)-1]
	}
}

func recountOne(app core.App, id string) error {
	p, err := app.FindRecordById("pathways", id)
	if err != nil {
		return err
	}
	area, err := pack.CaseCalendar(app, p.GetString("case"))
	if err != nil || area.Is(p.GetString("calendar"), p.GetInt("calendar_version")) {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error { return Derive(tx, id) })
}

// recount goes over to the calendar that the area has now. Where that changes what
// is due, or anything that was read before, it says so with a calendar.changed event,
// from which the new calendar holds; what was decided before stands as it was
// (domain 2.2: a change never silently edits history). It reports whether it wrote
// the event, whose own hook then has derived everything.
func recount(tx core.App, p *core.Record, h *Past, before pathway.Result, at time.Time) (bool, error) {
	was := h.pinned
	h.pin(h.area)
	p.Set("calendar", h.area.Key())
	p.Set("calendar_version", h.area.Version())
	after, err := h.Read(at)
	if err != nil {
		return false, err
	}
	if sameReading(before, after) {
		return false, nil
	}
	if err := kernel.SaveChanged(tx, p); err != nil {
		return false, err
	}
	c, err := tx.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return false, err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{
		"case": p.GetString("case"), "pathway": p.Id, "kind": "calendar.changed", "occurred_at": at, "recorded_at": at,
	})
	data := map[string]any{
		"calendar": h.area.Key(), "version": strconv.Itoa(h.area.Version()),
		"from_calendar": was.Key(), "from_version": strconv.Itoa(was.Version()),
	}
	if moves := movesOf(before, after); len(moves) > 0 {
		data["moved"] = moves
	}
	r.Set("data", data)
	return true, kernel.Within(tx, kernel.Actor{Door: "server"}, func(tx core.App) error { return tx.Save(kernel.AsServer(r)) })
}

// sameReading says whether two readings agree in all but the calendar's number.
func sameReading(a, b pathway.Result) bool {
	if a.State != b.State || len(movesOf(a, b)) > 0 || len(a.Verdicts) != len(b.Verdicts) || len(a.Letters) != len(b.Letters) {
		return false
	}
	for i := range a.Verdicts {
		if a.Verdicts[i].Outcome != b.Verdicts[i].Outcome || a.Verdicts[i].To != b.Verdicts[i].To {
			return false
		}
	}
	for i := range a.Letters {
		if a.Letters[i] != b.Letters[i] {
			return false
		}
	}
	return true
}

// movesOf lists the clocks whose due day differs. A clock that is done by both is not
// among them: it keeps the day it had.
func movesOf(a, b pathway.Result) []map[string]any {
	was := map[string]pathway.Timer{}
	for _, t := range a.Timers {
		was[t.Code] = t
	}
	var list []map[string]any
	for _, t := range b.Timers {
		w, there := was[t.Code]
		if !there || t.DueOn == w.DueOn && t.DueAt.Equal(w.DueAt) || t.Status == pathway.Done && w.Status == pathway.Done {
			continue
		}
		list = append(list, map[string]any{"timer": t.Code, "from": w.DueOn, "to": t.DueOn})
	}
	return list
}
