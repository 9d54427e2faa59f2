package engagement

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// OfSocialCare are the agencies of that kind, as SQL.
const OfSocialCare = `SELECT id FROM agencies WHERE kind = 'local_authority_csc'`

// Statutory fills in what was and is open about the case's children: what pathways
// are not closed over (guard G8). One that begins later is open from then.
func Statutory(app core.App, caseID string, c *pathway.Case) error {
	var rows []struct {
		Kind  string `db:"kind"`
		From  string `db:"from"`
		Until string `db:"until"`
		By    string `db:"by"`    // none where social care recorded it
		Ended string `db:"ended"` // who recorded that it is over, likewise
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT kind, "from", until,
			CASE WHEN agency IN (` + OfSocialCare + `) THEN '' ELSE author END AS "by",
			coalesce((SELECT id FROM users u WHERE u.id = coalesce((SELECT v.changed_by FROM record_versions v WHERE v.collection = 'child_flags' AND v.record = child_flags.id
				AND v.field = 'until' ORDER BY v.changed_at DESC, v.id DESC LIMIT 1), author) AND u.agency NOT IN (` + OfSocialCare + `)), '') AS ended
		FROM child_flags WHERE "case" = {:c} ORDER BY "from", id`).
		Bind(dbx.Params{"c": caseID}).All(&rows); err != nil {
		return err
	}
	today, to := kernel.LocalDay(kernel.Now()), map[string]*pathway.Flag{"cp_plan": &c.CPPlan, "section_47": &c.Section47}
	for _, r := range rows {
		switch f := to[r.Kind]; {
		case f == nil: // a child-in-need plan stands in the way of nothing
		case r.Until != "" && r.Until < today:
			f.Was = append(f.Was, pathway.Span{From: r.From, Until: r.Until, By: r.Ended})
		default:
			if !f.Open {
				f.Open, f.Since = true, r.From // the earliest that is open
			}
			if r.By != "" && !slices.Contains(f.By, r.By) {
				f.By = append(f.By, r.By)
			}
		}
	}
	return nil
}
