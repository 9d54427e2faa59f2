package hooks

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// deviceTurns are the states that a phone's registration can be put into from each. A
// wipe cannot be called back: by then the phone may have obeyed.
var deviceTurns = map[string][]string{
	"active": {"locked", "wipe", "ended"},
	"locked": {"active", "wipe", "ended"},
	"wipe":   {"ended"},
}

// bindDevices holds who may lock a phone or have it wiped, whichever door they use.
func bindDevices(app core.App) {
	app.OnRecordUpdate("devices").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderGuard, Func: turnDevice})
}

func turnDevice(e *core.RecordEvent) error {
	if !changed(e.Record, "status") || isServer(e.Record) {
		return e.Next()
	}
	if person := ActorOf(e.App).Person(); person != nil {
		owner, err := e.App.FindRecordById("users", e.Record.GetString("user"))
		if err != nil {
			return err
		}
		if !ordersDevices(person, owner) {
			return refusal("status", "not_allowed", "Only their manager or their agency's lead locks or wipes somebody's phone.")
		}
	}
	from, to := e.Record.Original().GetString("status"), e.Record.GetString("status")
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
