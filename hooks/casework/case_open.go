package casework

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// nothingOpenOn says what is still open on a case, so that it is not closed, nor is that
// proposed: a pathway, a danger, a disagreement, a child protection plan or enquiry, a
// threshold that was met. Of the last two a case is closed all the same where its work ended
// because social care leads now (PATHWAY.md, Ending for social care).
func nothingOpenOn(app core.App, c *core.Record) error {
	pathways, err := app.FindRecordsByFilter("pathways", "case = {:c}", "opened_at,id", 0, 0, dbx.Params{"c": c.Id})
	if err != nil {
		return err
	}
	handed, met := false, ""
	for _, p := range pathways {
		if !p.GetBool("ended") {
			return engagement.ErrPathwayOpen("act")
		}
		h, err := engagement.History(app, p)
		if err != nil {
			return err
		}
		r, err := h.Read(kernel.Now().Time())
		switch {
		case err != nil:
			return err
		case r.ImmediateRisk:
			return kernel.Wrong("act", "risk_open", "An immediate risk to this family is not resolved yet. Record on its pathway what was done about it, and who was spoken to; then the case can be closed.")
		case r.Disputed:
			return errDisputeOpen
		}
		if handed = r.Outcome == "statutory"; !handed && r.Threshold != "" {
			met = r.Threshold
		}
	}
	if n, err := app.CountRecords("disputes", dbx.HashExp{"case": c.Id, "status": "open"}); err != nil {
		return err
	} else if n > 0 {
		return errDisputeOpen
	}
	if err := leftOpen(app, c.Id); err != nil {
		return err
	}
	if met == "" {
		if met, err = engagement.ThresholdOfNoPathway(app, c.Id); err != nil {
			return err
		}
	}
	if met != "" {
		return kernel.Wrong("act", "threshold_met", "The threshold was decided to be "+met+", and nobody has decided otherwise since: begin a pathway and refer, or record there a new decision by somebody else.")
	}
	if err := nothingAwaited(app, c.Id); err != nil {
		return err
	}
	var open pathway.Case
	if err := engagement.Statutory(app, c.Id, &open); err != nil || handed {
		return err
	}
	switch {
	case open.CPPlan.Open:
		return kernel.Wrong("act", "plan_open", "A child of this family has a child protection plan. Record when it ended; or end the work because social care leads now.")
	case open.Section47.Open:
		return kernel.Wrong("act", "plan_open", "Social care is enquiring about a child of this family (section 47). Record when that ended; or end the work because social care leads now.")
	}
	return nil
}

// leftOpen: a danger and a disagreement are of the children too. Where one stands open in the
// family that a child was moved from, and was there before the move, the case that the child
// came to is not closed over it: it is settled there. A danger that names other children alone
// is theirs.
func leftOpen(app core.App, caseID string) error {
	var open struct {
		Risk    bool `db:"risk"`
		Dispute bool `db:"dispute"`
	}
	err := kernel.Query(app, `WITH moved AS (SELECT m.person, m."case" AS was, m.moved_at AS at FROM person_moves m JOIN people p ON p.id = m.person
			WHERE p."case" = {:c} AND m.direction = 'out' AND m."case" != {:c})
		SELECT EXISTS (SELECT 1 FROM moved JOIN pathway_events e ON e."case" = was AND e.kind = {:k} AND e.occurred_at <= at AND e.resolved_by = ''
				WHERE NOT EXISTS (SELECT 1 FROM pathway_events w WHERE w.corrects = e.id AND w.verdict != 'attempted')
					AND (coalesce(json_array_length(e.data, '$.children'), 0) = 0 OR EXISTS (SELECT 1 FROM json_each(e.data, '$.children') n WHERE n.value = person))) AS risk,
			EXISTS (SELECT 1 FROM moved JOIN disputes d ON d."case" = was AND d.status = 'open' AND d.opened_at <= at) AS dispute`).
		Bind(dbx.Params{"c": caseID, "k": pathway.ImmediateRisk}).One(&open)
	switch {
	case err != nil:
		return err
	case open.Risk:
		return kernel.Wrong("act", "risk_open", "An immediate risk is not resolved yet in the family that somebody here was moved from. The manager who moved them knows which: ask them to record there what was done about it, and who was spoken to; then this case can be closed.")
	case open.Dispute:
		return kernel.Wrong("act", "dispute_open", "The agencies disagree about the family that somebody here was moved from, and it is not settled yet. The manager who moved them knows which: ask them to record there how it was settled; then this case can be closed.")
	}
	return nil
}

var errDisputeOpen = kernel.Wrong("act", "dispute_open", "The agencies disagree about this family, and it is not settled yet. Record how it was settled; then the case can be closed.")

// nothingAwaited: a case is not closed over a question to social care that nobody has
// answered, over another agency's that was asked to lead, or over a letter to the family that
// was approved and never went.
func nothingAwaited(app core.App, caseID string) error {
	for _, awaits := range []struct {
		query   string
		refused error
	}{
		{`SELECT EXISTS (SELECT 1 FROM referrals r WHERE r."case" = {:c} AND r.target = 'children_social_care' AND r.sent_on != '' AND r.decided_on = ''
			AND NOT EXISTS (SELECT 1 FROM referral_steps s WHERE s.referral = r.id AND s.step = 'withdrawn'))`,
			kernel.Wrong("act", "referral_open", "A referral to children's social care is not decided yet. Record what they decided and who said so, or withdraw it; then the case can be closed.")},
		{`SELECT EXISTS (SELECT 1 FROM transfers WHERE "case" = {:c} AND status = 'requested')`,
			kernel.Wrong("act", "transfer_open", "Another agency was asked to take the lead and has not answered. Wait for it, or take that back; then the case can be closed.")},
		{`SELECT EXISTS (SELECT 1 FROM letters WHERE "case" = {:c} AND status = 'approved')`,
			kernel.Wrong("act", "letter_open", "A letter to this family was approved and has not gone. Record that it went, or withdraw it; then the case can be closed.")},
	} {
		var is bool
		if err := kernel.Query(app, awaits.query).Bind(dbx.Params{"c": caseID}).Row(&is); err != nil {
			return err
		}
		if is {
			return awaits.refused
		}
	}
	return nil
}
