package sync

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// asPulled fails unless what an answer shows is what the next pull puts.
func (p *phone) asPulled(r contract.Result) {
	p.t.Helper()
	var shown, pulled any
	h := p.rows[r.Record.Collection+"/"+r.Record.ID]
	if json.Unmarshal(r.Record.Record, &shown) != nil || json.Unmarshal([]byte(h.record), &pulled) != nil || !reflect.DeepEqual(shown, pulled) ||
		r.Record.Op != "put" || r.Record.Scope != h.scope || r.Record.Rev != h.rev {
		p.t.Errorf("shown %+v\n%s\npulled %+v", r.Record, r.Record.Record, h)
	}
}

// What is not plainly what was sent comes with the answer as it stands; a plain note or try
// at contact does not.
func TestAPushAnswersHowARecordStands(t *testing.T) {
	s := fellmoor(t)
	p, q := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	q.pull(0)
	theCase := demo.CaseID(1)
	base := q.rev("cases", theCase)
	note := many(1, "shownnote", 1)[0]
	ms := []contract.Mutation{
		note, attempt("shownattempt001", 1),
		mutation("update", "cases", theCase, p.rev("cases", theCase), set("summary", "Mine.")),
	}
	for i, r := range p.push(ms...) {
		if want(t, r, contract.Applied); r.Record.Op != "" || r.Omitted {
			t.Errorf("%d is shown and is what was sent: %+v", i, r)
		}
	}
	opened := want(t, p.push(mutation("create", "cases", "showncase000001", 0, set("provisional_reference", "P-1", "family_name", "Shown", "lead_agency", demo.Practitioner.Agency, "status", "open")))[0], contract.Applied)
	p.pull(0)
	p.asPulled(opened) // the server named it
	if !strings.Contains(string(opened.Record.Record), `"reference":"`) {
		t.Errorf("%s", opened.Record.Record)
	}
	other := q.push(
		mutation("update", "cases", theCase, base, set("summary", "The school's.", "opened_on", "2026-11-02")),
		mutation("update", "notes", note.Record, 0, set("body", "Not hers to change.")),
		mutation("create", "notes", note.Record, 0, set("case", theCase, "body", "Words.", "source", "document", "shared", true)),
		mutation("update", "notes", "nosuchnote00000", 0, set("body", "x")),
		mutation("create", "notes", "heldnote0000001", 0, set("case", "nosuchcase00001", "body", "x", "source", "document")),
		mutation("create", "notes", "refusednote0001", 0, set("case", theCase, "body", "", "source", "document")),
	)
	q.pull(0)
	want(t, other[0], contract.Conflict)
	want(t, other[1], contract.Refused)
	want(t, other[2], contract.Merged)
	q.asPulled(other[0])
	q.asPulled(other[2])
	if other[1].Record.Op != "" { // the last that names it tells it
		t.Errorf("it is said twice: %+v", other[1])
	}
	for i, r := range other[3:] {
		if r.Record.Op != "" {
			t.Errorf("%d shows what there is not: %+v", i, r)
		}
	}
	// Handed in again: nothing when it stands as it was answered, the record when others changed it.
	for i, r := range p.push(ms...) {
		if shown := r.Record.Op != ""; shown != (i == 2) {
			t.Errorf("again, %d: %+v", i, r)
		}
	}
}

// Asked for, every record that lives comes, of who may see it.
func TestAPushAnswersEveryRecordWhenAsked(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	ms := append(many(3, "askednote", 1), mutation("delete", "notes", "neverwasthere01", 0, nil))
	answer := p.hand(`{"records":true,"mutations":` + encode(ms) + `}`)
	// It is read like any pull, and written down before it is shown.
	if err := kernel.SettleAudit(s.App); err != nil {
		t.Fatal(err)
	}
	if n := counted(t, s.App, `SELECT coalesce(sum(count), 0) FROM audit_log WHERE verb = 'sync' AND actor = {:u} AND "case" = {:c} AND count = 3`, dbx.Params{"u": demo.Practitioner.ID, "c": demo.CaseID(1)}); n != 3 {
		t.Errorf("%d of 3 are in the audit log", n)
	}
	p.pull(0)
	for _, r := range answer.Results[:3] {
		p.asPulled(r)
	}
	if answer.Results[3].Record.Op != "" {
		t.Errorf("%+v", answer.Results[3])
	}
	d := published(t)
	if err := d.check("PushAnswer", []byte(encode(answer))); err != nil {
		t.Error(err)
	}
	for _, r := range answer.Results[:3] {
		if err := d.check("records/"+r.Record.Collection, r.Record.Record); err != nil {
			t.Error(err)
		}
	}
}

// An answer holds so much of records and no more; the next pull brings the rest.
func TestWhatAPushShowsIsBounded(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	big := strings.Repeat("w", 19_000)
	all := many(90, "boundnote", 1, "body", big)
	for at := 0; at < len(all); at += 45 {
		for _, r := range p.push(all[at : at+45]...) {
			want(t, r, contract.Applied)
		}
	}
	var again []contract.Mutation
	for _, m := range all {
		again = append(again, mutation("upsert", "notes", m.Record, 0, set("body", big)))
		again[len(again)-1].Set = set("source", "document")
	}
	bytes, shown, omitted := 0, 0, 0
	for _, r := range p.push(again...) {
		want(t, r, contract.Merged)
		bytes += len(r.Record.Record)
		if r.Record.Op != "" {
			shown++
		}
		if r.Omitted {
			omitted++
		}
	}
	if shown < 40 || omitted < 30 || shown+omitted != 90 || bytes > 1<<20 {
		t.Errorf("%d shown in %d bytes, %d omitted", shown, bytes, omitted)
	}
	p.pull(0)
	p.inSync()
}

// A record that its author may no longer see is not shown, whatever became of the edit.
func TestAPushShowsNothingThatWasTakenAway(t *testing.T) {
	s := fellmoor(t)
	q := newPhone(t, s, demo.School)
	q.pull(0)
	base := q.rev("cases", demo.CaseID(1))
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	answer := q.hand(`{"records":true,"mutations":[` + encode(mutation("update", "cases", demo.CaseID(1), base, set("summary", "Late."))) + `,` +
		encode(mutation("delete", "cases", demo.CaseID(1), base, nil)) + `]}`)
	for _, r := range answer.Results {
		if r.Record.Op != "" || r.Omitted {
			t.Errorf("%+v", r)
		}
	}
}

// The same person's new phone hands in again what the old one did, and what was recorded on
// top of it: that is no conflict with themselves, in the same push or the next.
func TestANewPhoneDoesNotConflictWithItsOwner(t *testing.T) {
	s := fellmoor(t)
	old, q := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	old.pull(0)
	q.pull(0)
	base := old.rev("cases", demo.CaseID(1))
	edit := func(text string) contract.Mutation {
		return mutation("update", "cases", demo.CaseID(1), base, set("summary", text))
	}
	one, two, three := edit("One."), edit("Two."), edit("Three.")
	want(t, old.push(one)[0], contract.Applied)
	fresh := newPhone(t, s, demo.Practitioner)
	results := fresh.push(one, two)
	want(t, results[0], contract.Applied)
	want(t, results[1], contract.Applied)
	want(t, fresh.push(three)[0], contract.Applied)
	// Somebody else's change stays one: a verdict of ours names its rev where nothing of it was applied.
	want(t, q.push(mutation("update", "cases", demo.CaseID(1), q.rev("cases", demo.CaseID(1)), set("summary", "The school's.")))[0], contract.Conflict)
	q.pull(0)
	want(t, q.push(mutation("update", "cases", demo.CaseID(1), q.rev("cases", demo.CaseID(1)), set("summary", "The school's.")))[0], contract.Applied)
	lost := edit("Four.")
	want(t, fresh.push(lost)[0], contract.Conflict)
	again := newPhone(t, s, demo.Practitioner)
	results = again.push(lost, edit("Five."))
	want(t, results[0], contract.Conflict)
	want(t, results[1], contract.Conflict)
	if got := fmt.Sprint(results[1].Fields); got != "[summary]" {
		t.Errorf("%s", got)
	}
}

// What cannot be written down is not shown; the verdicts stand, and the next pull brings it.
func TestWhatAPushCannotWriteDownItDoesNotShow(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	if err := os.Mkdir(demotest.Path(s.App, "audit.reads"), 0o700); err != nil {
		t.Fatal(err)
	}
	opened := want(t, p.push(mutation("create", "cases", "showncase000002", 0, set("provisional_reference", "P-2", "family_name", "Unshown", "lead_agency", demo.Practitioner.Agency, "status", "open")))[0], contract.Applied)
	if opened.Record.Op != "" || !opened.Omitted {
		t.Errorf("it is shown and nowhere on record: %+v", opened)
	}
}
