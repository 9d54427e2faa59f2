package coordinate

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"holdfast/hooks/signin"
	"holdfast/hooks/tally"
	"holdfast/server/demo"
)

func credentials(email, password string) url.Values {
	return url.Values{"email": {email}, "password": {password}}
}

func TestTheCoordinatorSignsInAndOut(t *testing.T) {
	d := openDesk(t)
	b := d.browser()
	wants(t, b.get("/coordinate/sign-in"), 200, "Email address", "Password")

	form := credentials(demo.Coordinator.Email(), demo.Password)
	form.Set("next", "/coordinate/registrations?status=all")
	in := b.post("/coordinate/sign-in", form)
	if in.status != 303 || in.header.Get("Location") != "/coordinate/registrations?status=all" {
		t.Fatalf("signing in answered %d to %q", in.status, in.header.Get("Location"))
	}
	cookie := in.header.Get("Set-Cookie")
	for _, part := range []string{"holdfast=", "Path=/", "HttpOnly", "SameSite=Strict"} {
		if !strings.Contains(cookie, part) {
			t.Fatalf("the cookie %q lacks %s", cookie, part)
		}
	}
	token := strings.TrimPrefix(strings.Split(cookie, ";")[0], "holdfast=")
	var stored []string
	if err := d.App.ConcurrentDB().NewQuery("SELECT token FROM coordinate_sessions").Column(&stored); err != nil {
		t.Fatal(err)
	}
	if len(stored) != 1 || stored[0] != hashed(token) || strings.Contains(stored[0], token) {
		t.Fatalf("the store holds %q for the token %q; want its hash alone", stored, token)
	}

	home := b.get("/coordinate")
	wants(t, home, 200, "What needs me today", demo.Coordinator.Name)
	out := b.post("/coordinate/sign-out", home.fields())
	if out.status != 303 || !strings.Contains(out.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Fatalf("signing out answered %d with %q", out.status, out.header.Get("Set-Cookie"))
	}
	replay := d.browser().get("/coordinate", "Cookie", "holdfast="+token)
	if replay.status != 303 {
		t.Fatalf("a copied cookie still opens the page after signing out: %d", replay.status)
	}
}

func TestWrongUnknownAndInactiveAreAnsweredAlike(t *testing.T) {
	d := openDesk(t)
	d.give(demo.DPO, map[string]any{"active": false})
	pages := map[string]answer{
		"wrong password": d.browser().post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), "not it")),
		"no account":     d.browser().post("/coordinate/sign-in", credentials("nobody@fellmoor.example", demo.Password)),
		"not active":     d.browser().post("/coordinate/sign-in", credentials(demo.DPO.Email(), demo.Password)),
	}
	var bodies []string
	for why, a := range pages {
		wants(t, a, http.StatusUnprocessableEntity, "Error: Sign in", "There is a problem", `href="#email"`, "They do not match an active account")
		if a.header.Get("Set-Cookie") != "" {
			t.Fatalf("%s: a cookie was set", why)
		}
		bodies = append(bodies, regexpEmail.ReplaceAllString(a.body, ""))
	}
	if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Fatal("the answers tell one reason from another")
	}
	wants(t, d.browser().post("/coordinate/sign-in", credentials("", "")), http.StatusUnprocessableEntity,
		"Enter your email address", "Enter your password", `href="#password"`)
	lacks(t, d.browser().post("/coordinate/sign-in", credentials("a@b.example", "my secret")), "my secret")
}

func TestTooManyTriesAreSlowedAndForgiven(t *testing.T) {
	d := openDesk(t)
	b := d.browser()
	wrong := credentials(demo.Coordinator.Email(), "not it")
	for range tally.FreePair {
		wants(t, b.post("/coordinate/sign-in", wrong), http.StatusUnprocessableEntity)
	}
	slowed := b.post("/coordinate/sign-in", credentials(strings.ToUpper(demo.Coordinator.Email()), demo.Password))
	wants(t, slowed, http.StatusTooManyRequests, "Wait a minute and try again")
	if slowed.header.Get("Retry-After") != "30" {
		t.Fatalf("Retry-After is %q", slowed.header.Get("Retry-After"))
	}
	// The same office's manager is not locked out by it.
	if a := d.browser().post("/coordinate/sign-in", credentials(demo.Manager.Email(), demo.Password)); a.status != 303 {
		t.Fatalf("a colleague behind the same address: %d", a.status)
	}
	d.now = d.now.Add(30 * time.Second)
	if a := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)); a.status != 303 {
		t.Fatalf("when the wait is over the right password answered %d", a.status)
	}
}

// Thirty others' slips from one office: the coordinator waits ten seconds, not fifteen
// minutes, and signs in.
func TestAnOfficesSlipsLockNobodyOut(t *testing.T) {
	d := openDesk(t)
	for i := range tally.FreeAccounts {
		wants(t, d.browser().post("/coordinate/sign-in", credentials(fmt.Sprintf("worker%d@fellmoor.example", i), "not it")), http.StatusUnprocessableEntity)
	}
	b := d.browser()
	slowed := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password))
	wants(t, slowed, http.StatusTooManyRequests)
	if slowed.header.Get("Retry-After") != "10" {
		t.Fatalf("Retry-After is %q", slowed.header.Get("Retry-After"))
	}
	d.now = d.now.Add(10 * time.Second)
	if a := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)); a.status != 303 {
		t.Fatalf("after ten seconds: %d", a.status)
	}
}

// Phones begin with a capital, and what is pasted brings blanks along.
func TestAnAddressIsTakenHoweverItIsTyped(t *testing.T) {
	d := openDesk(t)
	for _, typed := range []string{"Coordinator@Fellmoor.example", strings.ToUpper(demo.Coordinator.Email()), "\u00a0" + demo.Coordinator.Email() + "\u200b "} {
		if a := d.browser().post("/coordinate/sign-in", credentials(typed, demo.Password)); a.status != 303 {
			t.Errorf("%q: %d", typed, a.status)
		}
	}
}

// A person sees the sign-ins of every door, and those that failed.
func TestSignInsAndFailuresAreShownToTheirOwner(t *testing.T) {
	d := openDesk(t)
	d.browser().post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), "not it"))
	b := d.browser()
	if a := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)); a.status != 303 {
		t.Fatal(a.status)
	}
	user, err := d.App.FindRecordById("users", demo.Coordinator.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := signin.SignedIn(d.App, user, "rest", signin.ByPassword, "192.0.2.1", d.now); err != nil {
		t.Fatal(err)
	}
	wants(t, b.get("/coordinate/account"), 200, "Failed</strong> on these pages", "Signed in on these pages", "Signed in by the app or another program")
	lacks(t, d.as(demo.Manager).get("/coordinate/account"), "Failed</strong> on these pages")
}

func TestAfterSigningInOneStaysHere(t *testing.T) {
	for next, want := range map[string]string{
		"/coordinate/coverage?locality=Tarn+Valley": "/coordinate/coverage?locality=Tarn+Valley",
		"":                               "/coordinate",
		"https://evil.example":           "/coordinate",
		"//evil.example/coordinate":      "/coordinate",
		"/\\evil.example":                "/coordinate",
		"/coordinate/../api":             "/coordinate",
		"/coordinate//evil.example":      "/coordinate",
		"/coordinated":                   "/coordinate",
		"javascript:alert(1)":            "/coordinate",
		"/coordinate/x\r\nSet-Cookie: a": "/coordinate",
	} {
		if got := nextAddress(next); got != want {
			t.Errorf("after %q one lands on %q, want %q", next, got, want)
		}
	}
}

// regexpEmail finds what was typed into the email field, which the page gives back.
var regexpEmail = regexp.MustCompile(`value="[^"]*@[^"]*"`)
