package devices

import (
	"errors"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// believe takes the place of PocketBase's token loader on every route, files and
// realtime included. A token that is sent and not good is a 401 everywhere: as a
// guest, its bearer would be answered "200, nothing", and a phone would think that
// its data is gone.
func (r *Room) believe() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id:       apis.DefaultLoadAuthTokenMiddlewareId,
		Priority: apis.DefaultLoadAuthTokenMiddlewarePriority,
		Func: func(e *core.RequestEvent) error {
			token := e.Request.Header.Get("Authorization")
			if len(token) > 7 && strings.EqualFold(token[:7], "Bearer ") {
				token = token[7:]
			}
			if e.Auth != nil || token == "" {
				return e.Next()
			}
			if err := r.load(e, token); err != nil {
				if signingIn(e.Request.URL.Path) {
					return e.Next() // an old token must not keep its owner from signing in again
				}
				return err
			}
			return e.Next()
		},
	}
}

// load sets who sent the request: by a device's access token, or by PocketBase's
// own (a browser that has just signed in, the operator's dashboard).
func (r *Room) load(e *core.RequestEvent, token string) error {
	var unverified claims
	t, _, err := jwt.NewParser().ParseUnverified(token, &unverified)
	if err == nil && t.Header["typ"] == signing.Access {
		return r.loadDevice(e, token)
	}
	record, err := e.App.FindAuthRecordByToken(token, core.TokenTypeAuth)
	if err != nil || (!record.IsSuperuser() && !record.GetBool("active")) {
		return reply.Error(contract.Unauthorised, "")
	}
	e.Auth = record
	return nil
}

func (r *Room) loadDevice(e *core.RequestEvent, token string) error {
	var c claims
	switch err := r.keys.Verify(signing.Access, token, &c); {
	case errors.Is(err, signing.ErrExpired) && wiping(e.App, c.Subject, c.Device): // its signature was good
		return r.stopped(e.App, contract.DeviceWipe, c.Device)
	case errors.Is(err, signing.ErrExpired):
		return reply.Error(contract.TokenExpired, "")
	case err != nil || len(c.Audience) != 1 || c.Audience[0] != signing.Issuer || c.Issuer != signing.Issuer:
		return reply.Error(contract.Unauthorised, "")
	}
	user, code, err := owner(e.App, c.Subject, c.Device)
	if err != nil && !(code != contract.DeviceEnded && e.Request.URL.Path == "/api/sync/status") {
		return r.stopped(e.App, code, c.Device)
	}
	e.Auth = user
	e.Set(hooks.DeviceKey, c.Device)
	return nil
}

// owner is the user of a device that may still speak, or the code that says why
// it may not.
func owner(app core.App, user, device string) (*core.Record, contract.Code, error) {
	var status string // alone: it is asked for on every request
	if err := app.ConcurrentDB().NewQuery(`SELECT status FROM devices WHERE id = {:d} AND "user" = {:u}`).
		Bind(dbx.Params{"d": device, "u": user}).Row(&status); err != nil {
		return nil, contract.DeviceEnded, fmt.Errorf("no such device of that user: %w", err)
	}
	u, err := app.FindRecordById("users", user)
	if err == nil && status == "wipe" { // whatever became of the account
		return u, contract.DeviceWipe, errors.New("the device is to be wiped")
	}
	if err != nil || !u.GetBool("active") {
		return nil, contract.DeviceEnded, errors.New("the account is not active")
	}
	switch status {
	case "active":
		return u, "", nil
	case "locked":
		return u, contract.DeviceLocked, errors.New("the device is locked")
	}
	return nil, contract.DeviceEnded, errors.New("the registration has ended")
}

// signingIn are the paths by which somebody signs in.
func signingIn(path string) bool {
	rest, ok := strings.CutPrefix(path, "/api/collections/")
	if !ok {
		return strings.HasPrefix(path, "/api/sign-in/") || path == "/api/sync/devices/refresh" || path == "/api/sync/devices/wiped" || path == "/api/health"
	}
	_, action, _ := strings.Cut(rest, "/")
	switch action {
	case "auth-methods", "auth-with-password", "auth-with-oauth2", "auth-with-otp", "request-otp",
		"request-password-reset", "confirm-password-reset", "request-verification", "confirm-verification":
		return true
	}
	return false
}
