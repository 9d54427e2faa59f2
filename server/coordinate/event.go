package coordinate

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
)

// eventRow is one event of the network in the list.
type eventRow struct {
	ID       string         `db:"id"`
	Title    string         `db:"title"`
	Kind     string         `db:"kind"`
	Starts   types.DateTime `db:"starts_at"`
	Place    string         `db:"place"`
	Status   string         `db:"status"`
	Coming   int            `db:"coming"`
	Attended int            `db:"attended"`
	Absent   int            `db:"absent"`
	Capacity int            `db:"capacity"`
}

// kinds of events in words.
var eventKinds = []choice{{"meeting", "Network meeting"}, {"workshop", "Workshop"}, {"surgery", "Surgery session"}, {"audit_day", "Audit day"}}

// eventStates are where an event can stand.
var eventStates = []stage{{"planned", "Planned", "blue"}, {"held", "Held", "green"}, {"cancelled", "Cancelled", "grey"}}

func kindOf(value string) string {
	return nameIn(slices.Concat(eventKinds, named(eventStates)), value)
}

func nameIn(list []choice, value string) string {
	for _, c := range list {
		if c.ID == value {
			return c.Name
		}
	}
	return value
}

// namesIn are stored values in words, one after the other.
func namesIn(known []choice, values []string) string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = nameIn(known, value)
	}
	return strings.Join(out, ", ")
}

// events is what the network meets at. Of those who came, somebody who runs no scheme
// counts those of their own agency.
var events = &list[eventRow]{
	title: "Events", path: "/coordinate/events", none: "No events match your filters.",
	take: `e.id, e.title, e.kind, e.starts_at, e.place, e.status, CAST(e.capacity AS INTEGER) AS capacity, ` +
		answeredBy("'coming'") + ` AS coming, ` + answeredBy("'attended'") + ` AS attended, ` + answeredBy("'apologies', 'missed'") + ` AS absent`,
	from: `network_events e`,
	sight: func(v *visit) (t terms, err error) {
		t.and("1", dbx.Params{"all": v.holds(coordinator), "own": v.user.GetString("agency"), "now": v.room.now().UTC().Format(storedAt)})
		return t, nil
	},
	found: "Title or place", words: []string{"e.title", "e.place"},
	filters: []filter{
		{id: "when", label: "When", all: "Any time", fixed: []choice{{"ahead", "Ahead"}, {"past", "Past"}},
			cases: map[string]string{"ahead": `e.starts_at >= {:now}`, "past": `e.starts_at < {:now}`}},
		{id: "kind", label: "Kind", all: "All kinds", there: always(eventKinds), is: `e.kind = {:kind}`},
	},
	first: "when", down: true, last: "e.starts_at DESC, e.id",
	columns: []column[eventRow]{
		{head{Name: "Event", Sort: "title"}, "e.title COLLATE NOCASE", func(r eventRow) shown { return leading("/coordinate/events/"+r.ID, r.Title, r.Place) }},
		{head{Name: "When", Sort: "when"}, "e.starts_at", func(r eventRow) shown { return ours(clock.Said(r.Starts.Time())) }},
		{head{Name: "Kind", Sort: "kind"}, "e.kind", func(r eventRow) shown { return ours(kindOf(r.Kind)) }},
		{head{Name: "Coming", Number: true}, "", func(r eventRow) shown { return number(r.Coming) }},
		{head{Name: "Attended", Sort: "attended", Number: true}, "attended", func(r eventRow) shown { return number(r.Attended) }},
		{head{Name: "Absent", Number: true}, "", func(r eventRow) shown { return number(r.Absent) }},
		{head{Name: "State"}, "", func(r eventRow) shown { return tag(stageIn(eventStates, r.Status)) }},
	},
	noun:   "network_events",
	header: []string{"When", "Title", "Kind", "Place", "State", "Coming", "Attended", "Apologies or missed"},
	cells: func(r eventRow) []string {
		return []string{inUK(r.Starts, "2006-01-02 15:04"), r.Title, kindOf(r.Kind), r.Place, kindOf(r.Status), strconv.Itoa(r.Coming), strconv.Itoa(r.Attended), strconv.Itoa(r.Absent)}
	},
	more: func(v *visit, b *listBody, _ terms) error {
		if v.holds(coordinator) {
			b.Add = &link{Name: "Add an event", Address: "/coordinate/events/new"}
		}
		return nil
	},
}

// answeredBy counts an event's answers, in SQL.
func answeredBy(answers string) string {
	return `(SELECT count(*) FROM network_attendance a WHERE a.event = e.id AND a.answer IN (` + answers + `) AND ({:all} OR a.agency = {:own}))`
}

// eventForm is an event as it stands in a form.
type eventForm struct {
	ID, Title, Kind, Day, Time, Minutes, Place, Capacity, Description, Status string
	Rev                                                                       int64
}

// Kinds and States are what the form can choose from.
func (eventForm) Kinds() []choice  { return eventKinds }
func (eventForm) States() []choice { return named(eventStates) }

func newEvent(v *visit) error {
	return v.show(http.StatusOK, "event-form", page{Title: "New event", Body: eventForm{Kind: "meeting", Status: "planned", Time: "09:30", Minutes: "90"}})
}

// saveEvent takes the form of a new event or of one that is there.
func saveEvent(v *visit) error {
	id, form := v.Request.PathValue("id"), v.Request.PostForm
	f := eventForm{ID: id, Title: typed(form.Get("title")), Kind: form.Get("kind"), Day: typed(form.Get("day")), Time: typed(form.Get("time")),
		Minutes: typed(form.Get("minutes")), Place: typed(form.Get("place")), Capacity: typed(form.Get("capacity")), Description: typed(form.Get("description")), Status: form.Get("status")}
	starts, problems := f.check()
	if len(problems) == 0 {
		var saved string
		err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
			r, err := eventRecord(tx, id)
			if err != nil {
				return err
			}
			r.Load(map[string]any{"title": f.Title, "kind": f.Kind, "starts_at": starts, "minutes": f.Minutes, "place": f.Place,
				"capacity": f.Capacity, "description": f.Description, "status": f.Status})
			if err := tx.Save(r); err != nil {
				return err
			}
			saved = r.Id
			return nil
		})
		fields, refused := kernel.Refusal(err)
		if err == nil {
			return v.Redirect(seeOther, "/coordinate/events/"+saved+"?done=event")
		}
		if !refused {
			return err
		}
		for field, why := range fields {
			if field == "starts_at" {
				field = "day"
			}
			problems = append(problems, problem{field, sentence(why)})
		}
	}
	title := "New event"
	if id != "" {
		title = "Change an event"
	}
	return v.show(http.StatusUnprocessableEntity, "event-form", page{Title: title, Body: f, Problems: problems})
}

// check reads the day and time as they are in the United Kingdom.
func (f eventForm) check() (types.DateTime, []problem) {
	var problems []problem
	if f.Title == "" {
		problems = append(problems, problem{"title", "Enter a title"})
	}
	for _, n := range []struct{ field, value string }{{"minutes", f.Minutes}, {"capacity", f.Capacity}} {
		if i, err := strconv.Atoi(n.value); n.value != "" && (err != nil || i < 0 || i > 10_000) {
			problems = append(problems, problem{n.field, "Enter a whole number"})
		}
	}
	at, why := clock.Local(f.Day, f.Time)
	if why != "" {
		problems = append(problems, problem{"day", why})
	}
	stamp, _ := types.ParseDateTime(at)
	return stamp, problems
}

func eventRecord(tx core.App, id string) (*core.Record, error) {
	if id != "" {
		r, err := tx.FindRecordById("network_events", id)
		if err != nil {
			return nil, errMissing
		}
		return r, nil
	}
	c, err := tx.FindCachedCollectionByNameOrId("network_events")
	if err != nil {
		return nil, fmt.Errorf("a new event: %w", err)
	}
	return core.NewRecord(c), nil
}

// changeEvent shows the form of an event that is there.
func changeEvent(v *visit) error {
	r, err := eventRecord(v.App, v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	number := func(field string) string {
		if n := r.GetInt(field); n > 0 {
			return strconv.Itoa(n)
		}
		return ""
	}
	starts := r.GetDateTime("starts_at")
	return v.show(http.StatusOK, "event-form", page{Title: "Change an event", Body: eventForm{ID: r.Id, Title: r.GetString("title"), Kind: r.GetString("kind"),
		Day: inUK(starts, "2006-01-02"), Time: inUK(starts, "15:04"), Minutes: number("minutes"), Place: r.GetString("place"),
		Capacity: number("capacity"), Description: r.GetString("description"), Status: r.GetString("status")}})
}
