package migrations

import "github.com/pocketbase/pocketbase/core"

// decisionsReceived keeps, of what was decided before it was kept, what the server held it
// to be: a decision that stands refused does not come to life now. What was known of a
// child's being seen stays known.
func decisionsReceived(app core.App) error {
	for _, sql := range []string{
		`UPDATE pathway_events SET received_verdict = CASE verdict WHEN 'attempted' THEN 'attempted' ELSE 'accepted' END
			WHERE received_verdict = '' AND verdict != '' AND kind IN ('letter.approved', 'risk_assessment.signed_off', 'closure.approved', 'closure.rejected',
				'immediate_risk.resolved', 'attempts.reset', 'timer.stopped', 'timer.restarted', 'pathway.migrated', 'pathway.cancelled')`,
		`UPDATE people SET seen_before = last_seen_on WHERE seen_before = ''`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			return err
		}
	}
	return nil
}
