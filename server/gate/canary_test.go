package gate_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"holdfast/collections"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/gate"
	"holdfast/server/ops"
)

const (
	stranger = "canaryuser00000" // whose records the canaries are; nobody of the cast works with them
	throttle = "X-Forwarded-For" // PocketBase slows empty answers, by address
)

var operators = []string{"=", "!=", ">", ">=", "<", "<=", "~", "!~", "?=", "?!=", "?>", "?>=", "?<", "?<=", "?~", "?!~"}

// Two Fellmoors, alike but that in one there are records of a family that none of the
// cast is on, in every collection. Whatever anybody asks, not one answer differs. It is
// made of the collections, so that a new one is covered.
func TestNothingTellsOfAForeignCanary(t *testing.T) {
	with, without := fellmoor(t, true), fellmoor(t, false)
	cast := append([]demo.Person{{Account: "guest"}}, demo.Cast...)
	var asked, seen counter
	var everybody sync.WaitGroup
	for i, p := range cast {
		c := &curious{t: t, with: with, without: without, who: p, asked: &asked, seen: &seen, turn: i}
		if p.ID != "" {
			c.tokens = [2]string{with.Token(p), without.Token(p)}
		}
		everybody.Go(func() {
			for _, n := range collections.All() {
				c.askAll(n)
			}
			c.listen()
		})
	}
	everybody.Wait()
	t.Logf("%d questions asked of both; %d pairs of a role and a collection that everybody of that role may read", asked.n, seen.n)
	if asked.n < 5_000 {
		t.Errorf("only %d questions", asked.n)
	}
}

// byRole is the case content that somebody reads of every family, by their role.
var byRole = map[string][]string{"dpo": {"evidence_holds", "evidence_disposals"}}

type counter struct {
	sync.Mutex
	n int
}

func (c *counter) add() int {
	c.Lock()
	defer c.Unlock()
	c.n++
	return c.n
}

// curious is somebody who asks both Fellmoors the same.
type curious struct {
	t             *testing.T
	with, without *demotest.Server
	who           demo.Person
	tokens        [2]string
	asked, seen   *counter
	turn          int
}

func (c *curious) both(method, path string, body any) (with, without demotest.Answer) {
	n := c.asked.add()
	address := fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255)
	ask := func(s *demotest.Server, token string) (a demotest.Answer) {
		for range 100 { // a slow machine may be too busy, which tells of itself only
			if a = s.Do(method, path, token, body, throttle, address); a.Status != http.StatusServiceUnavailable {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		return a
	}
	return ask(c.with, c.tokens[0]), ask(c.without, c.tokens[1])
}

// same asks, and holds the two answers to be one, but for the id that was asked about.
func (c *curious) same(method, path string, body any) {
	c.t.Helper()
	a, b := c.both(method, path, body)
	if a.Status != b.Status || string(a.Body) != string(b.Body) || a.Header.Get("ETag") != b.Header.Get("ETag") {
		c.t.Errorf("%s tells a foreign canary by %s %s %v:\nwith it    %d %.300s\nwithout it %d %.300s", c.who.Account, method, path, body, a.Status, a.Body, b.Status, b.Body)
	}
}

func (c *curious) askAll(n *collections.Noun) {
	c.t.Helper()
	a, b := c.both("GET", query(n.Name, "perPage", "500"), nil)
	if string(a.Body) != string(b.Body) { // they may see it: then it is not foreign
		if c.seen.add(); n.CaseField != "" && !slices.Contains(byRole[c.who.Account], n.Name) || a.Status != b.Status {
			c.t.Errorf("%s sees a foreign family's %s: %.300s", c.who.Account, n.Name, a.Body)
		}
		return
	}
	canary := canaryID(n, 0)
	collection, err := c.with.App.FindCachedCollectionByNameOrId(n.Name)
	if err != nil {
		c.t.Error(err)
		return
	}
	for i, f := range collection.Fields {
		name := f.GetName()
		c.turn++
		// Over the roles and the fields, every operator has its turn; each role has some.
		for k := range c.all(1, 16) {
			operator := operators[(c.turn+i+k)%len(operators)]
			value := []string{"'canary%'", "'" + canary + "'", "''", "1", "null", "id"}[(c.turn+k)%6]
			filter := name + " " + operator + " " + value
			if c.turn%2 == 0 {
				c.same("GET", query(n.Name, "filter", filter, "sort", []string{"-", "+", ""}[c.turn/2%3]+name), nil)
			} else {
				c.same("GET", query(n.Name, "filter", "id != '' && "+filter, "skipTotal", "1", "fields", "id,expand"), nil)
			}
			c.turn += k
		}
		if rel, ok := f.(*core.RelationField); ok {
			c.follow(n, rel)
		}
	}
	at := collectionsAt + n.Name + "/records"
	c.same("GET", at+"/"+canary, nil)
	c.same("HEAD", at+"/"+canaryID(n, 1), nil)
	c.same("PATCH", at+"/"+canary, map[string]any{"id": canary})
	c.same("DELETE", at+"/"+canary, nil)
	for _, inner := range []map[string]any{
		{"method": "PATCH", "url": at + "/" + canary, "body": map[string]any{"created": ""}},
		{"method": "patch", "url": collectionsAt + collection.Id + "/records/" + canary, "body": map[string]any{"created": ""}},
		{"method": "DELETE", "url": at + "/" + canary},
		{"method": "PUT", "url": at, "body": map[string]any{"id": canary}},
		{"method": "put", "url": collectionsAt + collection.Id + "/records?fields=id", "body": map[string]any{"id": canary, "created": ""}},
	} {
		c.same("POST", "/api/batch", map[string]any{"requests": []map[string]any{inner}})
	}
	if n.CaseField != "" && n.CaseField != "id" { // a child of a foreign family, and of none
		c.same("POST", at, map[string]any{n.CaseField: canaryID(collections.ByName("cases"), 0)})
	}
}

// follow asks where a relation leads, and back from there.
func (c *curious) follow(n *collections.Noun, rel *core.RelationField) {
	c.t.Helper()
	name, via := rel.Name, n.Name+"_via_"+rel.Name
	to, operator := collections.ByID(rel.CollectionId).Name, operators[c.turn%len(operators)]
	ways := []string{
		query(n.Name, "expand", name), query(n.Name, "expand", name+".id"),
		query(n.Name, "filter", name+".id "+operator+" 'canary%'"), query(n.Name, "sort", name+".id"),
		query(to, "filter", via+".id "+operator+" 'canary%'"), query(to, "filter", via+".id:length > 0"),
		query(to, "sort", via+".id"), query(to, "expand", via),
	}
	for k := range c.all(2, len(ways)) {
		c.same("GET", ways[(c.turn+k)%len(ways)], nil)
	}
}

// all is how many of something are tried: some in every run, all in a long one.
func (c *curious) all(some, all int) int {
	if os.Getenv("HOLDFAST_SOAK") != "" {
		return all
	}
	return some
}

// listen asks for news of the canaries.
func (c *curious) listen() {
	c.t.Helper()
	topics := []string{"sync", "PB_CONNECT"}
	for _, n := range collections.All() {
		topics = append(topics, n.Name+"/*", n.Name+"/"+canaryID(n, 0), n.Name+`/*?options={"query":{"filter":"id !~ 'canary%'","expand":"case"}}`)
	}
	for i, s := range []*demotest.Server{c.with, c.without} {
		client := subscriptions.NewDefaultClient()
		s.App.SubscriptionsBroker().Register(client)
		a := s.Do("POST", "/api/realtime", c.tokens[i], map[string]any{"clientId": client.Id(), "subscriptions": topics})
		if got := client.Subscriptions(); a.Status != http.StatusNoContent || len(got) != 2 {
			c.t.Errorf("%s listens to %d topics: %d", c.who.Account, len(got), a.Status)
		}
	}
}

func canaryID(n *collections.Noun, which int) string {
	return fmt.Sprintf("canary%07d%02d", slices.Index(collections.All(), n), which)
}

// fellmoor is a house with a stranger in it and, if told so, the canaries.
func fellmoor(t *testing.T, canaries bool) *demotest.Server {
	t.Helper()
	app := demotest.App(t)
	app.Settings().TrustedProxy.Headers = []string{throttle}
	app.Settings().Batch.Enabled = true
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	s := demotest.Serve(t, app, ops.Options{}.Open, gate.Open, devices.Open)
	for _, p := range demo.Cast { // before the canaries: a phone has a place in the feed
		s.Token(p)
	}
	insert(t, app, collections.ByName("users"), stranger, 0)
	if canaries {
		for _, n := range collections.All() {
			if n.Name != "agencies" && n.Name != "users" { // on which the others hang
				insert(t, app, n, canaryID(n, 0), 0)
				insert(t, app, n, canaryID(n, 1), 1)
			}
		}
	}
	return s
}

// insert writes a row past every hook, with something in every field.
func insert(t *testing.T, app core.App, n *collections.Noun, id string, which int) {
	t.Helper()
	c, err := app.FindCachedCollectionByNameOrId(n.Name)
	if err != nil {
		t.Fatal(err)
	}
	row := dbx.Params{}
	for _, f := range c.Fields {
		name := f.GetName()
		var v any
		switch f := f.(type) {
		case *core.RelationField:
			one := related(t, app, f, which)
			if v = one; f.IsMultiple() {
				v = `["` + one + `"]`
			}
		case *core.SelectField:
			one := f.Values[which%len(f.Values)]
			if v = one; f.IsMultiple() {
				v = `["` + one + `"]`
			}
		case *core.BoolField:
			v = which == 0 || name == "active"
		case *core.NumberField:
			v = 9000 + which
		case *core.DateField, *core.AutodateField:
			v = "2026-11-20 10:00:00.000Z"
		case *core.JSONField:
			v = `{"canary":1}`
		case *core.FileField:
			v = ""
		default:
			v = strings.ToLower("canary words " + id + name)
		}
		row[name] = v
	}
	row["id"] = id
	_, err = app.NonconcurrentDB().Insert(n.Name, row).Execute()
	if err != nil && (which == 0 || !strings.Contains(err.Error(), "UNIQUE")) { // one of a kind
		t.Fatalf("%s: %v", n.Name, err)
	}
}

// related is whom a canary names: another canary, or what is there for all.
func related(t *testing.T, app core.App, f *core.RelationField, which int) string {
	t.Helper()
	to := collections.ByID(f.CollectionId)
	switch {
	case to.Name == "users":
		return stranger
	case to.Name == "agencies":
		return demo.Agencies[4].ID
	case to.CaseField == "": // a hub: a template, say, that everybody reads
		var id string
		if err := app.ConcurrentDB().Select("id").From(to.Name).OrderBy("rowid").Limit(1).Row(&id); err == nil {
			return id
		}
	}
	return canaryID(to, which)
}
