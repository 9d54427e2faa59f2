package family

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/identifier"
	"holdfast/hooks/kernel"
)

// Holders are the people of a case who have a number that is one person's across the
// country: a person is no other's twin by it.
func Holders(app core.App, caseID, kind, value string) (people []string, err error) {
	var rows []number
	err = kernel.Query(app, `SELECT person, type, issuer, value FROM person_identifiers WHERE "case" = {:c} AND type = {:t} ORDER BY id`).
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
	if !identifier.National(r.GetString("type")) || !r.IsNew() && !kernel.Changed(r, "type") && !kernel.Changed(r, "value") {
		return nil
	}
	others, err := Holders(app, r.GetString("case"), r.GetString("type"), r.GetString("value"))
	if err != nil || len(others) == 0 {
		return err
	}
	people, err := app.FindAllRecords("people", dbx.HashExp{"case": r.GetString("case")})
	if err != nil {
		return err
	}
	one := Resolve(people)
	for _, p := range people {
		for _, id := range others {
			if p.Id == id && one[id] != one[r.GetString("person")] {
				return kernel.Wrong("value", "of_another", PersonOf(p).Whole(kernel.Today())+" has this number already: join the two records if they are one person, or put the number right.")
			}
		}
	}
	return nil
}
