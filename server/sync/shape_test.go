package sync

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/feed"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// raised is Fellmoor on a server that speaks contract 2, in which notes have a new
// shape and everything else its old one.
func raised(t *testing.T, oldest int) *demotest.Server {
	t.Helper()
	notes := collections.ByName("notes").Sync
	notes.Since = 2
	t.Cleanup(func() { notes.Since = 1 })
	return demotest.Serve(t, demotest.App(t), devices.Open, func(ev *core.ServeEvent) error {
		e, err := New(ev.App)
		if err != nil {
			return err
		}
		e.speaks, e.oldest = 2, oldest
		ev.Router.POST("/api/sync/pull", e.pull)
		ev.Router.POST("/api/sync/push", e.push)
		return nil
	})
}

func (p *phone) pullAs(version int) []contract.Change {
	p.t.Helper()
	a := p.page(contract.PullRequest{Position: p.position, Limit: 5000, Contract: version})
	if a.More {
		p.t.Fatal("one page was not enough")
	}
	p.apply(a.Changes)
	p.position = &a.Position
	return a.Changes
}

func TestANewShapeIsBackFilledAndNothingElse(t *testing.T) { // T17, T18
	s := raised(t, 1)
	p := newPhone(t, s, demo.Practitioner)
	p.pullAs(1)
	p.inSync()
	if again := p.pullAs(1); len(again) != 0 {
		t.Errorf("a phone of the old contract is sent %d changes for nothing", len(again))
	}
	changes := p.pullAs(2)
	want := 0
	for k := range p.rows {
		if len(k) > 6 && k[:6] == "notes/" {
			want++
		}
	}
	if len(changes) != want || want == 0 {
		t.Errorf("learning the new contract brought %d changes, the phone has %d notes", len(changes), want)
	}
	for _, c := range changes {
		if c.Collection != "notes" {
			t.Errorf("%s/%s came again, though its shape is what it was", c.Collection, c.ID)
		}
	}
	p.inSync()
	if again := p.pullAs(2); len(again) != 0 {
		t.Errorf("the next pull brings %d changes", len(again))
	}
}

func TestAPhoneTooOldToPullMayStillPush(t *testing.T) {
	s := raised(t, 2)
	p := newPhone(t, s, demo.Practitioner)
	a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Contract: 1})
	if a.Status != 426 || a.Code() != "contract_too_old" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	want(t, p.push(attempt("attemptoldphone", 1))[0], contract.Applied)
}

// The feed steps aside for a schema change and is back before it commits.
func TestTheFeedSurvivesASchemaChange(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	s.App.Store().Remove("holdfast.stands") // as in a migration, which runs before anything is served
	for _, step := range []func(c *core.Collection){
		func(c *core.Collection) { c.Fields.Add(&core.TextField{Name: "colour"}) },
		func(c *core.Collection) { c.Fields.GetByName("colour").SetName("hue") },
		func(c *core.Collection) { c.Fields.RemoveByName("hue") },
	} {
		c, err := s.App.FindCollectionByNameOrId("notes")
		if err != nil {
			t.Fatal(err)
		}
		step(c)
		if err := s.App.Save(c); err != nil {
			t.Fatal(err)
		}
		if err := feed.Check(s.App); err != nil {
			t.Error(err)
		}
		if _, err := s.App.NonconcurrentDB().NewQuery("UPDATE notes SET body = body || '.' WHERE id = '" + demo.ID("note", 100) + "'").Execute(); err != nil {
			t.Fatal(err)
		}
		if changes := p.pull(0); len(changes) != 1 || changes[0].ID != demo.ID("note", 100) {
			t.Errorf("after a schema change a raw write shows as %v", changes)
		}
		p.inSync()
		level(t, s)
	}
}

// Whoever writes is in the feed: SQL past every hook, a cascade, a bulk statement.
func TestTheFeedSeesEveryWriter(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	for _, sql := range []string{
		"UPDATE cases SET summary = 'by hand' WHERE id = '" + demo.CaseID(1) + "'",
		"UPDATE people SET name = name || ' (moved)'",
		"DELETE FROM contact_attempts WHERE method = 'phone'",
		"UPDATE notes SET shared = 1 - shared",
		"INSERT INTO resources (id, key, title, kind, body, published) VALUES ('byhand000000001', 'by-hand', 'By hand', 'guide', 'x', 1)",
		"UPDATE resources SET published = 0 WHERE id = 'byhand000000001'",
		"UPDATE users SET active = 0 WHERE id = '" + demo.Colleague.ID + "'",
		"DELETE FROM case_members WHERE user = '" + demo.School.ID + "'",
	} {
		if _, err := s.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(sql, err)
		}
		p.pull(3)
		p.inSync()
		level(t, s)
		if t.Failed() {
			t.Fatalf("after %s", sql)
		}
	}
}
