package coordinate

import (
	"database/sql"
	"errors"
	"maps"
	"strings"

	"github.com/pocketbase/dbx"
)

// terms are conditions that must all hold, with the values they name.
type terms struct {
	parts  []string
	params dbx.Params
}

func (t *terms) and(part string, params dbx.Params) {
	if t.params == nil {
		t.params = dbx.Params{}
	}
	t.parts = append(t.parts, "("+part+")")
	maps.Copy(t.params, params)
}

func (t *terms) where() string {
	if len(t.parts) == 0 {
		return "1"
	}
	return strings.Join(t.parts, " AND ")
}

// sight is which registrations (alias r) the visitor may see: a coordinator all, an
// agency lead those of their agency, a manager those of the people they manage.
func (v *visit) sight() terms {
	var t terms
	if v.holds(coordinator) {
		return t
	}
	var any []string
	params := dbx.Params{"viewer": v.user.Id, "agency_of_viewer": v.user.GetString("agency")}
	if v.holds(agencyLead) {
		any = append(any, `r.agency = {:agency_of_viewer}`)
	}
	if v.holds(manager) {
		any = append(any, `r."user" IN (SELECT id FROM users WHERE manager = {:viewer})`)
	}
	any = append(any, "0")
	t.and(strings.Join(any, " OR "), params)
	return t
}

// ownAgency is which agencies (alias a) the visitor may see: a coordinator all, an
// agency lead their own.
func (v *visit) ownAgency() terms {
	var t terms
	if !v.holds(coordinator) {
		t.and(`a.id = {:agency_of_viewer}`, dbx.Params{"agency_of_viewer": v.user.GetString("agency")})
	}
	return t
}

// sees reports whether one registration is within the visitor's sight.
func (v *visit) sees(db dbx.Builder, id string) (bool, error) {
	t := v.sight()
	t.and(`r.id = {:id}`, dbx.Params{"id": id})
	var one int
	err := db.NewQuery(`SELECT 1 FROM champion_registrations r WHERE ` + t.where()).Bind(t.params).Row(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
