package hooks

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"holdfast/hooks/pathway"
)

// bindChildFlags keeps what is open about a child elsewhere true, and lets the
// pathways see it at once.
func bindChildFlags(app core.App) {
	creating(app, "child_flags").Bind(inDomain(flagChild))
	updating(app, "child_flags").Bind(inDomain(flagChild))
}

func flagChild(e *core.RecordEvent) error {
	f := e.Record
	child, err := e.App.FindRecordById("people", f.GetString("child"))
	plan, category := f.GetString("kind") == "cp_plan", f.GetString("category")
	switch {
	case err != nil || child.GetString("kind") != "child":
		return wrong("child", "not_a_child", "There is no such child in this case.")
	case plan && category == "":
		return wrong("category", "required", "Give the category of the plan.")
	case !plan && category != "":
		return wrong("category", "no_plan", "Only a child protection plan has a category.")
	case f.GetString("until") != "" && f.GetString("until") < f.GetString("from"):
		return wrong("until", "too_early", "It does not end before it begins.")
	}
	var n int
	if err := Query(e.App, `SELECT count(*) FROM child_flags WHERE child = {:c} AND kind = {:k} AND id != {:id}
		AND (until = '' OR until >= {:from}) AND ({:until} = '' OR "from" <= {:until})`).
		Bind(dbx.Params{"c": child.Id, "k": f.GetString("kind"), "id": f.Id, "from": f.GetString("from"), "until": f.GetString("until")}).Row(&n); err != nil {
		return err
	}
	if n > 0 {
		return wrong("from", "open_already", "This child has one of these at that time already; end it first.")
	}
	others := !f.IsNew() && (changed(f, "from") || changed(f, "until"))
	if others {
		if others, err = mayEndFlag(e.App, f); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	if others {
		if err := tellFlagEnded(e.App, f); err != nil {
			return err
		}
	}
	return readAgain(e.App, f.GetString("case"), false)
}

// ofSocialCare are the agencies of that kind, as SQL.
const ofSocialCare = `SELECT id FROM agencies WHERE kind = 'local_authority_csc'`

// statutory fills in what was and is open about the case's children: what pathways
// are not closed over (guard G8). One that begins later is open from then.
func statutory(app core.App, caseID string, c *pathway.Case) error {
	var rows []struct {
		Kind  string `db:"kind"`
		From  string `db:"from"`
		Until string `db:"until"`
		By    string `db:"by"`    // none where social care recorded it
		Ended string `db:"ended"` // who recorded that it is over, likewise
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT kind, "from", until,
			CASE WHEN agency IN (` + ofSocialCare + `) THEN '' ELSE author END AS "by",
			coalesce((SELECT id FROM users u WHERE u.id = coalesce((SELECT v.changed_by FROM record_versions v WHERE v.collection = 'child_flags' AND v.record = child_flags.id
				AND v.field = 'until' ORDER BY v.changed_at DESC, v.id DESC LIMIT 1), author) AND u.agency NOT IN (` + ofSocialCare + `)), '') AS ended
		FROM child_flags WHERE "case" = {:c} ORDER BY "from", id`).
		Bind(dbx.Params{"c": caseID}).All(&rows); err != nil {
		return err
	}
	today, to := localDay(now()), map[string]*pathway.Flag{"cp_plan": &c.CPPlan, "section_47": &c.Section47}
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

// inDomain binds a rule of the practice.
func inDomain(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
	return &hook.Handler[*core.RecordEvent]{Priority: orderDomain, Func: f}
}

// wrong is the refusal of one field, with a code for a phone and words for a person.
func wrong(field, code, words string) error {
	return validation.Errors{field: validation.NewError(code, words)}
}
