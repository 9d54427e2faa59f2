package coordinate

import (
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
	schemerules "holdfast/hooks/scheme"
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

// waiting are the statuses that ask for somebody's decision.
var waiting = []string{"submitted", "awaiting_manager"}

// noMeeting is asked for like a status: champions whose first months are over without a
// network meeting.
const noMeeting = "no_meeting"

// registrations is every registration that the visitor sees: what waits, if nothing else
// is asked for.
var registrations = &list[queueRow]{
	title: "Registrations", path: "/coordinate/registrations", none: "No registrations match your filters.",
	take: `r.id, r.name, r.job_title, coalesce(a.name, '') AS agency, r.locality, r.status, r.created, r.work_email, r.work_phone, r.manager_name`,
	from: `champion_registrations r LEFT JOIN agencies a ON a.id = r.agency`,
	sight: func(v *visit) (terms, error) {
		t := v.sight()
		late, err := v.lateSince(0)
		t.and("1", dbx.Params{"late": late})
		return t, err
	},
	found: "Name, job, email, agency, place or manager", words: []string{"r.name", "r.job_title", "r.work_email", "r.locality", "r.manager_name", "a.name"},
	filters: []filter{
		{id: "status", label: "Status", is: `r.status = {:status}`, cases: map[string]string{
			"waiting": `r.status IN ('` + strings.Join(waiting, `', '`) + `')`, "all": "", noMeeting: schemerules.NoMeetingYet + ` AND r.active_since < {:late}`},
			fixed: slices.Concat([]choice{{"waiting", "Waiting for a decision"}, {noMeeting, "No network meeting in time"}, {"all", "All"}}, named(stages))},
		{id: "agency", label: "Agency", all: "All agencies", is: `r.agency = {:agency}`, there: func(v *visit) ([]choice, error) {
			seen := v.sight()
			return v.choices(`SELECT DISTINCT a.id, a.name FROM agencies a JOIN champion_registrations r ON r.agency = a.id WHERE `+seen.where()+` ORDER BY a.name COLLATE NOCASE`, seen)
		}},
		{id: "locality", label: "Locality", all: "All localities", is: `r.locality = {:locality}`, there: func(v *visit) ([]choice, error) {
			seen := v.sight()
			return v.choices(`SELECT DISTINCT r.locality AS id, r.locality AS name FROM champion_registrations r WHERE r.locality != '' AND `+seen.where()+` ORDER BY r.locality COLLATE NOCASE`, seen)
		}},
	},
	first: "received", last: "r.created, r.id",
	columns: []column[queueRow]{
		{head{Name: "Name", Sort: "name"}, "r.name COLLATE NOCASE", func(r queueRow) shown { return leading("/coordinate/registrations/"+r.ID, r.Name, r.JobTitle) }},
		{head{Name: "Agency", Sort: "agency"}, "a.name COLLATE NOCASE", func(r queueRow) shown { return text(r.Agency) }},
		{head{Name: "Locality", Sort: "locality"}, "r.locality COLLATE NOCASE", func(r queueRow) shown { return text(r.Locality) }},
		{head{Name: "Received", Sort: "received"}, "r.created", func(r queueRow) shown { return ours(clock.DayOf(r.Received.Time())) }},
		{head{Name: "Status", Sort: "status"}, "r.status", func(r queueRow) shown { return tag(statusOf(r.Status)) }},
	},
	noun:   "champion_registrations",
	header: []string{"Name", "Job title", "Agency", "Locality", "Status", "Received", "Work email", "Work phone", "Line manager"},
	cells: func(r queueRow) []string {
		return []string{r.Name, r.JobTitle, r.Agency, r.Locality, statusOf(r.Status).Name, inUK(r.Received, time.DateOnly), r.WorkEmail, r.WorkPhone, r.Manager}
	},
	more: func(_ *visit, b *listBody, _ terms) error {
		b.All = &link{Name: "Show all registrations", Address: "/coordinate/registrations?status=all"}
		return nil
	},
}

// lateSince is the day before which somebody must have become a champion to be late for
// their first network meeting, and the same for some days on.
func (v *visit) lateSince(ahead int) (string, error) {
	today := v.room.now().In(london)
	policy, err := schemerules.PolicyOn(v.App, today.Format(time.DateOnly))
	return policy.LateSince(today.AddDate(0, 0, ahead).Format(time.DateOnly)), err
}
