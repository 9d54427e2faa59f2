package openid_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"holdfast/hooks/openid"
	"holdfast/hooks/openid/openidtest"
	"holdfast/hooks/signing"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

const back = "http://127.0.0.1:1/coordinate/sign-in/organisation/back"

// arrive is somebody's whole way to the provider and back to a page.
func arrive(t *testing.T, p *openidtest.Provider, o *openid.Provider, who string) (openid.Person, error) {
	t.Helper()
	begun, at, err := o.Begin(back)
	if err != nil {
		t.Fatal(err)
	}
	came := p.SignIn(t, at, who)
	if came.Query().Get("state") != begun.State {
		t.Fatal("the state did not come back")
	}
	return o.Finish(t.Context(), back, came.Query().Get("code"), begun)
}

func TestWhoSomebodyIsComesFromTheProvider(t *testing.T) {
	p := openidtest.Start(t, back)
	p.Knows("s-1", "Priya@Fellmoor.example", true)
	p.Knows("s-2", "nobody.verified@fellmoor.example", false)
	o := openid.New(p.Config())
	who, err := arrive(t, p, o, "s-1")
	if want := (openid.Person{Issuer: p.URL, Subject: "s-1", Email: "Priya@Fellmoor.example"}); err != nil || who != want {
		t.Errorf("told %+v (%v), want %+v", who, err, want)
	}
	if who, err := arrive(t, p, o, "s-2"); err != nil || who.Email != "" {
		t.Errorf("an address that nobody vouches for is believed: %+v (%v)", who, err)
	}
	trusting := p.Config()
	trusting.Trusted = true
	if who, err := arrive(t, p, openid.New(trusting), "s-2"); err != nil || who.Email == "" {
		t.Errorf("a directory that gives out its addresses itself is not believed: %+v (%v)", who, err)
	}
	p.Strong = true
	if who, err := arrive(t, p, o, "s-1"); err != nil || !who.Strong {
		t.Errorf("that it asked for more than a password is not seen: %+v (%v)", who, err)
	}
}

func TestAnAnswerOfAnotherSignInIsNotBelieved(t *testing.T) {
	p := openidtest.Start(t, back)
	p.Knows("s-1", demo.Practitioner.Email(), true)
	o := openid.New(p.Config())
	mine, _, err := o.Begin(back)
	if err != nil {
		t.Fatal(err)
	}
	theirs, at, err := o.Begin(back)
	if err != nil {
		t.Fatal(err)
	}
	code := p.SignIn(t, at, "s-1").Query().Get("code")
	if _, err := o.Finish(t.Context(), back, code, mine); !errors.Is(err, openid.ErrRefused) {
		t.Errorf("a code is taken with another sign-in's verifier: %v", err)
	}
	code = p.SignIn(t, at, "s-1").Query().Get("code")
	mixed := theirs
	mixed.Nonce = mine.Nonce
	if _, err := o.Finish(t.Context(), back, code, mixed); !errors.Is(err, openid.ErrRefused) {
		t.Errorf("a token is taken with another sign-in's nonce: %v", err)
	}
	code = p.SignIn(t, at, "s-1").Query().Get("code")
	if _, err := o.Finish(t.Context(), back, code, theirs); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Finish(t.Context(), back, code, theirs); !errors.Is(err, openid.ErrRefused) {
		t.Errorf("a code is taken twice: %v", err)
	}
}

func TestAProviderThatIsAwayKeepsNothingFromStarting(t *testing.T) {
	p := openidtest.Start(t, back)
	p.Stop()
	if _, _, err := openid.New(p.Config()).Begin(back); !errors.Is(err, openid.ErrAway) {
		t.Errorf("a provider that is away is not told as one: %v", err)
	}
}

// The provider is asked where it is, and nowhere else: whoever could redirect the server
// would be handed the pages' secret.
func TestAProviderThatSendsTheServerElsewhereIsNotFollowed(t *testing.T) {
	p := openidtest.Start(t, back)
	elsewhere := false
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = elsewhere || r.URL.Path == "/taken"
		http.Redirect(w, r, "/taken", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(moved.Close)
	c := p.Config()
	c.Issuer = moved.URL
	if _, _, err := openid.New(c).Begin(back); !errors.Is(err, openid.ErrAway) || elsewhere {
		t.Errorf("a redirect was followed (%v): %v", elsewhere, err)
	}
	posing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"issuer": %q, "authorization_endpoint": %q, "token_endpoint": %[2]q, "jwks_uri": %[2]q}`, p.URL, moved.URL)
	}))
	t.Cleanup(posing.Close)
	c.Issuer = posing.URL
	if _, at, err := openid.New(c).Begin(back); !errors.Is(err, openid.ErrAway) {
		t.Errorf("a provider that says it is another is believed: %s, %v", at, err)
	}
}

// Who comes first is known by their address; from then on only by the provider's name.
func TestAnAccountIsOnePersonsForEver(t *testing.T) {
	app := demotest.App(t)
	first := openid.Person{Issuer: "https://id.example", Subject: "s-1", Email: " Practitioner@Fellmoor.Example "}
	find := func(p openid.Person) string {
		t.Helper()
		u, err := openid.Account(app, p)
		if errors.Is(err, openid.ErrStranger) {
			return "a stranger"
		}
		if err != nil {
			t.Fatal(err)
		}
		return u.Id
	}
	for _, c := range []struct {
		when string
		who  openid.Person
		want string
	}{
		{"without an address", openid.Person{Issuer: first.Issuer, Subject: "s-1"}, "a stranger"},
		{"with an address that no account has", openid.Person{Issuer: first.Issuer, Subject: "s-9", Email: "x@fellmoor.example"}, "a stranger"},
		{"first", first, demo.Practitioner.ID},
		{"the second time", first, demo.Practitioner.ID},
		{"with another address", openid.Person{Issuer: first.Issuer, Subject: "s-1", Email: demo.Manager.Email()}, demo.Practitioner.ID},
		{"somebody else with the address of an account that is taken", openid.Person{Issuer: first.Issuer, Subject: "s-2", Email: demo.Practitioner.Email()}, "a stranger"},
		{"of another provider", openid.Person{Issuer: "https://other.example", Subject: "s-1", Email: demo.Practitioner.Email()}, "a stranger"},
	} {
		if got := find(c.who); got != c.want {
			t.Errorf("%s: %s, want %s", c.when, got, c.want)
		}
	}
	if n, err := app.CountRecords("audit_log", nil); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	var linked int
	if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'linked'`).Row(&linked); err != nil || linked != 1 {
		t.Errorf("%d links are in the audit log, want 1 (%v)", linked, err)
	}
	u, err := app.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE users SET active = FALSE WHERE id = '` + u.Id + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if got := find(first); got != "a stranger" {
		t.Errorf("an account that is switched off: %s", got)
	}
}

func TestANonceIsTakenOnceAndInTime(t *testing.T) {
	keys, err := signing.Load(demotest.App(t))
	if err != nil {
		t.Fatal(err)
	}
	n, now := openid.NewNonces(keys), time.Now()
	nonce := n.Make(now)
	if !n.Use(nonce, now.Add(9*time.Minute)) || n.Use(nonce, now.Add(9*time.Minute)) {
		t.Error("a nonce is not taken just once")
	}
	for what, bad := range map[string]string{"nothing": "", "another": n.Make(now)[:20], "one with more time": "_" + n.Make(now)[1:]} {
		if n.Use(bad, now) {
			t.Errorf("%s is taken for a nonce", what)
		}
	}
	if n.Use(n.Make(now), now.Add(10*time.Minute)) {
		t.Error("a nonce is taken after its time")
	}
}
