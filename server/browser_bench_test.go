package main

import (
	"os"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/feed"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// How long somebody waits for the app with 20,000 rows on the phone: a measurement, which a busy
// machine spoils, so it runs by itself (make bench).
func TestBenchPhone(t *testing.T) {
	if os.Getenv("HOLDFAST_BENCH") == "" {
		t.Skip("set HOLDFAST_BENCH")
	}
	inApp(t, "phone_bench.mjs", func(t *testing.T) *demotest.Server {
		s := livedIn(t)
		const series = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:to}) `
		for _, of := range []struct {
			rows int
			sql  string
		}{
			{50, `INSERT INTO cases (id, reference, family_name, lead_agency, status, summary, opened_on)
				SELECT printf('bulk%011d', i), printf('BK-%08d', i), 'Family ' || i, {:agency}, 'open', 'A summary of some length, as people write them.', '2026-01-01' FROM n`},
			{50, `INSERT INTO case_members (id, "case", "user", role, "from", until, active, name, agency, agency_name)
				SELECT printf('bkme%011d', i), printf('bulk%011d', i), {:user}, 'lead', '2026-01-01 00:00:00.000Z', '', 1, 'Priya Kendal', {:agency}, 'Fellmoor Early Help' FROM n`},
			{10_000, `INSERT INTO notes (id, "case", body, source, speaker, verbatim, shared, occurred_at, author, agency)
				SELECT printf('bkno%011d', i), printf('bulk%011d', i % 50), 'Nobody came to the door; the curtains were closed at midday and the bins full by the gate. ' || i,
				'seen_by_worker', '', 0, 1, '2026-11-01 10:00:00.000Z', {:user}, {:agency} FROM n`},
			{9_900, `INSERT INTO contact_attempts (id, "case", pathway, method, outcome, occurred_at, note, contact_confirmed, author, agency)
				SELECT printf('bkat%011d', i), printf('bulk%011d', i % 50), '', 'phone', 'no_answer', '2026-11-01 10:00:00.000Z', 'Rang twice, left no message.', 1, {:user}, {:agency} FROM n`},
		} {
			if _, err := s.App.NonconcurrentDB().NewQuery(series + of.sql).Bind(dbx.Params{"to": of.rows, "user": demo.Practitioner.ID, "agency": demo.Practitioner.Agency}).Execute(); err != nil {
				t.Fatal(err)
			}
		}
		if err := feed.Check(s.App); err != nil {
			t.Fatal(err)
		}
		return s
	}, nil)
}
