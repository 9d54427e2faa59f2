package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// ownCopies gives what sync kept before of an agency's own notes to that agency: what was
// contested of a note is where the note is now, and what was refused is as wide as it was
// written. Of a note that is no longer there it is its author's agency's, and of one that
// says nothing readable of itself: whoever should have seen it asks its author.
func ownCopies(app core.App) error {
	for _, s := range []string{
		`UPDATE sync_conflicts SET own = TRUE WHERE agency != ''`,
		`UPDATE sync_conflicts SET agency = n.agency FROM notes n WHERE sync_conflicts.collection = 'notes' AND n.id = sync_conflicts.record
			AND sync_conflicts.agency = '' AND NOT n.shared`,
		`UPDATE sync_refusals SET own = TRUE, agency = coalesce((SELECT n.agency FROM notes n WHERE n.id = sync_refusals.record),
				(SELECT u.agency FROM users u WHERE u.id = sync_refusals."user"), '')
			WHERE collection = 'notes' AND CASE
				WHEN NOT json_valid(content) THEN TRUE
				WHEN json_extract(content, '$.set.shared') IS NOT NULL THEN json_extract(content, '$.set.shared') IS NOT TRUE
				WHEN op = 'create' THEN TRUE
				ELSE NOT EXISTS (SELECT 1 FROM notes n WHERE n.id = sync_refusals.record AND n.shared) END`,
		`UPDATE sync_refusals SET own = FALSE WHERE agency = ''`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return fmt.Errorf("what sync kept of an agency's own: %w", err)
		}
	}
	return nil
}
