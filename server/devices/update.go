package devices

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// update takes what a phone says of itself after its app was updated, or its user called
// it something else: by its own token, and of itself alone.
func (r *Room) update(e *core.RequestEvent) error {
	device, _ := e.Get(kernel.DeviceKey).(string)
	if device == "" {
		return reply.Error(contract.DeviceNeeded, "")
	}
	var ask contract.DeviceUpdate
	if err := reply.Decode(e, contract.MaxDeviceBytes, &ask); err != nil {
		return err
	}
	err := kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) error {
		d, err := tx.FindRecordById("devices", device)
		if err != nil {
			return reply.Error(contract.DeviceEnded, "")
		}
		changed := false
		say := func(field string, value any) {
			changed = changed || d.GetString(field) != fmt.Sprint(value)
			d.Set(field, value)
		}
		if ask.Name != nil {
			say("name", *ask.Name)
		}
		if ask.Platform != nil {
			say("platform", *ask.Platform)
		}
		if ask.AppVersion != nil {
			say("app_version", *ask.AppVersion)
		}
		if ask.Contract != nil {
			say("contract", *ask.Contract)
		}
		if !changed {
			return nil // sent again it changes nothing, and no phone is told of it
		}
		return tx.Save(kernel.AsServer(d))
	})
	if err != nil {
		return err
	}
	return r.status(e)
}
