package openid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/pocketbase/pocketbase/tools/security"
	"golang.org/x/oauth2"
)

// Config is the identity provider that an area configured; none when Issuer is empty.
type Config struct {
	Issuer string // its address, as it names itself
	Client string // what the pages are called there
	Secret string // the pages' own; empty for a public client
	Phones string // what the app is called there: a public client, with PKCE (RFC 8252)
	Name   string // what people call it, such as "Fellmoor Council"
	// Trusted says that every address that the provider tells is its own people's, also
	// when it does not say that it verified it: so with a directory that gives out its
	// addresses itself.
	Trusted bool
}

// On reports whether an area has a provider.
func (c Config) On() bool { return c.Issuer != "" && c.Client != "" }

// Called is what people call the provider; empty when there is none.
func (c Config) Called() string {
	if !c.On() {
		return ""
	}
	return cmp.Or(c.Name, "your organisation")
}

// Person is who the provider says somebody is.
type Person struct {
	Issuer, Subject string // together they name one person for ever
	Email           string // empty when nobody vouches for it
	Strong          bool   // more than a password was asked of them there (RFC 8176)
}

// Errors of a sign-in by the provider.
var (
	ErrAway    = errors.New("the identity provider does not answer")
	ErrRefused = errors.New("the identity provider's answer cannot be believed")
)

// Provider is an area's identity provider.
type Provider struct {
	config Config
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider
}

// New is the provider of a configuration; nothing is asked of it yet.
func New(c Config) *Provider {
	return &Provider{config: c, client: &http.Client{Timeout: 10 * time.Second, CheckRedirect: stay}}
}

// stay follows no redirect: the provider is asked where the area said it is, and whoever
// could send the server elsewhere would be handed the pages' secret.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Secure reports whether the provider is asked over TLS, or is this very machine.
func (c Config) Secure() bool {
	at, err := url.Parse(c.Issuer)
	if err != nil || at.Scheme == "https" {
		return err == nil
	}
	ip := net.ParseIP(at.Hostname())
	return at.Scheme == "http" && (at.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// Config is how the provider was configured.
func (p *Provider) Config() Config { return p.config }

// discover reads what the provider says of itself, once it has answered.
func (p *Provider) discover() (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// Not the request's context: the keys are fetched by it later, too.
	found, err := oidc.NewProvider(oidc.ClientContext(context.Background(), p.client), p.config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	p.found = found
	return found, nil
}

// Begun is a sign-in on its way: what must come back, and what only its browser knows.
type Begun struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
}

// Begin starts a sign-in on a page; back is the page to which the provider sends them.
func (p *Provider) Begin(back string) (Begun, string, error) {
	found, err := p.discover()
	if err != nil {
		return Begun{}, "", err
	}
	b := Begun{State: security.RandomString(30), Nonce: security.RandomString(30), Verifier: oauth2.GenerateVerifier()}
	return b, p.pages(found, back).AuthCodeURL(b.State, oidc.Nonce(b.Nonce), oauth2.S256ChallengeOption(b.Verifier)), nil
}

// Finish trades the code that came back for who it is.
func (p *Provider) Finish(ctx context.Context, back, code string, b Begun) (Person, error) {
	found, err := p.discover()
	if err != nil {
		return Person{}, err
	}
	token, err := p.pages(found, back).Exchange(oidc.ClientContext(ctx, p.client), code, oauth2.VerifierOption(b.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		return Person{}, fmt.Errorf("%w: %w", ErrRefused, err)
	case err != nil:
		return Person{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	raw, _ := token.Extra("id_token").(string)
	who, err := p.read(ctx, found, p.config.Client, raw, b.Nonce)
	if err != nil || who.Email != "" {
		return who, err
	}
	// Some providers tell the address to whoever asks with the token, not in it.
	told, err := found.UserInfo(oidc.ClientContext(ctx, p.client), oauth2.StaticTokenSource(token))
	if err == nil && told.Subject == who.Subject && (told.EmailVerified || p.config.Trusted) {
		who.Email = told.Email
	}
	return who, nil
}

// Read believes an ID token that the app on a phone was given, for a nonce of ours.
func (p *Provider) Read(ctx context.Context, raw, nonce string) (Person, error) {
	found, err := p.discover()
	if err != nil {
		return Person{}, err
	}
	return p.read(ctx, found, p.config.Phones, raw, nonce)
}

func (p *Provider) read(ctx context.Context, found *oidc.Provider, audience, raw, nonce string) (Person, error) {
	t, err := found.Verifier(&oidc.Config{ClientID: audience}).Verify(ctx, raw)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if nonce == "" || !security.Equal(t.Nonce, nonce) {
		return Person{}, fmt.Errorf("%w: its nonce is another", ErrRefused)
	}
	var c struct {
		Email    string   `json:"email"`
		Verified any      `json:"email_verified"` // some providers send it as a text
		Methods  []string `json:"amr"`
		Party    string   `json:"azp"`
	}
	if err := t.Claims(&c); err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if len(t.Audience) != 1 || (c.Party != "" && c.Party != audience) {
		return Person{}, fmt.Errorf("%w: it was made for others too", ErrRefused)
	}
	who := Person{Issuer: t.Issuer, Subject: t.Subject, Strong: slices.Contains(c.Methods, "mfa")}
	if p.config.Trusted || c.Verified == true || c.Verified == "true" {
		who.Email = c.Email
	}
	return who, nil
}

func (p *Provider) pages(found *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.Client, ClientSecret: p.config.Secret, Endpoint: found.Endpoint(), RedirectURL: back,
		Scopes: Scopes,
	}
}

// Scopes are what is asked of the provider.
var Scopes = []string{oidc.ScopeOpenID, "email"}
