package hooks_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/feed"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/upload/verify"
)

// oneView is what an earlier build had in place of three views: what the nouns' triggers told
// the feed's, all by one, whose triggers asked what had happened.
func oneView() []string {
	const (
		next  = `UPDATE sync_counter SET seq = seq + 1`
		here  = `(SELECT seq FROM sync_counter)`
		ofIt  = `record = NEW.record AND collection = NEW.collection`
		strip = `DELETE FROM sync_bodies WHERE seq = (SELECT seq FROM sync_feed WHERE ` + ofIt + ` AND scope = NEW.was)`
		drop  = `UPDATE sync_feed SET seq = ` + here + `, gone = 1 WHERE ` + ofIt + ` AND scope = NEW.was`
		put   = `INSERT INTO sync_feed (scope, seq, collection, record, gone) SELECT NEW.now, ` + here + `, NEW.collection, NEW.record, 0 WHERE NEW.now IS NOT NULL
			ON CONFLICT (record, collection, scope) DO UPDATE SET seq = excluded.seq, gone = 0`
		body  = `INSERT INTO sync_bodies (seq, body) SELECT ` + here + `, NEW.body WHERE NEW.now IS NOT NULL`
		moved = `NEW.was IS NOT NEW.now`
	)
	on := func(event, when string, does ...string) string {
		return `CREATE TRIGGER hf_sync_capture_` + event + ` INSTEAD OF INSERT ON sync_capture WHEN ` + when + " BEGIN\n" + strings.Join(does, ";\n") + ";\nEND"
	}
	return []string{
		`CREATE VIEW sync_capture AS SELECT NULL AS collection, NULL AS record, NULL AS was, NULL AS now, NULL AS body, NULL AS changed WHERE 0`,
		on("insert", `NEW.changed IS NULL AND NEW.now IS NOT NULL`, next, put, body),
		on("update", `NEW.changed IS NOT NULL AND (`+moved+` OR instr(NEW.changed, '":1'))`, strip, next, drop+` AND `+moved, next+` WHERE `+moved, put, body,
			`INSERT INTO sync_fields (record, collection, field, seq, device) SELECT NEW.record, NEW.collection, key, `+here+`, '' FROM json_each(NEW.changed) WHERE value
			ON CONFLICT (record, collection, field) DO UPDATE SET seq = excluded.seq, device = ''`),
		on("delete", `NEW.body IS NULL`, strip, next, drop, `DELETE FROM sync_fields WHERE `+ofIt),
		on("moved", `NEW.now IS NOT NEW.was AND NEW.now IS NOT NULL AND `+collections.Copied, collections.Copies()...),
	}
}

// asBefore makes a store what that build left: its one view, and the nouns' triggers that
// tell it.
func asBefore(t *testing.T, app core.App) {
	t.Helper()
	done(t, app.RunInTransaction(func(tx core.App) error {
		does := func(sql string) {
			t.Helper()
			if _, err := tx.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
				t.Fatalf("%v: %s", err, sql)
			}
		}
		var tells []struct {
			Name string `db:"name"`
			SQL  string `db:"sql"`
		}
		done(t, tx.NonconcurrentDB().NewQuery(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '% AFTER %' AND
			(sql LIKE '%INSERT INTO hf_came %' OR sql LIKE '%INSERT INTO hf_changed %' OR sql LIKE '%INSERT INTO hf_went %')`).All(&tells))
		if len(tells) < 3*40 {
			t.Fatalf("%d triggers of nouns", len(tells))
		}
		for _, p := range tells {
			does("DROP TRIGGER " + p.Name)
		}
		for _, view := range []string{"hf_came", "hf_changed", "hf_went"} {
			does("DROP VIEW " + view) // with its triggers
		}
		for _, sql := range oneView() {
			does(sql)
		}
		for _, p := range tells {
			does(strings.NewReplacer("INSERT INTO hf_came ", "INSERT INTO sync_capture ", "INSERT INTO hf_changed ", "INSERT INTO sync_capture ",
				"INSERT INTO hf_went ", "INSERT INTO sync_capture ").Replace(p.SQL))
		}
		does(`UPDATE sync_meta SET value = 'what that build had put in place' WHERE name = 'installed'`)
		return nil
	}))
}

// A store of the build that had one view of what was written, and lived on under it, is taken
// on: nothing of that view stays, the feed says of every record what its table says, what was
// written meanwhile keeps its position, and no evidence is found other than its row.
func TestAStoreOfOneCaptureViewIsTakenOn(t *testing.T) {
	app := demotest.App(t)
	dir := app.DataDir()
	asBefore(t, app)
	note := must(app.FindFirstRecordByData("notes", "case", demo.CaseID(1))).Id
	was := must(feed.Rev(app.ConcurrentDB(), "notes", note))
	for _, sql := range []string{
		`UPDATE notes SET body = 'They came to the door.' WHERE id = '` + note + `'`,
		`INSERT INTO agencies (id, name, kind, active, created, updated) VALUES ('oldagency000001', 'Fellmoor Mill School', 'school', 1, '2026-01-05 09:00:00.000Z', '2026-01-05 09:00:00.000Z')`,
		`INSERT INTO agencies (id, name, kind, active, created, updated) VALUES ('oldagency000002', 'Fellmoor Dale School', 'school', 1, '2026-01-05 09:00:00.000Z', '2026-01-05 09:00:00.000Z')`,
		`DELETE FROM agencies WHERE id = 'oldagency000002'`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(sql).Execute(); err != nil { // as the server of those days wrote it
			t.Fatal(err)
		}
	}
	revs := func(app core.App) (out [3]int64) {
		for i, r := range [][2]string{{"notes", note}, {"agencies", "oldagency000001"}, {"agencies", "oldagency000002"}} {
			out[i] = must(feed.Rev(app.ConcurrentDB(), r[0], r[1]))
		}
		return out
	}
	before := revs(app)
	if before[0] <= was || before[1] <= before[0] {
		t.Fatalf("what was written then was not captured then: %d, %v", was, before)
	}
	if err := feed.Check(app); err == nil {
		t.Fatal("the store is as today's program leaves one")
	}
	done(t, app.ResetBootstrapState())

	again := demotest.Open(t, dir)
	if after := revs(again); after != before {
		t.Errorf("what was written then stood at %v and stands at %v", before, after)
	}
	if err := feed.Check(again); err != nil {
		t.Error(err)
	}
	if astray := must(feed.Astray(again)); len(astray) > 0 {
		t.Errorf("the feed says otherwise of %d records than their tables: %v", len(astray), astray[0])
	}
	var left []string
	done(t, again.ConcurrentDB().NewQuery(`SELECT name FROM sqlite_master WHERE name LIKE '%sync\_capture%' ESCAPE '\' OR sql LIKE '%sync\_capture%' ESCAPE '\'`).Column(&left))
	if len(left) > 0 {
		t.Errorf("of the one view %v is left", left)
	}
	counted, err := verify.Store(again.ConcurrentDB(), verify.Disk(filepath.Join(dir, core.LocalStorageDirName)), func(f verify.Finding) { t.Error(f) })
	if err != nil || counted.Originals == 0 {
		t.Errorf("%+v, %v", counted, err)
	}
	if _, err := again.NonconcurrentDB().NewQuery(`UPDATE notes SET body = 'Nobody was in.' WHERE id = {:n}`).Bind(dbx.Params{"n": note}).Execute(); err != nil {
		t.Fatal(err)
	}
	if now := must(feed.Rev(again.ConcurrentDB(), "notes", note)); now <= before[0] {
		t.Errorf("what is written from now on is not captured: %d", now)
	}
}

// done is for what answers nothing but that it went wrong.
func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
