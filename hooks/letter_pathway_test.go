package hooks_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/workday"
	"holdfast/server/demo"
)

// opened opens an engagement pathway on FM-0001 some days ago.
func (d *desk) opened(days int) string {
	d.t.Helper()
	r := d.make(demo.Practitioner, "pathways", map[string]any{
		"case": demo.CaseID(1), "opened_at": daysAgo(days, 8), "trigger": "missed_contact",
		"template": must(d.app.FindFirstRecordByData("pathway_templates", "key", "early-help-engagement")).Id,
	})
	return r.Id
}

func daysAgo(days, hour int) string {
	at := time.Now().UTC().AddDate(0, 0, -days)
	return time.Date(at.Year(), at.Month(), at.Day(), hour, 0, 0, 0, time.UTC).Format("2006-01-02 15:04:05.000Z")
}

func (d *desk) make(p demo.Person, noun string, values map[string]any) *core.Record {
	d.t.Helper()
	r := core.NewRecord(must(d.app.FindCollectionByNameOrId(noun)))
	r.Load(values)
	d.ok(d.as(p, func(tx core.App) error { return tx.Save(r) }))
	return r
}

// happens is an event of the pathway; it fails unless the engine accepts it.
func (d *desk) happens(p demo.Person, pathway, kind, at string, data map[string]any) {
	d.t.Helper()
	r := d.make(p, "pathway_events", map[string]any{"case": demo.CaseID(1), "pathway": pathway, "kind": kind, "occurred_at": at, "data": data})
	if r.GetString("verdict") == "attempted" {
		d.t.Fatalf("%s: %s", kind, r.GetString("reasons"))
	}
}

// told are the pathway's events of its letters: kind, verdict, what it is called.
func (d *desk) told(pathway string) string {
	d.t.Helper()
	rows := must(d.app.FindRecordsByFilter("pathway_events", "pathway = {:p} && kind ~ 'letter.%'", "occurred_at,@rowid", 0, 0, dbx.Params{"p": pathway}))
	var list []string
	for _, r := range rows {
		var data struct{ Letter string }
		_ = json.Unmarshal([]byte(r.GetString("data")), &data)
		list = append(list, strings.TrimSpace(strings.TrimPrefix(r.GetString("kind"), "letter.")+" "+r.GetString("verdict")+" "+data.Letter))
	}
	return strings.Join(list, ", ")
}

func (d *desk) state(pathway string) string {
	return must(d.app.FindRecordById("pathways", pathway)).GetString("state")
}

// A letter tells its pathway what becomes of it, once, by itself.
func TestALetterTellsItsPathway(t *testing.T) {
	d := newDesk(t)
	p := d.opened(3)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p})
	d.ok(d.change(demo.Practitioner, l.Id, map[string]any{"merge": with(facts, "next.time", "11:00")}))
	d.ok(d.event(demo.Manager, l.Id, "rejected", map[string]any{"note": "An evening, please."}))
	d.ok(d.change(demo.Practitioner, l.Id, map[string]any{"merge": with(facts, "next.time", "18:00")}))
	d.ok(d.approve(demo.Manager, l.Id))
	d.ok(d.event(demo.Practitioner, l.Id, "posted"))
	if d.state(p) != "letter_1" {
		t.Errorf("the pathway is in %s", d.state(p))
	}
	d.ok(d.event(demo.Practitioner, l.Id, "reply_received"))
	d.ok(d.event(demo.Practitioner, l.Id, "returned"))
	want := "drafted accepted first, rejected accepted, drafted accepted first, approved accepted, issued accepted first, reply_received accepted, returned accepted"
	if got := d.told(p); got != want {
		t.Errorf("the pathway was told\n%s\nwant\n%s", got, want)
	}
}

// What the author may approve alone is no approval by a manager to the pathway.
func TestAnAuthorsOwnApprovalIsNotTold(t *testing.T) {
	d := newDesk(t)
	p := d.opened(3)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p})
	d.ok(d.approve(demo.Practitioner, l.Id))
	d.ok(d.event(demo.Practitioner, l.Id, "posted"))
	if got, want := d.told(p), "drafted accepted first, issued accepted first"; got != want {
		t.Errorf("the pathway was told %s, want %s", got, want)
	}
}

// The engine's guards are the letter's: until they hold, the final letter does not go,
// and its refusal says what would lift it.
func TestTheEnginesGuardsHoldTheFinalLetter(t *testing.T) {
	d := newDesk(t)
	p := d.opened(12)
	d.happens(demo.Practitioner, p, "meeting.scheduled", daysAgo(11, 8), map[string]any{"meeting_on": "2027-01-28"})
	final := d.draft(demo.Practitioner, "L_final", map[string]any{"pathway": p})
	d.ok(d.approve(demo.Manager, final.Id))
	post := func() error { return d.event(demo.Practitioner, final.Id, "posted") }
	says := func(want string) {
		t.Helper()
		err := post()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("posting the final letter: %v, want %q", err, want)
		}
		d.stays(final.Id, "approved")
		if got := d.timeline(final.Id); got != "drafted approved" {
			t.Fatalf("a refused sending left %s", got)
		}
		if strings.Contains(d.told(p), "issued accepted final") || strings.Contains(d.told(p), "attempted") {
			t.Fatalf("a refused sending told the pathway: %s", d.told(p))
		}
	}
	says("signed off")
	areas := []string{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}
	d.happens(demo.Practitioner, p, "barrier.checked", daysAgo(11, 9), map[string]any{"areas": areas})
	var impact []map[string]any
	for _, c := range []string{demo.ID("child", 100), demo.ID("child", 101)} {
		impact = append(impact, map[string]any{"child": c, "impact": "often late", "last_seen_on": daysAgo(20, 9)[:10], "seen_by": "school", "alone": true})
	}
	d.happens(demo.Practitioner, p, "risk_assessment.submitted", daysAgo(7, 9), map[string]any{"impact": impact})
	d.happens(demo.Manager, p, "risk_assessment.signed_off", daysAgo(7, 10), nil)
	says("more tries at contact")
	for i, try := range []struct {
		days, hour      int
		method, outcome string
	}{{11, 9, "phone", "no_answer"}, {10, 13, "visit_announced", "not_home"}, {9, 18, "visit_unannounced", "not_home"}} {
		d.make(demo.Practitioner, "contact_attempts", map[string]any{
			"case": demo.CaseID(1), "pathway": p, "method": try.method, "outcome": try.outcome, "occurred_at": daysAgo(try.days, try.hour), "contact_confirmed": true, "note": string(rune('a' + i)),
		})
	}
	says("against the referral")
	d.happens(demo.Practitioner, p, "contact.checked", daysAgo(9, 9), map[string]any{"against": "referral", "result": "confirmed"})
	says("speak to the referrer")
	d.happens(demo.Practitioner, p, "referrer.contacted", daysAgo(8, 9), map[string]any{"result": "no news"})
	says("First issue the letter before it")
	first := d.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p})
	d.ok(d.approve(demo.Practitioner, first.Id))
	d.ok(d.event(demo.Practitioner, first.Id, "posted"))
	says("Wait until")
	// Handed over, the first letter has come the same day (domain 3.5).
	by := d.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p, "delivery": "by_hand"})
	d.ok(d.approve(demo.Practitioner, by.Id))
	d.ok(d.event(demo.Practitioner, by.Id, "handed_over"))
	d.ok(post())
	if d.state(p) != "letter_final" {
		t.Errorf("the pathway is in %s", d.state(p))
	}
}

// A kind that its lead may approve is held by the pathway until a manager countersigns
// (guard G5).
func TestAPathwayAsksForAManagersSignature(t *testing.T) {
	d := newDesk(t)
	p := d.opened(3)
	d.happens(demo.Practitioner, p, "meeting.scheduled", daysAgo(1, 9), map[string]any{"meeting_on": "2027-01-28"})
	l := d.draft(demo.School, "L_meeting", map[string]any{"pathway": p, "agency": demo.Practitioner.Agency})
	d.ok(d.approve(demo.Practitioner, l.Id))
	d.refused(d.event(demo.School, l.Id, "posted"), "kind", "pathway")
	d.stays(l.Id, "approved")
	d.ok(d.event(demo.Manager, l.Id, "countersigned"))
	d.ok(d.event(demo.School, l.Id, "posted"))
	if got, want := d.told(p), "drafted accepted meeting, approved accepted, issued accepted meeting"; got != want {
		t.Errorf("the pathway was told %s, want %s", got, want)
	}
}

// A letter whose kind comes after something waits for it on its pathway.
func TestALetterWaitsForWhatItIsAbout(t *testing.T) {
	d := newDesk(t)
	p := d.opened(3)
	l := d.draft(demo.Practitioner, "L_meeting", map[string]any{"pathway": p})
	d.refused(d.approve(demo.Manager, l.Id), "template", "too_early")
	d.happens(demo.Practitioner, p, "meeting.scheduled", daysAgo(1, 9), map[string]any{"meeting_on": "2027-01-28"})
	d.ok(d.approve(demo.Manager, l.Id))
}

// within is the day by whose end a thing is due that is due within n working days.
func (d *desk) within(day string, n int) string {
	d.t.Helper()
	cal := must(workday.Parse([]byte(must(d.app.FindFirstRecordByData("calendars", "key", "england-and-wales")).GetString("body"))))
	return must(cal.Within(must(workday.ParseDay(day)), n)).String()
}

// began sets the day on which the case was opened.
func (d *desk) began(day string) {
	d.t.Helper()
	c := must(d.app.FindRecordById("cases", demo.CaseID(1)))
	c.Set("opened_on", day)
	d.ok(d.app.Save(c))
}

// A letter that went while the phone had no signal counts from when it went, also where
// the server hears of its draft and of its author's approval only now: what is due, what
// is deemed and what was done are as if it had been heard of at once.
func TestALetterCountsFromWhenItWent(t *testing.T) {
	post := func(d *desk, p, at string, approver demo.Person, kind string) *core.Record {
		l := d.draft(demo.Practitioner, kind, map[string]any{"pathway": p})
		d.ok(d.approve(approver, l.Id))
		d.ok(d.event(demo.Practitioner, l.Id, "posted", map[string]any{"occurred_at": at}))
		return d.letter(l.Id)
	}
	d := newDesk(t)
	d.began(daysAgo(30, 0)[:10])
	p := d.opened(8)
	for i, method := range []string{"phone", "visit_announced"} {
		d.happens(demo.Practitioner, p, "attempt.recorded", daysAgo(7-i, 8), map[string]any{"method": method, "outcome": "no_answer", "contact_confirmed": true})
	}
	l := post(d, p, daysAgo(6, 9), demo.Practitioner, "L1_missed")
	if got, want := d.told(p), "issued accepted_late first, drafted accepted first"; got != want {
		t.Errorf("the pathway was told %s, want %s", got, want)
	}
	if got := l.GetString("issued_at"); got != daysAgo(6, 9) {
		t.Errorf("it went at %s", got)
	}
	day := daysAgo(6, 9)[:10]
	if got, want := l.GetString("deemed_on"), d.within(day, 2); got != want {
		t.Errorf("deemed on %s, want %s", got, want)
	}
	step := func(code string) *core.Record {
		return must(d.app.FindFirstRecordByFilter("pathway_steps", "pathway = {:p} && code = {:c}", dbx.Params{"p": p, "c": code}))
	}
	if got := step("first-letter").GetString("done_on"); got != day {
		t.Errorf("the first letter was done on %s, want %s", got, day)
	}
	if got, want := step("joint-approach").GetString("due_on"), d.within(day, 3); got != want {
		t.Errorf("the joint approach is due on %s, want %s", got, want)
	}

	for name, c := range map[string]struct {
		at, kind string
		by       demo.Person
		most     string // "" for now
	}{
		"a clock that goes ahead":             {time.Now().UTC().AddDate(0, 0, 3).Format("2006-01-02 15:04:05.000Z"), "L1_missed", demo.Practitioner, ""},
		"a clock of another age":              {"1980-01-06 00:00:00.000Z", "L1_missed", demo.Practitioner, daysAgo(30, 0)},
		"before another's approval was given": {daysAgo(6, 9), "L2_missed", demo.Manager, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.began(daysAgo(30, 0)[:10])
			before := time.Now().Add(-time.Second)
			l := post(d, d.opened(8), c.at, c.by, c.kind)
			at := l.GetDateTime("issued_at").Time()
			if c.most == "" && (at.Before(before) || at.After(time.Now())) || c.most != "" && l.GetString("issued_at") != c.most {
				t.Errorf("it went at %s", at)
			}
		})
	}
}

// A pathway that has ended since still hears of a letter that went before its end, and
// nothing of one that goes after.
func TestAnEndedPathwayHearsOfWhatWasBefore(t *testing.T) {
	d := newDesk(t)
	d.began(daysAgo(30, 0)[:10])
	p := d.opened(8)
	d.happens(demo.Manager, p, "pathway.cancelled", daysAgo(2, 9), map[string]any{"reason": "opened for the wrong family"})
	for days, want := range map[int]string{5: "issued accepted_late first", 1: ""} {
		before := d.told(p)
		l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p})
		d.ok(d.approve(demo.Practitioner, l.Id))
		d.ok(d.event(demo.Practitioner, l.Id, "posted", map[string]any{"occurred_at": daysAgo(days, 9)}))
		d.stays(l.Id, "issued")
		if got := strings.Trim(strings.Replace(d.told(p), before, "", 1), ", "); got != want {
			t.Errorf("sent %d days ago, the pathway was told %q, want %q", days, got, want)
		}
	}
}
