package coordinate

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
)

// queueRow is one registration in the list.
type queueRow struct {
	ID        string         `db:"id"`
	Name      string         `db:"name"`
	JobTitle  string         `db:"job_title"`
	Agency    string         `db:"agency"`
	Locality  string         `db:"locality"`
	Status    string         `db:"status"`
	Received  types.DateTime `db:"created"`
	WorkEmail string         `db:"work_email"`
	WorkPhone string         `db:"work_phone"`
	Manager   string         `db:"manager_name"`
}

var queueColumns = map[string]string{
	"received": "r.created", "name": "r.name COLLATE NOCASE", "agency": "a.name COLLATE NOCASE",
	"locality": "r.locality COLLATE NOCASE", "status": "r.status",
}

// waiting are the statuses that ask for somebody's decision.
var waiting = []string{"submitted", "awaiting_manager"}

// queueBody is the list of registrations.
type queueBody struct {
	search
	Rows       []queueRow
	Pages      pages
	Status     string
	Stages     []stage
	Agencies   []choice
	Localities []string
	CSV, Clear string
}

// choice is one entry of a list to choose from.
type choice struct{ ID, Name string }

// noMeeting is asked for like a status: champions whose first months are over without a
// network meeting.
const noMeeting = "no_meeting"

// lateSince is the day before which somebody must have become a champion to be late for
// their first network meeting, and the same for some days on.
func (v *visit) lateSince(ahead int) (string, error) {
	today := v.room.now().In(london)
	policy, err := hooks.PolicyOn(v.App, today.Format(time.DateOnly))
	return policy.LateSince(today.AddDate(0, 0, ahead).Format(time.DateOnly)), err
}

// queueSearch reads the address of the list; without a status it is what waits.
func (v *visit) queueSearch() (search, string, terms, error) {
	s := parseSearch(v.Request.URL, []string{"received", "name", "agency", "locality", "status"}, false)
	status := s.Asked("status")
	t := v.sight()
	known := slices.ContainsFunc(stages, func(st stage) bool { return st.Value == status })
	switch {
	case known:
		t.and(`r.status = {:status}`, dbx.Params{"status": status})
	case status == noMeeting:
		late, err := v.lateSince(0)
		if err != nil {
			return s, status, t, err
		}
		t.and(hooks.NoMeetingYet+` AND r.active_since < {:late}`, dbx.Params{"late": late})
	case status != "all":
		status = "waiting"
		t.and(`r.status IN ('`+strings.Join(waiting, `', '`)+`')`, nil)
	}
	if agency := s.Asked("agency"); agency != "" {
		t.and(`r.agency = {:agency}`, dbx.Params{"agency": agency})
	}
	if locality := s.Asked("locality"); locality != "" {
		t.and(`r.locality = {:locality}`, dbx.Params{"locality": locality})
	}
	like(&t, s.Asked("q"), "r.name", "r.job_title", "r.work_email", "r.locality", "r.manager_name")
	return s, status, t, nil
}

func queue(v *visit) error {
	s, status, t, err := v.queueSearch()
	if err != nil {
		return err
	}
	body := queueBody{search: s, Status: status, Stages: stages, Clear: "/coordinate/registrations"}
	body.CSV = s.with("/coordinate/registrations.csv", "status", status)
	db := v.App.ConcurrentDB()
	var total int
	if err := db.NewQuery(`SELECT count(*) FROM champion_registrations r WHERE ` + t.where()).Bind(t.params).Row(&total); err != nil {
		return err
	}
	body.Pages = s.pages(total)
	if body.Rows, err = v.queueRows(s, t, perPage, (body.Pages.Page-1)*perPage); err != nil {
		return err
	}
	seen := v.sight()
	if err := db.NewQuery(`SELECT DISTINCT a.id, a.name FROM agencies a JOIN champion_registrations r ON r.agency = a.id WHERE ` + seen.where() + ` ORDER BY a.name COLLATE NOCASE`).
		Bind(seen.params).All(&body.Agencies); err != nil {
		return err
	}
	if err := db.NewQuery(`SELECT DISTINCT r.locality FROM champion_registrations r WHERE r.locality != '' AND ` + seen.where() + ` ORDER BY r.locality COLLATE NOCASE`).
		Bind(seen.params).Column(&body.Localities); err != nil {
		return err
	}
	return v.show(http.StatusOK, "registrations", page{Title: "Registrations", Body: body})
}

func (v *visit) queueRows(s search, t terms, limit, offset int) (rows []queueRow, err error) {
	params := dbx.Params{"limit": limit, "offset": offset}
	for k, p := range t.params {
		params[k] = p
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT r.id, r.name, r.job_title, coalesce(a.name, '') AS agency, r.locality, r.status, r.created,
		r.work_email, r.work_phone, r.manager_name
		FROM champion_registrations r LEFT JOIN agencies a ON a.id = r.agency
		WHERE ` + t.where() + ` ORDER BY ` + s.order(queueColumns, "r.created, r.id") + ` LIMIT {:limit} OFFSET {:offset}`).
		Bind(params).All(&rows)
	return rows, err
}

// queueCSV is the same list whole, as a file; the audit log says who took it.
func queueCSV(v *visit) error {
	s, _, t, err := v.queueSearch()
	if err != nil {
		return err
	}
	rows, err := v.queueRows(s, t, -1, 0)
	if err != nil {
		return err
	}
	if err := hooks.Audit(v.App, v.actor(), hooks.Entry{Verb: "read", Collection: "champion_registrations", Count: len(rows)}); err != nil {
		return err
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = []string{r.Name, r.JobTitle, r.Agency, r.Locality, statusOf(r.Status).Name, inUK(r.Received, "2006-01-02"), r.WorkEmail, r.WorkPhone, r.Manager}
	}
	return v.sendCSV("registrations", []string{"Name", "Job title", "Agency", "Locality", "Status", "Received", "Work email", "Work phone", "Line manager"}, cells)
}
