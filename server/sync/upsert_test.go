package sync

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

func upsert(collection, record string, pairs ...any) contract.Mutation {
	return mutation("upsert", collection, record, 0, set(pairs...))
}

// A client that does not know whether its create arrived says it again, as it now is.
func TestAnUpsertMakesOrMerges(t *testing.T) {
	s := fellmoor(t)
	p, q := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	note := func(body string) contract.Mutation {
		return upsert("notes", "upsertnote00001", "case", demo.CaseID(1), "body", body, "source", "document", "shared", true)
	}
	made := want(t, p.push(note("One."))[0], contract.Applied)
	if made.Rev == 0 {
		t.Errorf("%+v", made)
	}
	if r := want(t, p.push(note("One."))[0], contract.Merged); r.Rev != made.Rev { // its first answer was lost
		t.Errorf("%+v", r)
	}
	want(t, p.push(note("One, and more."))[0], contract.Applied)
	p.pull(0)
	if got := p.field("notes", "upsertnote00001", "body"); got != "One, and more." {
		t.Errorf("the note says %q", got)
	}
	// A case: two people upsert it; was makes it exact, without any rev.
	summary := func(was string, text string) contract.Mutation {
		m := upsert("cases", demo.CaseID(1), "summary", text)
		if was != "" {
			m.Was = set("summary", was)
		}
		return m
	}
	q.pull(0)
	before := q.field("cases", demo.CaseID(1), "summary").(string)
	want(t, q.push(summary(before, "The school's."))[0], contract.Applied)
	r := want(t, p.push(summary(before, "Mine."))[0], contract.Conflict)
	if r.Conflict == "" || fmt.Sprint(r.Fields) != "[summary]" {
		t.Errorf("%+v", r)
	}
	if v := p.push(summary("The school's.", "Both."))[0].Verdict; v != contract.Merged && v != contract.Applied {
		t.Errorf("by what it saw: %s", v)
	}
	p.pull(0)
	q.pull(0)
	p.inSync()
	q.inSync()
	if got := q.field("cases", demo.CaseID(1), "summary"); got != "Both." {
		t.Errorf("the case says %q", got)
	}
}

func TestAnUpsertHasTheRulesOfWhatItDoes(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	was := func(m contract.Mutation, pairs ...any) contract.Mutation { m.Was = set(pairs...); return m }
	tried := attempt("upsertattempt01", 1)
	tried.Op = "upsert"
	want(t, p.push(tried)[0], contract.Applied)
	again := tried
	again.ID = ulid()
	want(t, p.push(again)[0], contract.Merged) // append-only: the same is no change
	again.ID, again.Set = ulid(), set("outcome", "spoke")
	if r := want(t, p.push(again)[0], contract.Refused); r.Code != string(contract.RefusedAppendOnly) {
		t.Errorf("%+v", r)
	}
	family := p.field("cases", demo.CaseID(1), "family_name")
	fixed := func(name any) contract.Mutation {
		return was(upsert("cases", demo.CaseID(1), "family_name", name, "summary", fmt.Sprint("Seen with ", name)), "family_name", family, "summary", p.field("cases", demo.CaseID(1), "summary"))
	}
	if v := p.push(fixed(family))[0].Verdict; v != contract.Applied && v != contract.Merged { // a fixed field that equals what stands is no change
		t.Errorf("%s", v)
	}
	p.pull(0)
	if r := want(t, p.push(fixed("Another"))[0], contract.Refused); r.Errors["family_name"].Code != "fixed" {
		t.Errorf("%+v", r)
	}
	// A child before its parent waits, and is made when it comes.
	child := upsert("notes", "upsertnote00002", "case", "upsertcase00001", "body", "Waits.", "source", "document")
	want(t, p.push(child)[0], contract.Held)
	want(t, p.push(upsert("cases", "upsertcase00001", "family_name", "Upsert", "lead_agency", demo.Practitioner.Agency, "status", "open"))[0], contract.Applied)
	if r := p.push(child)[0]; r.Verdict != contract.Applied {
		t.Errorf("%+v", r)
	}
	// What was deleted is not made again.
	want(t, p.push(mutation("delete", "notes", "upsertnote00002", 0, nil))[0], contract.Applied)
	gone := child
	gone.ID = ulid()
	if r := want(t, p.push(gone)[0], contract.Refused); r.Code != string(contract.RefusedDeleted) {
		t.Errorf("%+v", r)
	}
	want(t, p.push(mutation("delete", "notes", "upsertnote00003", 0, nil))[0], contract.Applied)
	never := child
	never.ID, never.Record = ulid(), "upsertnote00003"
	if r := want(t, p.push(never)[0], contract.Refused); r.Code != string(contract.RefusedDeleted) {
		t.Errorf("%+v", r)
	}
	p.pull(0)
	p.inSync()
}

// To who cannot see a record, an upsert of it says no more than a create that they have no
// right to (M64, M68).
func TestAnUpsertTellsNothingOfAForeignRecord(t *testing.T) {
	s := fellmoor(t)
	p, stranger := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Outsider)
	want(t, p.push(many(1, "foreignnote", 1, "shared", false)[0], mutation("create", "cases", "foreigncase0001", 0,
		set("family_name", "Foreign", "lead_agency", demo.Practitioner.Agency, "status", "open")))[1], contract.Applied)
	said := map[string]bool{}
	for _, m := range []contract.Mutation{
		upsert("cases", "foreigncase0001", "family_name", "Foreign", "lead_agency", demo.Practitioner.Agency, "status", "open"), // what is there
		upsert("cases", "foreigncase0001", "family_name", "Else", "lead_agency", demo.Practitioner.Agency, "status", "open"),
		mutation("create", "cases", "foreigncase0001", 0, set("family_name", "Else", "lead_agency", demo.Practitioner.Agency, "status", "open")),
		upsert("cases", "nobodyscase0001", "family_name", "Else", "lead_agency", demo.Practitioner.Agency, "status", "open"), // of another agency: no right
	} {
		r := stranger.push(m)[0]
		r.ID, r.Refusal = "", ""
		said[fmt.Sprintf("%+v", r)] = true
	}
	if len(said) != 1 {
		t.Errorf("%v", said)
	}
	said = map[string]bool{}
	for _, id := range []string{"foreignnote0000", "nobodysnote0000"} {
		r := stranger.push(upsert("notes", id, "case", demo.CaseID(1), "body", "x", "source", "document"))[0]
		r.ID, r.Refusal = "", ""
		said[fmt.Sprintf("%+v", r)] = true
	}
	if len(said) != 1 {
		t.Errorf("%v", said)
	}
}

// What an agency wrote for itself stays its own where an upsert of it is kept, also when the
// upsert says that it is shared (M110).
func TestAnUpsertOfAnAgencysOwnStaysItsOwn(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.School)
	p.pull(0)
	own := upsert("notes", "upsertownnote01", "case", demo.CaseID(1), "body", "For us alone.", "source", "document", "shared", false)
	want(t, p.push(own)[0], contract.Applied)
	late := upsert("notes", "upsertownnote01", "case", demo.CaseID(1), "body", "For us alone, and more.", "source", "telepathy", "shared", true)
	want(t, p.push(late)[0], contract.Refused)
	kept := must(s.App.FindAllRecords("sync_refusals", dbx.HashExp{"mutation": late.ID}))
	if len(kept) == 0 {
		t.Fatal("it is not kept")
	}
	for _, r := range kept {
		if !r.GetBool("own") || r.GetString("agency") != demo.School.Agency {
			t.Errorf("%+v", r.PublicExport())
		}
	}
}
