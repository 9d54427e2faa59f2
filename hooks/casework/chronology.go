package casework

import (
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
)

// BindChronology keeps entries to days that run forward and tags that can be
// found again.
func BindChronology(app core.App) {
	kernel.Creating(app, "chronology_entries").Bind(kernel.InDomain(enterChronology))
	kernel.Updating(app, "chronology_entries").Bind(kernel.InDomain(enterChronology))
}

func enterChronology(e *core.RecordEvent) error {
	if until := e.Record.GetString("until"); until != "" && until < e.Record.GetString("from") {
		return kernel.Wrong("until", "too_early", "A period does not end before it begins.")
	}
	if !engagement.Sound(e.Record) {
		return kernel.Wrong("tags", "invalid", "Give at most 12 tags, each a word in small letters, with _ for a space.")
	}
	return e.Next()
}
