package kernel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/collections/legible"
	"holdfast/hooks/pathway"
)

// BindTimes holds every day and moment that is written to what can be true of it,
// whoever writes and by whichever door. A row that was stored before is left as it is:
// what somebody does not change, they are not held to.
func BindTimes(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: OrderGuard - 1, Func: func(e *core.RecordEvent) error {
			n := collections.ByName(e.Record.Collection().Name)
			if n == nil || IsServer(e.Record) {
				return e.Next()
			}
			problems, at := validation.Errors{}, Now().Time()
			for name, when := range n.Times() {
				text := TextOf(e.Record, name)
				if text == "" || stopsNothing(e.Record) {
					continue
				}
				why := Untrue(text, when, at)
				if why == nil && name == "occurred_at" {
					why = seenBefore(e.Record, at)
				}
				if why == nil && name == "occurred_at" && e.Record.Collection().Name == "contact_attempts" {
					var err error
					if why, err = longAgo(e.App, e.Record, at); err != nil {
						return err
					}
				}
				if why != nil && (e.Record.IsNew() || text != TextOf(e.Record.Original(), name)) {
					problems[name] = why
				}
			}
			if len(problems) > 0 {
				return problems
			}
			return e.Next()
		}}
	}
	app.OnRecordCreate().Bind(h())
	app.OnRecordUpdate().Bind(h())
}

// stopsNothing are records that come in whatever they are dated.
func stopsNothing(r *core.Record) bool {
	return r.Collection().Name == "pathway_events" && r.GetString("kind") == pathway.ImmediateRisk
}

// seenBefore refuses that somebody saw a child at a time that is more than a day ahead, which
// no clock that is wrong makes of now: what was not seen yet would be taken for seen by itself.
func seenBefore(r *core.Record, now time.Time) validation.Error {
	sees := r.Collection().Name == "contact_attempts" && r.GetString("outcome") == "child_seen"
	if r.Collection().Name == "pathway_events" {
		data := map[string]any{}
		_ = Decode(r, "data", &data) // the engine says what is wrong with it
		kind := r.GetString("kind")
		sees = kind == "child.seen" || kind == "appointment.kept_child_seen" || kind == "attempt.recorded" && data["outcome"] == "child_seen"
	}
	if !sees || !r.GetDateTime("occurred_at").Time().After(now.AddDate(0, 0, 1)) {
		return nil
	}
	return problem("to_come", "This is still to come: record that a child was seen once they were.")
}

// Untrue is why a day or a moment, as it is stored, cannot be true at now, or nil.
func Untrue(text string, when collections.When, now time.Time) validation.Error {
	first, last := when.Bounds(now)
	at, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))])
	if err != nil {
		return problem("no_such_day", "There is no such day.")
	}
	if len(text) > len(time.DateOnly) {
		if at, err = time.Parse(StoredMoment, text); err != nil {
			return problem("no_such_day", "There is no such time.")
		}
	} else { // a day has begun where the families live, or it has not
		first, last = civil(first), civil(last.In(London))
	}
	switch {
	case at.After(last) && (when == collections.Happened || when == collections.Waits || when == collections.Arrives):
		return problem("to_come", "This is still to come: give the day and time at which it happened.")
	case at.After(last) && (when == collections.Arranged || when == collections.Near):
		return problem("no_such_year", "Is the year right? This lies far ahead.")
	case at.After(last), at.Before(first):
		return problem("no_such_year", noYear)
	}
	return nil
}

// How long ago somebody may have tried to reach a family and write it down now, and how long
// before anybody opened their case.
const (
	triedWithin = 365 * 24 * time.Hour
	triedBefore = 180 * 24 * time.Hour
)

// longAgo asks whether the year is right of a try at contact that is dated far back: it would
// blame a family for what never was, or count nowhere without a word. The case is read only
// where the day is old enough to be before it.
func longAgo(app core.App, r *core.Record, now time.Time) (validation.Error, error) {
	at := r.GetDateTime("occurred_at").Time()
	if at.After(now.Add(-triedBefore)) {
		return nil, nil
	}
	if at.Before(now.Add(-triedWithin)) {
		return problem("no_such_year", "Is the year right? This is more than a year ago: what happened then is written as a note."), nil
	}
	c, err := app.FindRecordById("cases", r.GetString("case"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // which is said of the case itself
	} else if err != nil {
		return nil, err
	}
	if first := Begun(c); !first.IsZero() && at.Before(first.Add(-triedBefore)) {
		return problem("no_such_year", "Is the year right? This case was opened on "+first.Format("Monday 2 January 2006")+": what happened long before is written as a note."), nil
	}
	return nil, nil
}

// StoredMoment is how PocketBase stores an instant.
const StoredMoment = "2006-01-02 15:04:05.000Z"

func civil(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// untimelyKey is where an app keeps what its latest look at the stored times found.
const untimelyKey = "holdfast.untimely"

// LookAtTimes finds stored days and moments that cannot be true, and keeps them for
// Health: they came past the doors or before there was a rule. Nothing is changed.
func LookAtTimes(ctx context.Context, app core.App) error {
	var found []legible.Place
	for _, n := range collections.All() {
		for name, when := range n.Times() {
			first, last := when.Bounds(Now().Time())
			var ids []string
			err := app.ConcurrentDB().NewQuery(`SELECT id FROM {{` + n.Name + `}} WHERE [[` + name + `]] != '' AND (coalesce(date(substr([[` + name + `]], 1, 10)), '') != substr([[` + name + `]], 1, 10)
				OR substr([[` + name + `]], 1, 10) NOT BETWEEN {:first} AND {:last}) LIMIT 1000`).WithContext(ctx).
				Bind(dbx.Params{"first": first.Format(time.DateOnly), "last": last.In(London).Format(time.DateOnly)}).Column(&ids)
			if err != nil {
				return fmt.Errorf("looking at the stored times of %s: %w", n.Name, err)
			}
			for _, id := range ids {
				found = append(found, legible.Place{Collection: n.Name, Record: id, Field: name})
			}
		}
	}
	keepFound(app, untimelyKey, "There are stored days and times that cannot be true", found)
	return nil
}

// Untimely is where the latest look found such times.
func Untimely(app core.App) []legible.Place {
	found, _ := app.Store().Get(untimelyKey).([]legible.Place)
	return found
}

// Begun is when a case was opened, the start of that day; zero where nobody wrote it down.
func Begun(c *core.Record) time.Time {
	day, err := time.ParseInLocation(time.DateOnly, c.GetString("opened_on"), London)
	if err != nil {
		return time.Time{}
	}
	return day
}
