package kernel

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Creating, updating and deleting bind hooks for records of the named nouns.
func Creating(app core.App, nouns ...string) *hook.TaggedHook[*core.RecordEvent] {
	return app.OnRecordCreate(nouns...)
}

func Updating(app core.App, nouns ...string) *hook.TaggedHook[*core.RecordEvent] {
	return app.OnRecordUpdate(nouns...)
}

func Deleting(app core.App, nouns ...string) *hook.TaggedHook[*core.RecordEvent] {
	return app.OnRecordDelete(nouns...)
}
