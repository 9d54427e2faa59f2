package devices

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// wipedType is the type of a device's receipt.
const wipedType = "wiped+jwt"

// emptied are the claims of a device's receipt: which device answers which order. Its
// times are the phone's and are not looked at.
type emptied struct {
	jwt.RegisteredClaims
	Device string `json:"did"`
	Order  string `json:"order"`
}

// order names the order to wipe that a device is under. It is derived, so that it
// cannot be guessed and each order has its own: a receipt made for an order that was
// taken back answers no later one.
func (r *Room) order(d *core.Record) string {
	return base64.RawURLEncoding.EncodeToString(r.keys.MAC("wipe", d.Id, d.GetString("wipe_ordered_at")))
}

// stopped is the answer to a device that may not speak; one that is to be wiped is told
// what its receipt must name.
func (r *Room) stopped(app core.App, code contract.Code, device string) *router.ApiError {
	no := reply.Error(code, "")
	if code == contract.DeviceWipe {
		if d, err := app.FindRecordById("devices", device); err == nil {
			no.Data["order"] = r.order(d)
		}
	}
	return no
}

// wiping says whether a user's device is under an order to wipe.
func wiping(app core.App, user, device string) bool {
	d, err := app.FindRecordById("devices", device)
	return err == nil && d.GetString("user") == user && d.GetString("status") == "wipe"
}

// wiped takes a device's receipt that it holds nothing any more. The signature is what
// it comes with: its tokens may be long dead. Sent again, it is answered again.
func (r *Room) wiped(e *core.RequestEvent) error {
	var ask contract.WipedRequest
	if err := reply.Decode(e, 16<<10, &ask); err != nil {
		return err
	}
	d, err := e.App.FindRecordById("devices", ask.Device)
	if err != nil || r.receipt(d, ask.Receipt) != nil {
		return reply.Error(contract.ReceiptBad, "")
	}
	if err := r.confirm(e.App, d.Id, d.GetString("user"), ask.Receipt); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, contract.WipedAnswer{Device: d.Id, State: "wiped", ServerTime: serverTime()})
}

// receipt holds a receipt to the device's own key and to the order it is under.
func (r *Room) receipt(d *core.Record, text string) error {
	switch d.GetString("status") {
	case "wipe", "wiped":
	default:
		return errors.New("the device is under no order")
	}
	key, method, err := readKey(d.GetString("public_key"))
	if err != nil {
		return err
	}
	var c emptied
	_, err = jwt.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) {
		if t.Header["typ"] != wipedType {
			return nil, fmt.Errorf("a token of type %v, not %s", t.Header["typ"], wipedType)
		}
		return key, nil
	}, jwt.WithValidMethods([]string{method.Alg()}), jwt.WithoutClaimsValidation())
	if err != nil {
		return fmt.Errorf("reading a receipt: %w", err)
	}
	order, err := base64.RawURLEncoding.Strict().DecodeString(c.Order)
	if c.Device != d.Id || err != nil || !r.keys.Checks(order, "wipe", d.Id, d.GetString("wipe_ordered_at")) {
		return errors.New("the receipt answers another order")
	}
	return nil
}

// confirm ends the device: it is wiped, its sign-in is gone, and its receipt is kept as
// it came, for whoever must be shown it.
func (r *Room) confirm(app core.App, device, user, receipt string) error {
	actor := kernel.Actor{Device: device, Door: "sync"}
	actor.User, _ = app.FindRecordById("users", user)
	return kernel.Within(app, actor, func(tx core.App) error {
		d, err := tx.FindRecordById("devices", device)
		if err != nil || d.GetString("status") == "wiped" {
			return err
		}
		if err := r.receipt(d, receipt); err != nil { // the order was taken back a moment ago
			return reply.Error(contract.ReceiptBad, "")
		}
		d.Set("status", "wiped")
		d.Set("wiped_at", types.NowDateTime())
		d.Set("wipe_receipt", receipt)
		if err := tx.Save(kernel.AsServer(d)); err != nil {
			return fmt.Errorf("ending a wiped device: %w", err)
		}
		if _, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM device_sessions WHERE device = {:d}`).Bind(dbx.Params{"d": device}).Execute(); err != nil {
			return fmt.Errorf("ending a wiped device's sign-in: %w", err)
		}
		return kernel.Audit(tx, actor, kernel.Entry{Verb: "wiped", Collection: "devices", Record: device, Count: 1})
	})
}
