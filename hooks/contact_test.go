package hooks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// missedIn are the days of the contacts that a letter written now says were missed.
func (d *desk) missedIn() string {
	d.t.Helper()
	merge := map[string]any{}
	for k, v := range facts {
		if k != "missed" {
			merge[k] = v
		}
	}
	r := core.NewRecord(must(d.app.FindCollectionByNameOrId("letters")))
	r.Load(map[string]any{"case": demo.CaseID(1), "recipient": tess, "merge": merge,
		"template": must(d.app.FindFirstRecordByFilter("letter_templates", "key = 'L1_missed' && language = 'en' && variant = 'standard'")).Id})
	d.ok(d.as(demo.Practitioner, func(tx core.App) error { return tx.Save(r) }))
	var days []string
	var stored struct{ Missed []struct{ Date string } }
	d.ok(r.UnmarshalJSONField("merge", &stored))
	for _, m := range stored.Missed {
		days = append(days, m.Date)
	}
	return strings.Join(days, " ")
}

// A visit that is dated next year, and one of a phone whose clock stood at 1970, blame
// nobody: they wait, or count from the day on which they are true (B05).
func TestAWrongDateBlamesNobody(t *testing.T) {
	d := newDesk(t)
	before := d.missedIn()
	try := func(at time.Time) *core.Record {
		t.Helper()
		return d.make(demo.Practitioner, "contact_attempts", map[string]any{"case": demo.CaseID(1), "method": "visit_announced", "outcome": "not_home",
			"occurred_at": at, "contact_confirmed": true, "note": "Nobody came to the door."})
	}
	nextYear := try(time.Now().AddDate(0, 0, 5)) // of a phone whose clock is days ahead
	set := func(r *core.Record, at string) {
		t.Helper()
		if _, err := d.app.NonconcurrentDB().Update("contact_attempts", dbx.Params{"occurred_at": at}, dbx.HashExp{"id": r.Id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	set(nextYear, types.NowDateTime().AddDate(1, 0, 0).String()) // and what was stored before such a day was asked about
	stood := try(time.Now().Add(-time.Hour))
	set(stood, "1970-01-01 00:10:00.000Z")
	if got := d.missedIn(); got != before {
		t.Fatalf("the letter speaks of %q, and should of %q", got, before)
	}
	// When the day has come, it counts; when the case was opened earlier than was written, that one.
	yesterday := time.Now().AddDate(0, 0, -1)
	set(nextYear, yesterday.UTC().Format("2006-01-02 15:04:05.000Z"))
	if got := d.missedIn(); !strings.HasSuffix(got, yesterday.Format(time.DateOnly)) {
		t.Errorf("it has come, and the letter speaks of %q", got)
	}
	set(nextYear, "2027-12-01 10:00:00.000Z")
	c := must(d.app.FindRecordById("cases", demo.CaseID(1)))
	c.Set("opened_on", "1969-12-31")
	d.ok(d.app.Save(c))
	set(stood, "1970-01-01 00:10:00.000Z")
	if got := d.missedIn(); !strings.HasPrefix(got, "1970-01-01") && len(strings.Fields(before)) < 5 {
		t.Errorf("the case is that old, and the letter speaks of %q", got)
	}
	// Somebody writes such a day into the letter by hand.
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"missed": []map[string]string{{"date": "2049-01-01", "time": "10:00", "kind": "home visit", "place": "your home"}}}})
	d.refused(d.approve(demo.Practitioner, l.Id), "merge", "to_come")
}

// What was recorded in error is taken back by who recorded it: it stays, with who, when
// and why, and neither letter nor pathway counts it.
func TestATryAtContactIsTakenBack(t *testing.T) {
	d := newDesk(t)
	before := d.missedIn()
	p := d.opened(20)
	at := time.Now().AddDate(0, 0, -3)
	try := d.make(demo.Practitioner, "contact_attempts", map[string]any{"case": demo.CaseID(1), "method": "visit_announced", "outcome": "not_home",
		"occurred_at": at, "contact_confirmed": true, "note": "Next door, as it turned out."})
	if got := d.missedIn(); !strings.Contains(got, at.Format(time.DateOnly)) {
		t.Fatalf("the letter speaks of %q", got)
	}
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"missed": []map[string]string{
		{"date": at.In(must(time.LoadLocation("Europe/London"))).Format(time.DateOnly), "time": at.In(must(time.LoadLocation("Europe/London"))).Format("15:04"), "kind": "home visit", "place": "your home"}}}})
	steps := func() (all string) {
		for _, s := range must(d.app.FindRecordsByFilter("pathway_steps", "pathway = {:p}", "code", 0, 0, dbx.Params{"p": p})) {
			all += s.GetString("code") + " " + s.GetString("status") + " " + s.GetString("due_on") + "\n"
		}
		return all
	}
	missedOnce := steps()

	back := func(who demo.Person, because string) error {
		r := core.NewRecord(must(d.app.FindCollectionByNameOrId("attempt_withdrawals")))
		r.Load(map[string]any{"case": demo.CaseID(1), "attempt": try.Id, "because": because})
		return d.as(who, func(tx core.App) error { return tx.Save(r) })
	}
	d.refused(back(demo.School, "I know better than they do."), "attempt", "not_author")
	if err := back(demo.Practitioner, " "); err == nil {
		t.Error("taken back without a reason")
	}
	d.ok(back(demo.Practitioner, "It was the wrong house."))
	if got := d.missedIn(); got != before {
		t.Errorf("the letter speaks of %q, and should of %q", got, before)
	}
	d.refused(d.approve(demo.Practitioner, l.Id), "merge", "taken_back")
	if steps() == missedOnce {
		t.Error("the pathway counts it still:\n" + missedOnce)
	}
	w := must(d.app.FindFirstRecordByData("attempt_withdrawals", "attempt", try.Id))
	if w.GetString("author") != demo.Practitioner.ID || time.Since(w.GetDateTime("withdrawn_at").Time()) > time.Minute || must(d.app.FindRecordById("contact_attempts", try.Id)).GetString("note") == "" {
		t.Errorf("%v", w.FieldsData())
	}
	w.Set("because", "No reason.")
	if err := d.app.Save(w); err == nil {
		t.Error("why it was taken back can be changed")
	}
	d.ok(back(demo.Practitioner, "Said twice, from another phone."))
	d.refused(back(demo.Manager, "Her manager says so too."), "attempt", "withdrawn")
}

// Of two tries at one time the letter may speak while either stands, and not of one that
// found the family after all. Why it cannot be approved, the draft says as soon as it does.
func TestATryRecordedAnewIsInTheLetter(t *testing.T) {
	d := newDesk(t)
	at := time.Now().AddDate(0, 0, -3)
	there := at.In(must(time.LoadLocation("Europe/London")))
	try := func(outcome string) *core.Record {
		return d.make(demo.Practitioner, "contact_attempts", map[string]any{"case": demo.CaseID(1), "method": "visit_announced", "outcome": outcome, "occurred_at": at, "contact_confirmed": true})
	}
	back := func(try *core.Record) {
		d.make(demo.Practitioner, "attempt_withdrawals", map[string]any{"case": demo.CaseID(1), "attempt": try.Id, "because": "The note named the wrong door."})
	}
	first := try("not_home")
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"missed": []map[string]string{
		{"date": there.Format(time.DateOnly), "time": there.Format("15:04"), "kind": "home visit", "place": "your home"}}}})
	says := func(want bool, when string) {
		t.Helper()
		if blocks := d.letter(l.Id).GetString("blocks"); strings.Contains(blocks, `"taken_back"`) != want {
			t.Errorf("%s the draft says %s", when, blocks)
		}
	}
	says(false, "at first")
	back(first)
	says(true, "when it was taken back")
	try("child_seen")
	says(true, "when they were at home after all")
	second := try("no_answer")
	says(false, "when it was recorded anew")
	back(second)
	says(true, "when that was taken back as well")
	d.refused(d.approve(demo.Practitioner, l.Id), "merge", "taken_back")
	lines := must(d.app.FindAllRecords("letter_events", dbx.HashExp{"letter": l.Id}))
	if len(lines) != 1 {
		t.Errorf("nobody wrote at the letter, and its record has %d lines", len(lines))
	}
	try("no_answer")
	d.ok(d.approve(demo.Practitioner, l.Id))
}

// A pathway begins now or earlier, and not before its case: one that began next year would
// stand there with nothing ever due (B06).
func TestAPathwayBeginsNeitherAheadNorBeforeItsCase(t *testing.T) {
	d := openOffice(t)
	open := func(at any) error {
		_, err := d.by(&demo.Practitioner, "pathways", "", map[string]any{"case": demo.CaseID(1), "template": d.template("early-help-engagement").Id, "trigger": "missed_contact", "opened_at": at})
		return err
	}
	opened := must(time.Parse(time.DateOnly, must(d.FindRecordById("cases", demo.CaseID(1))).GetString("opened_on")))
	for at, want := range map[time.Time]string{
		time.Now().AddDate(1, 0, 0): "to_come", time.Now().Add(time.Hour): "to_come", opened.Add(-2 * time.Hour): "before_case", opened.Add(time.Hour): "", time.Now().Add(5 * time.Minute): "",
	} {
		err := open(types.NowDateTime().Add(time.Until(at)))
		fields, refused := kernel.Refusal(err)
		if want == "" && err != nil || want != "" && (!refused || !strings.Contains(fmt.Sprintf("%#v", fields["opened_at"]), want)) {
			t.Errorf("%v: %v, want %q", at, err, want)
		}
	}
	for _, p := range must(d.FindAllRecords("pathways", dbx.HashExp{"case": demo.CaseID(1)})) {
		if n := must(d.CountRecords("pathway_steps", dbx.HashExp{"pathway": p.Id})); n == 0 {
			t.Errorf("a pathway of %s has nothing due", p.GetString("opened_at"))
		}
	}
}

// One day in the future never stands for when a child was seen.
func TestADayAheadIsNotWhenAChildWasSeen(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 20*24*time.Hour)
	seen := func() (all string) {
		for _, s := range must(d.FindRecordsByFilter("pathway_steps", "pathway = {:p}", "code", 0, 0, dbx.Params{"p": p.Id})) {
			all += s.GetString("code") + " " + s.GetString("due_on") + " " + s.GetString("due_at") + "\n"
		}
		return all
	}
	stood, weeksAgo := map[string]string{}, time.Now().AddDate(0, 0, -28).Format(time.DateOnly)
	for _, day := range []string{"", weeksAgo, "9999-12-31"} { // stored before there was a rule
		if _, err := d.NonconcurrentDB().NewQuery(`UPDATE people SET last_seen_on = {:d}, seen_before = {:d} WHERE "case" = {:c} AND kind = 'child'`).Bind(dbx.Params{"d": day, "c": demo.CaseID(1)}).Execute(); err != nil {
			t.Fatal(err)
		}
		if err := engagement.ReadPathways(d.App, time.Now()); err != nil {
			t.Fatal(err)
		}
		stood[day] = seen()
	}
	if stood["9999-12-31"] != stood[""] || stood[weeksAgo] == stood[""] {
		t.Errorf("never seen:\n%s\nseen in the year 9999:\n%s\nseen four weeks ago:\n%s", stood[""], stood["9999-12-31"], stood[weeksAgo])
	}
}

// An address that was confirmed on a day that has not come is not confirmed, and a letter
// that came back on one outweighs no later word.
func TestADayAheadConfirmsNoAddress(t *testing.T) {
	d := newDesk(t)
	unconfirmed := func() bool {
		return strings.Contains(d.draft(demo.Practitioner, "L1_missed", nil).GetString("problems"), "recipient.address_lines")
	}
	for day, want := range map[string]bool{ofToday(): false, "2026-02-30": true, "": true} {
		d.reach(tess, with(home, "confirmed_on", day))
		if got := unconfirmed(); got != want {
			t.Errorf("confirmed on %q: not confirmed is %v", day, got)
		}
	}
	// Two addresses: one of next year, and the one that somebody asked for today.
	next := with(with(home, "confirmed_on", time.Now().AddDate(1, 0, 0).Format(time.DateOnly)), "lines", []string{"3 Tern House", "Fellmoor"})
	d.reach(tess, next)
	d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", nil).Id), "recipient", "not_confirmed")
	d.reach(tess, next, home)
	d.ok(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", nil).Id))
	d.reach(tess, home)
	l := d.sent()
	d.ok(d.event(demo.Practitioner, l.Id, "returned", map[string]any{"occurred_at": time.Now().UTC().AddDate(0, 0, 6)}))
	d.reach(tess, home) // somebody asked today
	if unconfirmed() {
		t.Error("it came back next week, it says, and no word of today counts")
	}
}
