package hooks

import (
	"regexp"

	"github.com/pocketbase/pocketbase/core"
)

// tagged is what a tag looks like: a word of the field, so that the same thing has
// the same tag whoever writes it.
var tagged = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// maxTags an entry.
const maxTags = 12

// bindChronology keeps entries to days that run forward and tags that can be
// found again.
func bindChronology(app core.App) {
	creating(app, "chronology_entries").Bind(inDomain(enterChronology))
	updating(app, "chronology_entries").Bind(inDomain(enterChronology))
}

func enterChronology(e *core.RecordEvent) error {
	if until := e.Record.GetString("until"); until != "" && until < e.Record.GetString("from") {
		return wrong("until", "too_early", "A period does not end before it begins.")
	}
	if !sound(e.Record) {
		return wrong("tags", "invalid", "Give at most 12 tags, each a word in small letters, with _ for a space.")
	}
	return e.Next()
}
