package signin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"

	"holdfast/hooks/kernel"
	signinrules "holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// gate is a Fellmoor behind this room, with a clock that a test turns.
type gate struct {
	*demotest.Server
	t   *testing.T
	mu  sync.Mutex
	now time.Time
}

func openGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{t: t, now: demotest.Today}
	app := demotest.App(t)
	app.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"}
	g.Server = demotest.Serve(t, app, (&Room{func() time.Time {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.now
	}}).open)
	return g
}

func (g *gate) pass(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = g.now.Add(d)
}

// ask posts to a route of accounts, from an address.
func (g *gate) ask(from, route string, body map[string]any) demotest.Answer {
	g.t.Helper()
	return g.Do("POST", "/api/collections/"+route, "", body, "X-Forwarded-For", from)
}

func (g *gate) signIn(from, identity, password string) int {
	g.t.Helper()
	return g.ask(from, "users/auth-with-password", map[string]any{"identity": identity, "password": password}).Status
}

// audited are the lines of sign-ins: verb, record, door, way and count.
func (g *gate) audited() (out []string) {
	g.t.Helper()
	var rows []struct {
		Verb, Record, Door, Fields string
		Kind                       string `db:"actor_kind"`
		Count                      int
	}
	if err := g.App.ConcurrentDB().NewQuery(`SELECT verb, record, door, fields, count, actor_kind FROM audit_log WHERE verb LIKE 'sign_in%' ORDER BY rowid`).All(&rows); err != nil {
		g.t.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s %s by %s at %s %s %d", r.Verb, r.Record, r.Kind, r.Door, r.Fields, r.Count))
	}
	return out
}

const office, elsewhere = "192.0.2.1", "198.51.100.7"

func TestGuessingByTheAPIIsSlowed(t *testing.T) {
	g := openGate(t)
	for range 5 {
		if s := g.signIn(office, demo.Manager.Email(), "not it"); s != 400 {
			t.Fatal(s)
		}
	}
	a := g.ask(office, "users/auth-with-password", map[string]any{"identity": demo.Manager.Email(), "password": demo.Password})
	if a.Status != 429 || a.Code() != "too_many_tries" || a.Header.Get("Retry-After") != "30" {
		t.Fatalf("the right one after five wrong: %d %s, Retry-After %q", a.Status, a.Body, a.Header.Get("Retry-After"))
	}
	if s := g.signIn(office, demo.Coordinator.Email(), demo.Password); s != 200 {
		t.Errorf("a colleague in the same office: %d", s)
	}
	if s := g.signIn(elsewhere, demo.Manager.Email(), demo.Password); s != 200 {
		t.Errorf("the manager from elsewhere: %d", s)
	}
	g.pass(30 * time.Second)
	if s := g.signIn(office, demo.Manager.Email(), demo.Password); s != 200 {
		t.Errorf("when the wait is over: %d", s)
	}
	if s := g.signIn(office, demo.Manager.Email(), "not it"); s != 400 {
		t.Errorf("a slip after signing in: %d", s)
	}
}

// Each way in is counted, and what was typed differently is the same account.
func TestEveryWayInIsCounted(t *testing.T) {
	g := openGate(t)
	who := demo.Practitioner.Email()
	for route, body := range map[string]map[string]any{
		"users/auth-with-password":           {"identity": who, "password": "not it"},
		"_superusers/auth-with-password":     {"identity": "operator@fellmoor.example", "password": "not it"},
		"users/auth-with-otp":                {"otpId": "nosuchcode12345", "password": "12345678"},
		"users/request-otp":                  {"email": who},
		"users/request-password-reset":       {"email": who},
		"_superusers/request-password-reset": {"email": "operator@fellmoor.example"},
		"users/confirm-password-reset":       {"token": "x.y.z", "password": "thimble-orchard-9", "passwordConfirm": "thimble-orchard-9"},
		"_superusers/request-verification":   {"email": "operator@fellmoor.example"},
		"_superusers/confirm-email-change":   {"token": "x.y.z", "password": "not it"},
		"_pb_users_auth_/auth-with-password": {"identity": strings.ToUpper(demo.School.Email()), "password": "not it"},
	} {
		status := 0
		for range 6 {
			status = g.ask(office, route, body).Status
		}
		if status != 429 {
			t.Errorf("%s: the sixth try is answered %d", route, status)
		}
	}
	if s := g.signIn(office, demo.School.Email(), demo.Password); s != 429 {
		t.Errorf("the collection named by its id and the address in capitals is another account: %d", s)
	}
	var refresh int
	for range 6 {
		refresh = g.Do("POST", "/api/sync/devices/refresh", "", map[string]any{"refresh_token": "family.1.x"}).Status
	}
	if refresh != 404 { // the room of devices is not open here
		t.Errorf("refresh: %d", refresh)
	}
}

// What PocketBase cannot read is counted too, in every form it takes.
func TestABodyThatIsReadTwiceIsReadAlike(t *testing.T) {
	g := openGate(t)
	path := "/api/collections/users/auth-with-password"
	form := url.Values{"identity": {demo.Manager.Email()}, "password": {"not it"}}.Encode()
	for range 5 {
		if a := g.Do("POST", path+"?identity=somebody@else.example", "", strings.NewReader(form), "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", office); a.Status != 400 {
			t.Fatal(a.Status, string(a.Body))
		}
	}
	twice := `{"identity":"nobody@fellmoor.example","identity":"` + demo.Manager.Email() + `","password":"` + demo.Password + `"}`
	if a := g.Do("POST", path, "", strings.NewReader(twice), "X-Forwarded-For", office); a.Status != 429 {
		t.Errorf("a member named twice: %d %s", a.Status, a.Body)
	}
	status := 0
	for range 6 {
		status = g.Do("POST", path, "", strings.NewReader(`{"identity":5}`), "X-Forwarded-For", office).Status
	}
	if status != 429 {
		t.Errorf("what cannot be read, six times: %d", status)
	}
}

func TestAnAddressIsTakenAsPhonesTypeIt(t *testing.T) {
	g := openGate(t)
	for i, typed := range []string{"Practitioner@Fellmoor.example", "PRACTITIONER@FELLMOOR.EXAMPLE", demo.Practitioner.Email() + " ", "\u00a0" + demo.Practitioner.Email() + "\u200b"} {
		if s := g.signIn(office, typed, demo.Password); s != 200 {
			t.Errorf("%d, %q: %d", i, typed, s)
		}
	}
	if s := g.signIn(office, "ractitioner@fellmoor.example", demo.Password); s != 400 {
		t.Errorf("another address: %d", s)
	}
}

// Somebody with a stolen token guesses the old password: counted, as a sign-in is.
func TestGuessingTheOldPasswordIsCounted(t *testing.T) {
	g := openGate(t)
	token := g.SignIn(demo.Practitioner)
	path := "/api/collections/users/records/" + demo.Practitioner.ID
	change := func(old, new string) demotest.Answer {
		return g.Do("PATCH", path, token, map[string]any{"oldPassword": old, "password": new, "passwordConfirm": new}, "X-Forwarded-For", office)
	}
	if a := change(demo.Password, "short"); a.Status != 400 || !strings.Contains(string(a.Body), "12 characters") {
		t.Errorf("a short new one: %d %s", a.Status, a.Body)
	}
	for i := range 5 {
		if a := change("not it", "thimble-orchard-9"); a.Status != 400 {
			t.Fatal(i, a.Status, string(a.Body))
		}
	}
	if a := change(demo.Password, "thimble-orchard-9"); a.Status != 429 {
		t.Fatalf("the right one after five guesses: %d %s", a.Status, a.Body)
	}
	batch := map[string]any{"requests": []any{map[string]any{"method": "PATCH", "url": path, "body": map[string]any{"oldPassword": "not it", "password": "thimble-orchard-9", "passwordConfirm": "thimble-orchard-9"}}}}
	if a := g.Do("POST", "/api/batch", token, batch, "X-Forwarded-For", elsewhere); a.Status != 400 || !strings.Contains(string(a.Body), "not in a batch") {
		t.Errorf("by a batch: %d %s", a.Status, a.Body)
	}
	g.pass(30 * time.Second)
	if a := change(demo.Password, "thimble-orchard-9"); a.Status != 200 {
		t.Errorf("the right one when the wait is over: %d %s", a.Status, a.Body)
	}
	failed := 0
	for _, line := range g.audited() {
		if line == "sign_in_failed "+demo.Practitioner.ID+` by guest at rest ["password"] 1` {
			failed++
		}
	}
	if failed != 5 {
		t.Errorf("%d guesses on record: %q", failed, g.audited())
	}
}

func TestSignInsAreOnRecordAndTheirAddressesInNoLog(t *testing.T) {
	g := openGate(t)
	g.App.Settings().Logs.MaxDays = 1
	const secret = "nobody-known@fellmoor.example"
	g.signIn(office, demo.Manager.Email(), "not it")
	g.signIn(office, demo.Manager.Email(), demo.Password)
	g.signIn(office, secret, "not it")
	for _, route := range []string{"request-otp", "request-password-reset"} {
		g.ask(office, "users/"+route, map[string]any{"email": secret})
		g.ask(office, "_superusers/"+route, map[string]any{"email": secret})
	}
	g.ask(office, "_superusers/auth-with-password", map[string]any{"identity": secret, "password": "not it"})
	want := []string{
		"sign_in_failed " + demo.Manager.ID + ` by guest at rest ["password"] 1`,
		"sign_in " + demo.Manager.ID + ` by user at rest ["password"] 0`,
		`sign_in_failed  by guest at rest ["password","unknown account"] 1`,
		`sign_in_failed  by guest at dashboard ["password","unknown account"] 1`,
	}
	got := g.audited()
	if len(got) < 4 || fmt.Sprint(got[len(got)-4:]) != fmt.Sprint(want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	time.Sleep(100 * time.Millisecond) // PocketBase hands its log lines over in the background
	if err := g.App.Logger().Handler().(*logger.BatchHandler).WriteAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	var logs []*core.Log
	if err := g.App.LogQuery().All(&logs); err != nil || len(logs) < 5 {
		t.Fatal(len(logs), err)
	}
	for _, l := range logs {
		if raw, _ := json.Marshal(l); strings.Contains(string(raw), "nobody-known") {
			t.Errorf("%s", raw)
		}
	}
	var n int
	if err := g.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE (fields || record || actor) LIKE '%nobody-known%'`).Row(&n); err != nil || n != 0 {
		t.Error(n, err)
	}
}

// Whoever guesses a leaver's password learns from no answer that it was right.
func TestASwitchedOffAccountAnswersAsNone(t *testing.T) {
	g := openGate(t)
	u, err := g.App.FindRecordById("users", demo.School.ID)
	if err != nil {
		t.Fatal(err)
	}
	u.Set("active", false)
	if err := g.App.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for identity, password := range map[string]string{demo.School.Email(): demo.Password, demo.Colleague.Email(): "not it", "nobody@fellmoor.example": demo.Password} {
		a := g.ask(office, "users/auth-with-password", map[string]any{"identity": identity, "password": password})
		said[fmt.Sprint(a.Status, string(a.Body))] = true
	}
	if len(said) != 1 {
		t.Errorf("answers that differ: %v", said)
	}
}

// A flood of guesses becomes a few lines with their count.
func TestAFloodDoesNotFillTheAuditLog(t *testing.T) {
	g := openGate(t)
	before := len(g.audited())
	for range 40 {
		g.signIn(office, demo.Manager.Email(), "not it")
	}
	for i := range 40 {
		g.signIn(elsewhere, fmt.Sprintf("nobody%d@fellmoor.example", i), "not it")
	}
	g.pass(time.Minute)
	signinrules.RecordFailures(g.App, g.now, false)
	got := g.audited()[before:]
	if len(got) != 12 || !strings.HasSuffix(strings.Join(got, "\n"), " 35") {
		t.Errorf("%d lines for 80 failures: %q", len(got), got)
	}
}

// A stranger with many addresses slows the manager's account. The manager signs in
// from the office as before, after a restart too.
func TestTheOwnerComesInFromWhereTheyCameInBefore(t *testing.T) {
	g := openGate(t)
	if s := g.signIn(office, demo.Manager.Email(), demo.Password); s != 200 {
		t.Fatal(s)
	}
	g.App.Store().Remove("holdfast.ways") // what a server that starts again has forgotten
	for i := range 25 {
		g.signIn(fmt.Sprintf("203.0.113.%d", i), demo.Manager.Email(), "not it")
	}
	if s := g.signIn("203.0.113.200", demo.Manager.Email(), demo.Password); s != 429 {
		t.Errorf("from an address never seen: %d", s)
	}
	if s := g.signIn(office, demo.Manager.Email(), demo.Password); s != 200 {
		t.Errorf("from the office: %d", s)
	}
	var places int
	if err := g.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM sign_in_known WHERE account = {:a}`).Bind(dbx.Params{"a": demo.Manager.ID}).Row(&places); err != nil || places != 1 {
		t.Errorf("remembered at %d places, %v", places, err)
	}
}

// Of many at once no more are judged than one after another.
func TestManyAtOnceAreCountedBeforeTheyAreJudged(t *testing.T) {
	g := openGate(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for range 24 {
		all.Go(func() {
			body := strings.NewReader(`{"identity":"` + demo.Manager.Email() + `","password":"not it"}`)
			req, _ := http.NewRequest("POST", g.URL+"/api/collections/users/auth-with-password", body)
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return
			}
			res.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			answers[res.StatusCode]++
		})
	}
	all.Wait()
	if answers[400]+answers[503] != 5 || answers[429] != 19 {
		t.Errorf("%v", answers)
	}
}

func TestWorkersNeedNoMailThatLeadsToTheDashboard(t *testing.T) {
	g := openGate(t)
	for _, action := range []string{"request-verification", "request-email-change", "confirm-verification", "confirm-email-change"} {
		a := g.Do("POST", "/api/collections/users/"+action, g.SignIn(demo.Practitioner), map[string]any{"email": demo.Practitioner.Email(), "newEmail": "x@evil.example", "token": "x"})
		if a.Status != 403 || a.Code() != "not_allowed" {
			t.Errorf("%s: %d %s", action, a.Status, a.Body)
		}
	}
}

func TestAProxyThatTheSettingsDoNotNameIsTold(t *testing.T) {
	g := openGate(t)
	g.App.Settings().TrustedProxy.Headers = nil
	if signinrules.ProxyUnknown(g.App, false) {
		t.Fatal("before there was one")
	}
	g.Do("GET", "/api/health", "", nil)
	if signinrules.ProxyUnknown(g.App, false) {
		t.Fatal("a direct request is taken for a proxy's")
	}
	g.Do("GET", "/api/health", "", nil, "X-Forwarded-For", office)
	if !signinrules.ProxyUnknown(g.App, false) {
		t.Error("nobody is told")
	}
}

// When the line of those whose password is checked does not move, one is told to come
// again, and the try does not count.
func TestALineThatDoesNotMoveSendsPeopleAwayUncounted(t *testing.T) {
	g := openGate(t)
	leave, ok := signinrules.CheckingPassword(g.App)
	if !ok {
		t.Fatal("an empty line is full")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			a := g.ask(office, "users/auth-with-password", map[string]any{"identity": demo.Manager.Email(), "password": "not it"})
			if a.Status != 503 && a.Status != 429 || a.Header.Get("Retry-After") == "" {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	all.Wait()
	leave()
	if s := g.signIn(office, demo.Manager.Email(), demo.Password); s != 200 {
		t.Errorf("afterwards: %d", s)
	}
}
