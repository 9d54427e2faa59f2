package hooks_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// desk is where letters of FM-0001 are written: to Tess Marlowe of 14 Quarry Row, whose
// address was confirmed today.
type desk struct {
	t   *testing.T
	app core.App
}

var (
	tess = demo.ID("adult", 100)
	home = map[string]any{"kind": "address", "lines": []string{"14 Quarry Row", "Fellmoor"}, "postcode": "FM1 4QR", "safe_post": true, "current": true}
)

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t, demotest.App(t)}
	d.reach(tess, home)
	return d
}

func ofToday() string { return time.Now().UTC().Format(time.DateOnly) }

// reach gives a person these contact points, confirmed today where they do not say.
func (d *desk) reach(person string, points ...map[string]any) {
	d.t.Helper()
	r := must(d.app.FindRecordById("people", person))
	var list []map[string]any
	for _, p := range points {
		p = maps.Clone(p)
		if p["confirmed_on"] == nil {
			p["confirmed_on"] = ofToday()
		}
		list = append(list, p)
	}
	r.Set("contact_points", list)
	d.ok(d.app.Save(r))
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// as lets a person write.
func (d *desk) as(p demo.Person, do func(tx core.App) error) error {
	return kernel.Within(d.app, kernel.Actor{User: must(d.app.FindRecordById("users", p.ID)), Door: "test"}, do)
}

// adult is another grown-up of FM-0001.
func (d *desk) adult(name string, points ...map[string]any) string {
	d.t.Helper()
	r := core.NewRecord(must(d.app.FindCollectionByNameOrId("people")))
	r.Load(map[string]any{"case": demo.CaseID(1), "kind": "adult", "name": name})
	d.ok(d.app.Save(r))
	d.reach(r.Id, points...)
	return r.Id
}

func (d *desk) related(a, b string, between ...string) *core.Record {
	d.t.Helper()
	r := core.NewRecord(must(d.app.FindCollectionByNameOrId("relationships")))
	r.Load(map[string]any{"case": demo.CaseID(1), "person": a, "other": b, "kind": "partner", "parental_responsibility": "unknown", "between": between})
	d.ok(d.app.Save(r))
	return r
}

// atHome records that somebody lives with a child, so that a home that was called at is theirs.
func (d *desk) atHome(person string) {
	d.t.Helper()
	r := must(d.app.FindRecordById("relationships", d.related(person, demo.ID("child", 100)).Id))
	r.Set("lives_with", true)
	d.ok(d.app.Save(r))
}

// facts fill in any kind of letter.
var facts = map[string]any{
	"next.date": "2027-01-25", "next.time": "10:00", "next.place": "your home", "next.kind": "a visit",
	"support_offered": []string{"help with mornings"}, "rights_text": "You can ask for advice.", "advice.name": "Family Rights", "advice.phone": "0808 801 0366",
	"concerns": []map[string]string{{"date": "2026-11-10", "what": "there was no heating"}}, "views_how": "Tell us by phone.",
	"consequence_text": "We will meet and talk about what to do next.", "meeting.date": "2027-01-28", "meeting.time": "10:00",
	"meeting.place": "the school", "meeting.purpose": "to make a plan", "meeting.attending": []string{"school nurse"},
	"referral.date": "2026-11-19", "referral.to": "the social work team", "referral.reason": "We were worried.", "referral.shared": []string{"the missed visits"},
}

// draft writes a letter as a person; more is what differs from a plain one.
func (d *desk) draft(p demo.Person, kind string, more map[string]any) *core.Record {
	d.t.Helper()
	r, err := d.tryDraft(p, kind, more)
	d.ok(err)
	return r
}

func (d *desk) tryDraft(p demo.Person, kind string, more map[string]any) (*core.Record, error) {
	template := must(d.app.FindFirstRecordByFilter("letter_templates", "key = {:k} && language = 'en' && variant = 'standard'", dbx.Params{"k": kind}))
	r := core.NewRecord(must(d.app.FindCollectionByNameOrId("letters")))
	r.Load(map[string]any{"case": demo.CaseID(1), "recipient": tess, "template": template.Id, "merge": facts})
	for f, v := range more {
		if m, ok := v.(map[string]any); ok && f == "merge" {
			all := maps.Clone(facts)
			maps.Copy(all, m)
			v = all
		}
		r.Set(f, v)
	}
	err := d.as(p, func(tx core.App) error { return tx.Save(r) })
	return r, err
}

// change sets fields of a letter as a person.
func (d *desk) change(p demo.Person, letter string, values map[string]any) error {
	r := must(d.app.FindRecordById("letters", letter))
	r.Load(values)
	return d.as(p, func(tx core.App) error { return tx.Save(r) })
}

func (d *desk) approve(p demo.Person, letter string, more ...map[string]any) error {
	values := map[string]any{"status": "approved"}
	for _, m := range more {
		maps.Copy(values, m)
	}
	return d.change(p, letter, values)
}

// event records what became of a letter.
func (d *desk) event(p demo.Person, letter, kind string, more ...map[string]any) error {
	r := core.NewRecord(must(d.app.FindCollectionByNameOrId("letter_events")))
	r.Load(map[string]any{"case": demo.CaseID(1), "letter": letter, "kind": kind, "occurred_at": time.Now().UTC().Format("2006-01-02 15:04:05.000Z")})
	for _, m := range more {
		r.Load(m)
	}
	return d.as(p, func(tx core.App) error { return tx.Save(r) })
}

// sent is an L1 letter that its author approved and posted.
func (d *desk) sent() *core.Record {
	d.t.Helper()
	l := d.draft(demo.Practitioner, "L1_missed", nil)
	d.ok(d.approve(demo.Practitioner, l.Id))
	d.ok(d.event(demo.Practitioner, l.Id, "posted"))
	return d.letter(l.Id)
}

func (d *desk) letter(id string) *core.Record {
	d.t.Helper()
	return must(d.app.FindRecordById("letters", id))
}

// timeline is the kinds of a letter's events, in order.
func (d *desk) timeline(letter string) string {
	d.t.Helper()
	rows := must(d.app.FindRecordsByFilter("letter_events", "letter = {:l}", "@rowid", 0, 0, dbx.Params{"l": letter}))
	var kinds []string
	for _, r := range rows {
		kinds = append(kinds, r.GetString("kind"))
	}
	return strings.Join(kinds, " ")
}

// refused fails unless the error is a refusal with the code, on the field, that says in
// one sentence what would lift it.
func (d *desk) refused(err error, field, code string) {
	d.t.Helper()
	fields, ok := kernel.Refusal(err)
	if !ok {
		d.t.Fatalf("not refused as %s: %v", code, err)
	}
	coded, ok := fields[field].(interface{ Code() string })
	if !ok || coded.Code() != code {
		d.t.Fatalf("refused with %v, want %s on %s", err, code, field)
	}
	said := fields[field].Error()
	if !strings.HasSuffix(said, ".") || strings.Count(said, ". ") > 0 || strings.TrimSpace(said) == "." {
		d.t.Errorf("%s says %q, which is not one sentence", code, said)
	}
}

// stays fails unless the letter has this status still.
func (d *desk) stays(letter, status string) {
	d.t.Helper()
	if got := d.letter(letter).GetString("status"); got != status {
		d.t.Errorf("the letter is %s, want %s", got, status)
	}
}

// says is the whole letter as it is read.
func (d *desk) says(l *core.Record) string {
	d.t.Helper()
	return must(letter.LetterDocument(d.app, d.letter(l.Id))).PlainText()
}

type hashExp = dbx.HashExp
