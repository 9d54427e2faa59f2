package coordinate

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
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
}

// eventBody is one event with its attendance.
type eventBody struct {
	*core.Record
	search
	Rows  []attendee
	More  bool // there are champions whom the page does not show
	Count map[string]int
	May   bool
	Done  string
	CSV   string

	History []event
}

// Answers are what can be recorded.
func (eventBody) Answers() []choice { return attendanceAnswers }

// attendeeLimit is how many champions one form holds; the search finds the others.
const attendeeLimit = 60

// attendeeColumns are what the attendance can be sorted by. The first is how it comes:
// those of whom something is recorded before the others.
var attendeeColumns = map[string]string{"recorded": "x.answer = ''", "name": "x.name COLLATE NOCASE", "agency": "x.agency COLLATE NOCASE", "answer": "x.answer"}

func (v *visit) attendeeSearch() search {
	return parseSearch(v.Request.URL, []string{"recorded", "name", "agency", "answer"}, false)
}

// attendees are those recorded and, for somebody who records, the champions who
// serve now, within the visitor's sight.
func (v *visit) attendees(event string, s search, recordedOnly bool) (rows []attendee, err error) {
	t := terms{}
	params := dbx.Params{"event": event}
	if !v.holds(coordinator) {
		t.and(`x.agency_id = {:own}`, dbx.Params{"own": v.user.GetString("agency")})
	}
	if recordedOnly {
		t.and(`x.answer != ''`, nil)
	}
	like(&t, s.Asked("q"), "x.name", "x.agency")
	for k, p := range t.params {
		params[k] = p
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT x."user", x.name, x.agency, x.answer FROM (
		SELECT n."user", n.name, coalesce(a.name, '') AS agency, n.agency AS agency_id, n.answer FROM network_attendance n LEFT JOIN agencies a ON a.id = n.agency WHERE n.event = {:event}
		UNION ALL
		SELECT r."user", r.name, coalesce(a.name, ''), r.agency, '' FROM champion_registrations r LEFT JOIN agencies a ON a.id = r.agency
		WHERE r.status IN ('active', 'renewed') AND NOT EXISTS (SELECT 1 FROM network_attendance n WHERE n.event = {:event} AND n."user" = r."user")) x
		WHERE ` + t.where() + ` ORDER BY ` + s.order(attendeeColumns, `x.agency COLLATE NOCASE, x.name COLLATE NOCASE, x."user"`)).Bind(params).All(&rows)
	return rows, err
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
	body := &eventBody{Record: r, search: v.attendeeSearch(), Count: map[string]int{}, May: v.holds(coordinator)}
	body.CSV = body.with("/coordinate/events/" + r.Id + "/attendance.csv")
	if body.Rows, err = v.attendees(r.Id, body.search, !body.May); err != nil {
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
	err := hooks.Within(v.App, v.actor(), func(tx core.App) error {
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
	if _, refused := hooks.Refusal(err); refused {
		return errBody
	}
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/events/"+id+"?done=attendance")
}

// attendanceCSV is who came, as a file; the audit log says who took it.
func attendanceCSV(v *visit) error {
	r, err := eventRecord(v.App, v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	rows, err := v.attendees(r.Id, v.attendeeSearch(), true)
	if err != nil {
		return err
	}
	if err := hooks.Audit(v.App, v.actor(), hooks.Entry{Verb: "read", Collection: "network_attendance", Count: len(rows)}); err != nil {
		return err
	}
	cells := make([][]string, len(rows))
	for i, a := range rows {
		cells[i] = []string{r.GetString("title"), inUK(r.GetDateTime("starts_at"), "2006-01-02"), a.Name, a.Agency, nameIn(attendanceAnswers, a.Answer)}
	}
	return v.sendCSV("attendance", []string{"Event", "Day", "Name", "Agency", "Attendance"}, cells)
}
