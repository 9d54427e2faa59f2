package openid

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/openid"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// Room takes what an area's identity provider gave a phone.
type Room struct {
	provider *openid.Provider
	nonces   *openid.Nonces
}

// Open binds the room to a server. Where an area has no provider its doors say so.
func Open(c openid.Config) func(*core.ServeEvent) error {
	return func(e *core.ServeEvent) error {
		keys, err := signing.Load(e.App)
		if err != nil {
			return err
		}
		r := &Room{provider: openid.New(c), nonces: openid.NewNonces(keys)}
		g := e.Router.Group("/api/sign-in")
		g.BindFunc(reply.Unknown)
		g.GET("/organisation", r.ask)
		g.POST("/organisation", r.signIn)
		return nil
	}
}

// ask tells an app where to send somebody, and a nonce to send along.
func (r *Room) ask(e *core.RequestEvent) error {
	c := r.provider.Config()
	if !c.On() || c.Phones == "" {
		return reply.Error(contract.NotFound, "No organisation's accounts sign in here.")
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, contract.OrganisationAnswer{
		Issuer: c.Issuer, ClientID: c.Phones, Name: c.Called(), Scopes: openid.Scopes, Nonce: r.nonces.Make(time.Now()),
	})
}

// signIn believes an ID token, once, and answers as a sign-in with a password is answered:
// with PocketBase's own token, which registers a phone, or with what the account asks
// for besides.
func (r *Room) signIn(e *core.RequestEvent) error {
	var ask contract.OrganisationRequest
	if err := reply.Decode(e, 32<<10, &ask); err != nil {
		return err
	}
	if c := r.provider.Config(); !c.On() || c.Phones == "" {
		return reply.Error(contract.NotFound, "No organisation's accounts sign in here.")
	}
	if !r.nonces.Use(ask.Nonce, time.Now()) {
		return reply.Error(contract.Unauthorised, "Begin the sign-in again.")
	}
	who, err := r.provider.Read(e.Request.Context(), ask.IDToken, ask.Nonce)
	if errors.Is(err, openid.ErrAway) {
		e.App.Logger().Error("The identity provider cannot be asked", "error", err)
		return reply.Error(contract.ProviderAway, "")
	}
	if err != nil {
		e.App.Logger().Warn("A sign-in by the identity provider was not believed", "error", err)
		return reply.Error(contract.Unauthorised, "Begin the sign-in again.")
	}
	user, err := openid.Account(e.App, who)
	if errors.Is(err, openid.ErrStranger) {
		return reply.Error(contract.NoAccount, "")
	}
	if err != nil {
		return err
	}
	method := "organisation"
	if who.Strong {
		method = "" // the provider asked for more than a password already
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return apis.RecordAuthResponse(e, user, method, nil)
}
