package partnership

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
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
	d.Load(map[string]any{"status": "resolved", "resolved_on": kernel.LocalDay(last.GetDateTime("occurred_at")), "stage_due_on": "", "stage_due_at": ""})
	return nil
}

// LacksWord is which agency's word is missing before a disagreement is over, and whether it is.
func LacksWord(tx core.App, d *core.Record) (agency string, over bool, err error) {
	var said []pathway.Said
	if err := kernel.Query(tx, `SELECT author AS "by", agency FROM dispute_steps WHERE dispute = {:d} AND step = 'resolved' ORDER BY occurred_at, id`).
		Bind(dbx.Params{"d": d.Id}).All(&said); err != nil {
		return "", false, fmt.Errorf("who said that disagreement %s is settled: %w", d.Id, err)
	}
	var here []string
	if err := kernel.Query(tx, `SELECT DISTINCT agency FROM case_members WHERE "case" = {:c} AND active`).Bind(dbx.Params{"c": d.GetString("case")}).Column(&here); err != nil {
		return "", false, err
	}
	sides := pathway.Sides{Raised: d.GetString("agency"), With: d.GetString("with_agency"), Stage: d.GetInt("stage")}
	agency, over = sides.Lacks(said, sides.OnCase(here))
	return agency, over, nil
}
