package sync

import (
	"slices"
	"strings"
	"testing"

	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/hooks/upkeep"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// level fails unless the feed says of every record what its table says.
func level(t *testing.T, s *demotest.Server) {
	t.Helper()
	astray, err := feed.Astray(s.App)
	if err != nil {
		t.Fatal(err)
	}
	if len(astray) > 0 {
		t.Errorf("the feed does not say what the tables say of %s", strings.Join(astray, ", "))
	}
}

func past(t *testing.T, s *demotest.Server, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := s.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(sql, err)
		}
	}
}

// unwatched runs statements while no trigger is in place, and brings the capture back
// as a repair does: the server does not start so.
func unwatched(t *testing.T, s *demotest.Server, statements ...string) {
	t.Helper()
	if err := feed.Remove(s.App); err != nil {
		t.Fatal(err)
	}
	past(t, s, statements...)
	if feed.Check(s.App) == nil {
		t.Fatal("the capture was not away")
	}
	if hooks.Ready(s.App) == nil {
		t.Fatal("it starts in silence")
	}
	if _, err := upkeep.Repair(s.App); err != nil {
		t.Fatal(err)
	}
	if err := hooks.Ready(s.App); err != nil {
		t.Fatal(err)
	}
}

// What was written while the capture was away, whatever took it away, reaches phones:
// what changed, what came and what went, and nothing else.
func TestWhatNoTriggerSawReachesPhones(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	changed, gone := demo.ID("note", 100), ""
	if err := s.App.ConcurrentDB().NewQuery("SELECT id FROM contact_attempts WHERE \"case\" = '" + demo.CaseID(1) + "' LIMIT 1").Row(&gone); err != nil {
		t.Fatal(err)
	}
	unwatched(t, s,
		"UPDATE notes SET body = 'Written past everything' WHERE id = '"+changed+"'",
		"DELETE FROM contact_attempts WHERE id = '"+gone+"'",
		"INSERT INTO resources (id, key, title, kind, body, published) VALUES ('byhand000000001', 'by-hand', 'By hand', 'guide', 'x', 1)")
	level(t, s)
	said := map[string]string{}
	for _, c := range p.pull(0) {
		said[c.Collection+"/"+c.ID] = c.Op
		if c.ID == changed && !strings.Contains(string(c.Record), "Written past everything") {
			t.Errorf("the note comes as %s", c.Record)
		}
	}
	want := map[string]string{"notes/" + changed: "put", "contact_attempts/" + gone: "drop", "resources/byhand000000001": "put"}
	for key, op := range want {
		if said[key] != op {
			t.Errorf("%s: %q, wanted %q", key, said[key], op)
		}
	}
	if len(said) != len(want) {
		t.Errorf("it was told of %v", said)
	}
	p.inSync()
}

// A store of a release that built each record's JSON as it was pulled: it learns what
// its records look like, and no phone downloads anything again.
func TestAStoreWithoutBodiesGetsThem(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	unwatched(t, s, "DELETE FROM sync_bodies", "DELETE FROM sync_meta WHERE name LIKE 'shape %'")
	level(t, s)
	if again := p.pull(0); len(again) != 0 {
		t.Errorf("%d records came again, though nothing changed", len(again))
	}
	fresh := newPhone(t, s, demo.Practitioner)
	fresh.pull(0)
	fresh.inSync()
}

// What is deleted, or leaves a scope, is in the feed no longer: only that it went is.
func TestTheFeedKeepsNoContentOfWhatWent(t *testing.T) {
	s := fellmoor(t)
	const words = "A sentence that nobody else says"
	id := demo.ID("note", 100)
	past(t, s, "UPDATE notes SET body = '"+words+"' WHERE id = '"+id+"'", "UPDATE notes SET shared = 1 - shared WHERE id = '"+id+"'")
	bodies := func() (n int) {
		t.Helper()
		if err := s.App.ConcurrentDB().NewQuery("SELECT count(*) FROM sync_bodies WHERE body LIKE '%" + words + "%'").Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := bodies(); n != 1 {
		t.Errorf("%d bodies of one note that changed scope", n)
	}
	past(t, s, "DELETE FROM notes WHERE id = '"+id+"'")
	if n := bodies(); n != 0 {
		t.Errorf("%d bodies of a note that was deleted", n)
	}
	level(t, s)
}

// JSON that is none, written past PocketBase, stops neither the write nor a pull.
func TestBrokenJSONStopsNobody(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	past(t, s, `UPDATE users SET roles = '["practitioner"' WHERE id = '`+demo.Practitioner.ID+`'`)
	found := false
	for _, c := range p.pull(0) {
		if c.ID == demo.Practitioner.ID {
			found = strings.Contains(string(c.Record), `"roles":"[\"practitioner\""`)
		}
	}
	if !found {
		t.Error("the account did not come with the text that its roles are")
	}
	level(t, s)
}

// A collection that is deleted takes its records off every phone.
func TestADeletedCollectionLeavesPhones(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	if len(p.rows) == 0 || len(heldOf(p, "contact_attempts")) == 0 {
		t.Fatal("the phone holds no tries at contact")
	}
	s.App.Store().Remove("holdfast.stands") // while it is served nobody changes it
	for _, noun := range []string{"attempt_withdrawals", "contact_attempts"} {
		c, err := s.App.FindCollectionByNameOrId(noun)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.App.Delete(c); err != nil {
			t.Fatal(err)
		}
	}
	p.pull(0)
	if left := heldOf(p, "contact_attempts"); len(left) != 0 {
		t.Errorf("the phone still holds %v", left)
	}
	level(t, s)
	p.inSync()
}

func heldOf(p *phone, collection string) (out []string) {
	for key := range p.rows {
		if strings.HasPrefix(key, collection+"/") {
			out = append(out, key)
		}
	}
	return out
}

// What compares the feed with the tables names every way in which they can differ: the
// other tests rest on it.
func TestWhatIsAstrayIsNamed(t *testing.T) {
	s := fellmoor(t)
	level(t, s)
	past(t, s,
		`UPDATE sync_feed SET scope = 'case:elsewhere' WHERE record = (SELECT min(id) FROM notes)`,
		`DELETE FROM sync_feed WHERE record = (SELECT min(id) FROM people)`,
		`UPDATE sync_bodies SET body = '{}' WHERE seq = (SELECT seq FROM sync_feed WHERE record = (SELECT min(id) FROM cases) AND gone = 0)`,
		`INSERT INTO sync_feed (scope, seq, collection, record) SELECT 'case:elsewhere', (SELECT seq + 1 FROM sync_counter), collection, record FROM sync_feed WHERE record = (SELECT max(id) FROM notes)`,
		`INSERT INTO sync_feed (scope, seq, collection, record) SELECT scope, (SELECT seq + 2 FROM sync_counter), collection, 'nosuchnote00000' FROM sync_feed WHERE record = (SELECT max(id) FROM notes) AND scope <> 'case:elsewhere'`,
	)
	var want []string
	for _, q := range []string{
		`SELECT 'cases/' || min(id) FROM cases`, `SELECT 'people/' || min(id) FROM people`,
		`SELECT 'notes/' || min(id) FROM notes`, `SELECT 'notes/' || max(id) FROM notes`, `SELECT 'notes/nosuchnote00000'`,
	} {
		var name string
		if err := s.App.ConcurrentDB().NewQuery(q).Row(&name); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	want = append(want, "1 bodies of nothing") // the person's
	got, err := feed.Astray(s.App)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("want %q\n got %q", want, got)
	}
}
