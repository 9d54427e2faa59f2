package sync

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// Two contents under one id: the first verdict is not an answer to the second, which is
// kept whole beside it (trap T35).
func TestOneIDWithOtherContentIsRefusedAndKept(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	m := mutation("create", "notes", "reusednote00001", 0, set("case", demo.CaseID(1), "body", "First text.", "source", "document", "shared", true))
	first := want(t, p.push(m)[0], contract.Applied)
	more, elsewhere := m, m
	more.Set = set("case", demo.CaseID(1), "body", "First text. The child said that he is hit with a belt.", "source", "document", "shared", true)
	elsewhere.Record = "reusednote00002"
	for _, other := range []contract.Mutation{more, elsewhere} {
		r := want(t, p.push(other)[0], contract.Refused)
		if r.ID != m.ID || r.Code != string(contract.RefusedIDReused) || r.Refusal == "" || r.Rev != 0 {
			t.Errorf("%+v", r)
		}
		kept := must(s.App.FindRecordById("sync_refusals", r.Refusal))
		var content contract.Mutation
		if err := json.Unmarshal([]byte(kept.GetString("content")), &content); err != nil || content.ID != m.ID || said(content, "body") != said(other, "body") || content.Record != other.Record {
			t.Errorf("kept: %s (%v)", kept.GetString("content"), err)
		}
		if !strings.HasPrefix(kept.GetString("mutation"), m.ID+"#") {
			t.Errorf("it is kept under %s", kept.GetString("mutation"))
		}
		if again := p.push(other)[0]; again.Refusal != r.Refusal || again.Code != r.Code {
			t.Errorf("again: %+v", again)
		}
	}
	if again := p.push(m)[0]; again.Verdict != contract.Applied || again.Rev != first.Rev {
		t.Errorf("the first, again: %+v", again)
	}
	together := p.push(more, m, elsewhere) // whatever the order
	want(t, together[0], contract.Refused)
	want(t, together[1], contract.Applied)
	want(t, together[2], contract.Refused)
	if n := counted(t, s.App, `SELECT count(*) FROM sync_refusals`, nil); n != 2 {
		t.Errorf("%d are kept", n)
	}
	// What was kept is put right like any other, and the first verdict stays what it was.
	kept := must(s.App.FindFirstRecordByFilter("sync_refusals", "record = {:r}", dbx.Params{"r": elsewhere.Record}))
	if a := s.Do("POST", "/api/sync/refusals/"+kept.Id, p.token, contract.ResendRequest{Action: "resend"}); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if again := p.push(m)[0]; again.Rev != first.Rev {
		t.Errorf("the first, once the other stands: %+v", again)
	}
	want(t, p.push(elsewhere)[0], contract.Applied)
	p.pull(0)
	p.inSync()
	if got := p.field("notes", m.Record, "body"); got != "First text." {
		t.Errorf("the note says %q", got)
	}
}

// Within one push the first of an id is the mutation that has it; so it is with one that
// was refused.
func TestTwoContentsUnderOneIDInOnePush(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	a := mutation("create", "notes", "samepushnote001", 0, set("case", demo.CaseID(1), "body", "", "source", "document"))
	b := a
	b.Set = set("case", demo.CaseID(1), "body", "Other words.", "source", "document")
	for range 2 {
		results := p.push(a, b)
		if r := want(t, results[0], contract.Refused); r.Code != string(contract.RefusedInvalid) {
			t.Errorf("%+v", r)
		}
		if r := want(t, results[1], contract.Refused); r.Code != string(contract.RefusedIDReused) || r.Refusal == results[0].Refusal {
			t.Errorf("%+v", r)
		}
	}
	if n := counted(t, s.App, `SELECT count(*) FROM sync_refusals`, nil); n != 2 {
		t.Errorf("%d are kept", n)
	}
}

// Written otherwise it is the same mutation: the order of members, blanks, escapes, the
// spelling of numbers, the case of the id, when it is said to have been recorded, the base.
func TestTheSameMutationWrittenOtherwiseIsTheSame(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	const one, uuid = "01arz3ndektsv4rrffq69g5fav", "018f2a5c-7a1b-7c3d-9e4f-0123456789ab"
	for n, texts := range [][]string{
		{
			`{"id":"` + one + `","collection":"notes","record":"writtennote0001","op":"create","set":{"case":"case00000000001","body":"café <b>","source":"document","shared":true},"recorded_at":"2026-11-20T10:00:00Z"}`,
			` { "recorded_at":"2026-11-21T10:00:00Z", "set":{"shared": true,"source":"document","body":"caf\u00e9 \u003cb\u003e","case":"case00000000001"},"op":"create","record":"writtennote0001","collection":"notes","id":"` + strings.ToUpper(one) + `"}`,
			`{"id":"` + one + `","author":"` + demo.Practitioner.ID + `","base":3.0,"collection":"notes","record":"writtennote0001","op":"create","set":{"case":"case00000000001","body":"café <b>","source":"document","shared":true}}`,
		},
		{
			`{"id":"` + uuid + `","collection":"pathways","record":"writtenpathway1","op":"create","set":{"case":"case00000000001","data":{"n":8123,"list":[1,2.50]}}}`,
			`{"id":"` + strings.ToUpper(uuid) + `","collection":"pathways","record":"writtenpathway1","op":"create","set":{"case":"case00000000001","data":{"list":[1.0,25e-1],"n":8.123e3}}}`,
		},
	} {
		var first contract.Result
		for i, text := range texts {
			r := p.hand(`{"mutations":[` + text + `]}`).Results[0]
			if sent := json.RawMessage(text); !bytes.Contains(sent, []byte(`"`+r.ID+`"`)) {
				t.Errorf("%d: the answer calls it %s", n, r.ID)
			}
			r.ID, r.Record = "", contract.Change{}
			if i == 0 {
				first = r
			} else if fmt.Sprintf("%+v", r) != fmt.Sprintf("%+v", first) {
				t.Errorf("%d: %+v, the first time %+v", n, r, first)
			}
		}
	}
	if n := counted(t, s.App, `SELECT count(*) FROM sync_verdicts`, nil); n != 2 {
		t.Errorf("%d verdicts", n)
	}
}

// What an earlier build judged is answered by its id, as it was then.
func TestAVerdictOfAnEarlierBuildAnswersByItsID(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	m := many(1, "earliernote", 1)[0]
	first := want(t, p.push(m)[0], contract.Applied)
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE sync_verdicts SET recorded_at = '', skew = NULL, meaning = NULL`).Execute(); err != nil {
		t.Fatal(err)
	}
	m.Set = set("case", demo.CaseID(1), "body", "Other.", "source", "document")
	if again := p.push(m)[0]; again.Verdict != contract.Applied || again.Rev != first.Rev {
		t.Errorf("%+v", again)
	}
}

// A child that comes before its parent in one push is judged twice in it, and its verdict
// remembers all the same what it was given for, and when it was recorded.
func TestAChildThatWasAppliedInItsOwnPushIsRemembered(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	child := mutation("create", "notes", "childnote000001", 0, set("case", "childcase000001", "body", "Words.", "source", "document"))
	want(t, p.push(child, mutation("create", "cases", "childcase000001", 0, set("family_name", "Child", "lead_agency", demo.Practitioner.Agency, "status", "open")))[0], contract.Applied)
	if got := clockOf(t, s, child).RecordedAt; got != child.RecordedAt {
		t.Errorf("it was recorded at %q", got)
	}
	want(t, p.push(child)[0], contract.Applied)
	child.Set = set("case", "childcase000001", "body", "Other words.", "source", "document")
	if r := want(t, p.push(child)[0], contract.Refused); r.Code != string(contract.RefusedIDReused) {
		t.Errorf("%+v", r)
	}
}

// What was held or refused, and then put right by a person, is still what the phone sent.
func TestWhatWasPutRightIsStillWhatThePhoneSent(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	m := mutation("create", "notes", "rightnote000001", 0, set("case", demo.CaseID(1), "body", "Words.", "source", "telepathy"))
	r := want(t, p.push(m)[0], contract.Refused)
	if a := s.Do("POST", "/api/sync/refusals/"+r.Refusal, p.token, contract.ResendRequest{Action: "resend", Set: set("source", "document")}); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	want(t, p.push(m)[0], contract.Applied)
	m.Set = set("case", demo.CaseID(1), "body", "Words.", "source", "document") // as it was put right, which is not what was sent
	if r := want(t, p.push(m)[0], contract.Refused); r.Code != string(contract.RefusedIDReused) {
		t.Errorf("%+v", r)
	}
}

// What a person decided by request is remembered for what it was, as if a phone had handed
// it in: under its id nothing else passes for it, by either way, and nothing of it is lost.
func TestADecisionByRequestIsRememberedForWhatItWas(t *testing.T) {
	s, a, b, id := disagreement(t)
	a.pull(0)
	b.pull(0)
	bad := want(t, a.push(mutation("create", "notes", "decidednote0001", 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy")))[0], contract.Refused)
	for _, way := range []struct {
		noun, record string
		ask, other   any
		same, says   map[string]json.RawMessage
		was          map[string]json.RawMessage
	}{
		{
			noun: "conflicts", record: id,
			ask:   contract.SettleRequest{ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Choice: "theirs", Seen: set("summary", "The school's words.")},
			other: contract.SettleRequest{ID: "01arz3ndektsv4rrffq69g5fav", Choice: "other", Set: set("summary", "WORDS")},
			same:  set("choice", "theirs"), was: set("theirs", set("summary", "The school's words.")),
			says: set("choice", "other", "values", set("summary", "WORDS")),
		},
		{
			noun: "refusals", record: bad.Refusal,
			ask:   contract.ResendRequest{ID: "018f2a5c-7a1b-7c3d-9e4f-0123456789ab", Action: "resend", Set: set("source", "document")},
			other: contract.ResendRequest{ID: "018f2a5c-7a1b-7c3d-9e4f-0123456789ab", Action: "resend", Set: set("source", "document", "body", "WORDS")},
			same:  set("action", "resend", "values", set("source", "document")),
			says:  set("action", "resend", "values", set("source", "document", "body", "WORDS")),
		},
	} {
		path := "/api/sync/" + way.noun + "/" + way.record
		first := s.Do("POST", path, a.token, way.ask)
		if first.Status != 200 {
			t.Fatalf("%s: %d %s", way.noun, first.Status, first.Body)
		}
		if again := s.Do("POST", path, a.token, way.ask); again.Status != 200 || string(again.Body) != string(first.Body) {
			t.Errorf("%s, again: %d %s, and before %s", way.noun, again.Status, again.Body, first.Body)
		}
		if other := s.Do("POST", path, a.token, way.other); other.Status != 409 || other.Code() != string(contract.RefusedIDReused) {
			t.Errorf("%s, something else by request: %d %s", way.noun, other.Status, other.Body)
		}
		another := way.record[1:] + way.record[:1] // whatever chance made of it
		if elsewhere := s.Do("POST", "/api/sync/"+way.noun+"/"+another, a.token, way.ask); elsewhere.Status != 409 {
			t.Errorf("%s, of another: %d %s", way.noun, elsewhere.Status, elsewhere.Body)
		}
		var of struct{ ID string }
		if err := json.Unmarshal(must(json.Marshal(way.ask)), &of); err != nil {
			t.Fatal(err)
		}
		m := mutation("update", "sync_"+way.noun, way.record, 0, way.same)
		m.ID, m.Was = strings.ToLower(of.ID), way.was
		want(t, a.push(m)[0], contract.Applied)
		m.Set, m.Was = way.says, nil
		r := want(t, a.push(m)[0], contract.Refused)
		kept := must(s.App.FindRecordById("sync_refusals", r.Refusal))
		if r.Code != string(contract.RefusedIDReused) || !strings.Contains(kept.GetString("content"), "WORDS") {
			t.Errorf("%s, something else by push: %+v, kept %s", way.noun, r, kept.GetString("content"))
		}
		if again := s.Do("POST", path, a.token, way.ask); again.Status != 200 {
			t.Errorf("%s, the first once more: %d %s", way.noun, again.Status, again.Body)
		}
	}
}

// The other way about: what a phone handed in first is not answered to a request that says
// something else, and what it was refused is not answered as done.
func TestARequestUnderThePhonesIDIsHeldToWhatThePhoneSaid(t *testing.T) {
	s, a, _, id := disagreement(t)
	a.pull(0)
	m, wrong := choose(a, id, "theirs"), mutation("update", "sync_conflicts", id, 0, set("choice", "other", "values", set("status", "closed")))
	want(t, a.push(wrong)[0], contract.Refused)
	want(t, a.push(m)[0], contract.Applied)
	path := "/api/sync/conflicts/" + id
	if same := s.Do("POST", path, a.token, contract.SettleRequest{ID: m.ID, Choice: "theirs"}); same.Status != 200 {
		t.Errorf("%d %s", same.Status, same.Body)
	}
	if other := s.Do("POST", path, a.token, contract.SettleRequest{ID: m.ID, Choice: "ours"}); other.Status != 409 || other.Code() != string(contract.RefusedIDReused) {
		t.Errorf("%d %s", other.Status, other.Body)
	}
	if refused := s.Do("POST", path, a.token, contract.SettleRequest{ID: wrong.ID, Choice: "other", Set: set("status", "closed")}); refused.Status != 422 || refused.Code() != string(contract.RefusedInvalid) {
		t.Errorf("%d %s", refused.Status, refused.Body)
	}
}
