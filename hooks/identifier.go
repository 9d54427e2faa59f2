package hooks

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/identifier"
)

// holders are the people of a case who have a number that is one person's across the
// country: a person is no other's twin by it.
func holders(app core.App, caseID, kind, value string) (people []string, err error) {
	var rows []number
	err = Query(app, `SELECT person, type, issuer, value FROM person_identifiers WHERE "case" = {:c} AND type = {:t} ORDER BY id`).
		Bind(dbx.Params{"c": caseID, "t": kind}).All(&rows)
	for _, n := range rows {
		if identifier.Canonical(n.Value) == identifier.Canonical(value) {
			people = append(people, n.Person)
		}
	}
	return people, err
}

// ofOne refuses a number that somebody else of the family has already: either it is the same
// person in two records, or one of the two numbers is wrong.
func ofOne(app core.App, r *core.Record) error {
	if !identifier.National(r.GetString("type")) || !r.IsNew() && !changed(r, "type") && !changed(r, "value") {
		return nil
	}
	others, err := holders(app, r.GetString("case"), r.GetString("type"), r.GetString("value"))
	if err != nil || len(others) == 0 {
		return err
	}
	people, err := app.FindAllRecords("people", dbx.HashExp{"case": r.GetString("case")})
	if err != nil {
		return err
	}
	one := resolve(people)
	for _, p := range people {
		for _, id := range others {
			if p.Id == id && one[id] != one[r.GetString("person")] {
				return wrong("value", "of_another", personOf(p).Whole(today())+" has this number already: join the two records if they are one person, or put the number right.")
			}
		}
	}
	return nil
}

// known is somebody who was there already and has a number of one who comes: nil for nobody.
func (m *moving) known() (*core.Record, error) {
	for _, r := range m.goes {
		kind := r.GetString("type")
		if r.Collection().Name != "person_identifiers" || !identifier.National(kind) {
			continue
		}
		there, err := holders(m.app, m.to, kind, r.GetString("value"))
		if err != nil {
			return nil, err
		}
		for _, id := range there {
			if !m.ids[id] {
				return m.app.FindRecordById("people", id)
			}
		}
	}
	return nil, nil
}
