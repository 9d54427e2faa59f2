package sync

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// marlowes are Tess and Dan, two adults of the first case, whom a letter could be written
// to together.
func marlowes(t *testing.T) (m *mail, school *phone, tess, dan string) {
	t.Helper()
	m = newMail(t)
	point := map[string]any{"kind": "address", "lines": []string{"14 Quarry Row", "Fellmoor"}, "postcode": "FM1 4QR", "current": true, "confirmed_on": "2026-11-20", "safe_post": true}
	tess, dan = demo.ID("adult", 100), "personmarlowe01"
	want(t, m.practitioner.push(mutation("create", "people", dan, 0, set("case", demo.CaseID(1), "kind", "adult", "name", "Dan Marlowe", "contact_points", []any{point})))[0], contract.Applied)
	school = newPhone(t, m.Server, demo.School)
	school.pull(0)
	m.practitioner.pull(0)
	return m, school, tess, dan
}

// Two workers record, each without signal, what the same two people are to one another.
// What one knows stands between them is never lost for the other having been first, and
// no joint letter goes to the two, whichever phone came first (B03).
func TestASafetyMarkIsNeverLostToWhoCameFirst(t *testing.T) {
	plain := func(tess, dan string) map[string]json.RawMessage {
		return set("case", demo.CaseID(1), "person", tess, "other", dan, "kind", "partner", "parental_responsibility", "unknown")
	}
	marked := func(tess, dan string) map[string]json.RawMessage {
		return set("case", demo.CaseID(1), "person", tess, "other", dan, "parental_responsibility", "unknown", "between", []string{"domestic_abuse", "no_contact"}, "note", "MARAC heard on 26 November.")
	}
	for name, order := range map[string]struct {
		first, second func(string, string) map[string]json.RawMessage
		note          string
	}{
		"the mark comes second": {plain, marked, "Said again on the telephone."}, // their own words, written anew
		"the mark comes first":  {marked, plain, "MARAC heard on 26 November.\n\nSaid again on the telephone."},
		"both are marked":       {marked, marked, "MARAC heard on 26 November.\n\nSaid again on the telephone."},
	} {
		t.Run(name, func(t *testing.T) {
			m, school, tess, dan := marlowes(t)
			one := mutation("create", "relationships", "relationfirst01", 0, order.first(tess, dan))
			two := mutation("create", "relationships", "relationsecond1", 0, order.second(tess, dan))
			more := mutation("update", "relationships", "relationsecond1", 0, set("note", "Said again on the telephone."))
			want(t, m.practitioner.push(one)[0], contract.Applied)
			results := school.push(two, more)
			for i, r := range results {
				if r.Verdict != contract.Merged || r.As != "relationfirst01" {
					t.Errorf("mutation %d of the second phone: %+v", i, r)
				}
			}
			again := school.push(two, more)
			if fmt.Sprint(again) != fmt.Sprint(results) {
				t.Errorf("sent twice, it is answered\n%+v\nand before\n%+v", again, results)
			}
			for _, p := range []*phone{school, m.practitioner} {
				p.pull(0)
				p.inSync()
				if _, there := p.rows["relationships/relationsecond1"]; there {
					t.Errorf("%s's phone still has the second one", p.who.Account)
				}
				if got := fmt.Sprint(p.field("relationships", "relationfirst01", "between")); got != "[domestic_abuse no_contact]" {
					t.Errorf("%s's phone shows %s between them", p.who.Account, got)
				}
			}
			if got := school.field("relationships", "relationfirst01", "note"); got != order.note {
				t.Errorf("the note is %q", got)
			}
			letter := m.draft("letternatural01", "L1_missed", map[string]any{})
			together := mutation("update", "letters", letter.Id, m.rev(m.practitioner, letter.Id), set("joint_with", dan))
			if r := m.practitioner.push(together)[0]; r.Verdict != contract.Applied {
				t.Fatalf("%+v", r)
			}
			m.kept(m.practitioner, approval(m.letter(letter.Id)), "joint_with", "stands_between")
		})
	}
}

// What the two say differently of themselves is kept for a person, as any field is.
func TestTwoWordsForOneThingAreAConflict(t *testing.T) {
	m, school, tess, dan := marlowes(t)
	about := func(kind, holds string) map[string]json.RawMessage {
		return set("case", demo.CaseID(1), "person", tess, "other", dan, "kind", kind, "parental_responsibility", holds)
	}
	want(t, m.practitioner.push(mutation("create", "relationships", "relationfirst01", 0, about("partner", "yes")))[0], contract.Applied)
	r := want(t, school.push(mutation("create", "relationships", "relationsecond1", 0, about("former partner", "no")))[0], contract.Conflict)
	if r.As != "relationfirst01" || !slices.Equal(r.Fields, []string{"kind", "parental_responsibility"}) {
		t.Errorf("%+v", r)
	}
	// What is queued behind it knows nothing of the other's words, and overwrites none.
	if q := want(t, school.push(mutation("update", "relationships", "relationsecond1", r.Rev, set("kind", "separated")))[0], contract.Conflict); q.As != "relationfirst01" {
		t.Errorf("%+v", q)
	}
	// Neither does a group that falls leave an id behind it.
	fresh := mutation("create", "relationships", "relationgroup01", 0, about("partner", "yes"))
	bad := mutation("create", "notes", "notegroup000001", 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy"))
	fresh.Group, bad.Group = "one", "one"
	for _, r := range school.push(fresh, bad) {
		want(t, r, contract.Refused)
	}
	if r := want(t, school.push(mutation("update", "relationships", "relationgroup01", 0, set("note", "Again.")))[0], contract.Refused); r.Code != string(contract.RefusedNotFound) {
		t.Errorf("%+v", r)
	}
	if got := m.Do("POST", "/api/sync/conflicts/"+r.Conflict, school.token, contract.SettleRequest{Choice: "ours"}); got.Status != 200 {
		t.Fatalf("settling: %d %s", got.Status, got.Body)
	}
	school.pull(0)
	school.inSync()
	if got := school.field("relationships", "relationfirst01", "kind"); got != "former partner" {
		t.Errorf("settled, it is %v", got)
	}
	// The other way round is another row: what Dan is to Tess.
	if r := school.push(mutation("create", "relationships", "relationother01", 0, set("case", demo.CaseID(1), "person", dan, "other", tess, "kind", "former partner", "parental_responsibility", "unknown")))[0]; r.Verdict != contract.Applied || r.As != "" {
		t.Errorf("the reversed pair: %+v", r)
	}
}

// Who lost the case meanwhile hands over; who holds it applies in one step what meets
// the row that is there.
func TestAMarkFromSomebodyWhoLostTheCaseMeetsTheRowThatIsThere(t *testing.T) {
	m, school, tess, dan := marlowes(t)
	want(t, m.practitioner.push(mutation("create", "relationships", "relationfirst01", 0, set("case", demo.CaseID(1), "person", tess, "other", dan, "kind", "partner", "parental_responsibility", "unknown")))[0], contract.Applied)
	leave(t, m.App, demo.School.ID, demo.CaseID(1))
	late := mutation("create", "relationships", "relationsecond1", 0, set("case", demo.CaseID(1), "person", tess, "other", dan, "parental_responsibility", "unknown", "between", []string{"domestic_abuse"}))
	if r := want(t, school.push(late)[0], contract.Refused); r.As != "" {
		t.Errorf("who may not see it is told of it: %+v", r)
	}
	m.practitioner.pull(0)
	handed := ""
	for k := range m.practitioner.rows {
		if len(k) > 14 && k[:14] == "sync_refusals/" && m.practitioner.field("sync_refusals", k[14:], "mutation") == late.ID {
			handed = k[14:]
		}
	}
	if got := m.Do("POST", "/api/sync/refusals/"+handed, m.practitioner.token, contract.ResendRequest{Action: "resend"}); got.Status != 200 {
		t.Fatalf("applied in one step: %d %s", got.Status, got.Body)
	}
	m.practitioner.pull(0)
	m.practitioner.inSync()
	if got := fmt.Sprint(m.practitioner.field("relationships", "relationfirst01", "between")); got != "[domestic_abuse]" {
		t.Errorf("between them stands %s", got)
	}
}

// The other things that two phones can make of one key meet likewise.
func TestEverythingThatIsOneMeets(t *testing.T) {
	s := fellmoor(t)
	a, b := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner)
	a.pull(0)
	b.pull(0)
	event := ""
	for k := range a.rows {
		if len(k) > 15 && k[:15] == "network_events/" {
			event = k[15:]
		}
	}
	come := func(id, answer string) contract.Mutation {
		return mutation("create", "network_attendance", id, 0, set("event", event, "user", demo.Practitioner.ID, "answer", answer))
	}
	gone, err := s.App.FindRecordsByFilter("network_attendance", "user = '"+demo.Practitioner.ID+"' && event = '"+event+"'", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range gone {
		if err := s.App.Delete(r); err != nil {
			t.Fatal(err)
		}
	}
	want(t, a.push(come("attendancefirst", "coming"))[0], contract.Applied)
	if r := want(t, b.push(come("attendanceagain", "coming"))[0], contract.Merged); r.As != "attendancefirst" {
		t.Errorf("%+v", r)
	}
	if r := want(t, b.push(come("attendancethird", "apologies"))[0], contract.Conflict); r.As != "attendancefirst" {
		t.Errorf("%+v", r)
	}
	offer := func(id, reason string) contract.Mutation {
		return mutation("create", "champion_registrations", id, 0, set("job_title", "Family support worker", "work_email", demo.Practitioner.Email(), "reason", reason, "manager_name", demo.Manager.Name, "manager_email", demo.Manager.Email()))
	}
	want(t, a.push(offer("offeroftheirs01", "I should like to help."))[0], contract.Applied)
	if r := want(t, b.push(offer("offeroftheirs02", "I should like to help."))[0], contract.Merged); r.As != "offeroftheirs01" {
		t.Errorf("%+v", r)
	}
	if r := want(t, b.push(offer("offeroftheirs03", "I know the families."))[0], contract.Conflict); r.As != "offeroftheirs01" || !slices.Equal(r.Fields, []string{"reason"}) {
		t.Errorf("%+v", r)
	}
	lead, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager)
	lead.pull(0)
	other.pull(0)
	join := func(id string) contract.Mutation {
		return mutation("create", "case_members", id, 0, set("case", demo.CaseID(1), "user", demo.Colleague.ID, "role", "member"))
	}
	want(t, lead.push(join("memberfirst0001"))[0], contract.Applied)
	if r := want(t, other.push(join("memberagain0001"))[0], contract.Merged); r.As != "memberfirst0001" {
		t.Errorf("%+v", r)
	}
}

// A worker takes a try back on the telephone, and again on the tablet that had no signal:
// it is taken back once, and both know it. Somebody else learns that it was.
func TestATryTakenBackTwiceByItsAuthorIsTakenBackOnce(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	try := p.adds("contact_attempts", "case", demo.CaseID(1), "method", "phone", "outcome", "no_answer", "occurred_at", time.Now().UTC().Add(-time.Hour).Format("2006-01-02 15:04:05.000Z"))
	back := func(id, because string) contract.Mutation {
		return mutation("create", "attempt_withdrawals", id, 0, set("case", demo.CaseID(1), "attempt", try, "because", because))
	}
	want(t, p.push(back("withdrawfirst01", "It was the wrong number."))[0], contract.Applied)
	second := back("withdrawsecond1", "The wrong number.")
	for range 2 { // and sent twice
		if r := p.push(second)[0]; r.Verdict != contract.Merged || r.As != "withdrawfirst01" {
			t.Errorf("%+v", r)
		}
	}
	if r := newPhone(t, s, demo.Manager).push(back("withdrawthird01", "Her manager says so too."))[0]; r.Verdict != contract.Refused || r.Errors["attempt"].Code != "withdrawn" {
		t.Errorf("%+v", r)
	}
	p.pull(0)
	p.inSync()
	if n, err := s.App.CountRecords("attempt_withdrawals", dbx.HashExp{"attempt": try}); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}
