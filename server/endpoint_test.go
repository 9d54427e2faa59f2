package main

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

// lanes are the paths that are the contract's whole: a route below one that the
// contract does not name is a promise nobody wrote down.
var lanes = []string{"/api/sync", "/api/uploads", "/api/evidence", "/api/keys", "/api/sign-in"}

// The contract's table and the routers' own lists are one, in both directions.
func TestEveryEndpointHasARouteAndEveryRouteAnEndpoint(t *testing.T) {
	app := demotest.App(t)
	router := must(apis.NewRouter(app))
	for _, room := range rooms(&ops.Options{}) {
		if err := room(&core.ServeEvent{App: app, Router: router}); err != nil {
			t.Fatal(err)
		}
	}
	routed, known := map[string]bool{}, map[string]bool{}
	listRoutes(reflect.ValueOf(router.RouterGroup), "", routed)
	for _, e := range contract.Endpoints {
		known[e.Method+" "+e.Path] = true
		if !routed[e.Method+" "+e.Path] {
			t.Errorf("%s %s is in the contract and not in the router", e.Method, e.Path)
		}
	}
	for route := range routed {
		method, path, _ := strings.Cut(route, " ")
		for _, lane := range lanes {
			if strings.HasPrefix(path, lane) && !known[route] && method != http.MethodOptions { // OPTIONS is the protocol's own
				t.Errorf("%s is in the router and not in the contract", route)
			}
		}
	}
}

// Each answers in the contract's words, also when what it is asked for is not there.
func TestEveryEndpointAnswersInTheContractsWords(t *testing.T) {
	s := house(t)
	for _, e := range contract.Endpoints {
		path := strings.NewReplacer("{id}", "nosuchrecord000", "{copy}", "nosuchrecord000").Replace(e.Path)
		person := demo.Practitioner
		if e.Method+e.Path == "DELETE/api/sync/devices" { // it signs out, and would meet no other door
			person = demo.School
		}
		for who, token := range map[string]string{"a user": s.Token(person), "a guest": ""} {
			a := s.Do(e.Method, path, token, strings.NewReader("nonsense"))
			if e.Method != http.MethodHead && a.Status >= 400 && contract.Of(contract.Code(a.Code())).Status != a.Status {
				t.Errorf("%s %s for %s: %d with the code %q", e.Method, path, who, a.Status, a.Code())
			}
			if token == "" && e.Auth != "none" && a.Status < 400 {
				t.Errorf("%s %s is open to a guest: %d", e.Method, path, a.Status)
			}
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
