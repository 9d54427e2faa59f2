package sync

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// ago makes what happened so far lie as many days back: the server has lived through
// each of them and nothing changed.
func ago(t testing.TB, app core.App, days int) {
	t.Helper()
	for _, q := range []string{
		`DELETE FROM sync_days`,
		`WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < {:days})
			INSERT INTO sync_days (n, day, at, seq) SELECT n, date({:now} - ({:days} + 1 - n) * 86400, 'unixepoch'), {:now} - ({:days} + 1 - n) * 86400, seq FROM d, sync_counter`,
		`UPDATE sync_verdicts SET at = at - {:days} * 86400`,
		`UPDATE sync_tombstones SET at = at - {:days} * 86400`,
		`UPDATE sync_aliases SET at = at - {:days} * 86400`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(q).Bind(dbx.Params{"days": days, "now": time.Now().Unix()}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
}

// night is tonight, on an engine of its own over the same store.
func night(t testing.TB, app core.App) {
	t.Helper()
	e, err := New(app)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.night(time.Now()); err != nil {
		t.Fatal(err)
	}
}

func counted(t testing.TB, app core.App, query string, params dbx.Params) (n int64) {
	t.Helper()
	if err := app.ConcurrentDB().NewQuery(query).Bind(params).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// differing are the scopes to repair, as the contract tells a client to find them; what
// lies in a scope that is not held any more leaves the phone.
func (p *phone) differing() (out []string) {
	p.t.Helper()
	a := p.s.Do("POST", "/api/sync/digest", p.token, contract.DigestRequest{Position: *p.position})
	if a.Status != 200 {
		p.t.Fatalf("digest: %d %s", a.Status, a.Body)
	}
	var d contract.DigestAnswer
	a.JSON(p.t, &d)
	return p.compare(d)
}

func (p *phone) compare(d contract.DigestAnswer) (out []string) {
	mine := map[string]*contract.Tally{}
	for key, h := range p.rows {
		if _, held := d.Digests[h.scope]; !held {
			delete(p.rows, key)
			continue
		}
		if mine[h.scope] == nil {
			mine[h.scope] = &contract.Tally{}
		}
		mine[h.scope].Add(h.rev)
	}
	for scope, theirs := range d.Digests {
		m := mine[scope]
		if m == nil {
			m = &contract.Tally{}
		}
		if ours := m.Digest(); ours.Count != theirs.Count || ours.Hash != theirs.Hash {
			out = append(out, scope)
		}
	}
	slices.Sort(out)
	return out
}

// mend repairs by digest, page by page, and answers what was repaired and what came.
func (p *phone) mend(limit int) (repaired []string, came []contract.Change) {
	p.t.Helper()
	repaired = p.differing()
	if len(repaired) == 0 {
		repaired = []string{"user:" + p.who.ID}
	}
	for range 1000 {
		a := p.page(contract.PullRequest{Position: p.position, Limit: limit, Repair: repaired})
		p.apply(a.Changes)
		came = append(came, a.Changes...)
		p.position = &a.Position
		if !a.More {
			return repaired, came
		}
	}
	p.t.Fatal("the repair does not end")
	return nil, nil
}

func (p *phone) ask() demotest.Answer {
	p.t.Helper()
	return p.s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position})
}

func remove(t testing.TB, app core.App, collection, id string) {
	t.Helper()
	r, err := app.FindRecordById(collection, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Delete(kernel.AsServer(r)); err != nil {
		t.Fatal(err)
	}
}

// T12: a phone that was away for 401 days. Meanwhile a note was deleted, a case was
// lost, another was lost, cleaned and regained, one was gained, one changed; and the
// removals of all that are forgotten.
func TestAPhoneAwayBeyondTheHorizonRepairsByDigest(t *testing.T) {
	for _, limit := range []int{0, 3} {
		t.Run(fmt.Sprint("limit", limit), func(t *testing.T) { away(t, limit) })
	}
}

func away(t *testing.T, limit int) {
	s := fellmoor(t)
	p, near := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	near.pull(0)
	want(t, p.push(mutation("create", "notes", "goneandregained", 0, set("case", demo.CaseID(3), "body", "x", "source", "document", "shared", true)))[0], contract.Applied)
	p.pull(0)
	was := map[string]held{}
	for k, h := range p.rows {
		was[k] = h
	}

	note := demo.ID("note", 100)
	remove(t, s.App, "notes", note)
	leave(t, s.App, demo.Practitioner.ID, demo.CaseID(2))
	leave(t, s.App, demo.Practitioner.ID, demo.CaseID(3))
	remove(t, s.App, "notes", "goneandregained")
	join(t, s.App, demo.Practitioner.ID, demo.CaseID(3))
	near.pull(0)
	ago(t, s.App, 401) // all that was 401 days ago; what follows is of today
	want(t, near.push(mutation("update", "cases", demo.CaseID(1), near.rev("cases", demo.CaseID(1)), set("summary", "Of today.")))[0], contract.Applied)
	join(t, s.App, demo.Practitioner.ID, demo.CaseID(4))
	night(t, s.App)

	for id, n := range map[string]int64{note: 0, "goneandregained": 0} {
		if got := counted(t, s.App, `SELECT count(*) FROM sync_feed WHERE record = {:r}`, dbx.Params{"r": id}); got != n {
			t.Fatalf("the removal of %s is still remembered", id)
		}
	}
	if a := p.ask(); a.Status != 410 || a.Code() != string(contract.PositionOld) {
		t.Fatalf("a position of 401 days ago: %d %s", a.Status, a.Body)
	}
	if a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position}, "Accept", "application/x-ndjson"); a.Status != 410 {
		t.Fatalf("as a stream: %d %s", a.Status, a.Body)
	}
	near.pull(0) // who was here all the time goes on
	near.inSync()

	held := len(p.rows)
	repaired, came := p.mend(limit)
	p.inSync()
	if held == 0 || len(repaired) > 4 || slices.Contains(repaired, "all") {
		t.Errorf("repaired %v", repaired)
	}
	again := 0
	for _, c := range came {
		if c.Op == "put" && was["all/"+c.ID].rev == c.Rev && c.Scope == "all" {
			again++
		}
	}
	if again > 0 {
		t.Errorf("%d records that did not differ came again", again)
	}
	if d := p.differing(); len(d) > 0 {
		t.Errorf("after the repair it differs in %v", d)
	}
	for _, gone := range []string{"notes/" + note, "notes/goneandregained", "cases/" + demo.CaseID(2)} {
		if _, ok := p.rows[gone]; ok || was[gone].rev == 0 {
			t.Errorf("%s: held before %v, held now %v", gone, was[gone].rev > 0, ok)
		}
	}
	if _, ok := p.rows["cases/"+demo.CaseID(4)]; !ok {
		t.Error("the case gained meanwhile did not come")
	}
	if c := p.pull(0); len(c) != 0 {
		t.Errorf("and then it goes on as ever: %v", c)
	}
}

func join(t testing.TB, app core.App, user, id string) {
	t.Helper()
	m, err := app.FindFirstRecordByFilter("case_members", "user = {:u} && case = {:c}", dbx.Params{"u": user, "c": id})
	if err != nil {
		c, err := app.FindCachedCollectionByNameOrId("case_members")
		if err != nil {
			t.Fatal(err)
		}
		m = core.NewRecord(c)
		m.Load(map[string]any{"case": id, "user": user, "role": "member"})
	}
	m.Set("until", "")
	m.Set("active", true)
	if err := app.Save(kernel.AsServer(m)); err != nil {
		t.Fatal(err)
	}
}

// A position is as old as what it has, whatever run it stands in; one at the horizon
// lacks nothing.
func TestAPositionIsServedUpToTheHorizonAndNoFurther(t *testing.T) {
	s := fellmoor(t)
	fresh, midway, whole, at := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner)
	first := fresh.page(contract.PullRequest{Limit: 9, First: []string{"notes"}}) // the first run, not whole
	fresh.apply(first.Changes)
	fresh.position = &first.Position
	for _, p := range []*phone{midway, whole} {
		p.pull(0)
	}
	join(t, s.App, demo.Practitioner.ID, demo.CaseID(4))
	next := midway.page(contract.PullRequest{Position: midway.position, Limit: 2}) // a later run, not whole
	midway.apply(next.Changes)
	midway.position = &next.Position
	remove(t, s.App, "notes", fresh.of("notes")[0])
	at.pull(0)
	ago(t, s.App, 401)
	night(t, s.App)
	for name, p := range map[string]*phone{"the first run": fresh, "a later run": midway, "a whole one": whole} {
		if a := p.ask(); a.Code() != string(contract.PositionOld) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		p.mend(7)
		p.inSync()
	}
	if a := at.ask(); a.Status != 200 {
		t.Errorf("at the horizon: %d %s", a.Status, a.Body)
	}
	nobody := newPhone(t, s, demo.Practitioner) // and a new phone begins as ever
	nobody.pull(3)
	nobody.inSync()
}

// A run that read while the horizon was raised over it does not end as if it were whole.
func TestARunThatIsOvertakenByTheHorizonIsNotWhole(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	at, err := e.unseal(*p.position, demo.Practitioner.ID, p.device)
	if err != nil {
		t.Fatal(err)
	}
	remove(t, s.App, "notes", demo.ID("note", 100))
	r, err := e.runFrom(t.Context(), demo.Practitioner.ID, p.device, at)
	if err != nil {
		t.Fatal(err)
	}
	r.left = 100
	r.emit = func(entry) error { return nil }
	if err := r.begin(contract.PullRequest{}); err != nil {
		t.Fatal(err)
	}
	head, err := feed.Head(s.App.ConcurrentDB())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.raise(head); err != nil { // while the run is under way
		t.Fatal(err)
	}
	if done, err := r.fill(); err == nil || done || !strings.Contains(err.Error(), contract.Of(contract.PositionOld).Title) {
		t.Errorf("done %v: %v", done, err)
	}
}
