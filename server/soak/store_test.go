package soak

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/feed"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// prepared is a Fellmoor on disk in which something was done, closed again, with a
// fresh sign-in of PocketBase's own for each user named.
func prepared(t *testing.T, do func(app core.App), users ...string) (dir string, signIns map[string]string) {
	t.Helper()
	app := demotest.App(t)
	app.Settings().Logs.MaxDays = 5 // as a new store has it, and a test's has not
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	do(app)
	signIns = map[string]string{}
	for _, id := range users {
		u, err := app.FindRecordById("users", id)
		if err != nil {
			t.Fatal(err)
		}
		if signIns[id], err = signin.SignInToken(u, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	closed(t, app)
	return app.DataDir(), signIns
}

// reopened is a store in which something more is done while no server has it.
func reopened(t *testing.T, dir string, do func(app core.App)) {
	t.Helper()
	app := demotest.Open(t, dir)
	do(app)
	closed(t, app)
}

func closed(t *testing.T, app core.App) {
	t.Helper()
	if _, err := app.NonconcurrentDB().NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
}

func workerID(i int) string { return demo.ID("worker", i) }
func caseID(i int) string   { return demo.ID("soakcase", i) }

// workers puts so many practitioners into the first agency, with no manager.
func workers(t *testing.T, app core.App, n int) {
	t.Helper()
	series(t, app, 0, n, `INSERT INTO users (id, email, emailVisibility, verified, tokenKey, password, name, agency, roles, job_title, active)
		SELECT printf('worker%09d', i), 'worker' || i || '@fellmoor.example', 0, 1, printf('%050d', i), '', 'Worker ' || i, {:agency},
		'["practitioner"]', 'Family support worker', 1 FROM n`, nil)
}

// leads opens cases, from one number to another, so many for each worker.
func leads(t *testing.T, app core.App, from, to, each int) {
	t.Helper()
	values := dbx.Params{"each": each}
	series(t, app, from, to, `INSERT INTO cases (id, reference, family_name, lead_agency, status, summary, opened_on)
		SELECT printf('soakcase%07d', i), printf('SK-%08d', i), 'Family ' || i, {:agency}, 'open', 'A summary of some length, as people write them.', '2026-01-01' FROM n`, nil)
	series(t, app, from, to, `INSERT INTO case_members (id, "case", "user", role, "from", until, active, name, agency, agency_name)
		SELECT printf('soakmember%05d', i), printf('soakcase%07d', i), printf('worker%09d', i / {:each}), 'lead', '2026-01-01 00:00:00.000Z', '', 1, 'Worker', {:agency}, 'Fellmoor Early Help' FROM n`, values)
}

// rows are notes and tries at contact, from one number to another, so many in a row
// for each case from the first on.
func rows(t *testing.T, app core.App, from, to, each int) {
	t.Helper()
	values := dbx.Params{"each": each, "first": from}
	series(t, app, from, to, `INSERT INTO notes (id, "case", body, source, speaker, verbatim, shared, occurred_at, author, agency)
		SELECT printf('soaknote%07d', i), printf('soakcase%07d', (i - {:first}) / {:each}),
		'Nobody came to the door; the curtains were closed at midday and the bins full by the gate. ' || i,
		'seen_by_worker', '', 0, i % 5 > 0, '2026-11-01 10:00:00.000Z', {:author}, {:agency} FROM n WHERE i % 2 = 0`, values)
	series(t, app, from, to, `INSERT INTO contact_attempts (id, "case", pathway, method, outcome, occurred_at, note, contact_confirmed, author, agency)
		SELECT printf('soaktry%08d', i), printf('soakcase%07d', (i - {:first}) / {:each}), '', 'phone', 'no_answer',
		'2026-11-01 10:00:00.000Z', 'Rang twice, left no message.', 1, {:author}, {:agency} FROM n WHERE i % 2 = 1`, values)
	if err := feed.Check(app); err != nil {
		t.Fatal(err)
	}
}

// series writes through the triggers, as any SQL does, one row a number.
func series(t *testing.T, app core.App, from, to int, text string, values dbx.Params) {
	t.Helper()
	all := dbx.Params{"from": from, "to": to, "agency": demo.Practitioner.Agency, "author": demo.Practitioner.ID}
	for k, v := range values {
		all[k] = v
	}
	_, err := app.NonconcurrentDB().NewQuery(`WITH RECURSIVE n(i) AS (SELECT {:from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:to}) ` + text).Bind(all).Execute()
	if err != nil {
		t.Fatal(err)
	}
}

// asleep is the data of a server that is down, which is only read.
type asleep struct {
	t  *testing.T
	db *sql.DB
}

func open(t *testing.T, dir, name string) *asleep {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, name)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	return &asleep{t, db}
}

func (a *asleep) close() { _ = a.db.Close() }

// each reads rows of text; a column that is null is empty.
func (a *asleep) each(do func(column []string), text string, values ...any) {
	a.t.Helper()
	found, err := a.db.Query(text, values...)
	if err != nil {
		a.t.Fatalf("%v: %s", err, text)
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		a.t.Fatal(err)
	}
	cells, to := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range cells {
		to[i] = &cells[i]
	}
	for found.Next() {
		if err := found.Scan(to...); err != nil {
			a.t.Fatal(err)
		}
		column := make([]string, len(names))
		for i, c := range cells {
			column[i] = c.String
		}
		do(column)
	}
	if err := found.Err(); err != nil {
		a.t.Fatal(err)
	}
}

// sound proves that both databases of a server that is down are whole.
func sound(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"data.db", "auxiliary.db"} {
		a := open(t, dir, name)
		a.each(func(c []string) {
			if c[0] != "ok" {
				t.Errorf("%s: integrity_check says %s", name, c[0])
			}
		}, "PRAGMA integrity_check")
		a.each(func(c []string) { t.Errorf("%s: foreign_key_check says %v", name, c) }, "PRAGMA foreign_key_check")
		a.close()
	}
}

// truth is what the tables of a server that is down say a user's phone should hold:
// the live feed rows of their scopes, at their positions.
func (a *asleep) truth(user string) map[string]string {
	out := map[string]string{}
	a.each(func(c []string) { out[collections.ByID(c[0]).Name+"/"+c[1]] = c[2] }, `SELECT f.collection, f.record, f.seq FROM sync_feed f
		JOIN sync_grants g ON g.scope = f.scope AND g."user" = ? AND g.until IS NULL WHERE f.gone = 0`, user)
	return out
}

// lengthen gives every note so many letters.
func lengthen(t *testing.T, app core.App, letters int) {
	t.Helper()
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE notes SET body = substr(replace(hex(zeroblob({:n})), '00', 'word '), 1, {:n}) WHERE id LIKE 'soaknote%'`).Bind(dbx.Params{"n": letters}).Execute()
	if err != nil {
		t.Fatal(err)
	}
}
