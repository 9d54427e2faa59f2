package pack

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/workday"
)

// AreaCalendar is what working days are counted by where no agency says otherwise.
const AreaCalendar = "england-and-wales"

// BindCalendars makes each change of a calendar a version of its own, kept for ever:
// the version and the hash are the server's, and what cannot be read is refused with
// the place of the fault.
func BindCalendars(app core.App) {
	at := func(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: f}
	}
	kernel.Creating(app, "calendars").Bind(at(makeCalendar))
	kernel.Updating(app, "calendars").Bind(at(editCalendar))
	kernel.Deleting(app, "calendars").Bind(at(func(*core.RecordEvent) error {
		return validation.Errors{"id": validation.NewError("in_use", "A calendar is kept: days were counted by it.")}
	}))
}

func makeCalendar(e *core.RecordEvent) error {
	c, err := readCalendar(e.Record)
	if err != nil {
		return err
	}
	if !kernel.IsServer(e.Record) {
		c.Version = 1
	}
	return keepCalendar(e, c)
}

// editCalendar takes an edit of the version that its writer saw, and no other: two
// who edit at once do not undo each other.
func editCalendar(e *core.RecordEvent) error {
	was := e.Record.Original()
	if !kernel.Changed(e.Record, "body") && !kernel.Changed(e.Record, "title") {
		return e.Next()
	}
	c, err := readCalendar(e.Record)
	if err != nil {
		return err
	}
	before, err := workday.Parse([]byte(was.GetString("body")))
	if err != nil {
		return fmt.Errorf("the calendar %s as it was: %w", was.GetString("key"), err)
	}
	if c.Version != before.Version {
		return validation.Errors{"body": validation.NewError("stale",
			fmt.Sprintf("This calendar is at version %d now; read it again and change that one.", before.Version))}
	}
	if !kernel.Changed(e.Record, "body") {
		c.Title = e.Record.GetString("title")
		if err := c.Validate(); err != nil {
			return uncompiled(err)
		}
	}
	if c.Hash() == before.Hash() {
		e.Record.Set("body", was.Get("body")) // another order of members is no change
		e.Record.Set("title", before.Title)
		return e.Next()
	}
	if err := keepVersion(e.App, was); err != nil {
		return err
	}
	c.Version = before.Version + 1
	return keepCalendar(e, c)
}

func readCalendar(r *core.Record) (*workday.Calendar, error) {
	c, err := workday.Parse([]byte(r.GetString("body")))
	if err != nil {
		return nil, uncompiled(err)
	}
	if c.Key != r.GetString("key") {
		return nil, validation.Errors{"body": validation.NewError("other_key", "The key in the calendar is not that of the record.")}
	}
	return c, nil
}

func uncompiled(err error) error {
	return validation.Errors{"body": validation.NewError("does_not_compile", err.Error())}
}

// keepCalendar writes the calendar and, in the same transaction, this version of it.
func keepCalendar(e *core.RecordEvent, c *workday.Calendar) error {
	e.Record.Set("body", types.JSONRaw(c.Body()))
	e.Record.Set("title", c.Title)
	e.Record.Set("version", c.Version)
	e.Record.Set("hash", c.Hash())
	if person := kernel.ActorOf(e.App).Person(); person != nil {
		e.Record.Set("changed_by", person.Id)
	}
	if err := e.Next(); err != nil {
		return err
	}
	return keepVersion(e.App, e.Record)
}

// keepVersion adds a version to the history of its calendar, unless it is there.
func keepVersion(tx core.App, calendar *core.Record) error {
	same := dbx.HashExp{"key": calendar.GetString("key"), "version": calendar.GetInt("version")}
	if n, err := tx.CountRecords("calendar_versions", same); err != nil || n > 0 {
		return err
	}
	c, err := tx.FindCachedCollectionByNameOrId("calendar_versions")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	for _, f := range []string{"key", "version", "title", "body", "hash", "change_note", "changed_by"} {
		r.Set(f, calendar.Get(f))
	}
	if err := tx.Save(kernel.AsServer(r)); err != nil {
		return fmt.Errorf("keeping version %d of the calendar %s: %w", calendar.GetInt("version"), calendar.GetString("key"), err)
	}
	return nil
}

// calendarKey is the key of the calendar that an agency counts by: its own, else that
// of the agency above it.
func calendarKey(app core.App, agency string) (string, error) {
	var key string
	err := app.ConcurrentDB().NewQuery(`WITH RECURSIVE up(id, parent, calendar, depth) AS (
			SELECT id, parent, calendar, 0 FROM agencies WHERE id = {:a}
			UNION SELECT a.id, a.parent, a.calendar, up.depth + 1 FROM agencies a JOIN up ON a.id = up.parent WHERE up.depth < 8)
		SELECT c.key FROM up JOIN calendars c ON c.id = up.calendar ORDER BY up.depth LIMIT 1`).
		Bind(dbx.Params{"a": agency}).Row(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return AreaCalendar, nil
	}
	return key, err
}

// CaseCalendar is the calendar of the agency that leads a case, as it is now.
func CaseCalendar(app core.App, caseID string) (Workdays, error) {
	var agency string
	if err := app.ConcurrentDB().NewQuery(`SELECT lead_agency FROM cases WHERE id = {:c}`).Bind(dbx.Params{"c": caseID}).Row(&agency); err != nil {
		return Workdays{}, fmt.Errorf("the lead agency of case %s: %w", caseID, err)
	}
	key, err := calendarKey(app, agency)
	if err != nil {
		return Workdays{}, err
	}
	return calendarOf(app, key)
}

// Workdays is a stored calendar in the engine's terms.
type Workdays struct{ *workday.Calendar }

// Within is the day by whose end a thing is due.
func (w Workdays) Within(day0 string, n int) (string, error) {
	d, err := workday.ParseDay(day0)
	if err != nil {
		return "", err
	}
	due, err := w.Calendar.Within(d, n)
	if err != nil {
		return "", err
	}
	return due.String(), nil
}

// Version is the calendar's own number, Key its name.
func (w Workdays) Version() int { return w.Calendar.Version }

func (w Workdays) Key() string { return w.Calendar.Key }

func (w Workdays) Is(key string, version int) bool { return w.Key() == key && w.Version() == version }

func calendarOf(app core.App, key string) (Workdays, error) {
	c, err := compiledFrom(app, "calendars", `"key" = {:k}`, dbx.Params{"k": key}, workday.Parse)
	if err != nil {
		return Workdays{}, fmt.Errorf("the calendar %s: %w", key, err)
	}
	return Workdays{c}, nil
}

// CalendarAt is a version of a calendar that was, or still is, in use.
func CalendarAt(app core.App, key string, version int) (Workdays, error) {
	c, err := compiledFrom(app, "calendar_versions", `"key" = {:k} AND version = {:v}`, dbx.Params{"k": key, "v": version}, workday.Parse)
	if errors.Is(err, sql.ErrNoRows) {
		return calendarOf(app, key) // from before versions were kept
	}
	if err != nil {
		return Workdays{}, fmt.Errorf("version %d of the calendar %s: %w", version, key, err)
	}
	return Workdays{c}, nil
}
