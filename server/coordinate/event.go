package coordinate

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/hooks/clock"
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
var eventStates = []choice{{"planned", "Planned"}, {"held", "Held"}, {"cancelled", "Cancelled"}}

func kindOf(value string) string {
	return nameIn(append(slices.Clone(eventKinds), eventStates...), value)
}

func nameIn(list []choice, value string) string {
	for _, c := range list {
		if c.ID == value {
			return c.Name
		}
	}
	return value
}

// eventsBody is the list of events.
type eventsBody struct {
	search
	Rows       []eventRow
	Pages      pages
	When       string
	CSV, Clear string
	May        bool // the visitor makes events
}

// Kinds are what the list can be narrowed to.
func (eventsBody) Kinds() []choice { return eventKinds }

var eventColumns = map[string]string{"when": "e.starts_at", "title": "e.title COLLATE NOCASE", "kind": "e.kind", "attended": "attended"}

func (v *visit) eventSearch() (search, string, terms) {
	s := parseSearch(v.Request.URL, []string{"when", "title", "kind", "attended"}, true)
	when := s.Asked("when")
	now := dbx.Params{"now": v.room.now().UTC().Format(storedAt)}
	var t terms
	switch when {
	case "ahead":
		t.and(`e.starts_at >= {:now}`, now)
	case "past":
		t.and(`e.starts_at < {:now}`, now)
	default:
		when = "all"
	}
	if kind := s.Asked("kind"); kind != "" {
		t.and(`e.kind = {:kind}`, dbx.Params{"kind": kind})
	}
	like(&t, s.Asked("q"), "e.title", "e.place")
	return s, when, t
}

func (v *visit) eventRows(s search, t terms, limit, offset int) (rows []eventRow, err error) {
	params := dbx.Params{"limit": limit, "offset": offset}
	for k, p := range t.params {
		params[k] = p
	}
	mine := ""
	if !v.holds(coordinator) {
		mine = ` AND a.agency = {:own}`
		params["own"] = v.user.GetString("agency")
	}
	n := func(answers string) string {
		return `(SELECT count(*) FROM network_attendance a WHERE a.event = e.id AND a.answer IN (` + answers + `)` + mine + `)`
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT e.id, e.title, e.kind, e.starts_at, e.place, e.status, CAST(e.capacity AS INTEGER) AS capacity, ` +
		n(`'coming'`) + ` AS coming, ` + n(`'attended'`) + ` AS attended, ` + n(`'apologies', 'missed'`) + ` AS absent
		FROM network_events e WHERE ` + t.where() + ` ORDER BY ` + s.order(eventColumns, "e.starts_at DESC, e.id") + ` LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&rows)
	return rows, err
}

func events(v *visit) error {
	s, when, t := v.eventSearch()
	var total int
	if err := v.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM network_events e WHERE ` + t.where()).Bind(t.params).Row(&total); err != nil {
		return err
	}
	body := eventsBody{search: s, When: when, Pages: s.pages(total), CSV: s.with("/coordinate/events.csv"), Clear: "/coordinate/events", May: v.holds(coordinator)}
	var err error
	if body.Rows, err = v.eventRows(s, t, perPage, (body.Pages.Page-1)*perPage); err != nil {
		return err
	}
	return v.show(http.StatusOK, "events", page{Title: "Events", Body: body})
}

func eventsCSV(v *visit) error {
	s, _, t := v.eventSearch()
	rows, err := v.eventRows(s, t, -1, 0)
	if err != nil {
		return err
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = []string{inUK(r.Starts, "2006-01-02 15:04"), r.Title, kindOf(r.Kind), r.Place, kindOf(r.Status), strconv.Itoa(r.Coming), strconv.Itoa(r.Attended), strconv.Itoa(r.Absent)}
	}
	return v.sendCSV("events", []string{"When", "Title", "Kind", "Place", "State", "Coming", "Attended", "Apologies or missed"}, cells)
}

// eventForm is an event as it stands in a form.
type eventForm struct {
	ID, Title, Kind, Day, Time, Minutes, Place, Capacity, Description, Status string
	Rev                                                                       int64
}

// Kinds and States are what the form can choose from.
func (eventForm) Kinds() []choice  { return eventKinds }
func (eventForm) States() []choice { return eventStates }

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
		err := hooks.Within(v.App, v.actor(), func(tx core.App) error {
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
		fields, refused := hooks.Refusal(err)
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
