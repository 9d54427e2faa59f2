package coordinate

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"

	"holdfast/hooks"
)

// championRow is one entry of the directory.
type championRow struct {
	Registration string `db:"registration"`
	Lead         bool   `db:"lead"`
	Until        string `db:"valid_until"`
	Name         string `db:"name"`
	Agency       string `db:"agency_name"`
	JobTitle     string `db:"job_title"`
	Locality     string `db:"locality"`
	WorkEmail    string `db:"work_email"`
	WorkPhone    string `db:"work_phone"`
	Since        string `db:"since"`
}

// directoryBody is the page of those who consented to be found.
type directoryBody struct {
	search
	Rows       []championRow
	Pages      pages
	Localities []string
	Sectors    []choice
	CSV, Clear string
}

var championColumns = map[string]string{
	"name": "c.name COLLATE NOCASE", "agency": "c.agency_name COLLATE NOCASE", "locality": "c.locality COLLATE NOCASE", "since": "c.since", "until": "r.valid_until",
}

// The directory, and with each entry the registration that it comes of: one at most.
const (
	directoryFrom = ` FROM champions c JOIN agencies a ON a.id = c.agency`
	championFrom  = directoryFrom + `
	LEFT JOIN champion_registrations r ON r."user" = c."user" AND r.agency = c.agency AND r.status IN ('active', 'renewed')`
)

// directorySearch reads the address of the directory.
func (v *visit) directorySearch() (search, terms) {
	s := parseSearch(v.Request.URL, []string{"name", "agency", "locality", "since", "until"}, false)
	t := v.ownAgency()
	if locality := s.Asked("locality"); locality != "" {
		t.and(`c.locality = {:locality}`, dbx.Params{"locality": locality})
	}
	if sector := s.Asked("sector"); sector != "" {
		t.and(`a.kind = {:sector}`, dbx.Params{"sector": sector})
	}
	if s.Asked("kind") == "lead" {
		t.and(`r.lead`, nil)
	}
	like(&t, s.Asked("q"), "c.name", "c.agency_name", "c.job_title", "c.locality", "c.work_email")
	return s, t
}

func (v *visit) championRows(s search, t terms, limit, offset int) (rows []championRow, err error) {
	params := dbx.Params{"limit": limit, "offset": offset}
	for k, p := range t.params {
		params[k] = p
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT c.name, c.agency_name, c.job_title, c.locality, c.work_email, c.work_phone, c.since,
		coalesce(r.id, '') AS registration, coalesce(r.lead, FALSE) AS lead, coalesce(r.valid_until, '') AS valid_until` + championFrom + ` WHERE ` + t.where() +
		` ORDER BY ` + s.order(championColumns, "c.name, c.id") + ` LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&rows)
	return rows, err
}

func directory(v *visit) error {
	s, t := v.directorySearch()
	db := v.App.ConcurrentDB()
	var total int
	counted := directoryFrom
	if s.Asked("kind") == "lead" { // which only the registration knows
		counted = championFrom
	}
	if err := db.NewQuery(`SELECT count(*)` + counted + ` WHERE ` + t.where()).Bind(t.params).Row(&total); err != nil {
		return err
	}
	body := directoryBody{search: s, Pages: s.pages(total), CSV: s.with("/coordinate/champions.csv"), Clear: "/coordinate/champions"}
	var err error
	if body.Rows, err = v.championRows(s, t, perPage, (body.Pages.Page-1)*perPage); err != nil {
		return err
	}
	seen := v.ownAgency()
	if err := db.NewQuery(`SELECT DISTINCT c.locality` + directoryFrom + ` WHERE ` + seen.where() + ` AND c.locality != '' ORDER BY c.locality COLLATE NOCASE`).
		Bind(seen.params).Column(&body.Localities); err != nil {
		return err
	}
	var kinds []string
	if err := db.NewQuery(`SELECT DISTINCT a.kind` + directoryFrom + ` WHERE ` + seen.where()).Bind(seen.params).Column(&kinds); err != nil {
		return err
	}
	for _, k := range kinds {
		body.Sectors = append(body.Sectors, choice{k, sectorOf(k)})
	}
	slices.SortFunc(body.Sectors, func(a, b choice) int { return cmp.Compare(a.Name, b.Name) })
	return v.show(http.StatusOK, "champions", page{Title: "Champions", Body: body})
}

// directoryCSV is the same list whole, as a file; the audit log says who took it.
func directoryCSV(v *visit) error {
	s, t := v.directorySearch()
	rows, err := v.championRows(s, t, -1, 0)
	if err != nil {
		return err
	}
	if err := hooks.Audit(v.App, v.actor(), hooks.Entry{Verb: "read", Collection: "champions", Count: len(rows)}); err != nil {
		return err
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		lead := ""
		if r.Lead {
			lead = "Lead"
		}
		cells[i] = []string{r.Name, r.JobTitle, r.Agency, r.Locality, r.WorkEmail, r.WorkPhone, lead, r.Since, r.Until}
	}
	return v.sendCSV("champions", []string{"Name", "Job title", "Agency", "Locality", "Work email", "Work phone", "Lead", "Since", "Until"}, cells)
}

func problemWith(field, text string) error {
	return validation.Errors{field: validation.NewError("refused", text)}
}
