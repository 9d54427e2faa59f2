package hooks

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
)

// adults are a case's adults, and which of them hold parental responsibility.
func adults(app core.App, caseID string) (all []pathway.Adult, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT id, name, EXISTS (SELECT 1 FROM relationships r
			WHERE r."case" = {:c} AND r.person = people.id AND r.parental_responsibility = 'yes') AS responsible
		FROM people WHERE "case" = {:c} AND kind = 'adult' ORDER BY id`).Bind(dbx.Params{"c": caseID}).All(&all)
	if err != nil {
		err = fmt.Errorf("the adults of case %s: %w", caseID, err)
	}
	return all, err
}

// nameless is how the adults stand without their names, which are their own record's to
// say: a name that is put right is right at once wherever it is shown.
func nameless(all []pathway.Standing) []pathway.Standing {
	out := make([]pathway.Standing, len(all))
	for i, a := range all {
		a.Name = ""
		out[i] = a
	}
	return out
}
