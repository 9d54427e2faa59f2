package engagement

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// openedLater keeps a case from being opened, by a day typed anew, after what is on its record
// already: what was tried, and the pathways that began, would count nowhere without a word.
// Put earlier it may be by anybody on it.
func openedLater(e *core.RecordEvent) error {
	c := e.Record
	was, is := c.Original().GetString("opened_on"), c.GetString("opened_on")
	if kernel.IsServer(c) || is == was || is != "" && was != "" && is < was || is == "" {
		return e.Next()
	}
	var first string
	if err := kernel.Query(e.App, `SELECT coalesce(min(at), '') FROM (
			SELECT occurred_at AS at FROM contact_attempts a WHERE a."case" = {:c} AND substr(a.occurred_at, 1, 10) >= {:was} AND a.id NOT IN (SELECT attempt FROM attempt_withdrawals w WHERE w."case" = {:c})
			UNION ALL SELECT opened_at FROM pathways WHERE "case" = {:c} AND substr(opened_at, 1, 10) >= {:was}) WHERE substr(at, 1, 10) < {:is}`).
		Bind(dbx.Params{"c": c.Id, "was": was, "is": is}).Row(&first); err != nil {
		return fmt.Errorf("what is on record of case %s: %w", c.Id, err)
	}
	if first != "" {
		return kernel.Wrong("opened_on", "too_late", "What was done with this family before that day is on its record, and would count no more: give an earlier day. Whoever recorded a try in error takes back the try itself, or their manager does.")
	}
	return e.Next()
}
