package tell

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// Whoever may not do a thing is told whom to ask, by name and agency. Only colleagues are
// named: people of the case, and of the reader's own agency.

// ManagersHere are the managers of an agency who are on a case, but one person, as people say
// them; where there is none, who of the agency could put one on it.
func ManagersHere(app core.App, caseID, agency, but string) string {
	names, err := CalledAll(app, `SELECT u.name || ' of ' || a.name FROM case_members m JOIN users u ON u.id = m."user" JOIN agencies a ON a.id = u.agency
		WHERE m."case" = {:c} AND m.active AND u.active AND u.agency = {:a} AND u.id != {:but} AND m.role = 'manager' AND `+kernel.ManagesRole+` ORDER BY u.name`,
		dbx.Params{"c": caseID, "a": agency, "but": but})
	if err != nil || len(names) == 0 {
		return WhoHolds(app, agency, but, collections.AgencyLead) + ", to put a manager on this case"
	}
	return OrOf(names)
}

// WhoHolds are those of an agency who hold one of some roles there, but one person; where
// nobody does, the agency.
func WhoHolds(app core.App, agency, but string, roles ...collections.Role) string {
	held := make([]string, len(roles))
	for n, role := range roles {
		held[n] = role.In("u.roles")
	}
	names, err := CalledAll(app, `SELECT u.name || ' of ' || a.name FROM users u JOIN agencies a ON a.id = u.agency
		WHERE u.agency = {:a} AND u.active AND u.id != {:but} AND (`+strings.Join(held, " OR ")+`) ORDER BY u.name`, dbx.Params{"a": agency, "but": but})
	if err != nil || len(names) == 0 {
		return kernel.AgencyName(app, agency)
	}
	return OrOf(names)
}

// ByNames are some people by their ids, each with their agency; those who work no longer are left out.
func ByNames(app core.App, ids ...string) string {
	var names []string
	for _, id := range ids {
		one, err := CalledAll(app, `SELECT u.name || ' of ' || coalesce(a.name, '') FROM users u LEFT JOIN agencies a ON a.id = u.agency WHERE u.id = {:u} AND u.active`, dbx.Params{"u": id})
		if err == nil {
			names = append(names, one...)
		}
	}
	return OrOf(slices.Compact(names))
}

func CalledAll(app core.App, query string, params dbx.Params) (names []string, err error) {
	err = app.ConcurrentDB().NewQuery(query).Bind(params).Column(&names)
	return names, err
}

// OrOf joins names as a person would who leaves the choice: a, b or c.
func OrOf(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// YourManager is somebody's own manager, else the managers of their agency.
func YourManager(app core.App, person *core.Record) string {
	return cmp.Or(ByNames(app, person.GetString("manager")), WhoHolds(app, person.GetString("agency"), person.Id, collections.Manager))
}

// RecorderOr are whoever recorded something and their manager.
func RecorderOr(app core.App, by string, author *core.Record) string {
	ids := []string{by}
	if author != nil {
		ids = append(ids, author.GetString("manager"))
	}
	said := ByNames(app, ids...)
	if said == "" && author != nil { // both have left
		said = WhoHolds(app, author.GetString("agency"), "", collections.AgencyLead) + ", to give you a manager who is one of them"
	}
	return cmp.Or(said, "your agency's lead")
}

// ManagersOfBoth are those who manage in both of two families that somebody works with.
func ManagersOfBoth(app core.App, from, to string, person *core.Record) string {
	names, err := CalledAll(app, `SELECT u.name || ' of ' || a.name FROM case_members m JOIN case_members o ON o."user" = m."user" AND o."case" = {:to} AND o.active AND o.role = 'manager'
		JOIN users u ON u.id = m."user" JOIN agencies a ON a.id = u.agency
		WHERE m."case" = {:from} AND m.active AND u.active AND m.role = 'manager' AND u.id != {:but} AND `+kernel.ManagesRole+` ORDER BY u.name`,
		dbx.Params{"from": from, "to": to, "but": person.Id})
	if err != nil || len(names) == 0 {
		return YourManager(app, person) + ", who has to be a manager on both cases for it"
	}
	return OrOf(names)
}
