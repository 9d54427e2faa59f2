package hooks

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// creating, updating and deleting bind hooks for records of the named nouns.
func creating(app core.App, nouns ...string) *hook.TaggedHook[*core.RecordEvent] {
	return app.OnRecordCreate(nouns...)
}

func updating(app core.App, nouns ...string) *hook.TaggedHook[*core.RecordEvent] {
	return app.OnRecordUpdate(nouns...)
}

func deleting(app core.App, nouns ...string) *hook.TaggedHook[*core.RecordEvent] {
	return app.OnRecordDelete(nouns...)
}
