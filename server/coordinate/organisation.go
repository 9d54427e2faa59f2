package coordinate

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/openid"
)

// organisationLife is how long somebody has to sign in at their organisation.
const organisationLife = 10 * time.Minute

// begunType is the type of what a browser keeps while its owner is at the provider.
const begunType = "openid+jwt"

// begun is a sign-in on its way to the provider and back.
type begun struct {
	jwt.RegisteredClaims
	openid.Begun
	Next  string `json:"next"`
	Until int64  `json:"until"` // by this room's clock
}

// bindOrganisation opens signing in with an organisation's own account, where an area
// configured it.
func (r *Room) bindOrganisation(g *router.RouterGroup[*core.RequestEvent]) {
	if r.organisation.Config().On() {
		g.GET("/sign-in/organisation", r.toOrganisation)
		g.GET("/sign-in/organisation/back", r.fromOrganisation)
	}
}

// toOrganisation sends a browser to the provider. What must come back waits in a cookie of
// that browser: a link that somebody else began signs nobody in.
func (r *Room) toOrganisation(e *core.RequestEvent) error {
	b, address, err := r.organisation.Begin(r.backAddress())
	if err != nil {
		r.app.Logger().Error("The identity provider cannot be asked", "error", err)
		return errOrganisationAway
	}
	value, err := r.keys.Seal(begunType, begun{Begun: b, Next: nextAddress(e.Request.URL.Query().Get("next")), Until: r.now().Add(organisationLife).Unix()})
	if err != nil {
		return err
	}
	e.SetCookie(begunCookie(e.Request, value))
	return e.Redirect(seeOther, address)
}

// fromOrganisation takes what the provider sends somebody back with. The browser is told to
// go on by a page: sent on at once, it would not bring the session's cookie, since the
// journey began on another site.
func (r *Room) fromOrganisation(e *core.RequestEvent) error {
	q := e.Request.URL.Query()
	var b begun
	kept, err := e.Request.Cookie(begunCookie(e.Request, "").Name)
	e.SetCookie(begunCookie(e.Request, ""))
	if err != nil || len(kept.Value) > 2000 || r.keys.Open(begunType, kept.Value, &b) != nil || !security.Equal(b.State, q.Get("state")) || r.now().Unix() > b.Until {
		return errOrganisationOver
	}
	if q.Get("error") != "" || q.Get("code") == "" || len(q.Get("code")) > 4000 {
		return errOrganisationOver
	}
	who, err := r.organisation.Finish(e.Request.Context(), r.backAddress(), q.Get("code"), b.Begun)
	if errors.Is(err, openid.ErrAway) {
		r.app.Logger().Error("The identity provider cannot be asked", "error", err)
		return errOrganisationAway
	}
	if err != nil {
		r.app.Logger().Warn("A sign-in by the identity provider was not believed", "error", err)
		return errOrganisationOver
	}
	user, err := openid.Account(r.app, who)
	if errors.Is(err, openid.ErrStranger) {
		return errStranger
	}
	if err != nil {
		return err
	}
	if !who.Strong && r.wantsCode(user) {
		mfa, err := r.passwordRight(user)
		if err != nil {
			return err
		}
		return r.askCode(e, user, mfa, b.Next)
	}
	if err := r.seat(e, user); err != nil {
		return err
	}
	e.Response.Header().Set("Refresh", "0; url="+b.Next)
	return r.show(e, http.StatusOK, "arrived", page{Title: "You are signed in", Body: b.Next})
}

// backAddress is where the provider sends people back to; it is registered there.
func (r *Room) backAddress() string {
	return strings.TrimRight(r.app.Settings().Meta.AppURL, "/") + "/coordinate/sign-in/organisation/back"
}

// begunCookie keeps a sign-in on its way. Unlike the session's it comes along when another
// site sends the browser here, and only to the page that asks for it.
func begunCookie(req *http.Request, value string) *http.Cookie {
	c := cookieOf(req, value)
	c.Name += "-organisation"
	c.SameSite = http.SameSiteLaxMode
	if value != "" {
		c.MaxAge = int(organisationLife.Seconds())
	}
	return c
}

var (
	errOrganisationAway = &refusal{Status: http.StatusServiceUnavailable, Heading: "Your organisation’s sign-in does not answer",
		Text: "Nothing was changed. Try again in a few minutes, or sign in with your email address and password.",
		Next: "/coordinate/sign-in", Link: "Sign in"}
	errOrganisationOver = &refusal{Status: http.StatusForbidden, Heading: "You are not signed in",
		Text: "The sign-in with your organisation was not finished, took longer than 10 minutes, or began in another browser. Begin again.",
		Next: "/coordinate/sign-in", Link: "Sign in"}
	errStranger = &refusal{Status: http.StatusForbidden, Heading: "You have no account here",
		Text: "Your organisation knows you, but no active account here has your work email address, or it belongs to somebody else. Ask the lead of your agency.",
		Next: "/coordinate/sign-in", Link: "Sign in"}
)
