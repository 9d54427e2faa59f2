package sync

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A shared tablet: practitioner's notes are in its outbox when somebody else signs in, and
// its sync hands them in under that sign-in (trap T37).
func TestASharedTabletNeverWritesInAnothersName(t *testing.T) {
	s := fellmoor(t)
	priya, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	m := many(1, "tabletnote", 1, "body", "Priya's own words.", "shared", false)[0]
	m.Author = demo.Practitioner.ID
	beside := many(1, "besidenote", 1)[0]
	results := other.push(m, beside)
	if r := want(t, results[0], contract.Refused); r.Code != string(contract.RefusedOtherAuthor) || r.Refusal != "" || strings.Contains(fmt.Sprintf("%+v", r), "words") {
		t.Errorf("%+v", r)
	}
	want(t, results[1], contract.Applied) // it blocks nothing
	if _, err := s.App.FindRecordById("notes", m.Record); err == nil {
		t.Fatal("the school's worker wrote Priya's note")
	}
	other.pull(0)
	for k, h := range other.rows {
		if strings.Contains(h.record, "Priya's own words") {
			t.Errorf("%s on the other's phone has them", k)
		}
	}
	if got := s.Do("GET", "/api/sync/refusals", other.token, nil); strings.Contains(string(got.Body), "words") {
		t.Errorf("%s", got.Body)
	}
	kept := must(s.App.FindFirstRecordByFilter("sync_refusals", "mutation = {:m}", dbx.Params{"m": m.ID}))
	if kept.GetString("user") != demo.Practitioner.ID || kept.GetString("brought_by") != demo.School.ID || kept.GetString("agency") != demo.Practitioner.Agency ||
		!strings.Contains(kept.GetString("content"), "Priya's own words.") || !strings.Contains(kept.GetString("message"), demo.School.Name) || kept.GetBool("handover") {
		t.Errorf("%+v", kept.PublicExport())
	}
	if r := other.push(m)[0]; r.Verdict != contract.Refused || counted(t, s.App, `SELECT count(*) FROM sync_refusals`, nil) != 1 {
		t.Errorf("the second time: %+v", r)
	}
	// Priya's manager reads it, and does not take it on as theirs.
	if got := s.Do("POST", "/api/sync/refusals/"+kept.Id, s.Token(demo.Manager), contract.ResendRequest{Action: "resend"}); got.Status != 403 {
		t.Errorf("the manager: %d %s", got.Status, got.Body)
	}
	// Priya signs in on the tablet: now it is handed in as hers.
	want(t, priya.push(m)[0], contract.Applied)
	if r := must(s.App.FindRecordById("notes", m.Record)); r.GetString("author") != demo.Practitioner.ID || r.GetString("agency") != demo.Practitioner.Agency {
		t.Errorf("it is %s's", r.GetString("author"))
	}
	if got := must(s.App.FindRecordById("sync_refusals", kept.Id)).GetString("status"); got != "settled" {
		t.Errorf("what waited for her is %s", got)
	}
	priya.pull(0)
	priya.inSync()
}

// Priya has no tablet any more: she takes it on from what the server kept, or does not.
func TestAnAuthorTakesOnWhatSomebodyElseHandedIn(t *testing.T) {
	s := fellmoor(t)
	priya, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	ms := many(2, "lostnote", 1)
	for i := range ms {
		ms[i].Author = demo.Practitioner.ID
		ms[i].Group = "one"
	}
	for _, r := range other.push(ms...) {
		want(t, r, contract.Refused)
	}
	for i, action := range []string{"resend", "withdraw"} {
		kept := must(s.App.FindFirstRecordByFilter("sync_refusals", "mutation = {:m}", dbx.Params{"m": ms[i].ID}))
		if got := s.Do("POST", "/api/sync/refusals/"+kept.Id, priya.token, contract.ResendRequest{Action: action}); got.Status != 200 {
			t.Errorf("%s: %d %s", action, got.Status, got.Body)
		}
	}
	if r := must(s.App.FindRecordById("notes", ms[0].Record)); r.GetString("author") != demo.Practitioner.ID {
		t.Errorf("it is %s's", r.GetString("author"))
	}
	if _, err := s.App.FindRecordById("notes", ms[1].Record); err == nil {
		t.Error("what she withdrew stands")
	}
	want(t, priya.push(ms[0])[0], contract.Applied) // her tablet comes after all: it counts once
	want(t, other.push(ms[0])[0], contract.Refused)
}

// Nobody fills another's list with words of theirs: it takes somebody of the same agency
// or on a case with them, a person with a phone, and it ends at so many. The answer is the
// same, so that it tells nothing of who there is.
func TestWhatIsKeptForAnotherIsBounded(t *testing.T) {
	s := fellmoor(t)
	newPhone(t, s, demo.Practitioner)
	in := func(p *phone, author, prefix string, n int) string {
		t.Helper()
		ms := many(n, prefix, 1)
		for i := range ms {
			ms[i].Author = author
		}
		said := map[string]bool{}
		for _, r := range p.push(ms...) {
			r.ID = ""
			said[fmt.Sprintf("%+v", r)] = true
		}
		return fmt.Sprint(said)
	}
	kept := func(user string) int64 {
		return counted(t, s.App, `SELECT count(*) FROM sync_refusals WHERE "user" = {:u}`, dbx.Params{"u": user})
	}
	stranger, school := newPhone(t, s, demo.Outsider), newPhone(t, s, demo.School)
	said := in(stranger, demo.Practitioner.ID, "strangernote", 3)
	for _, other := range []string{
		in(stranger, "nobodyatall0001", "nobodynote", 3),
		in(stranger, "not even an id", "textnote", 3),
		in(school, demo.Colleague.ID, "phonelessnote", 3), // no phone was ever theirs
		in(school, demo.Practitioner.ID, "fullnote", contract.MaxOfOthers+10),
	} {
		if other != said {
			t.Errorf("%s\n%s", other, said)
		}
	}
	if n := kept(demo.Practitioner.ID); n != contract.MaxOfOthers {
		t.Errorf("%d are kept for the practitioner", n)
	}
	if n := kept(demo.Outsider.ID) + kept(demo.School.ID) + kept(demo.Colleague.ID); n != 0 {
		t.Errorf("%d are kept for others", n)
	}
}

// What its author has handed in already is not written over by whoever comes with its id.
func TestAnothersWordNeverReplacesTheAuthors(t *testing.T) {
	s := fellmoor(t)
	priya, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	mine := many(1, "hernote", 1, "body", "Hers.", "source", "telepathy")[0]
	mine.Author = demo.Practitioner.ID
	r := want(t, priya.push(mine)[0], contract.Refused)
	forged := mine
	forged.Set = set("case", demo.CaseID(1), "body", "Not hers.", "source", "document")
	want(t, school.push(forged)[0], contract.Refused)
	if kept := must(s.App.FindRecordById("sync_refusals", r.Refusal)); !strings.Contains(kept.GetString("content"), "Hers.") || kept.GetString("code") != string(contract.RefusedInvalid) {
		t.Errorf("%+v", kept.PublicExport())
	}
}

// An immediate risk is told under whichever sign-in it comes.
func TestAnImmediateRiskOnASharedTabletIsTold(t *testing.T) {
	s := fellmoor(t)
	newPhone(t, s, demo.Practitioner)
	school, stranger := newPhone(t, s, demo.School), newPhone(t, s, demo.Colleague)
	m := risk("tabletrisk00001", demo.CaseID(1), "nopathwayatall1")
	m.Author = demo.Practitioner.ID
	want(t, school.push(m)[0], contract.Refused)
	if n, c, _ := hears(t, s, demo.Manager, m.Record); n != 1 || c != demo.CaseID(1) {
		t.Errorf("the manager was told %d times, of %q", n, c)
	}
	again := risk("tabletrisk00002", demo.CaseID(1), "nopathwayatall1")
	again.Author = demo.Practitioner.ID
	want(t, stranger.push(again)[0], contract.Refused) // on no case with her, of her agency
	if n, c, _ := hears(t, s, demo.Manager, again.Record); n != 1 || c != demo.CaseID(1) {
		t.Errorf("the manager was told %d times, of %q", n, c)
	}
}
