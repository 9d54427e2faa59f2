package sync

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// badElements are what is not of the form of a mutation, each with the member it is told by;
// none where it is no object.
func badElements() map[string]string {
	m := func(change string) string {
		return `{"id":"` + ulid() + `","collection":"notes","record":"badelement00001","op":"create","set":{"case":"case00000000001","body":"Words that nobody may lose.","source":"document"},"recorded_at":"2026-11-20T10:00:00Z"` + change + `}`
	}
	return map[string]string{
		`null`: "", `7`: "", `"Words that nobody may lose."`: "", `[]`: "", `[1,{"a":2}]`: "", `true`: "",
		`{}`:                              "id",
		m(`,"id":"OLDSTYLE-UUID-1"`):      "id",
		m(`,"id":12345`):                  "id",
		m(`,"id":null`):                   "id",
		m(`,"id":""`):                     "id",
		m(`,"record":"RECORD000000001"`):  "record",
		m(`,"record":"wmelonlongid0016"`): "record",
		m(`,"record":["a"]`):              "record",
		m(`,"record":null`):               "record",
		m(`,"op":"destroy"`):              "op",
		m(`,"op":1`):                      "op",
		m(`,"op":null`):                   "op",
		m(`,"collection":"` + strings.Repeat("x", 65) + `"`): "collection",
		m(`,"collection":{}`):                                "collection",
		m(`,"collection":"no\u0000tes"`):                     "collection",
		m(`,"set":["Words that nobody may lose."]`):          "set",
		m(`,"set":"Words that nobody may lose."`):            "set",
		m(`,"set":{"case":"case00000000001","body":"Words that nobody may lose.","body":"Others.","source":"document"}`): "set",
		m(`,"set":{"case":"case00000000001","body":"Others.","source":"document"}`):                                      "set",
		m(`,"recorded_at":"2026-11-21T10:00:00Z"`):                                                                       "recorded_at",
		m(`,"r\u0065corded_at":"2026-11-21T10:00:00Z"`):                                                                  "recorded_at",
		m(`,"beyond":1,"beyond":"Words that nobody may lose."`):                                                          "beyond",
		m(`,"group":7`): "group",
		m(`,"group":"` + strings.Repeat("g", 65) + `"`): "group",
		m(`,"author":7`):                                       "author",
		m(`,"record":"caf` + "\xe9" + `"`):                     "record",
		m(`,"record":"` + strings.Repeat("é<&", 50_000) + `"`): "record",
	}
}

// One element that is not of the form costs the others nothing: it is refused alone, kept
// as it came, and its author and their manager see it (trap T34).
func TestOneMalformedElementIsRefusedAndKeptAlone(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	n, kept := 0, int64(0)
	for bad, member := range badElements() {
		n++
		before, behind := attempt(fmt.Sprintf("before%09d", n), 1), attempt(fmt.Sprintf("behind%09d", n), 1)
		body := `{"mutations":[` + encode(before) + `,` + bad + `,` + encode(behind) + `]}`
		first := p.hand(body).Results
		if len(first) != 3 {
			t.Fatalf("%d results for %.200s", len(first), bad)
		}
		want(t, first[0], contract.Applied)
		want(t, first[2], contract.Applied)
		r := want(t, first[1], contract.Refused)
		if r.Code != string(contract.Malformed) || r.Index == nil || *r.Index != 1 || r.Message == "" || (member != "" && r.Errors[member].Message == "") || len(r.ID) > 130 {
			t.Errorf("%.200s: %+v", bad, r)
		}
		kept++
		refusal := must(s.App.FindRecordById("sync_refusals", r.Refusal))
		var text string
		if err := json.Unmarshal([]byte(refusal.GetString("content")), &text); err != nil || text != strings.ReplaceAll(bad, "\xe9", "é") {
			t.Errorf("of %.200s is kept %.200s (%v)", bad, refusal.GetString("content"), err)
		}
		again := p.hand(body).Results
		for i := range first {
			first[i].Record, again[i].Record = contract.Change{}, contract.Change{}
		}
		if !reflect.DeepEqual(first, again) {
			t.Errorf("%.200s\nfirst: %+v\nagain: %+v", bad, first, again)
		}
		if all := counted(t, s.App, `SELECT count(*) FROM sync_refusals`, nil); all != kept {
			t.Fatalf("%.200s is kept %d times", bad, all-kept+1)
		}
	}
	p.pull(0)
	p.inSync()
	if n := len(p.of("sync_refusals")); int64(n) != kept {
		t.Errorf("the phone has %d of %d refusals", n, kept)
	}
	manager := newPhone(t, s, demo.Manager)
	for who, token := range map[string]string{"its author": p.token, "their manager": manager.token} {
		if a := s.Do("GET", "/api/sync/refusals", token, nil); a.Status != 200 || strings.Count(string(a.Body), "Words that nobody may lose.") < 10 {
			t.Errorf("%s: %d %.300s", who, a.Status, a.Body)
		}
	}
	if a := s.Do("GET", "/api/sync/refusals", newPhone(t, s, demo.School).token, nil); strings.Contains(string(a.Body), "Words") {
		t.Errorf("the school: %s", a.Body)
	}
}

// What cannot be read is not sent again; its author withdraws it.
func TestAMalformedElementIsWithdrawnAndNotSentAgain(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	r := p.hand(`{"mutations":[{"id":"` + ulid() + `","collection":"notes","record":"UPPER0000000001","op":"create","set":{"case":"case00000000001","body":"Words."}}]}`).Results[0]
	answer := func(action string) (int, string) {
		a := s.Do("POST", "/api/sync/refusals/"+r.Refusal, p.token, contract.ResendRequest{Action: action})
		return a.Status, a.Code()
	}
	if status, code := answer("resend"); status != 400 || code != string(contract.Malformed) {
		t.Errorf("sent again: %d %s", status, code)
	}
	if status, _ := answer("withdraw"); status != 200 {
		t.Errorf("withdrawn: %d", status)
	}
}

// An element that cannot be read takes its group with it, as any that is refused.
func TestAGroupWithAMalformedMemberFallsTogether(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	good := attempt("groupedattempt1", 1)
	good.Group = "visit"
	bad := strings.Replace(encode(attempt("groupedattempt2", 1)), `"op"`, `"group":"visit","op"`, 1)
	bad = strings.Replace(bad, "groupedattempt2", "GROUPEDATTEMPT2", 1)
	results := p.hand(`{"mutations":[` + encode(good) + `,` + bad + `]}`).Results
	if r := want(t, results[0], contract.Refused); r.Code != string(contract.RefusedGroup) {
		t.Errorf("%+v", r)
	}
	if r := want(t, results[1], contract.Refused); r.Code != string(contract.Malformed) {
		t.Errorf("%+v", r)
	}
	if allAttempts(t, s.App)[good.Record] {
		t.Error("half of a group stands")
	}
}

// On a shared tablet what cannot be read is its author's too, and nobody else's to see.
func TestAMalformedElementOfAnotherIsKeptForThem(t *testing.T) {
	s := fellmoor(t)
	newPhone(t, s, demo.Practitioner)
	school := newPhone(t, s, demo.School)
	r := school.hand(`{"mutations":[{"id":"` + ulid() + `","author":"` + demo.Practitioner.ID + `","collection":"notes","record":"UPPER0000000001","op":"create","set":{"case":"case00000000001","body":"Hers."}}]}`).Results[0]
	if r.Code != string(contract.RefusedOtherAuthor) || r.Refusal != "" {
		t.Errorf("%+v", r)
	}
	kept := must(s.App.FindFirstRecordByFilter("sync_refusals", "user = {:u}", dbx.Params{"u": demo.Practitioner.ID}))
	if !strings.Contains(kept.GetString("content"), "Hers.") {
		t.Errorf("%+v", kept.PublicExport())
	}
	school.pull(0)
	for k, h := range school.rows {
		if strings.Contains(h.record, "Hers.") {
			t.Errorf("%s is on the school's phone", k)
		}
	}
}

// Nothing keeps an immediate risk from being told, a mistake of the app least of all (G12).
func TestAMalformedImmediateRiskIsTold(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	m := risk("malformedrisk01", demo.CaseID(1), "nopathwayatall1")
	for n, change := range []string{`"record":"UPPERCASERISK01"`, `"record":"malformedrisk02","op":"note"`, `"record":"malformedrisk03","op":"upsert"`} {
		m.ID = ulid()
		m.Op = "create"
		r := p.hand(`{"mutations":[` + strings.Replace(encode(m), `"record":"malformedrisk01"`, change, 1) + `]}`).Results[0]
		if r.Verdict != contract.Refused && r.Verdict != contract.Held {
			t.Fatalf("%+v", r)
		}
		event := must(s.App.FindRecordById("sync_refusals", r.Refusal)).GetString("record")
		if told, c, _ := hears(t, s, demo.Manager, event); told != 1 || c != demo.CaseID(1) {
			t.Errorf("%d: the manager was told %d times, of %q", n, told, c)
		}
	}
}

// What a newer app says more, and what only makes merging more exact, costs nothing.
func TestWhatAServerDoesNotKnowIsIgnoredAndTold(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	base := p.rev("cases", demo.CaseID(1))
	answer := p.hand(fmt.Sprintf(`{"force":true,"epoch":7,"zeal":null,"mutations":[
		{"id":%q,"collection":"cases","record":%q,"op":"update","base":"%d","set":{"summary":"One."},"was":[],"settles":"K","mood":{"a":1}},
		{"id":%q,"collection":"notes","record":"ignorednote0001","op":"create","set":{"case":%q,"source":"telepathy"},"settles":"K"},
		{"id":%q,"collection":"notes","record":"neverwasthere01","op":"delete","set":[]}]}`,
		ulid(), demo.CaseID(1), base, ulid(), demo.CaseID(1), ulid()))
	if got := fmt.Sprint(answer.Ignored); got != "[epoch force]" {
		t.Errorf("of the push: %s", got)
	}
	for i, told := range []string{"[base mood settles was]", "[settles]", "[set]"} {
		if got := fmt.Sprint(answer.Results[i].Ignored); got != told {
			t.Errorf("of mutation %d: %s, want %s", i, got, told)
		}
	}
	want(t, answer.Results[0], contract.Applied)
	kept := must(s.App.FindRecordById("sync_refusals", want(t, answer.Results[1], contract.Refused).Refusal))
	if !strings.Contains(kept.GetString("content"), `"settles":"K"`) {
		t.Errorf("kept without what it said: %s", kept.GetString("content"))
	}
	want(t, answer.Results[2], contract.Held) // of an epoch that cannot be read: as in a replay, what is not there may come
	if answer.Contract.Version != contract.Version {
		t.Errorf("contract %d", answer.Contract.Version)
	}
}

// A whole number is one however a language writes it.
func TestABaseIsReadHoweverItIsWritten(t *testing.T) {
	s := fellmoor(t)
	p, q := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	q.pull(0)
	for i, spelt := range []string{"%d.0", "%de0", "%d00e-2", "%d"} {
		base := fmt.Sprintf(spelt, p.rev("cases", demo.CaseID(1)))
		r := p.hand(fmt.Sprintf(`{"mutations":[{"id":%q,"collection":"cases","record":%q,"op":"update","base":%s,"set":{"summary":"Edit %d."}}]}`, ulid(), demo.CaseID(1), base, i)).Results[0]
		if want(t, r, contract.Applied); len(r.Ignored) > 0 {
			t.Errorf("%s was not read", base)
		}
		q.pull(0)
		want(t, q.push(mutation("update", "cases", demo.CaseID(1), q.rev("cases", demo.CaseID(1)), set("summary", fmt.Sprint("The school's ", i))))[0], contract.Applied)
		p.pull(0)
	}
	for raw, whole := range map[string]int64{"8123": 8123, "8123.0": 8123, "8.123e3": 8123, "812300E-2": 8123, "0": 0, "-0": 0, "0.0e9": 0, "9007199254740993": 9007199254740993, "9223372036854775807": 9223372036854775807} {
		if n, ok := wholeNumber(json.RawMessage(raw)); !ok || n != whole {
			t.Errorf("%s is read as %d (%v)", raw, n, ok)
		}
	}
	for _, raw := range []string{"8123.5", "-1", "1e-1", "9223372036854775808", "1e400", "1e999999999999", `"8123"`, "null", "true", "[]", ""} {
		if n, ok := wholeNumber(json.RawMessage(raw)); ok {
			t.Errorf("%s is read as %d", raw, n)
		}
	}
}

// What is refused is kept whole, however large a push may make it.
func TestALargeRefusalIsKeptWhole(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	m := many(1, "largenote", 1, "body", strings.Repeat("<é\"", 90_000))[0]
	m.Set["source"] = set("s", "telepathy")["s"]
	r := want(t, p.push(m)[0], contract.Refused)
	var kept contract.Mutation
	if err := json.Unmarshal([]byte(must(s.App.FindRecordById("sync_refusals", r.Refusal)).GetString("content")), &kept); err != nil || said(kept, "body") != said(m, "body") {
		t.Errorf("it is not whole: %v", err)
	}
	p.pull(0)
	p.inSync()
}

// A group that cannot stand does not wait for anything: the parent that comes would bring
// half of it.
func TestAGroupWithAMalformedMemberDoesNotWait(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	first := want(t, p.push(attempt("waitingfirst001", 1))[0], contract.Applied)
	child := mutation("create", "notes", "waitingnote0001", 0, set("case", "waitingcase0001", "body", "Words.", "source", "document"))
	child.Group = "visit"
	reused := mutation("create", "notes", "waitingnote0002", 0, set("case", demo.CaseID(1), "body", "Words.", "source", "document"))
	reused.ID, reused.Group = first.ID, "visit"
	results := p.hand(`{"mutations":[` + encode(child) + `,{"group":"visit"},` + encode(reused) + `,{"group":"visit","n":2}]}`).Results
	for i, code := range []contract.Code{contract.RefusedGroup, contract.Malformed, contract.RefusedIDReused, contract.Malformed} {
		if r := want(t, results[i], contract.Refused); r.Code != string(code) {
			t.Errorf("%d: %+v", i, r)
		}
	}
	parent := mutation("create", "cases", "waitingcase0001", 0, set("family_name", "Parent", "lead_agency", demo.Practitioner.Agency, "status", "open"))
	want(t, p.push(parent)[0], contract.Applied)
	if _, err := s.App.FindRecordById("notes", child.Record); err == nil {
		t.Error("half of a group stands")
	}
	if again := p.push(attempt("waitingother001", 1)); again[0].Verdict != contract.Applied {
		t.Errorf("%+v", again)
	}
}
