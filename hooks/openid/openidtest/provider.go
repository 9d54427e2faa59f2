package openidtest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"holdfast/hooks/openid"
)

// How the pages and the app are known at the provider.
const (
	Pages, Secret = "holdfast-pages", "a secret between two servers"
	Phones        = "holdfast-phones"
	App           = "app.holdfast:/signed-in" // where the app is sent back to
	password      = "their council's own password"
)

// Provider is an identity provider and who it knows.
type Provider struct {
	URL    string
	Strong bool // it asks for more than a password
	server *httptest.Server
	people people
}

type people map[string]*storage.User

func (p people) GetUserByID(id string) *storage.User         { return p[id] }
func (p people) ExampleClientID() string                     { return "" }
func (p people) GetUserByUsername(name string) *storage.User { return p[name] }

// Start runs a provider to which one page of ours is known, until the test ends.
func Start(t testing.TB, back string) *Provider {
	t.Helper()
	p := &Provider{server: httptest.NewUnstartedServer(nil), people: people{}}
	p.URL = "http://" + p.server.Listener.Addr().String()
	storage.RegisterClients(storage.WebClient(Pages, Secret, back), storage.NativeClient(Phones, App))
	p.server.Config.Handler = exampleop.SetupServer(p.URL, &keeper{storage.NewStorage(p.people), p}, slog.New(slog.DiscardHandler), false)
	p.server.Start()
	t.Cleanup(p.server.Close)
	return p
}

// Stop ends the provider, as a network does.
func (p *Provider) Stop() { p.server.Close() }

// Config is how an area names this provider.
func (p *Provider) Config() openid.Config {
	return openid.Config{Issuer: p.URL, Client: Pages, Secret: Secret, Phones: Phones, Name: "Fellmoor Council"}
}

// Knows makes somebody known there, by an id for ever and an address that may change.
func (p *Provider) Knows(id, email string, verified bool) {
	p.people[id] = &storage.User{ID: id, Username: id, Password: password, Email: email, EmailVerified: verified}
}

// SignIn is somebody at the provider's own page, sent there by an address; it answers
// the address to which they are sent back.
func (p *Provider) SignIn(t testing.TB, at, who string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(req.URL.String(), p.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := browser.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	id := page.Request.URL.Query().Get("authRequestID")
	if page.StatusCode != http.StatusOK || id == "" {
		t.Fatalf("the provider has no page to sign in at %s: %d", at, page.StatusCode)
	}
	gone, err := browser.PostForm(p.URL+"/login/username", url.Values{"username": {who}, "password": {password}, "id": {id}})
	if err != nil {
		t.Fatal(err)
	}
	gone.Body.Close()
	back, err := url.Parse(gone.Header.Get("Location"))
	if err != nil || gone.Header.Get("Location") == "" {
		t.Fatalf("the provider sends %s nowhere: %d (%v)", who, gone.StatusCode, err)
	}
	return back
}

// keeper is the library's own store, which can also say that it asked for more than a
// password, and tells the address in the ID token as most providers do.
type keeper struct {
	*storage.Storage
	p *Provider
}

type strong struct{ *storage.AuthRequest }

func (strong) GetAMR() []string { return []string{"pwd", "otp", "mfa"} }

func (k *keeper) wrapped(r op.AuthRequest, err error) (op.AuthRequest, error) {
	if own, ok := r.(*storage.AuthRequest); ok && err == nil && k.p.Strong {
		return strong{own}, nil
	}
	return r, err
}

func (k *keeper) AuthRequestByID(ctx context.Context, id string) (op.AuthRequest, error) {
	return k.wrapped(k.Storage.AuthRequestByID(ctx, id))
}

func (k *keeper) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	return k.wrapped(k.Storage.AuthRequestByCode(ctx, code))
}

func (k *keeper) CreateAccessToken(ctx context.Context, r op.TokenRequest) (string, time.Time, error) {
	if s, ok := r.(strong); ok {
		r = s.AuthRequest
	}
	return k.Storage.CreateAccessToken(ctx, r)
}

func (k *keeper) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := k.Storage.GetClientByClientID(ctx, id)
	if err != nil || id != Phones {
		return c, err
	}
	return telling{c}, nil
}

type telling struct{ op.Client }

func (telling) IDTokenUserinfoClaimsAssertion() bool { return true }
