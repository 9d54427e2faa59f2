package coordinate

import (
	"net/url"
	"strings"
	"testing"

	"holdfast/hooks/openid"
	"holdfast/hooks/openid/openidtest"
	"holdfast/server/demo"
)

// organisation is a desk in an area with a provider that knows the coordinator.
func organisation(t *testing.T) (*desk, *openidtest.Provider) {
	t.Helper()
	const at = "https://holdfast.fellmoor.example"
	p := openidtest.Start(t, at+"/coordinate/sign-in/organisation/back")
	p.Knows("cora", demo.Coordinator.Email(), true)
	p.Knows("stranger", "stranger@fellmoor.example", true)
	d := openDeskWith(t, p.Config())
	d.App.Settings().Meta.AppURL = at + "/"
	if err := d.App.Save(d.App.Settings()); err != nil {
		t.Fatal(err)
	}
	return d, p
}

// sent begins a sign-in in a browser and answers where the provider sends it back to.
func sent(t *testing.T, b *browser, p *openidtest.Provider, who, next string) string {
	t.Helper()
	a := b.get("/coordinate/sign-in/organisation?next=" + url.QueryEscape(next))
	if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), p.URL) {
		t.Fatalf("not sent to the provider: %d %s", a.status, a.header.Get("Location"))
	}
	return p.SignIn(t, a.header.Get("Location"), who).RequestURI()
}

func TestSigningInWithAnOrganisationsAccount(t *testing.T) {
	d, p := organisation(t)
	b := d.browser()
	wants(t, b.get("/coordinate/sign-in?next=/coordinate/champions"), 200, "Sign in with Fellmoor Council", `href="/coordinate/sign-in/organisation?next=%2fcoordinate%2fchampions"`)
	back := sent(t, b, p, "cora", "/coordinate/champions")
	a := b.get(back)
	wants(t, a, 200, "You are signed in", `href="/coordinate/champions"`)
	if a.header.Get("Refresh") != "0; url=/coordinate/champions" {
		t.Errorf("the page does not go on: %q", a.header.Get("Refresh"))
	}
	wants(t, b.get("/coordinate/champions"), 200, "Champions")
	wants(t, b.get("/coordinate/account"), 200, demo.Coordinator.Email())
	wants(t, b.get(back), 403, "You are not signed in") // the second time
}

func TestAnOrganisationsAccountThatIsNobodyHere(t *testing.T) {
	d, p := organisation(t)
	b := d.browser()
	wants(t, b.get(sent(t, b, p, "stranger", "")), 403, "You have no account here")
	if a := b.get("/coordinate"); a.status != 303 {
		t.Errorf("a stranger is let in: %d", a.status)
	}
}

// Whoever begins a sign-in and sends its last address to somebody else signs nobody in.
func TestASignInOfAnotherBrowserSignsNobodyIn(t *testing.T) {
	d, p := organisation(t)
	thief, victim := d.browser(), d.browser()
	back := sent(t, thief, p, "cora", "")
	wants(t, victim.get(back), 403, "You are not signed in")
	sent(t, victim, p, "cora", "") // began one, too
	wants(t, victim.get(back), 403, "You are not signed in")
	for _, odd := range []string{"/coordinate/sign-in/organisation/back", "/coordinate/sign-in/organisation/back?error=access_denied", "/coordinate/sign-in/organisation/back?code=x&state=y"} {
		wants(t, d.browser().get(odd), 403, "You are not signed in")
	}
}

func TestAnOrganisationsPasswordAloneIsNoSecondFactor(t *testing.T) {
	d, p := organisation(t)
	d.mailed(demo.Coordinator)
	b := d.browser()
	a := b.get(sent(t, b, p, "cora", ""))
	lacks(t, a, "You are signed in")
	if a := b.get("/coordinate"); a.status != 303 {
		t.Errorf("a password at the provider is enough: %d", a.status)
	}
	p.Strong = true
	wants(t, b.get(sent(t, b, p, "cora", "")), 200, "You are signed in")
}

func TestNoProviderNoDoor(t *testing.T) {
	d := openDeskWith(t, openid.Config{})
	lacks(t, d.browser().get("/coordinate/sign-in"), "organisation", "work account")
	if a := d.browser().get("/coordinate/sign-in/organisation"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/coordinate/sign-in") {
		t.Errorf("a door to no provider: %d %s", a.status, a.header.Get("Location"))
	}
}

func TestAProviderThatIsAway(t *testing.T) {
	d, p := organisation(t)
	p.Stop()
	wants(t, d.browser().get("/coordinate/sign-in/organisation"), 503, "does not answer")
	wants(t, d.browser().get("/coordinate/sign-in"), 200, "Email address")
}
