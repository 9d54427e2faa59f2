package sync

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// lane is what one collection of a per-collection client keeps: its rows and its place.
type lane struct {
	*phone
	only []string
	cost int // bytes asked and answered
}

// lanes are a phone's, one for each collection, as RxDB or WatermelonDB replicate.
func lanes(p *phone) []*lane {
	var out []*lane
	for _, n := range collections.All() {
		if n.Sync != nil {
			out = append(out, &lane{phone: &phone{t: p.t, s: p.s, who: p.who, device: p.device, token: p.token, rows: map[string]held{}}, only: []string{n.Name}})
		}
	}
	return out
}

func (l *lane) pull(ask contract.PullRequest, header ...string) (all []contract.Change) {
	l.t.Helper()
	for range 10_000 {
		ask.Position, ask.Collections = l.position, l.only
		asked, err := json.Marshal(ask)
		if err != nil {
			l.t.Fatal(err)
		}
		a := l.s.Do("POST", "/api/sync/pull", l.token, ask, header...)
		if a.Status != 200 {
			l.t.Fatalf("pulling %v: %d %s", l.only, a.Status, a.Body)
		}
		l.cost += len(asked) + len(a.Body)
		var page contract.PullAnswer
		if len(header) > 0 {
			var end contract.StreamLine
			page.Changes, end = readStream(l.t, a.Body)
			page.Position = end.Position
			if len(end.Digest) > 0 {
				l.t.Errorf("a stream of %v names the digests of whole scopes", l.only)
			}
		} else {
			a.JSON(l.t, &page)
		}
		for _, c := range page.Changes {
			if c.Collection == "" || !slices.Contains(l.only, c.Collection) {
				l.t.Errorf("a pull of %v alone says %+v", l.only, c)
			}
		}
		l.apply(page.Changes)
		all = append(all, page.Changes...)
		l.position = &page.Position
		if !page.More {
			return all
		}
	}
	l.t.Fatal("the run does not end")
	return nil
}

// asOne is one phone with the rows of all lanes.
func asOne(p *phone, lanes []*lane) *phone {
	p.rows = map[string]held{}
	for _, l := range lanes {
		for k, h := range l.rows {
			p.rows[k] = h
		}
	}
	return p
}

// A client that replicates each collection by itself holds what one that pulls all of
// them holds, and pays at most twice for it.
func TestCollectionsOneByOneCostAtMostTwice(t *testing.T) {
	s := fellmoor(t)
	whole := &lane{phone: newPhone(t, s, demo.Practitioner)}
	for _, n := range collections.All() {
		if n.Sync != nil {
			whole.only = append(whole.only, n.Name)
		}
	}
	whole.pull(contract.PullRequest{Limit: 5000})
	whole.inSync()

	p := newPhone(t, s, demo.Practitioner)
	each, sum := lanes(p), 0
	for _, l := range each {
		l.pull(contract.PullRequest{Limit: 5000})
		sum += l.cost
	}
	asOne(p, each).inSync()
	t.Logf("%d collections one by one: %d bytes; all at once: %d", len(each), sum, whole.cost)
	if sum > 2*whole.cost {
		t.Errorf("%d collections one by one cost %d bytes, one pull of all of them %d", len(each), sum, whole.cost)
	}
}

// What comes, changes and goes reaches each collection's own place: by small pages, by
// stream, for clients that know scopes and for those that know none.
func TestEachCollectionKeepsItsOwnPlace(t *testing.T) {
	for what, how := range map[string]struct {
		ask    contract.PullRequest
		header []string
	}{
		"by pages of three": {ask: contract.PullRequest{Limit: 3}},
		"by stream":         {header: []string{"Accept", "application/x-ndjson"}},
		"without scopes":    {ask: contract.PullRequest{Limit: 4, Expand: true}},
		"wanted first":      {ask: contract.PullRequest{Limit: 4, First: []string{"notes", "cases"}}},
	} {
		t.Run(strings.ReplaceAll(what, " ", "_"), func(t *testing.T) {
			s := fellmoor(t)
			p := newPhone(t, s, demo.School)
			each := lanes(p)
			for round, sql := range []string{
				"SELECT 1",
				"UPDATE notes SET body = body || '.' WHERE shared",
				"UPDATE case_members SET active = 0 WHERE user = '" + demo.School.ID + "'",
				"UPDATE case_members SET active = 1 WHERE user = '" + demo.School.ID + "'",
				"UPDATE notes SET shared = 1 - shared",
				"DELETE FROM contact_attempts WHERE method = 'phone'",
			} {
				if _, err := s.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
					t.Fatal(err)
				}
				for i, l := range each {
					if (i+round)%3 != 0 || round == 5 { // not every one comes each time
						l.pull(how.ask, how.header...)
					}
				}
			}
			asOne(p, each).inSync()
			for _, l := range each {
				if again := l.pull(how.ask, how.header...); len(again) != 0 {
					t.Errorf("%v: with nothing new %d changes", l.only, len(again))
				}
			}
		})
	}
}

// Another set of collections at the same place: what is added comes whole, what was there
// is not said again, and what is left out is told no more.
func TestACollectionThatIsAddedComesWhole(t *testing.T) {
	s := fellmoor(t)
	l := &lane{phone: newPhone(t, s, demo.Practitioner), only: []string{"cases"}}
	l.pull(contract.PullRequest{})
	l.only = []string{"cases", "notes"}
	for _, c := range l.pull(contract.PullRequest{Limit: 2}) {
		if c.Collection != "notes" {
			t.Errorf("%s comes again for a collection that was added", c.Collection)
		}
	}
	want := truth(t, s.App, demo.Practitioner.ID)
	for k := range want {
		if name, _, _ := strings.Cut(k, "/"); name == "notes" && l.rows[k].rev != want[k] {
			t.Errorf("the added collection lacks %s", k)
		}
	}
	l.only = []string{"notes"}
	if _, err := s.App.NonconcurrentDB().NewQuery("UPDATE cases SET summary = 'anew'").Execute(); err != nil {
		t.Fatal(err)
	}
	if got := l.pull(contract.PullRequest{}); len(got) != 0 {
		t.Errorf("of a collection that is no longer asked for there comes %v", got)
	}
	all := l.phone // and a pull that names none is one of everything
	all.pull(9)
	all.inSync()
}

// A push's records are delivered again to the place of their own collection, however many
// others were shown first, and however often others of the phone pushed and pulled.
func TestAnEchoReachesItsOwnCollection(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	attempts := &lane{phone: p, only: []string{"contact_attempts"}}
	other := &lane{phone: &phone{t: t, s: s, who: p.who, device: p.device, token: p.token, rows: map[string]held{}}, only: []string{"people"}}
	attempts.pull(contract.PullRequest{})
	other.pull(contract.PullRequest{})
	refused := attempt("attemptecho0001", 4)
	refused.Op = "update" // of what is not there, so nothing but the echo says that the row must go
	want(t, p.push(refused)[0], contract.Refused)
	p.rows["contact_attempts/attemptecho0001"] = held{record: "{}"} // what the client's store shows meanwhile
	for range 3 {
		other.pull(contract.PullRequest{})
		p.push(contract.Mutation{ID: ulid(), Collection: "people", Record: demo.ID("person", 1), Op: "update", Set: map[string]json.RawMessage{"nosuchfield": []byte("1")}})
	}
	got := attempts.pull(contract.PullRequest{})
	if len(got) == 0 || got[len(got)-1].ID != "attemptecho0001" {
		t.Errorf("the push's own record does not come back: %v", got)
	}
	if again := attempts.pull(contract.PullRequest{}); len(again) != 0 {
		t.Errorf("it comes back twice: %v", again)
	}
	// What every place of the phone has shown to have arrived is not remembered for ever.
	for range 2 {
		attempts.pull(contract.PullRequest{})
		other.pull(contract.PullRequest{})
	}
	p.push(attempt("attemptecho0002", 1))
	var left int
	if err := s.App.ConcurrentDB().NewQuery("SELECT count(*) FROM sync_again WHERE device = {:d}").Bind(dbx.Params{"d": p.device}).Row(&left); err != nil {
		t.Fatal(err)
	}
	if left != 1 {
		t.Errorf("%d redeliveries are remembered, one is owed", left)
	}
}

// A scope repaired for some collections is dropped and delivered for these alone.
func TestARepairIsOfTheCollectionsAskedFor(t *testing.T) {
	s := fellmoor(t)
	for _, expand := range []bool{false, true} {
		l := &lane{phone: newPhone(t, s, demo.Practitioner), only: []string{"notes"}}
		l.pull(contract.PullRequest{})
		before := len(l.rows)
		for k, h := range l.rows {
			if h.scope == "case:"+demo.CaseID(1) {
				delete(l.rows, k)
			}
		}
		got := l.pull(contract.PullRequest{Limit: 2, Expand: expand, Repair: []string{"case:" + demo.CaseID(1)}})
		if len(got) == 0 || len(l.rows) != before {
			t.Errorf("expand %v: %d changes, %d notes of %d", expand, len(got), len(l.rows), before)
		}
	}
}

// What is written down as delivered is what was: of the collections asked for alone.
func TestWhatOneCollectionDeliversIsOnRecord(t *testing.T) {
	s := fellmoor(t)
	for _, page := range []int{3, 5000} {
		l := &lane{phone: newPhone(t, s, demo.Practitioner), only: []string{"notes"}}
		want := map[string]int{}
		for _, c := range l.pull(contract.PullRequest{Limit: page}) {
			want[collections.CaseOf(c.Scope)]++
		}
		if got := onRecord(t, s, l.phone); !equalCounts(got, want) {
			t.Errorf("by pages of %d the audit log has %v, and %v were delivered", page, got, want)
		}
	}
}

// onRecord is what the audit log says was delivered of each case to a phone.
func onRecord(t *testing.T, s *demotest.Server, p *phone) map[string]int {
	t.Helper()
	if err := kernel.SettleAudit(s.App); err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Case  string `db:"case"`
		Count int    `db:"count"`
	}
	if err := s.App.ConcurrentDB().NewQuery(`SELECT "case", sum(count) AS count FROM audit_log WHERE verb = 'sync' AND device = {:d} GROUP BY "case"`).
		Bind(dbx.Params{"d": p.device}).All(&rows); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, r := range rows {
		out[r.Case] = r.Count
	}
	return out
}

func equalCounts(a, b map[string]int) bool {
	for k := range a {
		if a[k] != b[k] {
			return false
		}
	}
	return len(a) == len(b)
}

// Names that nobody knows deliver nothing, and harm none; an empty list is a mistake.
func TestCollectionsThatNobodyKnows(t *testing.T) {
	s := fellmoor(t)
	l := &lane{phone: newPhone(t, s, demo.Practitioner), only: []string{"no_such_thing", "audit_log"}}
	if got := l.pull(contract.PullRequest{}); len(got) != 0 {
		t.Errorf("%v", got)
	}
	l.only = append(l.only, "cases")
	if got := l.pull(contract.PullRequest{}); len(got) == 0 {
		t.Error("what is added to them does not come")
	}
	if a := s.Do("POST", "/api/sync/pull", l.token, map[string]any{"collections": []string{}}); a.Status != 400 {
		t.Errorf("an empty list: %d", a.Status)
	}
}

// The longest place that there can be is one that can be sent back.
func TestTheLongestPositionIsTaken(t *testing.T) {
	e, err := New(demotest.App(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &place{Device: demo.ID("device", 1), Epoch: e.epoch(), Seq: 1 << 40, Until: 1 << 41, Again: 1 << 40, AgainUntil: 1 << 41, Scope: "case:case00000000001/agency:agency000000001"}
	p.Subject = demo.Practitioner.ID
	for _, n := range collections.All() {
		if n.Sync != nil {
			p.Only, p.Wants = append(p.Only, n.Name), append(p.Wants, n.Name)
			if len(p.First) < 32 {
				p.First = append(p.First, n.Name)
			}
		}
	}
	for range 64 {
		p.Repair = append(p.Repair, "case:case00000000001/agency:agency000000001")
	}
	token, err := e.seal(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(token) > 8192 {
		t.Errorf("a position of %d letters, and 8,192 may be sent", len(token))
	}
}
