package hooks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Whoever may not do a thing is told whom to ask, by name and agency. Only colleagues are
// named: people of the case, and of the reader's own agency.

// managersHere are the managers of an agency who are on a case, but one person, as people say
// them; where there is none, who of the agency could put one on it.
func managersHere(app core.App, caseID, agency, but string) string {
	names, err := calledAll(app, `SELECT u.name || ' of ' || a.name FROM case_members m JOIN users u ON u.id = m."user" JOIN agencies a ON a.id = u.agency
		WHERE m."case" = {:c} AND m.active AND u.active AND u.agency = {:a} AND u.id != {:but} AND m.role = 'manager' AND `+managesRole+` ORDER BY u.name`,
		dbx.Params{"c": caseID, "a": agency, "but": but})
	if err != nil || len(names) == 0 {
		return whoHolds(app, agency, but, collections.AgencyLead) + ", to put a manager on this case"
	}
	return orOf(names)
}

// whoHolds are those of an agency who hold one of some roles there, but one person; where
// nobody does, the agency.
func whoHolds(app core.App, agency, but string, roles ...collections.Role) string {
	held := make([]string, len(roles))
	for n, role := range roles {
		held[n] = role.In("u.roles")
	}
	names, err := calledAll(app, `SELECT u.name || ' of ' || a.name FROM users u JOIN agencies a ON a.id = u.agency
		WHERE u.agency = {:a} AND u.active AND u.id != {:but} AND (`+strings.Join(held, " OR ")+`) ORDER BY u.name`, dbx.Params{"a": agency, "but": but})
	if err != nil || len(names) == 0 {
		return agencyName(app, agency)
	}
	return orOf(names)
}

// byNames are some people by their ids, each with their agency; those who work no longer are left out.
func byNames(app core.App, ids ...string) string {
	var names []string
	for _, id := range ids {
		one, err := calledAll(app, `SELECT u.name || ' of ' || coalesce(a.name, '') FROM users u LEFT JOIN agencies a ON a.id = u.agency WHERE u.id = {:u} AND u.active`, dbx.Params{"u": id})
		if err == nil {
			names = append(names, one...)
		}
	}
	return orOf(slices.Compact(names))
}

func calledAll(app core.App, query string, params dbx.Params) (names []string, err error) {
	err = app.ConcurrentDB().NewQuery(query).Bind(params).Column(&names)
	return names, err
}

// orOf joins names as a person would who leaves the choice: a, b or c.
func orOf(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// yourManager is somebody's own manager, else the managers of their agency.
func yourManager(app core.App, person *core.Record) string {
	return cmp.Or(byNames(app, person.GetString("manager")), whoHolds(app, person.GetString("agency"), person.Id, collections.Manager))
}

// recorderOr are whoever recorded something and their manager.
func recorderOr(app core.App, by string, author *core.Record) string {
	ids := []string{by}
	if author != nil {
		ids = append(ids, author.GetString("manager"))
	}
	said := byNames(app, ids...)
	if said == "" && author != nil { // both have left
		said = whoHolds(app, author.GetString("agency"), "", collections.AgencyLead) + ", to give you a manager who is one of them"
	}
	return cmp.Or(said, "your agency's lead")
}

// managersOfBoth are those who manage in both of two families that somebody works with.
func managersOfBoth(app core.App, from, to string, person *core.Record) string {
	names, err := calledAll(app, `SELECT u.name || ' of ' || a.name FROM case_members m JOIN case_members o ON o."user" = m."user" AND o."case" = {:to} AND o.active AND o.role = 'manager'
		JOIN users u ON u.id = m."user" JOIN agencies a ON a.id = u.agency
		WHERE m."case" = {:from} AND m.active AND u.active AND m.role = 'manager' AND u.id != {:but} AND `+managesRole+` ORDER BY u.name`,
		dbx.Params{"from": from, "to": to, "but": person.Id})
	if err != nil || len(names) == 0 {
		return yourManager(app, person) + ", who has to be a manager on both cases for it"
	}
	return orOf(names)
}

// approversSaid are those who may approve a letter; where nobody on the case may, who could
// name somebody.
func approversSaid(app core.App, letter, person *core.Record) string {
	may, err := mayApproveLetter(&team{tx: app, caseID: letter.GetString("case")}, letter)
	ids := make([]string, 0, len(may))
	for _, a := range may {
		if a.user != person.Id {
			ids = append(ids, a.user)
		}
	}
	if err != nil || len(ids) == 0 {
		return whoHolds(app, agencyOfLetter(app, letter), person.Id, collections.AgencyLead) + ", to put somebody on this case who may"
	}
	return byNames(app, ids...)
}
