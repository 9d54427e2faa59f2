package sync

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func horizonOf(t *testing.T, app core.App) int64 {
	t.Helper()
	e, err := New(app)
	if err != nil {
		t.Fatal(err)
	}
	at, err := e.horizon()
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// What is kept is kept for 400 days at least: with 399 nights behind it nothing goes,
// with 400 it does.
func TestNothingIsForgottenBefore400Days(t *testing.T) {
	for days, gone := range map[int]bool{1: false, 399: false, 400: true, 600: true} {
		s := fellmoor(t)
		p := newPhone(t, s, demo.Practitioner)
		p.pull(0)
		want(t, p.push(mutation("delete", "notes", "neverseen000001", 0, nil))[0], contract.Applied)
		remove(t, s.App, "notes", demo.ID("note", 100))
		leave(t, s.App, demo.Practitioner.ID, demo.CaseID(2))
		ago(t, s.App, days)
		night(t, s.App)
		removals := counted(t, s.App, `SELECT count(*) FROM sync_feed WHERE gone = 1`, nil)
		tombstones := counted(t, s.App, `SELECT count(*) FROM sync_tombstones`, nil)
		if (removals == 0) != gone || (tombstones == 0) != gone || (horizonOf(t, s.App) > 0) != gone {
			t.Errorf("after %d days: %d removals, %d tombstones, horizon %d", days, removals, tombstones, horizonOf(t, s.App))
		}
		if counted(t, s.App, `SELECT count(*) FROM sync_grants WHERE until IS NOT NULL`, nil) == 0 {
			t.Errorf("after %d days: what a user could once see is not answerable any more", days)
		}
		if a := p.ask(); (a.Code() == string(contract.PositionOld)) != gone {
			t.Errorf("after %d days: %d %s", days, a.Status, a.Body)
		}
		if live := counted(t, s.App, `SELECT count(*) FROM sync_feed WHERE gone = 0`, nil); live < 40 {
			t.Errorf("after %d days only %d live rows are left", days, live)
		}
		night(t, s.App) // and again, with nothing to do
	}
}

// A server's clock that jumps, either way, forgets nothing: the days must have been
// lived through.
func TestAJumpingServerClockForgetsNothing(t *testing.T) {
	s := fellmoor(t)
	remove(t, s.App, "notes", demo.ID("note", 100))
	ago(t, s.App, 30)
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	for _, years := range []int{10, -10, 50, 0} {
		if err := e.night(time.Now().AddDate(years, 0, 0)); err != nil {
			t.Fatal(err)
		}
		if horizonOf(t, s.App) != 0 || counted(t, s.App, `SELECT count(*) FROM sync_feed WHERE gone = 1`, nil) == 0 {
			t.Fatalf("a clock that is wrong by %d years moved the horizon to %d", years, horizonOf(t, s.App))
		}
	}
	ago(t, s.App, 450) // as many nights, by a clock that ran 200 days ahead of them
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE sync_days SET at = at + 200 * 86400, day = 'fast ' || n`).Execute(); err != nil {
		t.Fatal(err)
	}
	if night(t, s.App); horizonOf(t, s.App) != 0 {
		t.Errorf("days that ran ahead moved the horizon to %d", horizonOf(t, s.App))
	}
	for _, to := range []int64{9, 12, 7, 100, 20} { // 100 is more than 20, and more than 9
		if err := e.raise(to); err != nil {
			t.Fatal(err)
		}
	}
	if got := horizonOf(t, s.App); got != 100 {
		t.Errorf("the horizon sank to %d", got)
	}
}

// Sent twice it counts once for as long as any phone of its user lives; and what is to
// be delivered to a device that is gone, is not kept for it.
func TestVerdictsLiveAsLongAsTheirUsersPhones(t *testing.T) {
	s := fellmoor(t)
	first, second, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	old, stays := attempt("verdictattempt1", 1), attempt("verdictattempt2", 1)
	want(t, first.push(old)[0], contract.Applied)
	want(t, other.push(stays)[0], contract.Applied)
	ago(t, s.App, 401)
	young := attempt("verdictattempt3", 1)
	want(t, first.push(young)[0], contract.Applied)
	left := func(what string, verdicts, again int64) {
		t.Helper()
		night(t, s.App)
		if n := counted(t, s.App, `SELECT count(*) FROM sync_verdicts WHERE "user" = {:u}`, dbx.Params{"u": demo.Practitioner.ID}); n != verdicts {
			t.Errorf("%s: %d verdicts, want %d", what, n, verdicts)
		}
		if n := counted(t, s.App, `SELECT count(*) FROM sync_again WHERE device = {:d}`, dbx.Params{"d": first.device}); n != again {
			t.Errorf("%s: %d redeliveries, want %d", what, n, again)
		}
		if n := counted(t, s.App, `SELECT count(*) FROM sync_verdicts WHERE id = {:m}`, dbx.Params{"m": stays.ID}); n != 1 {
			t.Errorf("%s: a verdict of one whose phone lives is gone", what)
		}
	}
	left("both phones live", 2, 2)
	if r := want(t, second.push(old)[0], contract.Applied); r.Rev == 0 {
		t.Errorf("%+v", r)
	}
	if n := counted(t, s.App, `SELECT count(*) FROM contact_attempts WHERE id = 'verdictattempt1'`, nil); n != 1 {
		t.Errorf("sent again after 401 days it counts %d times", n)
	}
	setDevice(t, s, first.device, "ended")
	left("one has ended", 2, 0)
	for _, state := range []string{"locked", "wipe"} {
		setDevice(t, s, second.device, state)
		left("the other is "+state, 2, 0)
	}
	wiped, err := s.App.FindRecordById("devices", second.device)
	if err != nil {
		t.Fatal(err)
	}
	wiped.Set("status", "wiped") // by its own receipt: nothing else ends the order
	if err := s.App.Save(kernel.AsServer(wiped)); err != nil {
		t.Fatal(err)
	}
	left("both have ended", 2, 0) // what they still have is handed in from another phone
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE devices SET updated = '2025-10-01 09:00:00.000Z'`).Execute(); err != nil {
		t.Fatal(err)
	}
	left("they ended long ago", 1, 0) // the young one has its 400 days
	ago(t, s.App, 401)
	left("and 401 days later", 0, 0)
}

// The other id of a record leads to it for as long as its user's phones may say it, however
// late, and is forgotten with the verdict that it came of; one from before it was kept
// whose it is, 400 days after that.
func TestAnotherIdLeadsOnAsLongAsItsUsersPhonesLive(t *testing.T) {
	m, school, tess, dan := marlowes(t)
	of := func(more ...any) map[string]json.RawMessage {
		return set(append([]any{"case", demo.CaseID(1), "person", tess, "other", dan, "kind", "partner", "parental_responsibility", "unknown"}, more...)...)
	}
	want(t, m.practitioner.push(mutation("create", "relationships", "relationfirst01", 0, of()))[0], contract.Applied)
	if r := school.push(mutation("create", "relationships", "relationsecond1", 0, of()))[0]; r.As != "relationfirst01" {
		t.Fatalf("%+v", r)
	}
	if _, err := m.App.NonconcurrentDB().NewQuery(`INSERT INTO sync_aliases (collection, record, stands, at) VALUES ('c', 'relationearlier', 'relationfirst01', unixepoch())`).Execute(); err != nil {
		t.Fatal(err)
	}
	left := func(what string, all int64) {
		t.Helper()
		night(t, m.App)
		if n := counted(t, m.App, `SELECT count(*) FROM sync_aliases`, nil); n != all {
			t.Errorf("%s: %d other ids are known, want %d", what, n, all)
		}
	}
	ago(t, m.App, 399)
	left("399 days later", 2)
	ago(t, m.App, 401)
	left("after the horizon, while a phone lives", 1)
	late := mutation("update", "relationships", "relationsecond1", 0, set("between", []string{"no_contact"}))
	if r := school.push(late)[0]; r.As != "relationfirst01" || r.Verdict == contract.Refused {
		t.Errorf("what a phone that lives says of its own id: %+v", r)
	}
	setDevice(t, m.Server, school.device, "ended")
	left("its phone has ended, and what it had is handed in from another", 1)
	if _, err := m.App.NonconcurrentDB().NewQuery(`UPDATE devices SET updated = '2025-01-01 09:00:00.000Z'`).Execute(); err != nil {
		t.Fatal(err)
	}
	left("it ended long ago", 0)
	left("the next night", 0)
	if n := counted(t, m.App, `SELECT count(*) FROM relationships WHERE id = 'relationfirst01'`, nil); n != 1 {
		t.Error("the record itself is gone")
	}
}

// Each transaction takes a few rows, and a night that was cut short is taken up.
func TestForgettingGoesInSmallSteps(t *testing.T) {
	s := fellmoor(t)
	many := atOnce*2 + 7
	for _, q := range []string{
		`WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < {:many})
			INSERT INTO sync_tombstones (record, collection, "user", at) SELECT 'grave' || n, 'hf_notes', 'u', unixepoch() FROM d`,
		`WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < {:many})
			INSERT INTO sync_feed (scope, seq, collection, record, gone) SELECT 'case:nobody', seq + n, 'hf_notes', 'gone' || n, 1 FROM d, sync_counter`,
		`UPDATE sync_counter SET seq = seq + {:many}`,
	} {
		if _, err := s.App.NonconcurrentDB().NewQuery(q).Bind(dbx.Params{"many": many}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	ago(t, s.App, 401)
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	head := counted(t, s.App, `SELECT seq FROM sync_counter`, nil)
	old := dbx.Params{"seq": head, "at": time.Now().Unix()}
	for _, statement := range []string{removals, tombstones} { // a night that ends after its first step
		if n, err := e.forgetSome(statement, old); err != nil || n != atOnce {
			t.Errorf("one step took %d rows (%v)", n, err)
		}
	}
	night(t, s.App)
	for table, where := range map[string]string{"sync_tombstones": "1", "sync_feed": "gone = 1"} {
		if n := counted(t, s.App, `SELECT count(*) FROM `+table+` WHERE `+where, nil); n != 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
}

// The cost follows what goes: no statement looks through what stays.
func TestForgettingLooksAtNothingThatStays(t *testing.T) {
	app := demotest.App(t)
	if _, err := New(app); err != nil {
		t.Fatal(err)
	}
	old := dbx.Params{"seq": 1, "at": 1, "n": 1, "who": "u", "most": 1}
	for _, statement := range []string{removals, tombstones, days, strays, otherIDs, verdicts, redeliveries, deadDevices, deadUsers} {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := app.ConcurrentDB().NewQuery("EXPLAIN QUERY PLAN " + statement).Bind(old).All(&plan); err != nil {
			t.Fatal(err)
		}
		for _, step := range plan { // SQLite says SEARCH of what it finds by an index
			if strings.HasPrefix(step.Detail, "SCAN sync_") || strings.HasPrefix(step.Detail, "SCAN devices") {
				t.Errorf("%.40s…: %v", statement, plan)
			}
		}
	}
}
