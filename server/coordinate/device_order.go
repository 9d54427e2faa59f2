package coordinate

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/migrations"
	"holdfast/hooks/kernel"
)

// The table of orders keeps why a phone was locked or wiped. The audit log says that it was and
// by whom, and holds no words; the phone itself is not told the reason.
func init() {
	migrations.Lay("1765000001_device_orders", `CREATE TABLE IF NOT EXISTS coordinate_device_orders (
		device TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, act TEXT NOT NULL, reason TEXT NOT NULL)`)
}

// reasonLength is the most that a reason may hold, in characters.
const reasonLength = 500

// carryOutOrder locks, unlocks or wipes, if the phone is still as the reader saw it.
// Whose phone it is, and what can be done to it, the hook judges for every door.
func carryOutOrder(v *visit) error {
	id, form := v.Request.PathValue("id"), v.Request.PostForm
	o, ok := orderNamed(v.Request.PathValue("action"))
	if !ok {
		return errMissing
	}
	body, err := v.deviceBody(id)
	if err != nil {
		return err
	}
	body.Order, body.Reason = o, typed(form.Get("reason"))
	var problems []problem
	switch seen, _ := strconv.ParseInt(form.Get("rev"), 10, 64); {
	case seen != body.Rev || !slices.Contains(o.From, body.Status):
		return deviceChanged(body)
	case body.Reason == "":
		problems = append(problems, problem{"reason", "Enter why"})
	case len([]rune(body.Reason)) > reasonLength:
		problems = append(problems, problem{"reason", "Use 500 characters or fewer"})
	}
	if len(problems) == 0 {
		err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
			d, err := tx.FindRecordById("devices", id)
			if err != nil {
				return err
			}
			if d.GetString("status") != body.Status {
				return deviceChanged(body)
			}
			d.Set("status", o.To)
			if err := tx.Save(d); err != nil {
				return err
			}
			if err := stay(tx, v.session); err != nil { // it may be the visitor's own phone
				return err
			}
			_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO coordinate_device_orders (device, by, at, act, reason) VALUES ({:d}, {:u}, {:at}, {:act}, {:why})`).
				Bind(dbx.Params{"d": id, "u": v.user.Id, "at": v.room.now().UTC().Format(storedAt), "act": o.Name, "why": body.Reason}).Execute()
			return err
		})
		fields, refused := kernel.Refusal(err)
		if err != nil && !refused {
			return err
		}
		if !refused {
			return v.Redirect(seeOther, "/coordinate/devices/"+id+"?done="+o.Name)
		}
		for _, why := range fields {
			problems = append(problems, problem{"reason", sentence(why)})
		}
	}
	return v.show(http.StatusUnprocessableEntity, "device-order", page{Title: o.Heading, Body: body, Problems: sortedProblems(problems)})
}
