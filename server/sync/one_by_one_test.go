package sync

import (
	stdcmp "cmp"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// Asking ahead and remembering what rules said is a matter of speed: a push
// says and leaves what its mutations would, handed in one by one.
func TestAPushIsItsMutationsOneByOne(t *testing.T) {
	app := demotest.App(t)
	e := engineOf(t, app)
	user, err := app.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	leave := map[int]string{} // the practitioner's membership of case n
	for n := 1; n <= 3; n++ {
		if m, err := app.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u}", dbx.Params{"c": demo.CaseID(n), "u": user.Id}); err == nil {
			leave[n] = m.Id
		}
	}
	if len(leave) == 0 {
		t.Fatal("the practitioner is on none of the cases")
	}
	open, err := app.FindFirstRecordByFilter("pathways", "ended = false && case.case_members_via_case.user ?= {:u}", dbx.Params{"u": user.Id})
	if err != nil {
		t.Fatal(err)
	}
	steps, err := app.FindAllRecords("pathway_steps", dbx.HashExp{"pathway": open.Id})
	if err != nil || len(steps) == 0 {
		t.Fatal(len(steps), err)
	}
	child, err := app.FindFirstRecordByFilter("people", "case = {:c} && kind = 'child'", dbx.Params{"c": open.GetString("case")})
	if err != nil {
		t.Fatal(err)
	}
	// What only the database refuses is refused after it was half done.
	if _, err := app.NonconcurrentDB().NewQuery(`CREATE TRIGGER refuses BEFORE INSERT ON notes
		WHEN NEW.body = 'unwritable' BEGIN SELECT RAISE(ABORT, 'refused'); END`).Execute(); err != nil {
		t.Fatal(err)
	}
	anyMutation := func(rt *rapid.T) contract.Mutation { return anyMutation(rt, leave, open, child, steps) }
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(anyMutation), 2, 40).Draw(rt, "mutations")
		var together, alone []contract.Result
		left := tried(rt, app, user, func(tx core.App) (err error) {
			together, err = newBatch(e, tx, user, "device").run(all)
			return err
		})
		apart := tried(rt, app, user, func(tx core.App) (err error) {
			for _, m := range all {
				if _, err := newBatch(e, tx, user, "device").run([]contract.Mutation{m}); err != nil {
					return err
				}
			}
			alone, err = newBatch(e, tx, user, "device").run(all) // said again: one that was held may have been applied since
			return err
		})
		for i := range all {
			if diff := cmp.Diff(plainly(alone[i]), plainly(together[i])); diff != "" {
				rt.Fatalf("mutation %d, %+v (-alone +together):\n%s", i, all[i], diff)
			}
		}
		for i, m := range all { // the positions of one record's changes rise with them
			for j := range i {
				if all[j].Record == m.Record && all[j].Collection == m.Collection && all[j].ID != m.ID && together[i].Rev > 0 && changes(alone[i]) && changes(alone[j]) &&
					(alone[i].Rev > alone[j].Rev) != (together[i].Rev > together[j].Rev) {
					rt.Fatalf("mutation %d is at %d and %d at %d; alone at %d and %d", j, together[j].Rev, i, together[i].Rev, alone[j].Rev, alone[i].Rev)
				}
			}
		}
		if diff := cmp.Diff(apart, left); diff != "" {
			rt.Fatalf("what is left differs (-alone +together):\n%s", diff)
		}
	})
}

func changes(r contract.Result) bool {
	return r.Verdict == contract.Applied || r.Verdict == contract.Merged
}

// plainly is a verdict without ids and positions, which are new each time.
func plainly(r contract.Result) string {
	return fmt.Sprint(r.ID, r.Verdict, r.Code, r.Message, r.Fields, r.Errors, r.Conflict != "", r.Refusal != "", r.Rev > 0)
}

// tried runs something in a transaction, reads what it left, and takes it back.
func tried(rt *rapid.T, app core.App, user *core.Record, do func(core.App) error) (left []string) {
	back := errors.New("back")
	err := kernel.Within(app, kernel.Actor{User: user, Device: "device", Door: "sync"}, func(tx core.App) error {
		if err := do(tx); err != nil {
			return err
		}
		for _, q := range []string{
			`SELECT 'note ' || id || "case" || body || coalesce(author, '') FROM notes ORDER BY id`,
			`SELECT 'case ' || id || summary || status FROM cases ORDER BY id`,
			`SELECT 'member ' || "case" || "user" || active || role FROM case_members ORDER BY "case", "user", active`,
			`SELECT 'feed ' || scope || collection || record || gone FROM sync_feed WHERE collection IN ('hf_notes', 'hf_cases') ORDER BY scope, collection, record`,
			`SELECT 'audit ' || verb || collection || record || fields FROM audit_log WHERE collection IN ('notes', 'cases') ORDER BY collection, record, verb, fields`,
			`SELECT 'attempt ' || id || "case" || outcome || coalesce(author, '') FROM contact_attempts ORDER BY id`,
			`SELECT 'pathway ' || id || state || disputed || ended FROM pathways ORDER BY id`,
			`SELECT 'step ' || pathway || code || position || status || due_on || due_at || done_on || done_by || cancelled_because FROM pathway_steps ORDER BY pathway, code`,
			`SELECT 'event ' || CASE kind WHEN 'step.done' THEN data ELSE id END || kind || verdict || reasons AS e FROM pathway_events ORDER BY e`, // a tick's event is the server's, by an id of its own,
			`SELECT 'buried ' || record FROM sync_tombstones ORDER BY record`,
		} {
			var rows []string
			if err := tx.NonconcurrentDB().NewQuery(q).Column(&rows); err != nil {
				return err
			}
			left = append(left, rows...)
		}
		return back
	})
	if !errors.Is(err, back) {
		rt.Fatal(err)
	}
	return left
}

// anyMutation is of a few records, so that they meet: notes on cases that are the
// practitioner's, a stranger's or nobody's, edits, deletions, and leaving a case; tries at
// contact, and what happens on the pathway that they count on.
func anyMutation(rt *rapid.T, leave map[int]string, open, child *core.Record, steps []*core.Record) contract.Mutation {
	note := fmt.Sprintf("abreast%08d", rapid.IntRange(1, 6).Draw(rt, "note"))
	n := rapid.SampledFrom([]int{1, 1, 1, 2, 3, 7, 9999}).Draw(rt, "case")
	m := contract.Mutation{}
	at := func() string {
		return fmt.Sprintf("2026-11-%02d 10:00:00.000Z", rapid.IntRange(1, 27).Draw(rt, "day"))
	}
	switch rapid.IntRange(0, 17).Draw(rt, "what") {
	case 0:
		m = mutation("update", "notes", note, 0, set("body", rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "body")))
	case 1:
		m = mutation("delete", "notes", note, 0, nil)
	case 2:
		m = mutation("update", "cases", demo.CaseID(n), 0, set("summary", rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "summary")))
	case 3:
		m = mutation("create", "notes", note, 0, set("case", demo.CaseID(n), "body", "x", "nosuchfield", 1))
	case 4:
		m = mutation("create", "case_members", fmt.Sprintf("abrmemb%08d", n), 0, set("case", demo.CaseID(n), "user", demo.Outsider.ID, "role", "member"))
	case 6:
		at := rapid.SampledFrom([]string{"2026-01-02 00:00:00.000Z", ""}).Draw(rt, "until")
		m = mutation("update", "case_members", stdcmp.Or(leave[n], leave[1]), 0, set("until", at))
	case 5:
		m = attempt(note, n)
	case 7, 8, 9:
		m = mutation("create", "contact_attempts", "try"+note[3:], 0, set("case", open.GetString("case"), "method", "visit_announced",
			"outcome", rapid.SampledFrom([]string{"no_answer", "refused_entry", "child_seen", "reached"}).Draw(rt, "outcome"), "occurred_at", at()))
	case 10:
		m = mutation("create", "pathway_events", "evt"+note[3:], 0, set("case", open.GetString("case"), "pathway", open.Id, "kind", "child.seen",
			"occurred_at", at(), "data", map[string]any{"children": []string{child.Id}}))
	case 11:
		m = mutation("update", "pathway_steps", rapid.SampledFrom(steps).Draw(rt, "step").Id, 0, set("status", "done"))
	default:
		body := rapid.SampledFrom([]string{"x", "x", "x", "unwritable"}).Draw(rt, "written")
		m = mutation("create", "notes", note, 0, set("case", demo.CaseID(n), "body", body, "source", "seen_by_worker", "shared", true))
	}
	if rapid.IntRange(0, 12).Draw(rt, "again") == 0 {
		m.ID = "01jd000000000000000000samm"
	}
	return m
}

// A record has a lower position than those of the same push that belong to it, whatever
// else of their kind was sent before: a phone that reads page by page meets it first.
func TestParentsStandBeforeTheirChildren(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), devices.Open, Open)
	p := newPhone(t, s, demo.Practitioner)
	action := func(meeting string) contract.Mutation {
		return mutation("create", "actions", fresh(), 0, set("case", demo.CaseID(1), "meeting", meeting, "what", "Ring", "owner", "Priya", "due_on", "2026-12-10"))
	}
	var all []contract.Mutation
	for range 3 {
		m := fresh()
		all = append(all, action(""), attempt(fresh(), 1),
			mutation("create", "meetings", m, 0, set("case", demo.CaseID(1), "agenda", "other", "status", "scheduled", "scheduled_for", "2026-12-01 10:00:00.000Z")),
			action(m), action(m))
	}
	results := p.push(all...)
	for i, r := range results {
		want(t, r, contract.Applied)
		if i%5 > 2 && r.Rev <= results[i/5*5+2].Rev {
			t.Errorf("action %d stands at %d, its meeting at %d", i, r.Rev, results[i/5*5+2].Rev)
		}
	}
}

// A mutation that the engine refuses costs those around it nothing: none is written or
// judged twice, however many of a push are refused.
func TestARefusalMakesNobodyElseAgain(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	saved := 0
	s.App.OnRecordCreate("contact_attempts").BindFunc(func(e *core.RecordEvent) error {
		saved++
		return e.Next()
	})
	var ms []contract.Mutation
	good := 0
	for n := range 40 {
		m := attempt(fmt.Sprintf("refusedamong%03d", n), 1)
		if n%4 == 2 {
			m = mutation("update", "cases", "nosuchcase00000", 0, set("summary", "x"))
		} else {
			good++
		}
		ms = append(ms, m)
	}
	for n, r := range p.push(ms...) {
		if n%4 == 2 {
			want(t, r, contract.Refused)
			if r.Code != string(contract.RefusedNotFound) || r.Refusal == "" {
				t.Errorf("mutation %d: %+v", n, r)
			}
		} else if want(t, r, contract.Applied); r.Rev == 0 {
			t.Errorf("mutation %d has no position", n)
		}
	}
	if saved != good {
		t.Errorf("%d attempts were made for %d", saved, good)
	}
	p.pull(0)
	p.inSync()
}

// What a rule said of what was taken back is asked again: a note on a case that fell with
// its group waits for that case.
func TestWhatWasSaidOfWhatFellIsForgotten(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	const fell = "fellcase0000001"
	note := func(id string) contract.Mutation {
		return mutation("create", "notes", id, 0, set("case", fell, "body", "Nobody came to the door.", "source", "seen_by_worker", "shared", true))
	}
	group := []contract.Mutation{
		mutation("create", "cases", fell, 0, set("provisional_reference", "P-3", "family_name", "Fell", "lead_agency", demo.Practitioner.Agency, "status", "open")),
		note("fellnote0000001"),
		mutation("update", "cases", "nosuchcase00000", 0, set("summary", "x")),
	}
	for i := range group {
		group[i].Group = "visit"
	}
	rs := p.push(append(group, note("fellnote0000002"))...)
	for _, r := range rs[:3] {
		want(t, r, contract.Refused)
	}
	want(t, rs[3], contract.Held)
}

// A right that ends in a push has ended for what comes behind.
func TestARightThatEndsInAPushEndsForTheRestOfIt(t *testing.T) {
	s := fellmoor(t)
	member, err := s.App.FindFirstRecordByFilter("case_members", "user = {:u} && case = {:c} && active = true", dbx.Params{"u": demo.Practitioner.ID, "c": demo.CaseID(1)})
	if err != nil {
		t.Fatal(err)
	}
	p := newPhone(t, s, demo.Practitioner)
	note := func(id string) contract.Mutation {
		return mutation("create", "notes", id, 0, set("case", demo.CaseID(1), "body", "Seen at the gate.", "source", "seen_by_worker", "shared", true))
	}
	leaves := mutation("update", "case_members", member.Id, 0, set("until", "2026-01-01 00:00:00.000Z"))
	rs := p.push(note("lastnote0000001"), leaves, note("nextnote0000001"))
	want(t, rs[0], contract.Applied)
	if rs[1].Verdict != contract.Applied || rs[2].Verdict == contract.Applied {
		t.Errorf("%+v", rs[1:])
	}
}
