package sync

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// mail is a Fellmoor in which letters are written on phones, to Tess Marlowe whose
// address was confirmed today.
type mail struct {
	*demotest.Server
	t                     *testing.T
	practitioner, manager *phone
}

func newMail(t *testing.T) *mail {
	t.Helper()
	s := fellmoor(t)
	m := &mail{s, t, newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager)}
	m.reach(map[string]any{"safe_post": true})
	m.practitioner.pull(0)
	m.manager.pull(0)
	return m
}

func (m *mail) reach(more map[string]any) {
	m.t.Helper()
	point := map[string]any{"kind": "address", "lines": []string{"14 Quarry Row", "Fellmoor"}, "postcode": "FM1 4QR", "current": true, "confirmed_on": time.Now().UTC().Format(time.DateOnly)}
	for k, v := range more {
		point[k] = v
	}
	r, err := m.App.FindRecordById("people", demo.ID("adult", 100))
	if err == nil {
		r.Set("contact_points", []any{point})
		err = m.App.Save(r)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// draft pushes a letter of a kind and answers it as the server keeps it.
func (m *mail) draft(id, kind string, merge map[string]any) *core.Record {
	m.t.Helper()
	template, err := m.App.FindFirstRecordByFilter("letter_templates", "key = {:k} && language = 'en' && variant = 'standard'", dbx.Params{"k": kind})
	if err != nil {
		m.t.Fatal(err)
	}
	all := map[string]any{
		"next.date": "2027-01-25", "next.time": "10:00", "next.place": "your home", "next.kind": "a visit",
		"support_offered": []string{"help with mornings"}, "consequence_text": "We will talk about what to do next.", "rights_text": "Ask for advice.",
	}
	for k, v := range merge {
		all[k] = v
	}
	r := m.practitioner.push(mutation("create", "letters", id, 0, set("case", demo.CaseID(1), "recipient", demo.ID("adult", 100), "template", template.Id, "merge", all)))[0]
	if r.Verdict != contract.Applied {
		m.t.Fatalf("drafting: %+v", r)
	}
	return m.letter(id)
}

func (m *mail) letter(id string) *core.Record {
	m.t.Helper()
	l, err := m.App.FindRecordById("letters", id)
	if err != nil {
		m.t.Fatal(err)
	}
	return l
}

// approval is what a phone sends that shows this letter.
func approval(l *core.Record, more ...any) contract.Mutation {
	values := append([]any{"status", "approved", "seen_template_hash", l.GetString("template_hash"), "seen_content_hash", l.GetString("content_hash")}, more...)
	return mutation("update", "letters", l.Id, 0, set(values...))
}

func (m *mail) rev(p *phone, id string) int64 {
	p.pull(0)
	return p.rows["letters/"+id].rev
}

// kept fails unless the mutation was refused as said and is kept whole for its author.
func (m *mail) kept(p *phone, sent contract.Mutation, field, code string) {
	m.t.Helper()
	sent.Base = m.rev(p, sent.Record)
	r := p.push(sent)[0]
	if r.Verdict != contract.Refused || r.Errors[field].Code != code || !strings.HasSuffix(r.Errors[field].Message, ".") {
		m.t.Fatalf("%+v, want it refused as %s on %s", r, code, field)
	}
	row, err := m.App.FindRecordById("sync_refusals", r.Refusal)
	if err != nil {
		m.t.Fatal(err)
	}
	var content contract.Mutation
	if err := json.Unmarshal([]byte(row.GetString("content")), &content); err != nil || content.ID != sent.ID || len(content.Set) != len(sent.Set) {
		m.t.Errorf("kept as %s: %v", row.GetString("content"), err)
	}
	if row.GetString("status") != "open" || row.GetString("user") != p.who.ID {
		m.t.Errorf("kept as %v", row.FieldsData())
	}
}

// A phone approves without signal. Until the server has found that what it showed is
// what there is, nothing is approved; what is not is kept and can be corrected.
func TestAPhonesApprovalIsOfWhatItShowed(t *testing.T) {
	m := newMail(t)
	l := m.draft("lettersync00001", "L2_missed", nil)
	m.kept(m.manager, mutation("update", "letters", l.Id, 0, set("status", "approved")), "seen_content_hash", "not_seen")
	stale := approval(l)
	rewrite := mutation("update", "letters", l.Id, m.rev(m.practitioner, l.Id), set("merge", map[string]any{"next.date": "2027-02-01"}))
	var data map[string]any
	if err := json.Unmarshal([]byte(l.GetString("merge")), &data); err != nil {
		t.Fatal(err)
	}
	data["next.date"] = "2027-02-01"
	rewrite.Set = set("merge", data)
	if r := m.practitioner.push(rewrite)[0]; r.Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	m.kept(m.manager, stale, "seen_content_hash", "changed_since")
	if got := m.letter(l.Id).GetString("status"); got != "draft" {
		t.Fatalf("the letter is %s", got)
	}
	wording := approval(m.letter(l.Id))
	wording.Set["seen_template_hash"] = json.RawMessage(`"of another version"`)
	m.kept(m.manager, wording, "seen_template_hash", "changed_since")
	m.kept(m.practitioner, approval(m.letter(l.Id)), "status", "own_letter")
	good := approval(m.letter(l.Id))
	good.Base = m.rev(m.manager, l.Id)
	if r := m.manager.push(good)[0]; r.Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	m.practitioner.pull(0)
	if row := m.practitioner.rows["letters/"+l.Id].record; !strings.Contains(row, `"status":"approved"`) || !strings.Contains(row, demo.Manager.ID) {
		t.Errorf("the author's phone shows %s", row)
	}
}

// What stands in the way meets a phone as it meets every door.
func TestAPhoneMeetsWhatStandsInTheWay(t *testing.T) {
	m := newMail(t)
	listed := m.draft("lettersync00011", "L1_missed", map[string]any{"next.kind": "a visit after the police came"})
	m.kept(m.manager, approval(listed), "acknowledged", "listed_words")
	m.kept(m.practitioner, approval(listed, "acknowledged", []string{"police"}), "status", "own_letter")
	glyphs := m.draft("lettersync00012", "L1_missed", map[string]any{"next.kind": "a visit with 😀"})
	m.kept(m.practitioner, approval(glyphs), "merge", "unprintable")
	other := m.practitioner.push(mutation("create", "people", "personsync00001", 0, set("case", demo.CaseID(1), "kind", "adult", "name", "Dan Marlowe",
		"contact_points", []any{map[string]any{"kind": "address", "lines": []string{"3 Tern House"}, "postcode": "FM2 8TH"}})),
		mutation("create", "relationships", "relationsync001", 0, set("case", demo.CaseID(1), "person", demo.ID("adult", 100), "other", "personsync00001",
			"kind", "partner", "parental_responsibility", "yes", "between", []string{"domestic_abuse"})))
	for _, r := range other {
		if r.Verdict != contract.Applied {
			t.Fatalf("%+v", r)
		}
	}
	where := m.draft("lettersync00013", "L1_missed", map[string]any{"next.place": "the hall by FM2 8TH"})
	m.kept(m.practitioner, approval(where), "merge", "whereabouts")
	joint := m.draft("lettersync00014", "L1_missed", map[string]any{"cc": []string{"Dan Marlowe"}})
	m.kept(m.practitioner, approval(joint), "merge", "stands_between")
	m.reach(map[string]any{"safe_post": false})
	unsafe := m.draft("lettersync00015", "L1_missed", nil)
	m.kept(m.practitioner, approval(unsafe), "recipient", "no_safe_address")
}

// What comes between the approval and the printer is met by a phone too, in the words of
// what lifts it (M265, M269).
func TestAPhonePrintsNothingThatSomethingCameBetween(t *testing.T) {
	m := newMail(t)
	l := m.draft("lettersync00018", "L1_missed", nil)
	yes := approval(l)
	yes.Base = m.rev(m.practitioner, l.Id)
	if r := m.practitioner.push(yes)[0]; r.Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	m.reach(map[string]any{"current": false})
	printed := mutation("create", "letter_events", "letterevent0018", 0, set("case", demo.CaseID(1), "letter", l.Id, "kind", "printed", "occurred_at", "2026-11-19 15:00:00.000Z"))
	r := m.practitioner.push(printed)[0]
	if r.Verdict != contract.Refused || r.Errors["kind"].Code != "no_safe_address" || !strings.HasPrefix(r.Message, "Kind: Confirm an address of ") {
		t.Errorf("%+v", r)
	}
}

// Sending a letter is one record from a phone, also when it is sent twice.
func TestOneMutationSendsALetter(t *testing.T) {
	m := newMail(t)
	l := m.draft("lettersync00021", "L1_missed", nil)
	yes := approval(l)
	yes.Base = m.rev(m.practitioner, l.Id)
	posted := mutation("create", "letter_events", "letterevent0001", 0, set("case", demo.CaseID(1), "letter", l.Id, "kind", "posted", "occurred_at", "2026-11-19 15:00:00.000Z", "postage", "first"))
	forged := mutation("create", "letter_events", "letterevent0002", 0, set("case", demo.CaseID(1), "letter", l.Id, "kind", "posted", "occurred_at", "2026-11-19 15:00:00.000Z", "address", map[string]any{"lines": []string{"elsewhere"}}))
	results := m.practitioner.push(yes, forged, posted, posted)
	for i, want := range []string{contract.Applied, contract.Refused, contract.Applied, contract.Applied} {
		if results[i].Verdict != want {
			t.Fatalf("mutation %d: %+v, want %s", i, results[i], want)
		}
	}
	m.manager.pull(0)
	letter, event := m.manager.rows["letters/"+l.Id].record, m.manager.rows["letter_events/letterevent0001"].record
	if !strings.Contains(letter, `"status":"issued"`) || !strings.Contains(event, "14 Quarry Row") || !strings.Contains(event, `"deemed_on":"2`) {
		t.Errorf("the manager's phone shows\n%s\n%s", letter, event)
	}
	if n, _ := m.App.CountRecords("letter_events", dbx.HashExp{"letter": l.Id, "kind": "posted"}); n != 1 {
		t.Errorf("posted %d times", n)
	}
	again := mutation("create", "letter_events", "letterevent0003", 0, set("case", demo.CaseID(1), "letter", l.Id, "kind", "posted", "occurred_at", "2026-11-19 16:00:00.000Z"))
	if r := m.practitioner.push(again)[0]; r.Verdict != contract.Refused || r.Errors["kind"].Code != "gone" {
		t.Errorf("a second sending: %+v", r)
	}
}

// Approved and sent without signal, a letter counts from when that was: the approval is
// dated by the phone's clock, corrected by how far it was out, and the sending by what
// the worker recorded; neither before what came before it, nor still to come.
func TestALetterApprovedAndSentWithoutSignalCountsFromThen(t *testing.T) {
	m := newMail(t)
	stamp := func(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
	ago := func(d time.Duration) time.Time { return time.Now().Add(-d).UTC().Truncate(time.Millisecond) }
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		drafted, approved, posted time.Time
		skew                      time.Duration // how far the phone's clock is behind
		went                      time.Time     // zero for the approval's own time
	}{
		"in order":                       {drafted: ago(5 * day), approved: ago(3 * day), posted: ago(2 * day), went: ago(2 * day)},
		"a phone two days behind":        {drafted: ago(5 * day), approved: ago(5 * day), posted: ago(2 * day), skew: 2 * day, went: ago(2 * day)},
		"before the approval":            {drafted: ago(5 * day), approved: ago(2 * day), posted: ago(3 * day)},
		"approved before it was written": {drafted: ago(4 * day), approved: ago(6 * day), posted: ago(2 * day), went: ago(2 * day)},
		"a clock that goes ahead":        {drafted: ago(4 * day), approved: ago(-6 * day), posted: ago(-6 * day)},
	} {
		t.Run(name, func(t *testing.T) {
			id := "letterlate" + ulid()[21:]
			template, err := m.App.FindFirstRecordByFilter("letter_templates", "key = 'L2_missed' && language = 'en' && variant = 'standard'")
			if err != nil {
				t.Fatal(err)
			}
			draft := mutation("create", "letters", strings.ToLower(id), 0, set("case", demo.CaseID(1), "recipient", demo.ID("adult", 100), "template", template.Id, "merge", map[string]any{
				"next.date": "2027-01-25", "next.time": "10:00", "next.place": "your home", "next.kind": "a visit",
				"support_offered": []string{"help with mornings"}, "consequence_text": "We will talk about what to do next.", "rights_text": "Ask for advice.",
			}))
			draft.RecordedAt = stamp(c.drafted)
			if r := m.practitioner.push(draft)[0]; r.Verdict != contract.Applied {
				t.Fatalf("%+v", r)
			}
			l := m.letter(draft.Record)
			yes := approval(l)
			yes.Base, yes.RecordedAt = m.rev(m.manager, l.Id), stamp(c.approved)
			posted := mutation("create", "letter_events", strings.ToLower("posted"+ulid()[17:]), 0, set("case", demo.CaseID(1), "letter", l.Id, "kind", "posted", "occurred_at", c.posted.Format("2006-01-02 15:04:05.000Z")))
			before := time.Now().Add(-time.Second)
			var answer contract.PushAnswer
			m.Do("POST", "/api/sync/push", m.manager.token, contract.PushRequest{Mutations: []contract.Mutation{yes, posted}, SentAt: stamp(time.Now().Add(-c.skew))}).JSON(t, &answer)
			for _, r := range answer.Results {
				if r.Verdict != contract.Applied {
					t.Fatalf("%+v", r)
				}
			}
			l = m.letter(l.Id)
			approved, went := l.GetDateTime("approved_at").Time(), l.GetDateTime("issued_at").Time()
			near := func(what string, got, want time.Time) {
				t.Helper()
				if d := got.Sub(want); d < -5*time.Second || d > 5*time.Second {
					t.Errorf("%s at %s, want %s", what, got, want)
				}
			}
			switch corrected := c.approved.Add(c.skew); {
			case corrected.After(time.Now()):
				if approved.Before(before) || approved.After(time.Now()) {
					t.Errorf("approved at %s", approved)
				}
			case corrected.Before(c.drafted):
				near("approved", approved, c.drafted)
			default:
				near("approved", approved, corrected)
			}
			if c.went.IsZero() {
				c.went = approved
			}
			near("it went", went, c.went)
		})
	}
}
