package upload

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// linkLife is how long a link is good: for what opens files without a header (a
// viewer, an image in a page), and for nothing that is kept.
const linkLife = time.Minute

// byLink is where a request keeps that it came by a link.
const byLink = "holdfast.link"

// ticket is what a link carries, sealed: one file, for one person, on one device. It
// gives no right: whether they are still on the case is asked when it is used.
type ticket struct {
	jwt.RegisteredClaims        // subject is the evidence's id
	User                 string `json:"user"`
	Device               string `json:"did,omitempty"`
	Of                   string `json:"of"`
	Session              string `json:"ses"` // changes with the person's password and when they are signed out everywhere
}

// link makes a link to an original or a preview for who asks.
func (r *Room) link(e *core.RequestEvent) error {
	var ask contract.LinkRequest
	if err := reply.Decode(e, 1<<10, &ask); err != nil {
		return err
	}
	row, err := r.sealed(e)
	if err != nil {
		return err
	}
	actor := kernel.ActorFrom(e)
	token, err := r.keys.Seal(signing.Link, ticket{
		RegisteredClaims: jwt.RegisteredClaims{Issuer: signing.Issuer, Subject: row.Id, ExpiresAt: jwt.NewNumericDate(time.Now().Add(linkLife))},
		User:             e.Auth.Id, Device: actor.Device, Of: ask.Of, Session: r.session(e.Auth),
	})
	if err != nil {
		return err
	}
	// The token stands in the query: the request log keeps paths and no queries.
	return e.JSON(http.StatusOK, contract.LinkAnswer{
		URL: "/api/evidence/" + row.Id + "/" + ask.Of + "?" + url.Values{"link": {token}}.Encode(), ExpiresIn: int(linkLife.Seconds()),
	})
}

// session names a person's present sign-in without telling anything of it.
func (r *Room) session(user *core.Record) string {
	return base64.RawURLEncoding.EncodeToString(r.keys.MAC("link", user.Id, user.TokenKey())[:16])
}

// sameSession reports whether a link was made in a person's present sign-in.
func (r *Room) sameSession(user *core.Record, session string) bool {
	given, err := base64.RawURLEncoding.DecodeString(session)
	return err == nil && r.keys.Checks(given, "link", user.Id, user.TokenKey())
}

// linked lets through who is signed in, or who comes by a link to this very file. One
// who is signed in as somebody else, or on another device, has no use of the link.
func (r *Room) linked(of string, do func(*core.RequestEvent) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		token := e.Request.URL.Query().Get("link")
		if token == "" {
			return signedIn(do)(e)
		}
		user, device, err := r.open(e.App, token, of, e.Request.PathValue("id"))
		if err != nil {
			return answer(e, err)
		}
		if own, _ := e.Get(kernel.DeviceKey).(string); e.Auth != nil && (e.Auth.Id != user.Id || own != device) {
			return reply.Error(contract.Unauthorised, "")
		}
		e.Auth = user
		e.Set(kernel.DeviceKey, device)
		e.Set(byLink, true)
		return answer(e, do(e))
	}
}

// open answers for whom a link is, while it is good and they and their device are.
func (r *Room) open(app core.App, token, of, evidence string) (user *core.Record, device string, err error) {
	var t ticket
	switch err := r.keys.Open(signing.Link, token, &t); {
	case errors.Is(err, signing.ErrExpired):
		return nil, "", reply.Error(contract.TokenExpired, "")
	case err != nil || t.ExpiresAt == nil || t.Subject != evidence || t.Of != of:
		return nil, "", reply.Error(contract.Unauthorised, "")
	}
	user, err = app.FindRecordById("users", t.User)
	if err != nil || !user.GetBool("active") || !r.sameSession(user, t.Session) {
		return nil, "", reply.Error(contract.Unauthorised, "")
	}
	if t.Device != "" {
		if d, err := app.FindRecordById("devices", t.Device); err != nil || d.GetString("user") != user.Id || d.GetString("status") != "active" {
			return nil, "", reply.Error(contract.Unauthorised, "")
		}
	}
	return user, t.Device, nil
}
