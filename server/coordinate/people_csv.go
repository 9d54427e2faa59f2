package coordinate

import (
	"strconv"

	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
)

// peopleCSV is the list of the visitor's people whole, as it is filtered.
func peopleCSV(v *visit) error {
	s, from, params := v.peopleSearch()
	var rows []personRow
	if err := v.App.ConcurrentDB().NewQuery(personSelect + from + ` ORDER BY ` + s.order(personColumns, "u.name, u.id")).Bind(params).All(&rows); err != nil {
		return err
	}
	if err := hooks.Audit(v.App, v.actor(), hooks.Entry{Verb: "read", Collection: "users", Count: len(rows)}); err != nil {
		return err
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = []string{r.Name, r.Email, r.JobTitle, r.Manager, r.State()}
	}
	return v.sendCSV("accounts", []string{"Name", "Email", "Job", "Manager", "Account"}, cells)
}

// devicesCSV is the list of their phones whole, as it is filtered.
func devicesCSV(v *visit) error {
	s, t := v.deviceSearch()
	var rows []deviceRow
	if err := v.App.ConcurrentDB().NewQuery(deviceSelect + t.where() + ` ORDER BY ` + s.order(deviceColumns, "d.created DESC, d.id")).Bind(t.params).All(&rows); err != nil {
		return err
	}
	if err := hooks.Audit(v.App, v.actor(), hooks.Entry{Verb: "read", Collection: "devices", Count: len(rows)}); err != nil {
		return err
	}
	minute := func(d types.DateTime) string { return inUK(d, "2006-01-02 15:04") }
	cells := make([][]string, len(rows))
	for i, r := range rows {
		seen, err := lastSeen(v.App, r.ID)
		if err != nil {
			return err
		}
		cells[i] = []string{r.Owner, r.Agency, r.Name, r.Platform, r.Version, r.State().Name, minute(r.Created), minute(seen), strconv.Itoa(r.Refused), map[bool]string{true: "Yes", false: "No"}[r.Proves]}
	}
	return v.sendCSV("phones", []string{"Person", "Agency", "Phone", "Kind", "App version", "State", "Registered", "Last seen", "Could not be saved", "Proves itself"}, cells)
}
