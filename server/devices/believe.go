package devices

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
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
			scheme, token := credential(e.Request.Header.Get("Authorization"))
			if e.Auth != nil || token == "" || signingIn[e.Request.Pattern] {
				return e.Next() // an old token must not keep its owner from signing in again
			}
			if err := r.load(e, scheme, token); err != nil && e.Request.URL.Path != "/api/health" {
				return err
			}
			return e.Next()
		},
	}
}

// credential takes a header apart. Without a scheme, as the official SDK sends it, a
// token's bearer is who it is for.
func credential(header string) (scheme, token string) {
	if scheme, token, found := strings.Cut(header, " "); found {
		switch scheme = strings.ToLower(scheme); scheme {
		case "bearer", "dpop":
			return scheme, strings.TrimSpace(token)
		case "token": // as PowerSync's libraries send theirs
			return "bearer", strings.TrimSpace(token)
		}
	}
	return "bearer", header
}

// load sets who sent the request: by a device's access token; by PocketBase's own, an
// operator on every route and a person who has just signed in on those of their account.
func (r *Room) load(e *core.RequestEvent, scheme, token string) error {
	e.Set(signin.SentTokenKey, token)
	if c, known := r.verified.known(r.keys, token); known {
		return r.loadDevice(e, scheme, token, c)
	}
	if !strict(token) {
		return reply.Error(contract.Unauthorised, "")
	}
	if signing.Is(signing.Stream, token) {
		return r.loadStream(e, token)
	}
	var unverified claims
	t, _, err := jwt.NewParser().ParseUnverified(token, &unverified)
	if err == nil && t.Header["typ"] == signing.Access {
		c, err := r.verified.read(r.keys, token)
		switch {
		case errors.Is(err, signing.ErrExpired) && wiping(e.App, c.Subject, c.Device): // its signature was good
			return r.stopped(e.App, contract.DeviceWipe, c.Device)
		case errors.Is(err, signing.ErrExpired):
			return reply.Error(contract.TokenExpired, "")
		case err != nil:
			return reply.Error(contract.Unauthorised, "")
		}
		return r.loadDevice(e, scheme, token, c)
	}
	record, err := e.App.FindAuthRecordByToken(token, core.TokenTypeAuth)
	switch {
	case err != nil:
		return reply.Error(contract.Unauthorised, "")
	case record.IsSuperuser():
		e.Auth = record
		return nil
	case record.Collection().Name != "users" || !record.GetBool("active"):
		return reply.Error(contract.Unauthorised, "")
	case !ofAccount(e, record):
		return reply.Error(contract.DeviceNeeded, "")
	}
	e.Auth = record
	return nil
}

// strict tells whether a token is written in the one way there is (RFC 7515): of the
// last letter of a part, a lax reader leaves some bits unread.
func strict(token string) bool {
	for _, part := range strings.Split(token, ".") {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return false
		}
	}
	return true
}

// loadDevice is what a good access token is worth now.
func (r *Room) loadDevice(e *core.RequestEvent, scheme, token string, c claims) error {
	user, phone, code, err := signin.Speaks(e.App, c.Subject, c.Device)
	if err != nil && !(code != contract.DeviceEnded && e.Request.Pattern == "GET /api/sync/status") {
		return r.stopped(e.App, code, c.Device)
	}
	if err == nil {
		if err := r.proven(e, phone, scheme, token, c); err != nil {
			return err
		}
	}
	e.Auth = user
	e.Set(kernel.DeviceKey, c.Device)
	return nil
}

// proven holds a phone to its key, where it has one or must.
func (r *Room) proven(e *core.RequestEvent, phone signin.Phone, scheme, token string, c claims) error {
	if phone.Key == nil {
		return r.mayBeKeyless(e.App)
	}
	if scheme != "dpop" || c.Confirm == nil || c.Confirm.Thumbprint != phone.Thumbprint {
		r.offerNonce(e)
		return r.unproven(e, contract.ProofBad, "A token that is bound to a key is sent as DPoP, with its proof.")
	}
	return r.prove(e, phone.Key, phone.Thumbprint, token)
}

// mayBeKeyless refuses a phone that proves nothing where an area requires it.
func (r *Room) mayBeKeyless(app core.App) error {
	policy, err := signin.CurrentAccountPolicy(app)
	if err == nil && policy.DeviceKeys {
		return reply.Error(contract.KeyNeeded, "")
	}
	return err
}
