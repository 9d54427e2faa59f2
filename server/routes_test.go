package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

var placeholder = regexp.MustCompile(`\{[a-zA-Z]+(\.\.\.)?\}`)

// Every route of the built router, and what each kind of caller is told who names
// nothing that exists and sends an empty body: 401 and 403 turn them away, 404 and 400
// let them ask. A route that an upgrade or a room adds fails this until somebody has
// looked at who may call it: go test ./server -run EveryRoute -update.
func TestEveryRouteAndWhoMayCallIt(t *testing.T) {
	routes := routesOf(t)
	s := house(t)
	operator := core.NewRecord(must(s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password-of-theirs")
	if err := s.App.Save(operator); err != nil {
		t.Fatal(err)
	}
	same := func(token string) func() string { return func() string { return token } }
	callers := []struct {
		name  string
		token func() string
	}{
		{"guest", same("")}, {"signed in", func() string { return s.SignIn(demo.Practitioner) }}, {"device", phone(s)}, {"superuser", same(must(operator.NewAuthToken()))},
	}
	var out strings.Builder
	out.WriteString("the HTTP status for each kind of caller, of a request for nothing that exists, with an empty body\n\n")
	for _, route := range slices.Sorted(maps.Keys(routes)) {
		method, path, _ := strings.Cut(route, " ")
		if method == "" {
			method = http.MethodGet // any
		}
		fmt.Fprintf(&out, "%s\n ", route)
		for _, c := range callers {
			fmt.Fprintf(&out, "  %s %d", c.name, status(t, s, method, placeholder.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "nosuchrecord000"), c.token()))
		}
		out.WriteString("\n")
	}
	golden(t, "testdata/routes.golden", out.String())
}

// phone answers the token of a phone that is registered: some routes end theirs.
func phone(s *demotest.Server) func() string {
	token := s.Token(demo.Practitioner)
	return func() string {
		if a := s.Do("GET", "/api/sync/status", token, nil); a.Status != http.StatusOK {
			var device struct {
				Token string `json:"access_token"`
			}
			a = s.Do("POST", "/api/sync/devices", s.SignIn(demo.Practitioner), map[string]string{"name": "another"})
			_ = json.Unmarshal(a.Body, &device)
			token = device.Token
		}
		return token
	}
}

// routesOf lists the router's routes as "METHOD /path".
func routesOf(t *testing.T) map[string]bool {
	t.Helper()
	app := demotest.App(t)
	ops.Bind(app)
	router := must(apis.NewRouter(app))
	for _, room := range rooms(&ops.Options{}) {
		if err := room(&core.ServeEvent{App: app, Router: router}); err != nil {
			t.Fatal(err)
		}
	}
	routed := map[string]bool{}
	listRoutes(reflect.ValueOf(router.RouterGroup), "", routed)
	return routed
}

var dialled int

// status is how a request is answered; a stream that does not end is not read.
func status(t *testing.T, s *demotest.Server, method, path, token string) int {
	t.Helper()
	var body string
	if method != http.MethodGet && method != http.MethodHead {
		body = "{}"
	}
	req := must(http.NewRequest(method, s.URL+path, strings.NewReader(body)))
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	// Each comes from an address of its own: what one tried is not held against the next.
	dialled++
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(dialled>>8), byte(dialled))}}
	client := &http.Client{Transport: &http.Transport{DialContext: from.DialContext, DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
