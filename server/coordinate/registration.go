package coordinate

import (
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/feed"
	schemerules "holdfast/hooks/scheme"
)

// registrationBody is one registration, what was done with it and what can be.
type registrationBody struct {
	*core.Record
	Agency       string
	Rev          int64 // the state that the reader saw; a decision on another is refused
	Lines        []line
	History      []event
	Actions      []action
	Own          bool
	Decided      string // who decided, when somebody did
	Done         string // what the reader has just done
	Life         []lifeStep
	Came, Passed []gathering
	Surgeries    int
	Link         string // what became of the latest link to the manager
	Note         string // what was typed into a form that was not taken
	Tried        string // the action of that form
}

// line is one label and value of the summary.
type line struct{ Label, Value string }

// groups are the target groups of the training strategy (domain 1.1b).
var groups = map[string]string{
	"1": "rare contact with children", "2": "regular contact", "3": "works mainly with children or parents",
	"4": "specific child protection duties", "5": "professional adviser or named lead", "6": "operational manager",
	"7": "senior strategic manager", "8": "board member",
}

func registration(v *visit) error {
	body, err := v.registrationBody(v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if act, ok := actionNamed(v.Request.URL.Query().Get("done")); ok && lastWritten(body.Life).Act == act.Name {
		body.Done = act.Done
	}
	return v.show(http.StatusOK, "registration", page{Title: "Registration of " + alone(body.GetString("name")), Body: body})
}

func (v *visit) registrationBody(id string) (*registrationBody, error) {
	db := v.App.ConcurrentDB()
	if seen, err := v.sees(db, id); err != nil {
		return nil, err
	} else if !seen {
		return nil, errMissing
	}
	r, err := v.App.FindRecordById("champion_registrations", id)
	if err != nil {
		return nil, err
	}
	body := &registrationBody{Record: r, Own: r.GetString("user") == v.user.Id}
	if body.Rev, err = feed.Rev(db, "champion_registrations", id); err != nil {
		return nil, err
	}
	if a, err := v.App.FindRecordById("agencies", r.GetString("agency")); err == nil {
		body.Agency = a.GetString("name")
	}
	if d, err := v.App.FindRecordById("users", r.GetString("decided_by")); err == nil {
		body.Decided = d.GetString("name")
	}
	if body.History, err = history(db, "champion_registrations", id); err != nil {
		return nil, err
	}
	if v.holds(coordinator) && !body.Own {
		body.Actions = actionsFor(r)
	}
	if body.Life, err = lifeOf(db, id); err != nil {
		return nil, err
	}
	if body.Came, body.Passed, body.Surgeries, err = networkOf(db, r.GetString("user")); err != nil {
		return nil, err
	}
	if body.Link, err = linkWords(v, id); err != nil {
		return nil, err
	}
	first, err := firstMeeting(v, r)
	body.Lines = append(linesOf(r, body.Agency), first...)
	return body, err
}

func linesOf(r *core.Record, agency string) []line {
	consent := "No: not shown in the directory"
	if r.GetBool("directory_consent") {
		consent = "Yes"
	}
	targets := ""
	for i, g := range r.GetStringSlice("target_groups") {
		if i > 0 {
			targets += "; "
		}
		targets += g + ", " + groups[g]
	}
	lines := []line{
		{"Name", r.GetString("name")}, {"Agency", agency}, {"Job title", r.GetString("job_title")},
		{"Locality", r.GetString("locality")}, {"Work email", r.GetString("work_email")}, {"Work phone", r.GetString("work_phone")},
		{"Target groups", targets}, {"Why they apply", r.GetString("reason")},
		{"Line manager", r.GetString("manager_name")}, {"Manager’s email", r.GetString("manager_email")},
		{"Agrees to be in the directory", consent}, {"Received", clock.Said(r.GetDateTime("created").Time())},
	}
	if by := r.GetString("agreed_by"); by != "" {
		lines = append(lines, line{"Manager agreed", by + ", " + clock.Said(r.GetDateTime("agreed_at").Time())})
	}
	if since := r.GetString("active_since"); since != "" {
		lines = append(lines, line{"Champion since", clock.Day(since)}, line{"Valid until", clock.Day(r.GetString("valid_until"))})
	}
	return lines
}

// firstMeeting says by when a champion goes to a network meeting, while they have been
// to none.
func firstMeeting(v *visit, r *core.Record) ([]line, error) {
	waits, err := schemerules.AwaitsMeeting(v.App, r.Id)
	if err != nil || !waits {
		return nil, err
	}
	today := v.room.now().In(london).Format(time.DateOnly)
	policy, err := schemerules.PolicyOn(v.App, today)
	by := policy.FirstMeetingBy(r.GetString("active_since"))
	switch {
	case err != nil || by == "":
		return nil, err
	case by < today:
		return []line{{"First network meeting", "None by " + clock.Day(by)}}, nil
	}
	return []line{{"First network meeting", "By " + clock.Day(by)}}, nil
}

// linkWords says what became of the latest link to the line manager: whether it was
// sent, and until when it works. Never the link itself.
func linkWords(v *visit, id string) (string, error) {
	var rows []struct {
		Status  string `db:"status"`
		Problem string `db:"problem"`
		Email   string `db:"to"`
	}
	if err := v.App.ConcurrentDB().NewQuery(`SELECT status, problem, "to" FROM outbox WHERE record = {:r} AND kind IN ('agreement', 'renewal')
		ORDER BY rowid DESC LIMIT 1`).Bind(dbx.Params{"r": id}).All(&rows); err != nil || len(rows) == 0 {
		return "", err
	}
	switch to := alone(rows[0].Email); rows[0].Status {
	case "queued", "sending":
		return "The mail to " + to + " is on its way.", nil
	case "sent":
		return "The link was sent to " + to + ".", nil
	case "unsure":
		return "It is not certain that the mail to " + to + " went out. Ask again if nothing comes.", nil
	case "failed":
		return "The mail to " + to + " could not be sent. Check the address, and ask again.", nil
	}
	return "", nil
}
