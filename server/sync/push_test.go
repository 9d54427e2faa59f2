package sync

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	stdsync "sync"
	"sync/atomic"
	"testing"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

var made atomic.Int64

// ulid is a fresh mutation id; its order is that of the calls.
func ulid() string {
	const digits = "0123456789abcdefghjkmnpqrstvwxyz"
	n, out := made.Add(1), []byte("01jd0000000000000000000000")
	for i := len(out) - 1; n > 0; i-- {
		out[i] = digits[n%32]
		n /= 32
	}
	return string(out)
}

func set(pairs ...any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for i := 0; i+1 < len(pairs); i += 2 {
		raw, err := json.Marshal(pairs[i+1])
		if err != nil {
			panic(err)
		}
		out[pairs[i].(string)] = raw
	}
	return out
}

func mutation(op, collection, record string, base int64, fields map[string]json.RawMessage) contract.Mutation {
	return contract.Mutation{ID: ulid(), Collection: collection, Record: record, Op: op, Base: base, Set: fields, RecordedAt: "2026-11-20T10:00:00.000Z"}
}

func attempt(record string, caseN int) contract.Mutation {
	return mutation("create", "contact_attempts", record, 0, set("case", demo.CaseID(caseN), "method", "phone",
		"outcome", "no_answer", "occurred_at", "2026-11-20 10:00:00.000Z"))
}

func (p *phone) rev(collection, id string) int64 {
	h, ok := p.rows[collection+"/"+id]
	if !ok {
		p.t.Fatalf("%s's phone has no %s/%s", p.who.Account, collection, id)
	}
	return h.rev
}

func (p *phone) field(collection, id, field string) any {
	var r map[string]any
	if err := json.Unmarshal([]byte(p.rows[collection+"/"+id].record), &r); err != nil {
		p.t.Fatalf("%s/%s on %s's phone: %v", collection, id, p.who.Account, err)
	}
	return r[field]
}

func want(t *testing.T, r contract.Result, verdict string) contract.Result {
	t.Helper()
	if r.Verdict != verdict {
		t.Fatalf("verdict %q (%s %s %v), want %q", r.Verdict, r.Code, r.Message, r.Errors, verdict)
	}
	return r
}

func TestSentTwiceItCountsOnce(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	m := attempt("attemptpushed01", 1)
	first := want(t, p.push(m)[0], contract.Applied)
	for range 5 {
		if again := p.push(m)[0]; again.Verdict != first.Verdict || again.Rev != first.Rev {
			t.Fatalf("again: %+v, first: %+v", again, first)
		}
	}
	other := newPhone(t, s, demo.Practitioner) // a new registration of the same person
	if again := other.push(m)[0]; again.Rev != first.Rev {
		t.Fatalf("from a new device: %+v", again)
	}
	n, err := s.App.CountRecords("contact_attempts")
	if err != nil || n != int64(len(allAttempts(t, s.App))) {
		t.Fatal(n, err)
	}
	p.pull(0)
	p.inSync()
}

// The same edit twice in one push is one edit with one verdict, in a group as without one.
func TestTwiceInOneGroupItCountsOnce(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	for n, group := range []string{"", "visit"} {
		m, other := attempt(fmt.Sprintf("twiceattempt%03d", n), 1), attempt(fmt.Sprintf("otherattempt%03d", n), 1)
		m.Group, other.Group = group, group
		rs := p.push(m, other, m)
		if rs[0].Verdict != contract.Applied || rs[2].Verdict != rs[0].Verdict || rs[2].Rev != rs[0].Rev || rs[0].Rev == 0 || rs[1].Verdict != contract.Applied {
			t.Errorf("in the group %q: %+v", group, rs)
		}
	}
	p.pull(0)
	p.inSync()
}

// Two sync runs at once on one phone, as one that is woken while it syncs: each push is
// answered alike, and what it says is done once.
func TestTwoRunsAtOnceOnOnePhone(t *testing.T) { // T23
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	ms := []contract.Mutation{mutation("update", "cases", demo.CaseID(1), p.rows["cases/"+demo.CaseID(1)].rev, set("summary", "Written once."))}
	for n := range 10 {
		ms = append(ms, mutation("create", "notes", fmt.Sprintf("atonce%09d", n), 0, set("case", demo.CaseID(1), "body", "Said once.", "source", "document")))
	}
	answers := make([][]contract.Result, 6)
	var runs stdsync.WaitGroup
	for i := range answers {
		runs.Go(func() { answers[i] = p.push(ms...) })
	}
	runs.Wait()
	for _, r := range answers[0] {
		want(t, r, contract.Applied)
	}
	for i, again := range answers[1:] {
		if !reflect.DeepEqual(again, answers[0]) {
			t.Errorf("run %d was answered\n%+v, the first\n%+v", i+1, again, answers[0])
		}
	}
	var made, changed int
	if err := s.App.ConcurrentDB().NewQuery(`SELECT count(*) FILTER (WHERE collection = 'notes' AND verb = 'create' AND record LIKE 'atonce%'),
		count(*) FILTER (WHERE collection = 'cases' AND verb = 'update' AND device = {:d}) FROM audit_log`).
		Bind(dbx.Params{"d": p.device}).Row(&made, &changed); err != nil || made != 10 || changed != 1 {
		t.Errorf("%v; %d notes were made and a case changed %d times", err, made, changed)
	}
	p.pull(0)
	p.inSync()
}

func TestTwoPhonesMergeFieldByField(t *testing.T) {
	s := fellmoor(t)
	a, b := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	a.pull(0)
	b.pull(0)
	id := demo.CaseID(1)
	base := a.rev("cases", id)

	want(t, b.push(mutation("update", "cases", id, base, set("summary", "The school's words.")))[0], contract.Applied)
	want(t, a.push(mutation("update", "cases", id, base, set("opened_on", "2026-09-02")))[0], contract.Merged)
	r := want(t, a.push(mutation("update", "cases", id, base, set("summary", "The practitioner's words.", "status", "open")))[0], contract.Conflict)
	if r.Conflict == "" || fmt.Sprint(r.Fields) != "[summary]" {
		t.Fatalf("%+v", r)
	}
	for _, p := range []*phone{a, b} {
		p.pull(0)
		p.inSync()
		if got := p.field("cases", id, "summary"); got != "The school's words." {
			t.Errorf("summary on %s's phone is %q", p.who.Account, got)
		}
		if got := p.field("cases", id, "opened_on"); got != "2026-09-02" {
			t.Errorf("the day it was opened is %q on %s's phone", got, p.who.Account)
		}
		kept := p.field("sync_conflicts", r.Conflict, "ours").(map[string]any)
		if kept["summary"] != "The practitioner's words." {
			t.Errorf("the conflict on %s's phone keeps %v", p.who.Account, kept)
		}
	}
}

func TestItsOwnEchoIsNoConflict(t *testing.T) { // T19
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	id := demo.CaseID(1)
	base := p.rev("cases", id)
	for _, r := range p.push(
		mutation("update", "cases", id, base, set("summary", "one")),
		mutation("update", "cases", id, base, set("summary", "two")),
	) {
		want(t, r, contract.Applied)
	}
	p.pull(0)
	if got := p.field("cases", id, "summary"); got != "two" {
		t.Fatal(got)
	}
}

func TestOneBadMutationBlocksNothing(t *testing.T) { // T13, T14
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	id := demo.CaseID(1)
	rs := p.push(
		mutation("create", "no_such_nouns", "record000000001", 0, set("a", 1)),
		mutation("create", "notes", "record000000002", 0, set("case", id, "nonsense", "x")),
		mutation("create", "notes", "record000000003", 0, set("case", id, "body", 7)),
		mutation("create", "notes", "record000000004", 0, set("case", id, "body", "", "source", "seen_by_worker")),
		mutation("create", "notes", "record000000005", 0, set("case", id, "body", "b", "source", "seen_by_worker", "author", demo.School.ID)),
		mutation("update", "contact_attempts", demo.ID("attempt", 100), 0, set("note", "changed")),
		mutation("update", "cases", demo.CaseID(4), 0, set("summary", "not mine")),
		mutation("update", "cases", "nosuchcase00000", 0, set("summary", "not there")),
		attempt("attemptpushed02", 1),
	)
	codes := []string{"unknown_collection", "unknown_field", "wrong_type", "invalid", "server_owned", "append_only", "no_such_record", "no_such_record"}
	for i, code := range codes {
		r := want(t, rs[i], contract.Refused)
		if r.Code != code || r.Refusal == "" || r.Message == "" {
			t.Errorf("%d: %+v, want code %s", i, r, code)
		}
	}
	want(t, rs[8], contract.Applied)
	foreign, missing := rs[6], rs[7]
	foreign.ID, foreign.Refusal, missing.ID, missing.Refusal = "", "", "", ""
	if fmt.Sprint(foreign) != fmt.Sprint(missing) {
		t.Errorf("a foreign record is told apart from a missing one: %+v %+v", foreign, missing)
	}
	p.pull(0)
	p.inSync()
	if got := p.field("sync_refusals", rs[3].Refusal, "content").(map[string]any)["record"]; got != "record000000004" {
		t.Errorf("the refusal keeps %v", got)
	}
}

func TestAChildWaitsForItsParent(t *testing.T) { // T10
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	note := mutation("create", "notes", "heldnote0000001", 0, set("case", "newcase00000001", "body", "Seen at the gate.", "source", "seen_by_worker"))
	want(t, p.push(note)[0], contract.Held)
	opened := mutation("create", "cases", "newcase00000001", 0, set("reference", "FM-0099", "family_name", "Newcome",
		"lead_agency", demo.Practitioner.Agency, "status", "open"))
	want(t, p.push(opened)[0], contract.Applied)
	want(t, p.push(note)[0], contract.Applied)
	p.pull(0)
	p.inSync()
	if got := p.field("notes", "heldnote0000001", "body"); got != "Seen at the gate." {
		t.Fatal(got)
	}
}

func TestAGuesserLearnsNothingFromAParent(t *testing.T) { // T11
	s := fellmoor(t)
	p := newPhone(t, s, demo.Outsider)
	p.pull(0)
	write := func(c string) contract.Result {
		return p.push(mutation("create", "notes", ulid()[11:], 0, set("case", c, "body", "x", "source", "document")))[0]
	}
	foreign, missing := write(demo.CaseID(1)), write("nosuchcase00000")
	foreign.ID, foreign.Refusal, missing.ID, missing.Refusal = "", "", "", ""
	if fmt.Sprint(foreign) != fmt.Sprint(missing) {
		t.Fatalf("%+v\n%+v", foreign, missing)
	}
}

func TestAGroupStandsOrFallsTogether(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	good, bad := attempt("attemptpushed03", 1), mutation("create", "notes", "groupednote0001", 0, set("case", demo.CaseID(1), "body", ""))
	good.Group, bad.Group = "visit", "visit"
	rs := p.push(good, bad, attempt("attemptpushed04", 1))
	want(t, rs[0], contract.Refused)
	want(t, rs[1], contract.Refused)
	want(t, rs[2], contract.Applied)
	p.pull(0)
	p.inSync()
	if _, ok := p.rows["contact_attempts/attemptpushed03"]; ok {
		t.Error("half of a refused group was applied")
	}
}

func TestWhenACaseIsTakenAwayEveryRowLeaves(t *testing.T) { // T4, T5, T6
	s := fellmoor(t)
	p, q := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	q.pull(0)
	member, err := s.App.FindFirstRecordByData("case_members", "user", demo.School.ID)
	if err != nil {
		t.Fatal(err)
	}
	c := member.GetString("case")
	member.Set("until", "2026-01-01 00:00:00.000Z")
	if err := s.App.Save(member); err != nil {
		t.Fatal(err)
	}
	late := q.push(mutation("create", "notes", "latenote0000001", 0, set("case", c, "body", "Recorded before I knew.", "source", "seen_by_worker")))[0]
	want(t, late, contract.Refused)
	changes := q.pull(0)
	q.inSync()
	for k, h := range q.rows {
		if strings.HasPrefix(h.scope, "case:"+c) {
			t.Errorf("%s of the case taken away is still on the phone", k)
		}
	}
	whole := 0
	for _, ch := range changes {
		if ch.Collection == "" && strings.HasPrefix(ch.Scope, "case:"+c) {
			whole++
		}
		if len(ch.Record) > 0 && strings.HasPrefix(ch.Scope, "case:"+c) {
			t.Errorf("content of the case was sent again: %s", ch.Record)
		}
	}
	if whole != 2 {
		t.Errorf("%d whole-scope drops, want 2 (the case and the agency's own notes)", whole)
	}
	if got := q.field("sync_refusals", late.Refusal, "good_faith"); got != true {
		t.Errorf("a note recorded before the loss was known is in good faith: %v", got)
	}
}

func TestAChildAndItsParentInOnePush(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	note := mutation("create", "notes", "samepushnote001", 0, set("case", "samepushcase001", "body", "Seen.", "source", "seen_by_worker"))
	opened := mutation("create", "cases", "samepushcase001", 0, set("reference", "FM-0098", "family_name", "Newcome", "lead_agency", demo.Practitioner.Agency, "status", "open"))
	for range 2 {
		for _, r := range p.push(note, opened) {
			want(t, r, contract.Applied)
		}
	}
	p.pull(0)
	p.inSync()
}
