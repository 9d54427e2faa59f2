package openid_test

import (
	"strings"
	"testing"

	"golang.org/x/oauth2"

	provider "holdfast/hooks/openid"
	"holdfast/hooks/openid/openidtest"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/openid"
)

// phone is an app that asks a provider itself, as RFC 8252 has it.
type phone struct {
	t *testing.T
	s *demotest.Server
	p *openidtest.Provider
}

func house(t *testing.T) *phone {
	p := openidtest.Start(t, "https://holdfast.fellmoor.example/nowhere")
	p.Knows("priya", demo.Practitioner.Email(), true)
	p.Knows("stranger", "stranger@fellmoor.example", true)
	return &phone{t, demotest.Serve(t, demotest.App(t), devices.Open, openid.Open(p.Config())), p}
}

// token is what the provider gives the app for a nonce of ours.
func (f *phone) token(who string) contract.OrganisationRequest {
	f.t.Helper()
	var ask contract.OrganisationAnswer
	f.s.Do("GET", "/api/sign-in/organisation", "", nil).JSON(f.t, &ask)
	if ask.Issuer != f.p.URL || ask.ClientID != openidtest.Phones || ask.Nonce == "" || ask.Name != "Fellmoor Council" {
		f.t.Fatalf("an app cannot begin with %+v", ask)
	}
	app := oauth2.Config{ClientID: ask.ClientID, RedirectURL: openidtest.App, Scopes: ask.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: ask.Issuer + "/auth", TokenURL: ask.Issuer + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams}}
	verifier := oauth2.GenerateVerifier()
	back := f.p.SignIn(f.t, app.AuthCodeURL("s", oauth2.SetAuthURLParam("nonce", ask.Nonce), oauth2.S256ChallengeOption(verifier)), who)
	given, err := app.Exchange(f.t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		f.t.Fatal(err)
	}
	raw, _ := given.Extra("id_token").(string)
	return contract.OrganisationRequest{IDToken: raw, Nonce: ask.Nonce}
}

func TestAPhoneSignsInWithAnOrganisationsAccount(t *testing.T) {
	f := house(t)
	ask := f.token("priya")
	a := f.s.Do("POST", "/api/sign-in/organisation", "", ask)
	var signed struct {
		Token  string
		Record struct{ ID string }
	}
	a.JSON(t, &signed)
	if a.Status != 200 || signed.Record.ID != demo.Practitioner.ID {
		t.Fatalf("not signed in: %d %s", a.Status, a.Body)
	}
	if a := f.s.Do("POST", "/api/sync/devices", signed.Token, contract.DeviceRequest{Name: "phone"}); a.Status != 200 {
		t.Errorf("the sign-in registers no phone: %d %s", a.Status, a.Body)
	}
	if a := f.s.Do("POST", "/api/sign-in/organisation", "", ask); a.Status != 401 {
		t.Errorf("a token is taken twice: %d %s", a.Status, a.Body)
	}
}

func TestAnIDTokenIsNotBelievedForMoreThanItSays(t *testing.T) {
	f := house(t)
	mine, other := f.token("priya"), f.token("priya")
	for what, c := range map[string]struct {
		ask    contract.OrganisationRequest
		status int
		code   contract.Code
	}{
		"with another's nonce":   {contract.OrganisationRequest{IDToken: mine.IDToken, Nonce: other.Nonce}, 401, contract.Unauthorised},
		"with a nonce made up":   {contract.OrganisationRequest{IDToken: mine.IDToken, Nonce: strings.Repeat("A", 75)}, 401, contract.Unauthorised},
		"altered":                {contract.OrganisationRequest{IDToken: mine.IDToken + "A", Nonce: f.token("priya").Nonce}, 401, contract.Unauthorised},
		"unsigned":               {contract.OrganisationRequest{IDToken: "eyJhbGciOiJub25lIn0.e30.", Nonce: f.token("priya").Nonce}, 401, contract.Unauthorised},
		"without a token":        {contract.OrganisationRequest{Nonce: mine.Nonce}, 400, contract.Malformed},
		"of a stranger":          {f.token("stranger"), 403, contract.NoAccount},
		"a token made for pages": {contract.OrganisationRequest{IDToken: f.pages(t), Nonce: f.token("priya").Nonce}, 401, contract.Unauthorised},
	} {
		if a := f.s.Do("POST", "/api/sign-in/organisation", "", c.ask); a.Status != c.status || a.Code() != string(c.code) {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
}

// pages is an ID token that the provider made for the pages' own client.
func (f *phone) pages(t *testing.T) string {
	t.Helper()
	app := oauth2.Config{ClientID: openidtest.Pages, ClientSecret: openidtest.Secret, RedirectURL: "https://holdfast.fellmoor.example/nowhere", Scopes: []string{"openid", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: f.p.URL + "/auth", TokenURL: f.p.URL + "/oauth/token"}}
	back := f.p.SignIn(t, app.AuthCodeURL("s"), "priya")
	given, err := app.Exchange(t.Context(), back.Query().Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := given.Extra("id_token").(string)
	return raw
}

func TestAnAreaWithoutAProviderSaysSo(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), devices.Open, openid.Open(provider.Config{}))
	for _, method := range []string{"GET", "POST"} {
		if a := s.Do(method, "/api/sign-in/organisation", "", contract.OrganisationRequest{IDToken: "x", Nonce: "x"}); a.Status != 404 {
			t.Errorf("%s: %d %s", method, a.Status, a.Body)
		}
	}
}
