package sync

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// many are creates of notes on a case.
func many(n int, prefix string, c int, more ...any) (out []contract.Mutation) {
	for i := range n {
		m := mutation("create", "notes", fmt.Sprintf("%s%0*d", prefix, 15-len(prefix), i), 0, set(append([]any{"case", demo.CaseID(c), "body", "Words.", "source", "document", "shared", true}, more...)...))
		m.RecordedAt = time.Now().UTC().Format(time.RFC3339)
		out = append(out, m)
	}
	return out
}

// The school's worker was taken off the case, and their phone does not pull. What they
// hand in is handed over as far as it can have been in good faith, and no further; what
// is not handed over is theirs and lies with them.
func TestHandoversEndWithGoodFaith(t *testing.T) {
	for _, tale := range []struct {
		what           string
		since, written int // days ago: the end of their membership, and what they recorded
		skew           time.Duration
		handed         bool
	}{
		{"before it ended", 20, 25, 0, true},
		{"in the days after", 20, 1, 0, true},
		{"long after it ended", 40, 1, 0, false},
		{"before it ended, and long on its way", 100, 101, 0, true},
		{"says it was before it ended, and arrives when no sign-in of then can live", 130, 131, 0, false},
		{"by a clock that is a year behind, long after it ended", 40, 366, 365 * 24 * time.Hour, false},
		{"tells no time, soon after it ended", 20, -1, 0, true},
		{"tells no time, long after it ended", 40, -1, 0, false},
	} {
		t.Run(tale.what, func(t *testing.T) {
			s := fellmoor(t)
			p := newPhone(t, s, demo.School)
			p.pull(0)
			leave(t, s.App, demo.School.ID, demo.CaseID(1))
			ago(t, s.App, tale.since)
			m := many(1, "boundnote", 1)[0]
			m.RecordedAt = time.Now().AddDate(0, 0, -tale.written).UTC().Format(time.RFC3339)
			if tale.written < 0 {
				m.RecordedAt = ""
			}
			ask := contract.PushRequest{Mutations: []contract.Mutation{m}}
			if tale.skew > 0 {
				ask.SentAt = time.Now().Add(-tale.skew).UTC().Format(time.RFC3339)
			}
			if a := s.Do("POST", "/api/sync/push", p.token, ask); a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			kept := must(s.App.FindAllRecords("sync_refusals", dbx.HashExp{"mutation": m.ID, "handover": false}))
			copies := must(s.App.FindAllRecords("sync_refusals", dbx.HashExp{"mutation": m.ID, "handover": true}))
			if len(kept) != 1 || kept[0].GetBool("good_faith") != tale.handed || (len(copies) == 1) != tale.handed {
				t.Errorf("kept %d times, handed over %d times; want handed over: %v", len(kept), len(copies), tale.handed)
			}
		})
	}
}

func TestHandoversAreSoManyAndNoMore(t *testing.T) {
	s := fellmoor(t)
	p, holder := newPhone(t, s, demo.School), newPhone(t, s, demo.Practitioner)
	p.pull(0)
	holder.pull(0)
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	handed := func(where string) int64 {
		return counted(t, s.App, `SELECT count(*) FROM sync_refusals WHERE handover AND `+where, nil)
	}
	results := p.push(many(contract.OpenHandovers+20, "manynote", 1)...)
	results = append(results, p.push(many(30, "morenote", 1)...)...)
	for _, r := range results {
		want(t, r, contract.Refused)
		if r.Refusal == "" {
			t.Fatal("it is not kept with its author")
		}
	}
	if n := handed(`"case" = '` + demo.CaseID(1) + `'`); n != contract.OpenHandovers {
		t.Errorf("%d are open in the case, want %d", n, contract.OpenHandovers)
	}
	if n := counted(t, s.App, `SELECT count(*) FROM sync_refusals WHERE NOT handover AND "user" = {:u}`, dbx.Params{"u": demo.School.ID}); n != int64(len(results)) {
		t.Errorf("%d of %d are with their author", n, len(results))
	}
	danger := risk("boundedrisk0001", demo.CaseID(1), "nopathwayatall1")
	danger.RecordedAt = time.Now().UTC().Format(time.RFC3339)
	p.push(danger)
	if n := handed(`record = 'boundedrisk0001'`); n != 1 {
		t.Error("an immediate risk is counted among what may wait")
	}
	if n, c, _ := hears(t, s, demo.Practitioner, "boundedrisk0001"); n != 1 || c != demo.CaseID(1) {
		t.Error("the practitioner was not told of it")
	}
	// Somebody puts them right: there is room again, until the day has seen enough.
	for round := range 6 {
		if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE sync_refusals SET status = 'settled' WHERE handover`).Execute(); err != nil {
			t.Fatal(err)
		}
		p.push(many(contract.OpenHandovers, fmt.Sprintf("round%dnote", round), 1)...)
	}
	if n := handed(`collection = 'notes'`); n != contract.DayHandovers {
		t.Errorf("%d in a day, want %d", n, contract.DayHandovers)
	}
}

// One person can have so much wait and no more. What comes beyond that is not taken: the
// phone keeps it, it has no verdict, and it goes in as soon as there is room.
func TestWhatWaitsOfOnePersonIsBounded(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Outsider)
	wants := func(ms []contract.Mutation, refused, later int) {
		t.Helper()
		got := map[string]int{}
		for _, r := range p.push(ms...) {
			got[r.Verdict]++
			if r.Verdict == contract.Later && (r.Code != string(contract.LaterTooMany) || r.Message == "" || r.Refusal != "") {
				t.Errorf("%+v", r)
			}
		}
		if got[contract.Held] != refused || got[contract.Later] != later {
			t.Errorf("%v, want %d held and %d later", got, refused, later)
		}
	}
	big := strings.Repeat("w", 100_000)
	for i := range contract.MaxKeptBytes / (10 * 100_400) {
		wants(many(10, fmt.Sprintf("bignote%02d", i), 1, "body", big), 10, 0)
	}
	over := many(10, "overnote", 1, "body", big)
	if results := p.push(over...); results[9].Verdict != contract.Later {
		t.Errorf("20 MB and more wait: %+v", results[9])
	}
	if n := counted(t, s.App, `SELECT sum(octet_length(content)) FROM sync_refusals`, nil); n > contract.MaxKeptBytes {
		t.Errorf("%d bytes wait", n)
	}
	if _, err := s.App.NonconcurrentDB().NewQuery(`DELETE FROM sync_refusals`).Execute(); err != nil {
		t.Fatal(err)
	}
	wants(many(500, "firstnote", 1), 500, 0)
	wants(many(450, "secondnote", 1), 450, 0)
	grouped := many(60, "groupnote", 1)
	for i := range grouped {
		grouped[i].Group = "together"
	}
	wants(grouped, 0, 60) // together, also where some of them would find room
	last := many(60, "thirdnote", 1)
	wants(last, 50, 10)
	wants(last, 50, 10) // the same again: what has a verdict keeps it
	if n := counted(t, s.App, `SELECT count(*) FROM sync_refusals`, nil); n != contract.MaxKept {
		t.Errorf("%d wait", n)
	}
	good := p.push(mutation("create", "cases", "outsiderscase01", 0, set("reference", "OUT-000001", "family_name", "Out", "lead_agency", demo.Outsider.Agency, "status", "open")))[0]
	want(t, good, contract.Applied) // what waits blocks nothing
	want(t, p.push(risk("latestrisk00001", "outsiderscase01", "nopathwayatall1"))[0], contract.Held)
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE sync_refusals SET status = 'withdrawn', created = '2026-01-01 00:00:00.000Z' WHERE collection = 'notes'`).Execute(); err != nil {
		t.Fatal(err)
	}
	wants(last, 60, 0)
}

// A delete of what never arrived is remembered (M58), of one person so many: the oldest
// are forgotten, and beyond so many in a day the phone keeps them.
func TestDeletesOfNothingAreBounded(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Outsider)
	verdicts := map[string]int{}
	hand := func(prefix string, n int) {
		for at := 0; at < n; at += 500 {
			var ms []contract.Mutation
			for i := at; i < min(n, at+500); i++ {
				ms = append(ms, mutation("delete", "notes", fmt.Sprintf("%s%06d", prefix, i), 0, nil))
			}
			for _, r := range p.push(ms...) {
				verdicts[r.Verdict]++
			}
		}
	}
	hand("neverwas1", contract.MaxBuried+500)
	if fmt.Sprint(verdicts) != fmt.Sprint(map[string]int{contract.Applied: contract.MaxBuried, contract.Later: 500}) {
		t.Error(verdicts)
	}
	ago(t, s.App, 2)
	hand("neverwas2", 300)
	const here = `SELECT count(*) FROM sync_tombstones WHERE record LIKE {:r}`
	if old, fresh := counted(t, s.App, here, dbx.Params{"r": "neverwas1%"}), counted(t, s.App, here, dbx.Params{"r": "neverwas2%"}); old != contract.MaxBuried-300 || fresh != 300 {
		t.Errorf("%d old and %d fresh are remembered", old, fresh)
	}
	again := counted(t, s.App, `SELECT count(*) FROM sync_again`, nil)
	same := mutation("delete", "notes", "neverwas2000001", 0, nil)
	for range 5 {
		p.push(same)
	}
	if n := counted(t, s.App, `SELECT count(*) FROM sync_again`, nil); n > again+1 {
		t.Errorf("a mutation sent 5 times is to be delivered %d times", n-again)
	}
}

// What one push asks costs by what waits and what came in a day, whatever lies there from
// before, and reads nothing of what is kept, however long it is.
func TestTheRoomOfAPersonIsFoundByItsIndex(t *testing.T) {
	app := demotest.App(t)
	var plan []struct {
		Detail string `db:"detail"`
	}
	if err := app.ConcurrentDB().NewQuery("EXPLAIN QUERY PLAN " + room).Bind(dbx.Params{"u": "u", "day": "d", "others": "o"}).All(&plan); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, step := range plan {
		if strings.Contains(step.Detail, "sync_refusals") {
			found++
			if !strings.HasPrefix(step.Detail, "SEARCH sync_refusals USING INDEX ix_sync_refusals_user_status_created_handover_code (user=? AND status=?") {
				t.Error(step.Detail)
			}
		}
	}
	if found != 2 {
		t.Errorf("%v", plan)
	}
	var columns []string // of the index: all that is asked of a row
	if err := app.ConcurrentDB().NewQuery(`SELECT name FROM pragma_index_info('ix_sync_refusals_user_status_created_handover_code')`).Column(&columns); err != nil {
		t.Fatal(err)
	}
	for _, asked := range []string{"user", "status", "created", "handover", "code"} {
		if !slices.Contains(columns, asked) {
			t.Errorf("%s is read from the row", asked)
		}
	}
}
