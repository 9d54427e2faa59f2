package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/hooks/upkeep"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// raw is what somebody does with a database tool while nothing is served.
func raw(t *testing.T, app core.App, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			t.Fatal(s, err)
		}
	}
	if err := app.ReloadCachedCollections(); err != nil {
		t.Fatal(err)
	}
}

// A store that was changed from outside does not start, and says what was changed; repair
// puts it back, and finds nothing to do the second time.
func TestAChangedStoreDoesNotStartAndIsRepaired(t *testing.T) {
	const aTrigger = "hf_cases_update"
	open := `UPDATE _collections SET listRule = '' WHERE name = 'users'`
	for named, c := range map[string]struct {
		does []string
		says []string
	}{
		"a rule opened to everybody": {[]string{open}, []string{"the list rule of users is not ours"}},
		"a rule opened to whoever signs in": {
			[]string{`UPDATE _collections SET listRule = '@request.auth.id != ''''', viewRule = '@request.auth.id != ''''' WHERE name = 'cases'`},
			[]string{"the list rule of cases is not ours", "the view rule of cases is not ours"}},
		"a further field": {[]string{
			`UPDATE _collections SET fields = json_insert(fields, '$[#]', json('{"id":"text1","name":"colour","type":"text","hidden":false,"presentable":false,"system":false,"required":false,"max":0,"min":0,"pattern":"","primaryKey":false,"autogeneratePattern":""}')) WHERE name = 'notes'`,
			`ALTER TABLE notes ADD COLUMN colour TEXT DEFAULT '' NOT NULL`}, []string{"the further field colour of notes is not ours"}},
		"no second factor for superusers": {[]string{`UPDATE _collections SET options = json_set(options, '$.mfa.enabled', json('false')) WHERE name = '_superusers'`},
			[]string{"the option mfa of _superusers is not ours"}},
		"no second factor for people": {[]string{`UPDATE _collections SET options = json_set(options, '$.mfa.enabled', json('false')) WHERE name = 'users'`},
			[]string{"the option mfa of users is not ours"}},
		"a provider who lets people in": {[]string{`UPDATE _collections SET options = json_set(options, '$.oauth2.enabled', json('true'), '$.oauth2.providers',
				json('[{"name":"oidc","clientId":"x","clientSecret":"y","authURL":"https://id.example/a","tokenURL":"https://id.example/t","userInfoURL":"https://id.example/u"}]')) WHERE name = 'users'`},
			[]string{"the option oauth2 of users is not ours"}},
		"sign-in by others turned on": {[]string{`UPDATE _collections SET options = json_set(options, '$.oauth2.enabled', json('true')) WHERE name = 'users'`},
			[]string{"the option oauth2 of users is not ours"}},
		"a trigger that empties the audit log": {[]string{`CREATE TRIGGER quiet AFTER INSERT ON audit_log BEGIN DELETE FROM audit_log WHERE id = NEW.id; END`},
			[]string{"the trigger quiet on audit_log is not ours"}},
		"a trigger on what is PocketBase's": {[]string{`CREATE TRIGGER "a ""b" BEFORE DELETE ON _superusers BEGIN SELECT RAISE(IGNORE); END`},
			[]string{`the trigger a "b on _superusers is not ours`}},
		"a view over the notes, with a trigger": {[]string{`CREATE VIEW mine AS SELECT * FROM notes`,
			`CREATE TRIGGER more INSTEAD OF INSERT ON mine BEGIN DELETE FROM audit_log; END`},
			[]string{"the view mine in the database is not ours", "the trigger more on mine is not ours"}},
		"an index dropped": {[]string{`DROP INDEX ix_outbox_reason`}, []string{"the index ix_outbox_reason of outbox is gone"}},
		"a view of the keys": {[]string{`CREATE VIEW keys AS SELECT name AS id, value FROM sync_meta`,
			`INSERT INTO _collections (id, system, type, name, fields, indexes, options, created, updated) VALUES ('pbc_keys', 0, 'view', 'keys',
				'[{"id":"text3208210256","name":"id","type":"text","system":true,"primaryKey":true,"required":true}]', '[]', '{"viewQuery":"SELECT name AS id, value FROM sync_meta"}', '2026-01-01 00:00:00.000Z', '2026-01-01 00:00:00.000Z')`},
			[]string{"the view keys reads our tables"}},
		"a view of the keys, called a system's": {[]string{`CREATE VIEW keys AS SELECT name AS id, value FROM sync_meta`,
			`INSERT INTO _collections (id, system, type, name, fields, indexes, options, created, updated) VALUES ('pbc_keys', 1, 'view', 'keys',
				'[{"id":"text3208210256","name":"id","type":"text","system":true,"primaryKey":true,"required":true}]', '[]', '{"viewQuery":"SELECT name AS id, value FROM sync_meta"}', '2026-01-01 00:00:00.000Z', '2026-01-01 00:00:00.000Z')`},
			[]string{"the view keys reads our tables"}},
		"a trigger of the feed dropped": {[]string{`DROP TRIGGER ` + aTrigger}, []string{"the feed's " + aTrigger + " is gone or changed"}},
		"the table of digests dropped":  {[]string{`DROP TABLE digests`}, []string{"the table digests is gone"}},
		"the feed's grants dropped":     {[]string{`DROP TABLE sync_grants`}, []string{"the table sync_grants is gone"}},
		"the audit log dropped":         {[]string{`DROP TABLE audit_log`}, []string{"the table of audit_log is gone"}},
		"the audit log forgotten":       {[]string{`DELETE FROM _collections WHERE name = 'audit_log'`}, []string{"the collection audit_log is gone"}},
	} {
		t.Run(named, func(t *testing.T) {
			app := demotest.App(t)
			lines, err := app.CountRecords("audit_log")
			if err != nil || lines == 0 {
				t.Fatal(lines, err)
			}
			raw(t, app, c.does...)
			err = hooks.Ready(app)
			if err == nil {
				t.Fatal("it starts in silence")
			}
			for _, say := range append(c.says, "holdfast repair") {
				if !strings.Contains(err.Error(), say) {
					t.Errorf("it does not say %q:\n%s", say, err)
				}
			}
			done, err := upkeep.Repair(app)
			if err != nil || len(done) == 0 {
				t.Fatalf("repair: %q %v", done, err)
			}
			if again, err := upkeep.Repair(app); err != nil || len(again) != 0 {
				t.Errorf("the second time: %q %v", again, err)
			}
			if err := hooks.Ready(app); err != nil {
				t.Errorf("after the repair: %v", err)
			}
			var repaired int
			if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'repaired' AND door = 'repair'`).Row(&repaired); err != nil || repaired != 1 {
				t.Errorf("%d repairs on record, %v", repaired, err)
			}
			after, err := app.CountRecords("audit_log")
			if err != nil || !strings.Contains(named, "dropped") && after <= lines {
				t.Errorf("the audit log had %d lines and has %d, %v", lines, after, err)
			}
		})
	}
}

// A whole collection that phones hold comes back with what was kept for phones: nobody's
// phone is told that its notes are gone.
func TestNotesThatWereDroppedComeBackFromWhatPhonesHold(t *testing.T) {
	app := demotest.App(t)
	before := must(app.FindAllRecords("notes"))
	rev := must(feed.Rev(app.ConcurrentDB(), "notes", demo.ID("note", 100)))
	if len(before) < 5 || rev == 0 {
		t.Fatal(len(before), rev)
	}
	raw(t, app, `DROP TABLE notes`)
	if err := hooks.Ready(app); err == nil || !strings.Contains(err.Error(), "the table of notes is gone") {
		t.Fatalf("it starts: %v", err)
	}
	done, err := upkeep.Repair(app)
	if err != nil {
		t.Fatal(done, err)
	}
	if said := strings.Join(done, "\n"); !strings.Contains(said, "notes was made anew with the") {
		t.Errorf("it says %s", said)
	}
	for _, was := range before {
		r, err := app.FindRecordById("notes", was.Id)
		if err != nil || r.GetString("body") != was.GetString("body") || r.GetBool("shared") != was.GetBool("shared") || r.GetString("author") != was.GetString("author") {
			t.Fatalf("the note %s: %v", was.Id, err)
		}
	}
	if now := must(feed.Rev(app.ConcurrentDB(), "notes", demo.ID("note", 100))); now != rev {
		t.Errorf("the note went from %d to %d", rev, now)
	}
	if err := hooks.Ready(app); err != nil {
		t.Error(err)
	}
}

// Whoever writes: from when the house stands its collections are as they are, and so is
// whatever could read beside them. The attempt is on record.
func TestNobodyChangesTheHouseWhileItStands(t *testing.T) {
	app := demotest.App(t)
	opened := ""
	for what, try := range map[string]func() error{
		"the list rule": func() error {
			c := must(app.FindCollectionByNameOrId("cases"))
			c.ListRule = &opened
			return app.Save(c)
		},
		"the option mfa": func() error {
			c := must(app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers))
			c.MFA.Enabled = false
			return app.Save(c)
		},
		"delete": func() error { return app.Delete(must(app.FindCollectionByNameOrId("audit_log"))) },
		"make": func() error {
			c := core.NewViewCollection("keys")
			c.ViewQuery = "SELECT name AS id, value FROM sync_meta"
			return app.Save(c)
		},
		"the further field colour": func() error {
			return app.ImportCollections([]map[string]any{{"id": "hf_notes", "name": "notes", "fields": []map[string]any{{"name": "colour", "type": "text"}}}}, false)
		},
	} {
		if err := try(); err == nil {
			t.Errorf("%s: done", what)
		}
		if err := kernel.SettleAudit(app); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'refused' AND fields LIKE '%"' || '` + what + `' || '"%'`).Row(&n); err != nil || n != 1 {
			t.Errorf("%s: %d lines on record, %v", what, n, err)
		}
	}
	if err := hooks.Ready(app); err != nil {
		t.Error(err)
	}
}
