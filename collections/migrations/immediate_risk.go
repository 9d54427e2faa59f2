package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// risksHeard says of the immediate risks that were raised before it was kept how many were
// told, as far as notices say so, and what resolved each: then one resolution ended all
// that were open, so it is the first after each. Where several were open on a pathway that
// still is, its next reading opens again those that nobody named, and has them told: one
// resolution ends one risk.
func risksHeard(app core.App) error {
	for _, s := range []string{
		`UPDATE pathway_events SET told = (SELECT count(DISTINCT n."user") FROM notices n WHERE n.timer = 'immediate_risk.raised/' || pathway_events.id AND n.stage = 'at_once')
			WHERE kind = 'immediate_risk.raised'`,
		`UPDATE pathway_events SET resolved_by = coalesce((SELECT r.id FROM pathway_events r
				WHERE r.pathway = pathway_events.pathway AND r.kind = 'immediate_risk.resolved' AND r.verdict LIKE 'accepted%' AND r.occurred_at >= pathway_events.occurred_at
					AND NOT EXISTS (SELECT 1 FROM pathway_events w WHERE w.corrects = r.id AND w.verdict LIKE 'accepted%')
				ORDER BY r.occurred_at, r.id LIMIT 1), '')
			WHERE kind = 'immediate_risk.raised'`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return fmt.Errorf("the immediate risks from before: %w", err)
		}
	}
	return nil
}
