package coordinate

import (
	"net/http"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
)

// championRow is one entry of the directory.
type championRow struct {
	Name      string `db:"name"`
	Agency    string `db:"agency_name"`
	JobTitle  string `db:"job_title"`
	Locality  string `db:"locality"`
	WorkEmail string `db:"work_email"`
	WorkPhone string `db:"work_phone"`
	Since     string `db:"since"`
}

// directoryBody is the page of those who consented to be found.
type directoryBody struct {
	search
	Rows  []championRow
	Pages pages
	Clear string
}

var championColumns = map[string]string{
	"name": "c.name COLLATE NOCASE", "agency": "c.agency_name COLLATE NOCASE", "locality": "c.locality COLLATE NOCASE", "since": "c.since",
}

func directory(v *visit) error {
	s := parseSearch(v.Request.URL, []string{"name", "agency", "locality", "since"}, false)
	t := v.ownAgency()
	like(&t, s.Asked("q"), "c.name", "c.agency_name", "c.job_title", "c.locality", "c.work_email")
	from := ` FROM champions c JOIN agencies a ON a.id = c.agency WHERE ` + t.where()
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
	if err := db.NewQuery(`SELECT c.name, c.agency_name, c.job_title, c.locality, c.work_email, c.work_phone, c.since` + from +
		` ORDER BY ` + s.order(championColumns, "c.name, c.id") + ` LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&body.Rows); err != nil {
		return err
	}
	return v.show(http.StatusOK, "champions", page{Title: "Champions", Body: body})
}

// enter puts a new champion in the directory, when they agreed to be in it.
func enter(tx core.App, r *core.Record, since string) error {
	user, err := tx.FindRecordById("users", r.GetString("user"))
	if err != nil || !user.GetBool("active") {
		return problemWith("user", "This person has no active account, so they cannot be a champion")
	}
	if !r.GetBool("directory_consent") {
		return nil
	}
	agency, err := tx.FindRecordById("agencies", r.GetString("agency"))
	if err != nil {
		return problemWith("agency", "The registration names no agency that is a partner")
	}
	entry, err := tx.FindFirstRecordByData("champions", "user", user.Id)
	if err != nil {
		champions, err := tx.FindCachedCollectionByNameOrId("champions")
		if err != nil {
			return err
		}
		entry = core.NewRecord(champions)
	}
	entry.Load(map[string]any{
		"user": user.Id, "agency": agency.Id, "agency_name": agency.GetString("name"), "name": r.GetString("name"),
		"job_title": r.GetString("job_title"), "work_email": r.GetString("work_email"), "work_phone": r.GetString("work_phone"),
		"locality": r.GetString("locality"), "since": since,
	})
	return tx.Save(hooks.AsServer(entry))
}

// leave takes somebody out of the directory of that agency, when they are in it.
func leave(tx core.App, r *core.Record) error {
	entries, err := tx.FindAllRecords("champions", dbx.HashExp{"user": r.GetString("user"), "agency": r.GetString("agency")})
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := tx.Delete(e); err != nil {
			return err
		}
	}
	return nil
}

func problemWith(field, text string) error {
	return validation.Errors{field: validation.NewError("refused", text)}
}
