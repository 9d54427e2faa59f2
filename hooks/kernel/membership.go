package kernel

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// LeadsFor says whether a person's agency leads the case.
func LeadsFor(c, person *core.Record) bool {
	return c.GetString("lead_agency") == person.GetString("agency")
}

type AgencyOn struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// PartIn is the part in which a person acts on a case: a manager's only while they are
// one at their agency too.
func PartIn(app core.App, caseID, user string) (collections.Part, error) {
	part, _, err := membership(app, caseID, user)
	return part, err
}

// PartOf is the part that a row of case_members gives.
func PartOf(member *core.Record) collections.Part { return collections.Part(member.GetString("role")) }

// membership is a person's part in a case, and who put them there.
func membership(app core.App, caseID, user string) (part collections.Part, by string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT CASE WHEN m.role = 'manager' AND NOT (`+ManagesRole+`) THEN 'member' ELSE m.role END, m.added_by
		FROM case_members m JOIN users u ON u.id = m."user" WHERE m."case" = {:c} AND m."user" = {:u} AND m.active`).
		Bind(dbx.Params{"c": caseID, "u": user}).Row(&part, &by)
	if errors.Is(err, sql.ErrNoRows) {
		return collections.NoPart, "", nil
	}
	return part, by, err
}

// IsManager says whether the person manages on this case: as a manager of it, or of
// somebody on it.
func IsManager(app core.App, caseID string, person *core.Record) (bool, error) {
	part, err := PartIn(app, caseID, person.Id)
	if err != nil || !part.IsOn() || part.IsManager() || !Holds(person, collections.Manager) {
		return part.IsManager(), err
	}
	of, err := Watched(app, caseID, person.Id)
	return len(of) > 0, err
}

// Addressed is who has a work address, or nil.
func Addressed(app core.App, email string) (*core.Record, error) {
	user := &core.Record{}
	err := app.RecordQuery("users").AndWhere(dbx.NewExp("email != '' AND lower(email) = lower({:e}) AND active", dbx.Params{"e": strings.TrimSpace(email)})).Limit(1).One(user)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return user, err
}

func IsMember(app core.App, caseID, user string) (bool, error) {
	var n int
	err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM case_members WHERE "case" = {:c} AND "user" = {:u} AND active`).
		Bind(dbx.Params{"c": caseID, "u": user}).Row(&n)
	return n > 0, err
}
