package sync

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/chronology"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/letter"
)

// fellmoor is a running Fellmoor with phones.
func fellmoor(t testing.TB) *demotest.Server {
	t.Helper()
	return demotest.Serve(t, demotest.App(t), rooms...)
}

// phone is a model phone: what it holds, and where it stands.
type phone struct {
	t        testing.TB
	s        *demotest.Server
	who      demo.Person
	device   string
	token    string
	refresh  string
	position *string
	rows     map[string]held // "collection/id"
}

type held struct {
	scope  string
	rev    int64
	record string
}

func newPhone(t testing.TB, s *demotest.Server, who demo.Person) *phone {
	t.Helper()
	a := s.Do("POST", "/api/sync/devices", s.SignIn(who), contract.DeviceRequest{Name: who.Account + "'s phone"})
	if a.Status != 200 {
		t.Fatalf("registering %s's phone: %d %s", who.Account, a.Status, a.Body)
	}
	var d contract.DeviceAnswer
	a.JSON(t, &d)
	return &phone{t: t, s: s, who: who, device: d.Device, token: d.AccessToken, refresh: d.RefreshToken, rows: map[string]held{}}
}

// renew gets the phone new tokens, as one that works for longer than ten minutes does.
func (p *phone) renew() {
	p.t.Helper()
	a := p.s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: p.refresh})
	if a.Status != 200 {
		p.t.Fatalf("renewing: %d %s", a.Status, a.Body)
	}
	var d contract.DeviceAnswer
	a.JSON(p.t, &d)
	p.token, p.refresh = d.AccessToken, d.RefreshToken
}

// pull syncs to the end, page by page, and applies what it is told.
func (p *phone) pull(limit int) []contract.Change {
	p.t.Helper()
	var all []contract.Change
	for range 10_000 {
		answer := p.page(contract.PullRequest{Position: p.position, Limit: limit})
		p.apply(answer.Changes)
		all = append(all, answer.Changes...)
		p.position = &answer.Position
		if !answer.More {
			return all
		}
	}
	p.t.Fatal("the run does not end")
	return nil
}

func (p *phone) page(ask contract.PullRequest) contract.PullAnswer {
	p.t.Helper()
	a := p.s.Do("POST", "/api/sync/pull", p.token, ask)
	if a.Status != 200 {
		p.t.Fatalf("pull: %d %s", a.Status, a.Body)
	}
	var answer contract.PullAnswer
	a.JSON(p.t, &answer)
	return answer
}

// stream syncs in one streamed answer.
func (p *phone) stream() []contract.Change {
	p.t.Helper()
	a := p.s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position}, "Accept", "application/x-ndjson")
	if a.Status != 200 {
		p.t.Fatalf("stream: %d %s", a.Status, a.Body)
	}
	changes, last := readStream(p.t, a.Body)
	if !last.End {
		p.t.Fatal("the stream has no end line")
	}
	p.apply(changes)
	p.position = &last.Position
	return changes
}

func readStream(t testing.TB, body []byte) (changes []contract.Change, last contract.StreamLine) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c contract.Change
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("line %q: %v", lines.Text(), err)
		}
		if c.Op != "" {
			changes = append(changes, c)
			continue
		}
		last = contract.StreamLine{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatal(err)
		}
	}
	return changes, last
}

func (p *phone) apply(changes []contract.Change) {
	for _, c := range changes {
		key := c.Collection + "/" + c.ID
		switch {
		case c.Op == "put":
			p.rows[key] = held{c.Scope, c.Rev, string(c.Record)}
		case c.ID == "":
			for k, h := range p.rows {
				if h.scope == c.Scope && strings.HasPrefix(k, c.Collection) {
					delete(p.rows, k)
				}
			}
		default:
			delete(p.rows, key)
		}
	}
}

// push hands in mutations and answers the results.
func (p *phone) push(mutations ...contract.Mutation) []contract.Result {
	p.t.Helper()
	a := p.s.Do("POST", "/api/sync/push", p.token, contract.PushRequest{Mutations: mutations})
	if a.Status != 200 {
		p.t.Fatalf("push: %d %s", a.Status, a.Body)
	}
	var answer contract.PushAnswer
	a.JSON(p.t, &answer)
	if len(answer.Results) != len(mutations) {
		p.t.Fatalf("%d results for %d mutations", len(answer.Results), len(mutations))
	}
	return answer.Results
}

// hand pushes a body as it is.
func (p *phone) hand(body string, header ...string) (answer contract.PushAnswer) {
	p.t.Helper()
	a := p.s.Do("POST", "/api/sync/push", p.token, strings.NewReader(body), header...)
	if a.Status != 200 {
		p.t.Fatalf("push: %d %s", a.Status, a.Body)
	}
	a.JSON(p.t, &answer)
	return answer
}

// truth is what the server's tables say a user's phone should hold: the live feed
// rows of their scopes.
func truth(t testing.TB, app core.App, user string) map[string]int64 {
	t.Helper()
	var rows []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Seq        int64  `db:"seq"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT f.collection, f.record, f.seq FROM sync_feed f
		JOIN sync_grants g ON g.scope = f.scope AND g."user" = {:u} AND g.until IS NULL WHERE f.gone = 0`).
		Bind(map[string]any{"u": user}).All(&rows)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.Collection[len("hf_"):]+"/"+r.Record] = r.Seq
	}
	return out
}

// inSync fails unless the phone holds exactly what it should, at its rev.
func (p *phone) inSync() {
	p.t.Helper()
	want := truth(p.t, p.s.App, p.who.ID)
	for k, rev := range want {
		h, ok := p.rows[fixUsers(k)]
		if !ok {
			p.t.Errorf("%s's phone lacks %s", p.who.Account, k)
		} else if h.rev != rev {
			p.t.Errorf("%s's phone has %s at %d, the server at %d", p.who.Account, k, h.rev, rev)
		}
	}
	if len(p.rows) != len(want) {
		p.t.Errorf("%s's phone holds %d rows, should hold %d", p.who.Account, len(p.rows), len(want))
	}
}

// fixUsers gives the accounts' collection its name; its id is PocketBase's own.
func fixUsers(k string) string {
	if len(k) > 12 && k[:12] == "_users_auth_" {
		return "users" + k[len("_users_auth_"):]
	}
	return k
}

func allAttempts(t testing.TB, app core.App) map[string]bool {
	t.Helper()
	var ids []string
	if err := app.ConcurrentDB().NewQuery(`SELECT DISTINCT record FROM sync_feed WHERE collection = 'hf_contact_attempts' AND gone = 0`).Column(&ids); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// rooms are what a sync test's server has open.
var rooms = []func(*core.ServeEvent) error{devices.Open, Open, letter.Open, chronology.Open} // the contract has their endpoints too

func copyFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, raw, 0o600)
}
