package hooks

import (
	"slices"

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
	creating(app, "devices").Bind(h())
	updating(app, "devices").Bind(h())
	updating(app, "devices").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderGuard, Func: turnDevice})
}

// deviceTurns are the states that people can put a phone's registration into from each.
// They cannot call a wipe back: by then the phone may have obeyed. The operator can.
var deviceTurns = map[string][]string{
	"active": {"locked", "wipe", "ended"},
	"locked": {"active", "wipe", "ended"},
	"wipe":   {"ended"},
}

// turnDevice holds who may lock a phone or have it wiped, whichever door they use.
func turnDevice(e *core.RecordEvent) error {
	from, to := e.Record.Original().GetString("status"), e.Record.GetString("status")
	if !changed(e.Record, "status") || isServer(e.Record) || from == "wiped" || to == "wiped" {
		return e.Next() // the end of a device is bindDevices'
	}
	person := ActorOf(e.App).Person()
	if person == nil {
		return e.Next()
	}
	owner, err := e.App.FindRecordById("users", e.Record.GetString("user"))
	if err != nil {
		return err
	}
	if !ordersDevices(person, owner) {
		return refusal("status", "not_allowed", "Only their manager or their agency's lead locks or wipes somebody's phone.")
	}
	if !slices.Contains(deviceTurns[from], to) {
		return refusal("status", "transition", "A phone that is "+deviceWords[from]+" cannot be made "+deviceWords[to]+".")
	}
	return e.Next()
}

var deviceWords = map[string]string{"active": "in use", "locked": "locked", "wipe": "to be wiped", "ended": "ended"}

// ordersDevices says whether a person answers for another's phone: as their manager, or
// as the lead of their agency.
func ordersDevices(person, owner *core.Record) bool {
	roles := person.GetStringSlice("roles")
	return person.GetBool("active") &&
		((owner.GetString("manager") == person.Id && slices.Contains(roles, "manager")) ||
			(owner.GetString("agency") == person.GetString("agency") && slices.Contains(roles, "agency_lead")))
}
