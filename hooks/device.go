package hooks

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// bindDevices holds the end of a device, whoever writes: an order to wipe says when it
// was given, so that a receipt answers that order and no earlier one; only the device's
// own receipt makes it wiped; and wiped it stays.
func bindDevices(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: orderStamp, Func: func(e *core.RecordEvent) error {
			is, was := e.Record.GetString("status"), ""
			if !e.Record.IsNew() {
				was = e.Record.Original().GetString("status")
			}
			switch {
			case is == was:
			case was == "wiped":
				return validation.Errors{"status": validation.NewError("wiped", "A wiped device stays so: its user registers it again.")}
			case is == "wiped" && !isServer(e.Record):
				return validation.Errors{"status": validation.NewError("receipt_needed", "Only the device's own signed receipt says that it is wiped.")}
			case is == "wipe":
				e.Record.Set("wipe_ordered_at", now())
			}
			return e.Next()
		}}
	}
	app.OnRecordCreate("devices").Bind(h())
	app.OnRecordUpdate("devices").Bind(h())
}
