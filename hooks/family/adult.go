package family

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// Adults are a case's adults, and which of them hold parental responsibility.
func Adults(app core.App, caseID string) (all []pathway.Adult, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT id, name, EXISTS (SELECT 1 FROM relationships r
			WHERE r."case" = {:c} AND r.person = people.id AND r.parental_responsibility = 'yes'
				AND r.other IN (SELECT id FROM people WHERE "case" = {:c})) AS responsible
		FROM people WHERE "case" = {:c} AND kind = 'adult' ORDER BY id`).Bind(dbx.Params{"c": caseID}).All(&all)
	if err != nil {
		err = fmt.Errorf("the adults of case %s: %w", caseID, err)
	}
	return all, err
}

// Workers are the names of those who are or were on a case.
func Workers(app core.App, caseID string) (map[string]string, error) {
	var rows []struct {
		User string `db:"user"`
		Name string `db:"name"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT "user", name FROM case_members WHERE "case" = {:c}`).Bind(dbx.Params{"c": caseID}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("who works on case %s: %w", caseID, err)
	}
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.User] = r.Name
	}
	return names, nil
}

// Nameless is how the adults stand without their names, which are their own record's to
// say: a name that is put right is right at once wherever it is shown.
func Nameless(all []pathway.Standing) []pathway.Standing {
	out := make([]pathway.Standing, len(all))
	for i, a := range all {
		a.Name = ""
		out[i] = a
	}
	return out
}

// InWords says of a case's open pathways how each adult stands, and how often working
// together again has lapsed: a sentence or two for a page of the case.
func InWords(app core.App, caseID string) (string, error) {
	all, err := app.FindRecordsByFilter("pathways", "case = {:c} && ended = false", "opened_at", 0, 0, dbx.Params{"c": caseID})
	if err != nil {
		return "", err
	}
	known, err := Adults(app, caseID)
	if err != nil {
		return "", err
	}
	names := map[string]string{}
	for _, a := range known {
		names[a.ID] = a.Name
	}
	var said []string
	for _, p := range all {
		var stands []pathway.Standing
		if err := kernel.Decode(p, "adults", &stands); err != nil {
			return "", err
		}
		for i := range stands {
			stands[i].Name = names[stands[i].Person]
		}
		if words := pathway.Sentences(stands, kernel.Today()); words != "" {
			said = append(said, words)
		}
		if n := p.GetInt("cycles"); n == 1 {
			said = append(said, "Working together again has lapsed once.")
		} else if n > 1 {
			said = append(said, fmt.Sprintf("Working together again has lapsed %d times.", n))
		}
	}
	return strings.Join(said, " "), nil
}
