package coordinate

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
)

// answers of attendance in words.
var attendanceAnswers = []choice{{"coming", "Coming"}, {"attended", "Attended"}, {"apologies", "Sent apologies"}, {"missed", "Missed"}}

func answered(value string) string { return strings.ToLower(nameIn(attendanceAnswers, value)) }

// attendee is a champion on an event's page, with what is recorded of them.
type attendee struct {
	User   string `db:"user"`
	Name   string `db:"name"`
	Agency string `db:"agency"`
	Answer string `db:"answer"`

	Title  string         `db:"title"`
	Starts types.DateTime `db:"starts_at"`
}

// eventBody is one event with its attendance.
type eventBody struct {
	*core.Record
	narrowing
	Heads []head
	Rows  []attendee
	More  bool // there are champions whom the page does not show
	Count map[string]int
	May   bool
	Done  string

	CSV, Offers string

	History []event
}

// Answers are what can be recorded.
func (eventBody) Answers() []choice { return attendanceAnswers }

// attendeeLimit is how many champions one form holds; the search finds the others.
const attendeeLimit = 60

// attendance is those recorded and, for somebody who records, the champions who serve
// now, within the visitor's sight. Those of whom something is recorded come first. The
// page of the event draws it, as a form; the file is who came.
var attendance = &list[attendee]{
	caption: "Attendance", file: "attendance",
	take: `x."user", x.name, x.agency, x.answer, e.title, e.starts_at`,
	from: `network_events e JOIN (
		SELECT n."user", n.name, coalesce(a.name, '') AS agency, n.agency AS agency_id, n.answer FROM network_attendance n LEFT JOIN agencies a ON a.id = n.agency WHERE n.event = {:event}
		UNION ALL
		SELECT r."user", r.name, coalesce(a.name, ''), r.agency, '' FROM champion_registrations r LEFT JOIN agencies a ON a.id = r.agency
		WHERE r.status IN ('active', 'renewed') AND NOT EXISTS (SELECT 1 FROM network_attendance n WHERE n.event = {:event} AND n."user" = r."user")) x`,
	sight: func(v *visit) (t terms, err error) {
		event := v.Request.PathValue("id")
		if _, err := v.App.FindRecordById("network_events", event); err != nil {
			return t, errMissing
		}
		t.and(`e.id = {:event}`, dbx.Params{"event": event})
		if !v.holds(coordinator) {
			t.and(`x.agency_id = {:own} AND x.answer != ''`, dbx.Params{"own": v.user.GetString("agency")})
		}
		return t, nil
	},
	found: "Name or agency", words: []string{"x.name", "x.agency"},
	first: "recorded", last: `x.agency COLLATE NOCASE, x.name COLLATE NOCASE, x."user"`,
	columns: []column[attendee]{
		{head{Sort: "recorded"}, "x.answer = ''", nil},
		{head{Name: "Champion", Sort: "name"}, "x.name COLLATE NOCASE", func(a attendee) shown { return text(a.Name) }},
		{head{Name: "Agency", Sort: "agency"}, "x.agency COLLATE NOCASE", func(a attendee) shown { return text(a.Agency) }},
		{head{Name: "Attendance", Sort: "answer"}, "x.answer", func(a attendee) shown { return ours(answered(a.Answer)) }},
	},
	noun: "network_attendance", only: `x.answer != ''`,
	header: []string{"Event", "Day", "Name", "Agency", "Attendance"},
	cells: func(a attendee) []string {
		return []string{a.Title, inUK(a.Starts, time.DateOnly), a.Name, a.Agency, nameIn(attendanceAnswers, a.Answer)}
	},
}

func eventPage(v *visit) error {
	body, err := v.eventBody()
	if err != nil {
		return err
	}
	switch v.Request.URL.Query().Get("done") {
	case "event":
		body.Done = "The event is saved."
	case "attendance":
		body.Done = "The attendance is saved."
	}
	return v.show(http.StatusOK, "event", page{Title: alone(body.GetString("title")), Body: body})
}

func (v *visit) eventBody() (*eventBody, error) {
	r, err := v.App.FindRecordById("network_events", v.Request.PathValue("id"))
	if err != nil {
		return nil, errMissing
	}
	asks, err := attendance.ask(v, false)
	if err != nil {
		return nil, err
	}
	body := &eventBody{Record: r, narrowing: asks.narrowing, Heads: draw(attendance.columns, nil).Heads, Count: map[string]int{}, Offers: "what is recorded", May: v.holds(coordinator)}
	body.CSV = body.with("/coordinate/events/" + r.Id + "/attendance.csv")
	if body.Rows, err = attendance.rows(v, asks, -1, 0); err != nil {
		return nil, err
	}
	for _, a := range body.Rows {
		body.Count[a.Answer]++
	}
	if body.More = len(body.Rows) > attendeeLimit; body.More {
		body.Rows = body.Rows[:attendeeLimit]
	}
	body.History, err = eventHistory(v.App.ConcurrentDB(), r.Id, body.May)
	return body, err
}

// recordAttendance takes the answers of one form: those that differ from what is
// recorded are written, all of them or none.
func recordAttendance(v *visit) error {
	id := v.Request.PathValue("id")
	if _, err := eventRecord(v.App, id); err != nil {
		return err
	}
	err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
		for field, values := range v.Request.PostForm {
			user, ok := strings.CutPrefix(field, "answer-")
			answer := values[0]
			if !ok || answer == "" {
				continue
			}
			if !slices.ContainsFunc(attendanceAnswers, func(c choice) bool { return c.ID == answer }) {
				return errBody
			}
			r, err := tx.FindFirstRecordByFilter("network_attendance", "event = {:e} && user = {:u}", dbx.Params{"e": id, "u": user})
			if err != nil {
				c, err := tx.FindCachedCollectionByNameOrId("network_attendance")
				if err != nil {
					return err
				}
				r = core.NewRecord(c)
				r.Load(map[string]any{"event": id, "user": user})
			}
			if r.GetString("answer") == answer {
				continue
			}
			r.Set("answer", answer)
			if err := tx.Save(r); err != nil {
				return err
			}
		}
		return nil
	})
	if _, refused := kernel.Refusal(err); refused {
		return errBody
	}
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/events/"+id+"?done=attendance")
}
