package tell

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// Asked is a person who is asked; off the case they learn that they are, and no more.
type Asked struct {
	User string
	Off  bool
}

// WhoNames is who can name an approver of what some people did: who leads the first of these
// agencies that anybody else leads; else the coordinators.
func (i *Team) WhoNames(by []string, agencies ...string) (people []Asked, err error) {
	for _, agency := range agencies {
		if people, err = i.Holding(collections.AgencyLead, agency); err != nil {
			return nil, err
		}
		for _, b := range by {
			people = But(people, b)
		}
		if len(people) > 0 {
			return people, nil
		}
	}
	return i.coordinators()
}

// coordinators are those of the partnership's board; off the case like anybody who is not on
// it.
func (i *Team) coordinators() (out []Asked, err error) {
	var agencies []string
	if err := kernel.Query(i.Tx, `SELECT DISTINCT agency FROM users WHERE active AND `+collections.Coordinator.In("roles")+` ORDER BY agency`).Column(&agencies); err != nil {
		return nil, err
	}
	for _, a := range agencies {
		some, err := i.Holding(collections.Coordinator, a)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// OnCase is somebody on a case, as far as asking goes.
type OnCase struct {
	User    string           `db:"user"`
	Part    collections.Part `db:"role"`
	Agency  string           `db:"agency"`
	Manager string           `db:"manager"`
	Manages bool             `db:"manages"` // holds the role of a manager at their agency
}

// Team is who works with a family, for those who are told and asked.
type Team struct {
	Tx     core.App
	CaseID string
	people []OnCase // once they are asked for
}

// Everybody is everybody on the case, read once.
func (t *Team) Everybody() ([]OnCase, error) {
	if t.people != nil {
		return t.people, nil
	}
	t.people = []OnCase{}
	err := kernel.Query(t.Tx, `SELECT m."user", m.role, m.agency, u.manager, `+kernel.ManagesRole+` AS manages FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:c} AND m.active AND u.active ORDER BY m."user"`).Bind(dbx.Params{"c": t.CaseID}).All(&t.people)
	return t.people, err
}

// Some are those of the team that are meant.
func (t *Team) Some(is func(OnCase) bool) (out []Asked, err error) {
	all, err := t.Everybody()
	for _, c := range all {
		if is(c) {
			out = append(out, Asked{User: c.User})
		}
	}
	return out, err
}

// These are the people of the team among some.
func (t *Team) These(users ...string) ([]Asked, error) {
	return t.Some(func(c OnCase) bool { return slices.Contains(users, c.User) })
}

// OfAgency is who answers for an agency: its people on the case; where none is there, who
// leads it, keeps it safe or manages in it, else whoever was there, so that no agency is asked
// in vain.
func (t *Team) OfAgency(agency string) ([]Asked, error) {
	there, err := t.Some(func(c OnCase) bool { return c.Agency == agency })
	if err != nil || len(there) > 0 {
		return there, err
	}
	for _, role := range []collections.Role{collections.AgencyLead, collections.SafeguardingLead, collections.Manager} {
		if out, err := t.Holding(role, agency); err != nil || len(out) > 0 {
			return out, err
		}
	}
	return t.WereThere(agency)
}

// WereThere are an agency's people who have left the case and work for it still; not who is
// kept apart from it.
func (t *Team) WereThere(agency string) (out []Asked, err error) {
	var users []string
	err = kernel.Query(t.Tx, `SELECT DISTINCT m."user" FROM case_members m JOIN users u ON u.id = m."user"
		WHERE m."case" = {:case} AND m.agency = {:a} AND NOT m.active AND u.active AND u.agency = m.agency AND NOT `+kernel.KeptApart+` ORDER BY m."user"`).
		Bind(dbx.Params{"case": t.CaseID, "a": agency}).Column(&users)
	for _, u := range users {
		out = append(out, Asked{u, true})
	}
	return out, err
}

// Holding are those who hold a role at an agency, on the case or off it; not who is kept
// apart from it.
func (t *Team) Holding(role collections.Role, agency string) (out []Asked, err error) {
	var users []string
	if err := kernel.Query(t.Tx, `SELECT u.id FROM users u WHERE u.agency = {:a} AND u.active AND `+role.In("u.roles")+` AND NOT `+kernel.KeptApart+` ORDER BY u.id`).
		Bind(dbx.Params{"a": agency, "case": t.CaseID}).Column(&users); err != nil {
		return nil, err
	}
	all, err := t.Everybody()
	for _, u := range users {
		out = append(out, Asked{u, !slices.ContainsFunc(all, func(c OnCase) bool { return c.User == u })})
	}
	return out, err
}

// ManagersOf are the managers of some of the team, as far as they are on the case too;
// else who manages there for their agency.
func (t *Team) ManagersOf(agency string) ([]Asked, error) {
	all, err := t.Everybody()
	if err != nil {
		return nil, err
	}
	var above []string
	for _, c := range all {
		if c.Agency == agency {
			above = append(above, c.Manager)
		}
	}
	return t.Some(func(c OnCase) bool {
		return slices.Contains(above, c.User) || c.Agency == agency && (c.Manages || c.Part.IsManager())
	})
}

// ApproversOf are those of the team who are asked to approve what some others did: their
// own managers, where one of them may; else their agencies' managers; else whoever may.
func (t *Team) ApproversOf(authors ...string) ([]Asked, error) {
	return t.ApproversWho(func(person *core.Record) (bool, error) { return kernel.AnswersForAll(t.Tx, t.CaseID, person, authors) }, authors)
}

func (t *Team) ApproversWho(answers func(person *core.Record) (bool, error), authors []string) ([]Asked, error) {
	all, err := t.Everybody()
	if err != nil {
		return nil, err
	}
	var may []OnCase
	for _, c := range all {
		if !c.Manages {
			continue
		}
		person, err := t.Tx.FindRecordById("users", c.User)
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
		above, err := kernel.LineOf(t.Tx, a)
		if err != nil {
			return nil, err
		}
		line = append(line, above...)
	}
	for _, nearer := range []func(OnCase) bool{
		func(c OnCase) bool { return slices.Contains(line, c.User) },
		func(c OnCase) bool { return slices.Contains(agencies, c.Agency) },
		func(OnCase) bool { return true },
	} {
		var out []Asked
		for _, c := range may {
			if nearer(c) {
				out = append(out, Asked{User: c.User})
			}
		}
		if out != nil {
			return out, nil
		}
	}
	return nil, nil
}

// But are all of some people except one.
func But(people []Asked, user string) []Asked {
	return slices.DeleteFunc(people, func(a Asked) bool { return a.User == user })
}

// PartOfManager is the part of who comes to a case with their people.
func PartOfManager(person *core.Record) collections.Part {
	if kernel.Holds(person, collections.Manager) {
		return collections.PartManager
	}
	return collections.PartMember
}
