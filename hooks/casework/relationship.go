package casework

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
)

// BindRelationships holds what is said of two people to what can be, and keeps a
// warning until a manager takes it off: a joint letter rests on it (domain 3.4).
func BindRelationships(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: relate}
	}
	kernel.Creating(app, "relationships").Bind(h())
	kernel.Updating(app, "relationships").Bind(h())
}

func relate(e *core.RecordEvent) error {
	if e.Record.GetString("person") == e.Record.GetString("other") {
		return validation.Errors{"other": validation.NewError("same_person", "Choose two different people.")}
	}
	if !e.Record.IsNew() {
		return letter.StillKept(e, "between", "Have a manager of the case take this warning off.")
	}
	return e.Next()
}
