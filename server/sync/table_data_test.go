package sync

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// caseload is a store with many records of the real collections: cases led by the
// practitioner, each with its share of notes and tries at contact.
func caseload(t testing.TB, cases, records int) core.App {
	t.Helper()
	app := demotest.App(t)
	fill(t, app, 0, cases, records, demo.Practitioner.ID)
	return app
}

// fill writes through the triggers, as any SQL does: so many cases with members,
// and records spread over them.
func fill(t testing.TB, app core.App, from, cases, records int, user string) {
	t.Helper()
	series := `WITH RECURSIVE n(i) AS (SELECT {:from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:to}) `
	run := func(sql string, from, to int) {
		t.Helper()
		if to <= from {
			return
		}
		_, err := app.NonconcurrentDB().NewQuery(series + sql).
			Bind(dbx.Params{"from": from, "to": to, "user": user, "agency": demo.Practitioner.Agency, "cases": cases, "first": from}).Execute()
		if err != nil {
			t.Fatal(err)
		}
	}
	app.RunInTransaction(func(tx core.App) error { return nil })
	run(`INSERT INTO cases (id, reference, family_name, lead_agency, status, summary, opened_on)
		SELECT printf('bulk%011d', i), printf('BK-%08d', i), 'Family ' || i, {:agency}, 'open', 'A summary of some length, as people write them.', '2026-01-01' FROM n`, from, from+cases)
	run(`INSERT INTO case_members (id, "case", "user", role, "from", until, active, name, agency, agency_name)
		SELECT printf('bkme%011d', i), printf('bulk%011d', i), {:user}, 'lead', '2026-01-01 00:00:00.000Z', '', 1, 'Priya Kendal', {:agency}, 'Fellmoor Early Help' FROM n`, from, from+cases)
	run(`INSERT INTO notes (id, "case", body, source, speaker, verbatim, shared, occurred_at, author, agency)
		SELECT printf('bkno%011d', i), printf('bulk%011d', {:first} + i % {:cases}), 'Nobody came to the door; the curtains were closed at midday and the bins full by the gate. ' || i,
		'seen_by_worker', '', 0, i % 5 > 0, '2026-11-01 10:00:00.000Z', {:user}, {:agency} FROM n`, from, from+records/2)
	run(`INSERT INTO contact_attempts (id, "case", pathway, method, outcome, occurred_at, note, contact_confirmed, author, agency)
		SELECT printf('bkat%011d', i), printf('bulk%011d', {:first} + i % {:cases}), '', 'phone', 'no_answer', '2026-11-01 10:00:00.000Z', 'Rang twice, left no message.', 1, {:user}, {:agency} FROM n`, from, from+records-records/2)
	if err := feed.Check(app); err != nil {
		t.Fatal(err)
	}
}

// engineOf is an engine on an app, with the user whose phone is served.
func engineOf(t testing.TB, app core.App) *Engine {
	t.Helper()
	e, err := New(app)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
