package coordinate

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"holdfast/server/demo"
)

func TestWithoutASessionEveryPageLeadsToSignIn(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	for _, path := range []string{
		"/coordinate", "/coordinate/", "/coordinate/registrations?status=all", "/coordinate/registrations/" + r.Id,
		"/coordinate/registrations.csv", "/coordinate/champions", "/coordinate/coverage", "/coordinate/coverage.csv", "/coordinate/nowhere",
	} {
		a := d.browser().get(path)
		to, err := url.Parse(a.header.Get("Location"))
		if a.status != 303 || err != nil || to.Path != "/coordinate/sign-in" {
			t.Errorf("%s answered %d to %s", path, a.status, to)
		}
		if next := to.Query().Get("next"); path != "/coordinate" && next != path {
			t.Errorf("%s would come back to %q", path, next)
		}
		lacks(t, a, demo.Colleague.Name)
	}
	a := d.browser().post("/coordinate/registrations/"+r.Id+"/approve", url.Values{"rev": {"1"}})
	if a.status != 303 || d.stored(r.Id).GetString("status") != "submitted" {
		t.Fatalf("a post without a session answered %d", a.status)
	}
}

func TestASessionEndsWhenIdleAndAfterADay(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	d.now = d.now.Add(idle - time.Second)
	wants(t, b.get("/coordinate"), 200)
	d.now = d.now.Add(idle - time.Second)
	wants(t, b.get("/coordinate"), 200)
	d.now = d.now.Add(idle + time.Second)
	gone := b.get("/coordinate/coverage")
	if gone.status != 303 || gone.header.Get("Location") != "/coordinate/sign-in?ended=1&next=%2Fcoordinate%2Fcoverage" {
		t.Fatalf("an idle session answered %d to %q", gone.status, gone.header.Get("Location"))
	}
	wants(t, b.get(gone.header.Get("Location")), 200, "You were signed out")

	busy := d.as(demo.Coordinator)
	for began := d.now; d.now.Sub(began) <= whole-10*time.Minute; d.now = d.now.Add(10 * time.Minute) {
		wants(t, busy.get("/coordinate"), 200)
	}
	d.now = d.now.Add(time.Second)
	if a := busy.get("/coordinate"); a.status != 303 {
		t.Fatalf("a session of more than eight hours answered %d", a.status)
	}
	var left int
	if err := d.App.ConcurrentDB().NewQuery("SELECT count(*) FROM coordinate_sessions").Row(&left); err != nil || left != 0 {
		t.Fatalf("%d sessions are left, %v", left, err)
	}
}

func TestASessionEndsWithTheAccountAndThePassword(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	wants(t, b.get("/coordinate"), 200)
	d.give(demo.Coordinator, map[string]any{"password": "another-password"})
	if a := b.get("/coordinate"); a.status != 303 {
		t.Fatalf("after a new password the old session answered %d", a.status)
	}
	b = d.as(demo.Coordinator)
	wants(t, b.get("/coordinate"), 200)
	d.give(demo.Coordinator, map[string]any{"active": false})
	if a := b.get("/coordinate"); a.status != 303 {
		t.Fatalf("an account that is not active answered %d", a.status)
	}
}

func TestARoleTakenAwayIsGoneAtOnce(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	wants(t, b.get("/coordinate/coverage"), 200)
	d.give(demo.Coordinator, map[string]any{"roles": []string{"practitioner"}})
	wants(t, b.get("/coordinate/coverage"), 403, "This page is not for your role")
}

func TestTheCookieIsBoundToTheHostBesidesOnLoopback(t *testing.T) {
	for _, c := range []struct {
		host, proto string
		tls         bool
		name        string
		secure      bool
	}{
		{"127.0.0.1:8090", "", false, "holdfast", false},
		{"localhost:8090", "", false, "holdfast", false},
		{"[::1]:8090", "", false, "holdfast", false},
		{"localhost:8090", "https", false, "__Host-holdfast", true},
		{"localhost:8090", "", true, "__Host-holdfast", true},
		{"holdfast.example.org", "", false, "__Host-holdfast", true},
		{"localhost.evil.example", "", false, "__Host-holdfast", true},
	} {
		r := &http.Request{Host: c.host, Header: http.Header{"X-Forwarded-Proto": {c.proto}}}
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		k := cookieOf(r, "token")
		if k.Name != c.name || k.Secure != c.secure || !k.HttpOnly || k.Path != "/" || k.Domain != "" || k.SameSite != http.SameSiteStrictMode {
			t.Errorf("%+v: cookie %s", c, k)
		}
	}
}

// Who sits down at the same browser next finds neither the session nor what it showed.
func TestSigningOutLeavesNothingInTheBrowser(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	a := b.post("/coordinate/sign-out", b.get("/coordinate").fields())
	if a.status != 303 || a.header.Get("Clear-Site-Data") != `"cache", "storage"` {
		t.Errorf("signed out with %d and Clear-Site-Data %q", a.status, a.header.Get("Clear-Site-Data"))
	}
	if a := b.get("/coordinate"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/coordinate/sign-in") {
		t.Errorf("still signed in: %d", a.status)
	}
}
