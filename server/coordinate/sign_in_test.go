package coordinate

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"holdfast/server/demo"
)

func credentials(email, password string) url.Values {
	return url.Values{"email": {email}, "password": {password}}
}

func TestTheCoordinatorSignsInAndOut(t *testing.T) {
	d := openDesk(t)
	b := d.browser()
	wants(t, b.get("/coordinate/sign-in"), 200, "E-mail address", "Password")

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
		"Enter your e-mail address", "Enter your password", `href="#password"`)
	lacks(t, d.browser().post("/coordinate/sign-in", credentials("a@b.example", "my secret")), "my secret")
}

func TestTooManyTriesAreSlowedAndForgiven(t *testing.T) {
	d := openDesk(t)
	b := d.browser()
	wrong := credentials(demo.Coordinator.Email(), "not it")
	for range pairLimit {
		wants(t, b.post("/coordinate/sign-in", wrong), http.StatusUnprocessableEntity)
	}
	slowed := b.post("/coordinate/sign-in", credentials(strings.ToUpper(demo.Coordinator.Email()), demo.Password))
	wants(t, slowed, http.StatusTooManyRequests, "Wait 15 minutes and try again")
	if slowed.header.Get("Retry-After") != "900" {
		t.Fatalf("Retry-After is %q", slowed.header.Get("Retry-After"))
	}
	d.now = d.now.Add(window)
	if a := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)); a.status != 303 {
		t.Fatalf("after the window the right password answered %d", a.status)
	}
}

func TestThrottleCountsAccountsAndAddressesApart(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	full := func(account, address func(int) string) (tries int) {
		th := newThrottle(func() time.Time { return now })
		for th.try(account(tries), address(tries)) == 0 {
			if tries++; tries > 1000 {
				return tries
			}
		}
		return tries
	}
	same := func(s string) func(int) string { return func(int) string { return s } }
	many := func(prefix string) func(int) string {
		return func(i int) string { return prefix + string(rune('a'+i%26)) + string(rune('a'+i/26)) }
	}
	if n := full(same("x"), same("192.0.2.1")); n != pairLimit {
		t.Errorf("one account from one address: %d tries, want %d", n, pairLimit)
	}
	if n := full(same("x"), many("host")); n != userLimit {
		t.Errorf("one account from many addresses: %d tries, want %d", n, userLimit)
	}
	if n := full(many("user"), same("192.0.2.1")); n != placeLimit {
		t.Errorf("many accounts from one address: %d tries, want %d", n, placeLimit)
	}
	v6 := func(i int) string { return "2001:db8::" + string("0123456789abcdef"[i%16]) }
	if n := full(many("user"), v6); n != placeLimit {
		t.Errorf("many addresses of one /64: %d tries, want %d", n, placeLimit)
	}
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

// regexpEmail finds what was typed into the e-mail field, which the page gives back.
var regexpEmail = regexp.MustCompile(`value="[^"]*@[^"]*"`)
