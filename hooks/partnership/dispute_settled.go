package partnership

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/risk"
	"holdfast/hooks/tell"
)

// standDispute says whether a disagreement is over with this word on how it was settled: it is
// once both of its sides have said so, by the rule that its pathways go by.
func standDispute(tx core.App, d, last *core.Record) error {
	_, over, err := LacksWord(tx, d)
	if err != nil {
		return err
	}
	if !over {
		d.Set("status", "open")
		return nil
	}
	if sides, left, err := sidesOf(tx, d); err != nil {
		return err
	} else if sides.Left(func(id string) bool { return slices.Contains(left, id) }) {
		if err := tellEndedForBoth(tx, d); err != nil {
			return err
		}
	}
	d.Load(map[string]any{"status": "resolved", "resolved_on": kernel.LocalDay(last.GetDateTime("occurred_at")), "stage_due_on": "", "stage_due_at": ""})
	return nil
}

// LacksWord is which agency's word is missing before a disagreement is over, and whether it is.
func LacksWord(tx core.App, d *core.Record) (agency string, over bool, err error) {
	var said []pathway.Said
	if err := kernel.Query(tx, `SELECT s.author AS "by", s.agency, coalesce(`+kernel.ManagesRole+`, 0) AS manages FROM dispute_steps s LEFT JOIN users u ON u.id = s.author
		WHERE s.dispute = {:d} AND s.step = 'resolved' ORDER BY s.occurred_at, s.id`).
		Bind(dbx.Params{"d": d.Id}).All(&said); err != nil {
		return "", false, fmt.Errorf("who said that disagreement %s is settled: %w", d.Id, err)
	}
	var here []string
	if err := kernel.Query(tx, `SELECT DISTINCT agency FROM case_members WHERE "case" = {:c} AND active`).Bind(dbx.Params{"c": d.GetString("case")}).Column(&here); err != nil {
		return "", false, err
	}
	sides, left, err := sidesOf(tx, d)
	if err != nil {
		return "", false, err
	}
	agency, over = sides.Lacks(said, sides.OnCase(here), func(id string) bool { return slices.Contains(left, id) })
	return agency, over, nil
}

// sidesOf are the two sides of a disagreement, and which agencies have left its case for good:
// nobody of theirs is on it, nor did another take them off it lately.
func sidesOf(tx core.App, d *core.Record) (s pathway.Sides, left []string, err error) {
	c, err := tx.FindRecordById("cases", d.GetString("case"))
	if err != nil {
		return s, nil, err
	}
	s = pathway.Sides{Raised: d.GetString("agency"), With: d.GetString("with_agency"), Stage: d.GetInt("stage"), Lead: c.GetString("lead_agency")}
	if err := kernel.Query(tx, `SELECT agency FROM case_members m WHERE "case" = {:c} GROUP BY agency
		HAVING NOT max(active) AND max(until) != '' AND max(substr(until, 1, 10)) < {:day} AND coalesce(max(CASE WHEN `+engagement.TakenOff+` THEN date(until, `+engagement.AskedAfter+`) END), '') < {:day}`).
		Bind(dbx.Params{"c": c.Id, "day": kernel.Today()}).Column(&left); err != nil {
		return s, nil, fmt.Errorf("who has left case %s: %w", c.Id, err)
	}
	return s, left, nil
}

// endsForBoth says whether a disagreement is one whose two agencies have left its case, and
// refuses whoever may not end it then: a manager of the agency that leads does.
func endsForBoth(tx core.App, d, person *core.Record, field string) (both bool, err error) {
	sides, left, err := sidesOf(tx, d)
	if err != nil || !sides.Left(func(id string) bool { return slices.Contains(left, id) }) {
		return false, err
	}
	if boss, err := kernel.IsManager(tx, d.GetString("case"), person); err != nil || boss && person.GetString("agency") == sides.Lead {
		return true, err
	}
	return true, kernel.Wrong(field, "manager_only", "Nobody of the agencies that disagreed is on this case any more, so a manager of "+kernel.AgencyName(tx, sides.Lead)+", which leads, records how it ends, and why: ask "+tell.ManagersHere(tx, d.GetString("case"), sides.Lead, person.Id)+".")
}

// tellEndedForBoth tells those who watch over the partnership, and whoever leads the agencies
// that disagreed or their safeguarding, that it was ended without either: on the case or not,
// but nobody whom a restricted family is kept from.
func tellEndedForBoth(tx core.App, d *core.Record) error {
	policy, err := risk.RiskPolicyOf(tx)
	if err != nil {
		return err
	}
	c, err := tx.FindRecordById("cases", d.GetString("case"))
	if err != nil {
		return err
	}
	var to []string
	if err := kernel.Query(tx, `SELECT u.id FROM users u WHERE u.active AND NOT `+kernel.KeptApart+` AND (u.id IN (SELECT value FROM json_each({:duty}))
		OR (u.agency IN ({:a}, {:w}, {:l}) OR u.agency IN (SELECT id FROM agencies WHERE kind = 'other')) AND `+collections.SafeguardingLead.In("u.roles")+`
		OR u.agency IN ({:a}, {:w}) AND `+collections.AgencyLead.In("u.roles")+`) ORDER BY u.id`).
		Bind(dbx.Params{"case": c.Id, "duty": types.JSONArray[string](policy.Duty), "a": d.GetString("agency"), "w": d.GetString("with_agency"), "l": c.GetString("lead_agency")}).Column(&to); err != nil {
		return fmt.Errorf("whom to tell that a disagreement was ended: %w", err)
	}
	for _, user := range to {
		if err := tell.Notify(tx, tell.Notice{User: user, CaseID: c.Id, Timer: DisputeEnded + d.Id, Stage: "verdict_turned", DueOn: kernel.Today(), At: kernel.Now().Time()}); err != nil {
			return err
		}
	}
	return nil
}

// DisputeEnded is what the timer of a notice begins with that a disagreement was ended by who
// leads, since both of its agencies have left; its id follows.
const DisputeEnded = "dispute_ended/"
