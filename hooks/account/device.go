package account

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
)

// PhonesEach is how many phones one person can have in use.
const PhonesEach = 8

// BindDevices holds the beginning and the end of a device, whoever writes. A new one is
// told to its owner and to who answers for it. An order to wipe says when it was given,
// so that a receipt answers that order and no earlier one; only the device's own receipt
// makes it wiped, and nothing else takes the order back; and what ended stays so.
func BindDevices(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderStamp, Func: func(e *core.RecordEvent) error {
			is, was := e.Record.GetString("status"), ""
			if !e.Record.IsNew() {
				was = e.Record.Original().GetString("status")
			}
			switch {
			case is == was:
			case was == "wiped":
				return kernel.Wrong("status", "wiped", "A wiped device stays so: its user registers it again.")
			case was == "ended" && is != "wipe":
				return kernel.Wrong("status", "ended", "A registration that ended stays so: its user registers the phone again.")
			case was == "wipe" && is != "wiped":
				return kernel.Wrong("status", "wipe", "A phone that is to be wiped stays so until it says that it is.")
			case is == "wiped" && !kernel.IsServer(e.Record):
				return kernel.Wrong("status", "receipt_needed", "Only the device's own signed receipt says that it is wiped.")
			case is == "wipe":
				e.Record.Set("wipe_ordered_at", kernel.Now())
			}
			return e.Next()
		}}
	}
	kernel.Creating(app, "devices").Bind(h())
	kernel.Updating(app, "devices").Bind(h())
	kernel.Updating(app, "devices").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard, Func: turnDevice})
	kernel.Creating(app, "devices").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: beginDevice})
	kernel.Updating(app, "devices").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: stopDevice})
	bindEnded(app)
}

// beginDevice holds how many phones one person has, and tells of a new one.
func beginDevice(e *core.RecordEvent) error {
	if e.Record.GetString("status") != "active" {
		return e.Next()
	}
	n, err := e.App.CountRecords("devices", dbx.HashExp{"user": e.Record.GetString("user"), "status": []any{"active", "locked"}})
	if err != nil {
		return err
	}
	if n >= PhonesEach {
		return kernel.Wrong("user", "too_many", "This person has eight phones in use: one of them must be ended first.")
	}
	if err := e.Next(); err != nil {
		return err
	}
	return tellOfPhone(e.App, e.Record, "new_phone")
}

// stopDevice ends, with a phone that is locked, wiped or ended, whatever its owner was
// signed in with but their other phones: the sign-in that registered it lies on it too,
// and would register another.
func stopDevice(e *core.RecordEvent) error {
	stops := e.Record.Original().GetString("status") == "active" && e.Record.GetString("status") != "active"
	if err := e.Next(); err != nil || !stops || kernel.IntentOf(e.Record).WithAccount {
		return err
	}
	return signin.EndSessions(e.App, e.Record.GetString("user"), signin.EveryPhone)
}

// deviceTurns are the states that people can put a phone's registration into from each.
// Nobody calls a wipe back, the operator neither: by then the phone may have obeyed, and
// what was ended stays so. A lock is opened again by who set it: a phone that was found is
// the phone it was. One whose registration ended holds what it held, and can still be told
// to wipe it.
var deviceTurns = map[string][]string{
	"active": {"locked", "wipe", "ended"},
	"locked": {"active", "wipe", "ended"},
	"ended":  {"wipe"},
}

// turnDevice holds who may lock a phone or have it wiped, whichever door they use. Its
// owner may end it.
func turnDevice(e *core.RecordEvent) error {
	from, to := e.Record.Original().GetString("status"), e.Record.GetString("status")
	if !kernel.Changed(e.Record, "status") || kernel.IsServer(e.Record) || from == "wiped" || to == "wiped" {
		return e.Next() // the end of a device is bindDevices'
	}
	actor := kernel.ActorOf(e.App)
	person := actor.Person()
	if actor.Kind() == "superuser" {
		return turned(e, from, to)
	}
	if person == nil {
		return e.Next()
	}
	owner, err := e.App.FindRecordById("users", e.Record.GetString("user"))
	if err != nil {
		return err
	}
	own := owner.Id == person.Id && to == "ended" && from != "wipe"
	if !own && !signin.OrdersDevices(person, owner) {
		return kernel.Wrong("status", "not_allowed", "Only their manager or their agency's lead locks or wipes somebody's phone.")
	}
	return turned(e, from, to)
}

func turned(e *core.RecordEvent, from, to string) error {
	if !slices.Contains(deviceTurns[from], to) {
		return kernel.Wrong("status", "transition", "A phone that is "+deviceWords[from]+" cannot be made "+deviceWords[to]+".")
	}
	return e.Next()
}

var deviceWords = map[string]string{"active": "in use", "locked": "locked", "wipe": "to be wiped", "ended": "ended"}
