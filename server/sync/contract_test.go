package sync

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

const (
	schemas   = "../../mobile-contract/schema/"
	schemaURL = "https://holdfast.example/contract/schema/"
)

// documents are the published schemas, resolved once.
type documents struct {
	t    *testing.T
	seen map[string]*jsonschema.Resolved
}

func published(t *testing.T) *documents {
	return &documents{t: t, seen: map[string]*jsonschema.Resolved{}}
}

func publishedSchema(u *url.URL) (*jsonschema.Schema, error) {
	raw, err := os.ReadFile(schemas + strings.TrimPrefix(u.String(), schemaURL))
	if err != nil {
		return nil, err
	}
	var s jsonschema.Schema
	return &s, json.Unmarshal(raw, &s)
}

// check holds a JSON value to a published schema.
func (d *documents) check(name string, raw []byte) error {
	d.t.Helper()
	if d.seen[name] == nil {
		u, err := url.Parse(schemaURL + name + ".json")
		if err != nil {
			d.t.Fatal(err)
		}
		s, err := publishedSchema(u)
		if err != nil {
			d.t.Fatal(err)
		}
		if d.seen[name], err = s.Resolve(&jsonschema.ResolveOptions{Loader: publishedSchema}); err != nil {
			d.t.Fatalf("%s: %v", name, err)
		}
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	return d.seen[name].Validate(v)
}

// fits fails unless a live answer has the status and the published form.
func (d *documents) fits(a demotest.Answer, status int, schema, what string) {
	d.t.Helper()
	if a.Status != status {
		d.t.Errorf("%s: %d %s, want %d", what, a.Status, a.Body, status)
	} else if err := d.check(schema, a.Body); err != nil {
		d.t.Errorf("%s is no %s: %v\n%.600s", what, schema, err, a.Body)
	}
}

// records holds the records of changes to their nouns' schemas.
func (d *documents) records(changes []contract.Change) (checked int) {
	d.t.Helper()
	for _, c := range changes {
		if c.Op == "put" {
			checked++
			if err := d.check("records/"+c.Collection, c.Record); err != nil {
				d.t.Errorf("%s/%s: %v\n%s", c.Collection, c.ID, err, c.Record)
			}
		}
	}
	return checked
}

func TestLiveAnswersAreAsPublished(t *testing.T) {
	s, d := fellmoor(t), published(t)
	ask := func(method, path, token string, body any) demotest.Answer { return s.Do(method, path, token, body) }

	a := ask("POST", "/api/sync/devices", s.SignIn(demo.Practitioner), contract.DeviceRequest{Name: "A phone", Platform: "android"})
	d.fits(a, 200, "DeviceAnswer", "registering")
	var device contract.DeviceAnswer
	a.JSON(t, &device)
	d.fits(ask("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: device.RefreshToken}), 200, "DeviceAnswer", "refreshing")
	d.fits(ask("GET", "/api/sync/status", device.AccessToken, nil), 200, "StatusAnswer", "status")

	a = ask("POST", "/api/sync/pull", device.AccessToken, contract.PullRequest{Limit: 5000})
	d.fits(a, 200, "PullAnswer", "a page")
	var page contract.PullAnswer
	a.JSON(t, &page)
	if n := d.records(page.Changes); n < 40 {
		t.Errorf("only %d records were held to their schemas", n)
	}
	d.fits(ask("POST", "/api/sync/digest", device.AccessToken, contract.DigestRequest{Position: page.Position}), 200, "DigestAnswer", "a digest")
	d.fits(ask("POST", "/api/sync/replayed", device.AccessToken, contract.ReplayedRequest{}), 200, "ReplayedAnswer", "closing a replay")
}

// A push with every verdict in it, and the records that it left behind.
func TestVerdictsAreAsPublished(t *testing.T) {
	s, a, b, conflict := disagreement(t)
	d := published(t)
	pushed := s.Do("POST", "/api/sync/push", a.token, contract.PushRequest{Mutations: []contract.Mutation{
		attempt("attemptpublish1", 1),
		mutation("update", "cases", demo.CaseID(1), 1, set("summary", "Another word.")),
		mutation("update", "cases", demo.CaseID(1), 1, set("status", "open")),
		mutation("create", "notes", "publishednote01", 0, set("case", demo.CaseID(1), "body", "", "source", "document")),
		mutation("create", "notes", "publishednote02", 0, set("case", "newcase00000009", "body", "x", "source", "document")),
	}})
	d.fits(pushed, 200, "PushAnswer", "a push")
	var answer contract.PushAnswer
	pushed.JSON(t, &answer)
	verdicts := map[string]bool{}
	for _, r := range answer.Results {
		verdicts[r.Verdict] = true
	}
	if len(verdicts) != 5 {
		t.Errorf("not every verdict was seen: %v", verdicts)
	}
	if n := d.records(a.pull(0)); n < 4 {
		t.Errorf("only %d records after the push", n)
	}
	d.fits(s.Do("GET", "/api/sync/conflicts", b.token, nil), 200, "OpenList", "the open conflicts")
	d.fits(s.Do("GET", "/api/sync/refusals", a.token, nil), 200, "OpenList", "the open refusals")
	d.fits(s.Do("POST", "/api/sync/conflicts/"+conflict, b.token, contract.SettleRequest{Choice: "theirs"}), 200, "KeptRecord", "settling")
	refused := "/api/sync/refusals/" + answer.Results[3].Refusal
	d.fits(s.Do("POST", refused, a.token, contract.ResendRequest{Action: "resend", Set: set("body", "Corrected.")}), 200, "Result", "resending")
}

// Every line of a stream is a change or a stream line, and no third thing.
func TestStreamedLinesAreAsPublished(t *testing.T) {
	s, d := fellmoor(t), published(t)
	p := newPhone(t, s, demo.Practitioner)
	a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{}, "Accept", "application/x-ndjson")
	var changes, marks int
	lines := bufio.NewScanner(bytes.NewReader(a.Body))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		schema := "StreamLine"
		if bytes.Contains(lines.Bytes()[:min(8, len(lines.Bytes()))], []byte(`"op"`)) {
			schema = "Change"
			changes++
		} else {
			marks++
		}
		if err := d.check(schema, lines.Bytes()); err != nil {
			t.Errorf("%s: %v\n%.300s", schema, err, lines.Text())
		}
	}
	if changes < 40 || marks < 1 {
		t.Errorf("%d changes and %d other lines", changes, marks)
	}
}

func TestErrorsAreAsPublished(t *testing.T) {
	s, d := fellmoor(t), published(t)
	p, other, mine := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School), newPhone(t, s, demo.Practitioner)
	p.pull(0)
	other.pull(0)
	mine.pull(0)
	forged, huge := "forged", strings.Repeat("x", contract.MaxPullBytes)
	for _, c := range []struct {
		what, method, path, token string
		body                      any
		code                      contract.Code
	}{
		{"no token", "POST", "/api/sync/pull", "", contract.PullRequest{}, contract.Unauthorised},
		{"a forged token", "POST", "/api/sync/pull", "forged", contract.PullRequest{}, contract.Unauthorised},
		{"a user's token", "POST", "/api/sync/pull", s.SignIn(demo.Practitioner), contract.PullRequest{}, contract.DeviceNeeded},
		{"a user's token", "GET", "/api/sync/status", s.SignIn(demo.Practitioner), nil, contract.DeviceNeeded},
		{"no JSON", "POST", "/api/sync/pull", p.token, strings.NewReader("nonsense"), contract.Malformed},
		{"an unknown member", "POST", "/api/sync/pull", p.token, strings.NewReader(`{"since": 3}`), contract.Malformed},
		{"too large a pull", "POST", "/api/sync/pull", p.token, strings.NewReader(`{"position":"` + huge + `"}`), contract.TooLarge},
		{"a forged position", "POST", "/api/sync/pull", p.token, contract.PullRequest{Position: &forged}, contract.PositionForged},
		{"another user's position", "POST", "/api/sync/pull", p.token, contract.PullRequest{Position: other.position}, contract.PositionUser},
		{"another device's position", "POST", "/api/sync/pull", p.token, contract.PullRequest{Position: mine.position}, contract.PositionDevice},
		{"another device's digest", "POST", "/api/sync/digest", p.token, contract.DigestRequest{Position: *mine.position}, contract.PositionDevice},
		{"an empty push", "POST", "/api/sync/push", p.token, contract.PushRequest{}, contract.Malformed},
		{"a bad refresh token", "POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: "a.1.b"}, contract.DeviceEnded},
		{"a conflict that is not there", "POST", "/api/sync/conflicts/nosuchconflict0", p.token, contract.SettleRequest{Choice: "ours"}, contract.NotFound},
		{"a refusal that is not there", "POST", "/api/sync/refusals/nosuchrefusal00", p.token, contract.ResendRequest{Action: "resend"}, contract.NotFound},
		{"an unknown choice", "POST", "/api/sync/conflicts/nosuchconflict0", p.token, contract.SettleRequest{Choice: "mine"}, contract.Malformed},
	} {
		a := s.Do(c.method, c.path, c.token, c.body)
		d.fits(a, contract.Of(c.code).Status, "Error", c.what)
		if a.Code() != string(c.code) {
			t.Errorf("%s: code %q, want %s", c.what, a.Code(), c.code)
		}
	}
	for _, status := range []string{"locked", "ended", "wipe"} { // nothing takes back the last
		code := map[string]contract.Code{"locked": contract.DeviceLocked, "wipe": contract.DeviceWipe, "ended": contract.DeviceEnded}[status]
		setDevice(t, s, mine.device, status)
		a := s.Do("POST", "/api/sync/pull", mine.token, contract.PullRequest{})
		d.fits(a, contract.Of(code).Status, "Error", "a device that is "+status)
		if a.Code() != string(code) {
			t.Errorf("a device that is %s: code %q", status, a.Code())
		}
		if status != "ended" {
			d.fits(s.Do("GET", "/api/sync/status", mine.token, nil), 200, "StatusAnswer", "the status of a device that is "+status)
		}
	}
}

func setDevice(t *testing.T, s *demotest.Server, device, status string) {
	t.Helper()
	r, err := s.App.FindRecordById("devices", device)
	if err != nil {
		t.Fatal(err)
	}
	r.Set("status", status)
	if err := s.App.Save(r); err != nil {
		t.Fatal(err)
	}
}

// endpoints are those of this room and of the devices'; server's own test has them all.
func endpoints() (ours []contract.Endpoint) {
	for _, e := range contract.Endpoints {
		if strings.HasPrefix(e.Path, "/api/sync") {
			ours = append(ours, e)
		}
	}
	return ours
}

// An endpoint without a handler, and a route that no document knows, are both
// promises broken. Where there is no route the answer is 404 not_found; to nonsense no
// handler answers that.
func TestEveryEndpointHasAHandlerAndEveryRouteAnEndpoint(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	leaves := newPhone(t, s, demo.School)
	routed := func(method, path string) bool {
		token := p.token
		if method+path == "DELETE/api/sync/devices" { // it signs out, and would meet no other door
			token = leaves.token
		}
		a := s.Do(method, strings.ReplaceAll(path, "{id}", "nosuchrecord000"), token, strings.NewReader("nonsense"))
		if a.Status == http.StatusNotFound && a.Code() != string(contract.NotFound) {
			t.Errorf("%s %s: 404 with the code %q", method, path, a.Code())
		}
		return a.Status != http.StatusNotFound
	}
	known := map[string]bool{}
	for _, e := range endpoints() {
		known[e.Method+" "+e.Path] = true
		if !routed(e.Method, e.Path) {
			t.Errorf("%s %s has no handler", e.Method, e.Path)
		}
	}
	for _, e := range endpoints() {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if !known[method+" "+e.Path] && routed(method, e.Path) {
				t.Errorf("%s %s has a handler and is not in the contract", method, e.Path)
			}
		}
	}
	for _, path := range []string{"/api/sync", "/api/sync/", "/api/sync/nonsense", "/api/sync/push/x", "/api/sync/push/", "/api/sync/devices/x"} {
		if routed("GET", path) || routed("POST", path) {
			t.Errorf("%s answers", path)
		}
	}
}

// The table and the routers' own lists are one, so that a new route cannot be
// forgotten either.
func TestTheRoutersListIsTheContracts(t *testing.T) {
	app := demotest.App(t)
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		if err := room(&core.ServeEvent{App: app, Router: router}); err != nil {
			t.Fatal(err)
		}
	}
	routed := map[string]bool{}
	listRoutes(reflect.ValueOf(router.RouterGroup), "", routed)
	if len(routed) < 30 {
		t.Fatalf("only %d routes were found in the router", len(routed))
	}
	known := map[string]bool{}
	for _, e := range endpoints() {
		known[e.Method+" "+e.Path] = true
		if !routed[e.Method+" "+e.Path] {
			t.Errorf("%s %s is in the contract and not in the router", e.Method, e.Path)
		}
	}
	for route := range routed {
		if strings.Contains(route, " /api/sync") && !known[route] {
			t.Errorf("%s is in the router and not in the contract", route)
		}
	}
}

// listRoutes walks a router's groups, which it keeps to itself.
func listRoutes(group reflect.Value, prefix string, to map[string]bool) {
	prefix += group.Elem().FieldByName("Prefix").String()
	children := group.Elem().FieldByName("children")
	for i := range children.Len() {
		child := children.Index(i).Elem()
		if child.Elem().FieldByName("children").IsValid() {
			listRoutes(child, prefix, to)
			continue
		}
		to[child.Elem().FieldByName("Method").String()+" "+prefix+child.Elem().FieldByName("Path").String()] = true
	}
}
