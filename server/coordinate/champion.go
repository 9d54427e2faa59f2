package coordinate

import (
	"net/http"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
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
	Rows  []championRow
	Pages pages
	Clear string
}

var championColumns = map[string]string{
	"name": "c.name COLLATE NOCASE", "agency": "c.agency_name COLLATE NOCASE", "locality": "c.locality COLLATE NOCASE", "since": "c.since", "until": "r.valid_until",
}

func directory(v *visit) error {
	s := parseSearch(v.Request.URL, []string{"name", "agency", "locality", "since", "until"}, false)
	t := v.ownAgency()
	like(&t, s.Asked("q"), "c.name", "c.agency_name", "c.job_title", "c.locality", "c.work_email")
	from := ` FROM champions c JOIN agencies a ON a.id = c.agency
		LEFT JOIN champion_registrations r ON r."user" = c."user" AND r.agency = c.agency AND r.status IN ('active', 'renewed')
		WHERE ` + t.where()
	db := v.App.ConcurrentDB()
	var total int
	if err := db.NewQuery(`SELECT count(*)` + from).Bind(t.params).Row(&total); err != nil {
		return err
	}
	body := directoryBody{search: s, Pages: s.pages(total), Clear: "/coordinate/champions"}
	params := dbx.Params{"limit": perPage, "offset": (body.Pages.Page - 1) * perPage}
	for k, p := range t.params {
		params[k] = p
	}
	if err := db.NewQuery(`SELECT c.name, c.agency_name, c.job_title, c.locality, c.work_email, c.work_phone, c.since,
		coalesce(r.id, '') AS registration, coalesce(r.lead, FALSE) AS lead, coalesce(r.valid_until, '') AS valid_until` + from +
		` ORDER BY ` + s.order(championColumns, "c.name, c.id") + ` LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&body.Rows); err != nil {
		return err
	}
	return v.show(http.StatusOK, "champions", page{Title: "Champions", Body: body})
}

func problemWith(field, text string) error {
	return validation.Errors{field: validation.NewError("refused", text)}
}
