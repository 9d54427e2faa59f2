package hooks

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// onCase is somebody on a case, as far as asking goes.
type onCase struct {
	User    string `db:"user"`
	Role    string `db:"role"`
	Agency  string `db:"agency"`
	Manager string `db:"manager"`
	Manages bool   `db:"manages"` // holds the role of a manager at their agency
}

// team is who works with a family, for those who are told and asked.
type team struct {
	tx     core.App
	caseID string
	people []onCase // once they are asked for
}

// everybody is everybody on the case, read once.
func (t *team) everybody() ([]onCase, error) {
	if t.people != nil {
		return t.people, nil
	}
	t.people = []onCase{}
	err := Query(t.tx, `SELECT m."user", m.role, m.agency, u.manager, `+managesRole+` AS manages FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:c} AND m.active AND u.active ORDER BY m."user"`).Bind(dbx.Params{"c": t.caseID}).All(&t.people)
	return t.people, err
}

// some are those of the team that are meant.
func (t *team) some(is func(onCase) bool) (out []asked, err error) {
	all, err := t.everybody()
	for _, c := range all {
		if is(c) {
			out = append(out, asked{user: c.User})
		}
	}
	return out, err
}

// these are the people of the team among some.
func (t *team) these(users ...string) ([]asked, error) {
	return t.some(func(c onCase) bool { return slices.Contains(users, c.User) })
}

// ofAgency is who answers for an agency: its people on the case; where none is there, who
// leads it, keeps it safe or manages in it, else whoever was there, so that no agency is asked
// in vain.
func (t *team) ofAgency(agency string) ([]asked, error) {
	there, err := t.some(func(c onCase) bool { return c.Agency == agency })
	if err != nil || len(there) > 0 {
		return there, err
	}
	for _, role := range []collections.Role{collections.AgencyLead, collections.SafeguardingLead, collections.Manager} {
		if out, err := t.holding(role, agency); err != nil || len(out) > 0 {
			return out, err
		}
	}
	return t.wereThere(agency)
}

// wereThere are an agency's people who have left the case and work for it still; not who is
// kept apart from it.
func (t *team) wereThere(agency string) (out []asked, err error) {
	var users []string
	err = Query(t.tx, `SELECT DISTINCT m."user" FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:case} AND m.agency = {:a} AND NOT m.active AND u.active AND u.agency = m.agency AND NOT `+keptApart+` ORDER BY m."user"`).
		Bind(dbx.Params{"case": t.caseID, "a": agency}).Column(&users)
	for _, u := range users {
		out = append(out, asked{u, true})
	}
	return out, err
}

// holding are those who hold a role at an agency, on the case or off it; not who is kept
// apart from it.
func (t *team) holding(role collections.Role, agency string) (out []asked, err error) {
	var users []string
	if err := Query(t.tx, `SELECT u.id FROM users u WHERE u.agency = {:a} AND u.active AND `+role.In("u.roles")+` AND NOT `+keptApart+` ORDER BY u.id`).
		Bind(dbx.Params{"a": agency, "case": t.caseID}).Column(&users); err != nil {
		return nil, err
	}
	all, err := t.everybody()
	for _, u := range users {
		out = append(out, asked{u, !slices.ContainsFunc(all, func(c onCase) bool { return c.User == u })})
	}
	return out, err
}

// managersOf are the managers of some of the team, as far as they are on the case too;
// else who manages there for their agency.
func (t *team) managersOf(agency string) ([]asked, error) {
	all, err := t.everybody()
	if err != nil {
		return nil, err
	}
	var above []string
	for _, c := range all {
		if c.Agency == agency {
			above = append(above, c.Manager)
		}
	}
	return t.some(func(c onCase) bool {
		return slices.Contains(above, c.User) || c.Agency == agency && (c.Manages || c.Role == "manager")
	})
}

// approversOf are those of the team who are asked to approve what some others did: their
// own managers, where one of them may; else their agencies' managers; else whoever may.
func (t *team) approversOf(authors ...string) ([]asked, error) {
	return t.approversWho(func(person *core.Record) (bool, error) { return AnswersForAll(t.tx, t.caseID, person, authors) }, authors)
}

func (t *team) approversWho(answers func(person *core.Record) (bool, error), authors []string) ([]asked, error) {
	all, err := t.everybody()
	if err != nil {
		return nil, err
	}
	var may []onCase
	for _, c := range all {
		if !c.Manages {
			continue
		}
		person, err := t.tx.FindRecordById("users", c.User)
		if err != nil {
			return nil, err
		}
		if ok, err := answers(person); err != nil {
			return nil, err
		} else if ok {
			may = append(may, c)
		}
	}
	var line, agencies []string
	for _, c := range all {
		if slices.Contains(authors, c.User) {
			agencies = append(agencies, c.Agency)
		}
	}
	for _, a := range authors {
		above, err := lineOf(t.tx, a)
		if err != nil {
			return nil, err
		}
		line = append(line, above...)
	}
	for _, nearer := range []func(onCase) bool{
		func(c onCase) bool { return slices.Contains(line, c.User) },
		func(c onCase) bool { return slices.Contains(agencies, c.Agency) },
		func(onCase) bool { return true },
	} {
		var out []asked
		for _, c := range may {
			if nearer(c) {
				out = append(out, asked{user: c.User})
			}
		}
		if out != nil {
			return out, nil
		}
	}
	return nil, nil
}

// but are all of some people except one.
func but(people []asked, user string) []asked {
	return slices.DeleteFunc(people, func(a asked) bool { return a.user == user })
}
