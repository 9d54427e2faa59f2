package hooks_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
)

var ternHouse = map[string]any{"kind": "address", "lines": []string{"3 Tern House", "Harbour"}, "postcode": "FM2 8TH", "safe_post": true, "current": true}

// tried is a try at contact some days ago, at an hour in London.
func (d *desk) tried(p demo.Person, days, hour int, method, outcome string, more ...map[string]any) *core.Record {
	d.t.Helper()
	london := must(time.LoadLocation("Europe/London"))
	on := time.Now().In(london).AddDate(0, 0, -days)
	values := map[string]any{"case": demo.CaseID(1), "method": method, "outcome": outcome, "contact_confirmed": true,
		"occurred_at": time.Date(on.Year(), on.Month(), on.Day(), hour, 0, 0, 0, london).UTC()}
	for _, m := range more {
		maps.Copy(values, m)
	}
	return d.make(p, "contact_attempts", values)
}

// on is a day as a letter says it.
func on(days int) string {
	return time.Now().In(must(time.LoadLocation("Europe/London"))).AddDate(0, 0, -days).Format("Monday 2 January 2006")
}

// plain are the facts of a letter without those that the record itself has.
func plain() map[string]any {
	m := maps.Clone(facts)
	delete(m, "missed")
	delete(m, "attempt_count")
	return m
}

// writes drafts a letter to somebody, with nothing typed that the record knows.
func (d *desk) writes(p demo.Person, kind, to string) *core.Record {
	d.t.Helper()
	l := d.draft(p, kind, map[string]any{"recipient": to, "merge": nil})
	d.ok(d.change(p, l.Id, map[string]any{"merge": plain()}))
	return d.letter(l.Id)
}

type listed struct {
	Missed []map[string]string `json:"missed"`
	Tried  []string            `json:"tried"`
	Count  string              `json:"attempt_count"`
	Times  string              `json:"missed_times"`
}

func (d *desk) lists(l *core.Record) (said listed) {
	d.t.Helper()
	d.ok(json.Unmarshal([]byte(l.GetString("merge")), &said))
	return said
}

func rowsOf(said listed) string {
	var rows []string
	for _, m := range said.Missed {
		day := must(time.Parse(time.DateOnly, m["date"]))
		rows = append(rows, day.Format("Monday 2 January 2006")+" "+m["time"]+": "+m["kind"]+", "+m["place"])
	}
	return strings.Join(rows, "\n")
}

// A case with two adults at two addresses and two agencies: each letter lists the tries of
// its own agency at its own recipient, each in the words of what it was (L1, L2).
func TestALetterListsTheTriesAtItsRecipientAlone(t *testing.T) {
	d := newDesk(t)
	d.make(demo.Practitioner, "attempt_withdrawals", map[string]any{"case": demo.CaseID(1), "attempt": demo.ID("attempt", 100), "because": "It was another Tess."})
	dan := d.adult("Dan Marlowe", ternHouse)
	at := func(person string) map[string]any { return map[string]any{"person": person} }
	d.tried(demo.Practitioner, 12, 16, "visit_announced", "not_home", at(tess))
	d.tried(demo.Practitioner, 11, 10, "phone", "no_answer", at(tess))
	d.tried(demo.Practitioner, 10, 14, "visit_announced", "refused_entry", at(dan))
	d.tried(demo.Practitioner, 9, 9, "appointment", "not_brought")
	d.tried(demo.Practitioner, 8, 15, "joint_visit", "child_withheld", at(tess), map[string]any{"place": "the family centre"})
	d.tried(demo.Practitioner, 7, 11, "visit_unannounced", "not_home", at(tess))
	d.tried(demo.Practitioner, 6, 11, "visit_announced", "cancelled_by_service", at(tess))
	d.tried(demo.Practitioner, 5, 11, "visit_announced", "not_home", at(tess), map[string]any{"contact_confirmed": false})
	d.tried(demo.School, 4, 11, "appointment", "not_brought", at(tess))
	gone := d.tried(demo.Practitioner, 3, 11, "visit_announced", "not_home", at(tess))
	d.make(demo.Practitioner, "attempt_withdrawals", map[string]any{"case": demo.CaseID(1), "attempt": gone.Id, "because": "That was at the family next door."})
	d.tried(demo.Practitioner, -3, 11, "visit_announced", "not_home", at(tess))
	d.tried(demo.Practitioner, 2, 10, "text", "message_left", at(dan))

	agency := must(d.app.FindRecordById("agencies", demo.Practitioner.Agency)).GetString("name")
	hers := d.lists(d.writes(demo.Practitioner, "L1_missed", tess))
	want := on(12) + " 16:00: home visit, your home\n" + on(9) + " 09:00: appointment, " + agency + "\n" + on(8) + " 15:00: home visit with another service, the family centre"
	if got := rowsOf(hers); got != want {
		t.Errorf("to her:\n%s\nwant\n%s", got, want)
	}
	if got, want := strings.Join(hers.Tried, "; "), "a phone call on "+on(11)+"; a call at your home on "+on(7); got != want {
		t.Errorf("other tries at her: %s, want %s", got, want)
	}
	if hers.Count != "5" || hers.Times != "3 times" {
		t.Errorf("it says %s tries, and planned %s", hers.Count, hers.Times)
	}
	his := d.lists(d.writes(demo.Practitioner, "L1_missed", dan))
	if got, want := rowsOf(his), on(10)+" 14:00: home visit, your home\n"+on(9)+" 09:00: appointment, "+agency; got != want {
		t.Errorf("to him:\n%s\nwant\n%s", got, want)
	}
	if got, want := strings.Join(his.Tried, "; "), "a text message on "+on(2); got != want {
		t.Errorf("other tries at him: %s, want %s", got, want)
	}
	school := d.lists(d.writes(demo.School, "L1_missed", tess))
	if got := rowsOf(school); !strings.HasPrefix(got, on(4)) || strings.Contains(got, "\n") || len(school.Tried) > 0 {
		t.Errorf("the school's letter lists %s and %v", got, school.Tried)
	}
}

// Where something stands between two adults, a try at nobody in particular is in neither's
// letter: it may have been at the other's home (L1).
func TestATryAtNobodyIsToldToNobodyWhoIsKeptApart(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe", ternHouse)
	d.tried(demo.Practitioner, 12, 16, "visit_announced", "not_home")
	d.related(tess, dan, "domestic_abuse", "no_contact")
	for _, who := range []string{tess, dan} {
		l := d.writes(demo.Practitioner, "L1_missed", who)
		if said := d.lists(l); len(said.Missed)+len(said.Tried) > 0 {
			t.Errorf("%v", said)
		}
		d.refused(d.approve(demo.Practitioner, l.Id), "template", "needs_missed")
		if blocks := d.letter(l.Id).GetString("blocks"); !strings.Contains(blocks, "Record the visit first") || !strings.Contains(blocks, "with whom it was at") {
			t.Errorf("the draft says %s", blocks)
		}
	}
	d.tried(demo.Practitioner, 11, 16, "visit_announced", "not_home", map[string]any{"person": dan})
	d.ok(d.approve(demo.Practitioner, d.writes(demo.Practitioner, "L1_missed", dan).Id))
}

// Nor is one at a home, or at a place, told to a parent who may live elsewhere, though nothing
// stands between the two: it may have been at the other's.
func TestATryAtAHomeIsNotToldToAParentElsewhere(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe", ternHouse)
	d.tried(demo.Practitioner, 12, 16, "visit_announced", "not_home")
	d.tried(demo.Practitioner, 11, 10, "joint_visit", "refused_entry", map[string]any{"place": "14 Quarry Row"})
	d.tried(demo.Practitioner, 10, 10, "visit_unannounced", "not_home")
	d.tried(demo.Practitioner, 9, 9, "appointment", "not_brought")
	p := d.opened(9)
	d.happens(demo.Practitioner, p, "appointment.kept_child_not_seen", daysAgo(4, 12), map[string]any{"reason": "asleep upstairs"})
	office := on(9) + " 09:00: appointment, " + must(d.app.FindRecordById("agencies", demo.Practitioner.Agency)).GetString("name")
	for _, who := range []string{tess, dan} { // nobody has recorded with whom the children live
		said := d.lists(d.writes(demo.Practitioner, "L1_missed", who))
		if got := rowsOf(said); got != office || len(said.Tried) > 0 {
			t.Errorf("to %s:\n%s\n%v", who, got, said.Tried)
		}
		l := d.writes(demo.Practitioner, "L_noaccess", who)
		if said := d.lists(l); len(said.Missed) > 0 || !strings.Contains(d.letter(l.Id).GetString("blocks"), "with whom it was at") {
			t.Errorf("to %s, no access lists %v", who, said.Missed)
		}
	}
	d.atHome(tess)
	if got := rowsOf(d.lists(d.writes(demo.Practitioner, "L1_missed", dan))); got != office {
		t.Errorf("to him:\n%s", got)
	}
	hers := d.lists(d.writes(demo.Practitioner, "L1_missed", tess))
	if got, want := rowsOf(hers), on(12)+" 16:00: home visit, your home\n"+on(11)+" 10:00: home visit with another service, 14 Quarry Row\n"+office; got != want || !strings.Contains(strings.Join(hers.Tried, "; "), "your home on "+on(10)) {
		t.Errorf("to her:\n%s\nwant\n%s\n%v", got, want, hers.Tried)
	}
}

// Each kind has its own outcomes: a visit at which a child was not seen, an appointment to
// which a child was not brought. Neither speaks of the other (L2).
func TestTheListsAreOfTheKindOfLetter(t *testing.T) {
	d := newDesk(t)
	for hour, outcome := range []string{"refused_entry", "child_withheld", "no_answer", "not_home"} {
		d.tried(demo.Practitioner, 8, 9+hour, "visit_announced", outcome)
	}
	d.tried(demo.Practitioner, 7, 9, "visit_unannounced", "child_withheld")
	d.tried(demo.Practitioner, 6, 9, "appointment", "not_brought", map[string]any{"place": "the clinic in Harbour"})
	d.tried(demo.Practitioner, 5, 9, "phone", "no_answer")
	p := d.opened(9)
	d.happens(demo.Practitioner, p, "appointment.kept_child_not_seen", daysAgo(4, 12), map[string]any{"reason": "asleep upstairs"})

	seen := rowsOf(d.lists(d.writes(demo.Practitioner, "L_noaccess", tess)))
	for _, want := range []string{"09:00: home visit, your home", "10:00: home visit", "11:00: home visit", "12:00: home visit", on(7) + " 09:00: visit without an appointment, your home", on(4)} {
		if !strings.Contains(seen, want) {
			t.Errorf("no access lists\n%s\nand not %s", seen, want)
		}
	}
	if strings.Count(seen, "\n") != 5 || strings.Contains(seen, "clinic") {
		t.Errorf("no access lists\n%s", seen)
	}
	if got, want := rowsOf(d.lists(d.writes(demo.Practitioner, "L_wnb", tess))), on(6)+" 09:00: appointment, the clinic in Harbour"; got != want {
		t.Errorf("not brought lists\n%s\nwant\n%s", got, want)
	}
	final := d.lists(d.writes(demo.Practitioner, "L_final", tess))
	if final.Count != "8" { // four visits, one without an appointment, the clinic, two phone calls
		t.Errorf("the last letter says %s tries: %+v", final.Count, final)
	}
}

// With no visit on the record there is none to write of, and what would help is said.
func TestALetterOfAVisitNeedsOne(t *testing.T) {
	d := newDesk(t)
	d.tried(demo.Practitioner, 6, 9, "appointment", "not_brought")
	for _, kind := range []string{"L_noaccess"} {
		l := d.writes(demo.Practitioner, kind, tess)
		d.refused(d.approve(demo.Manager, l.Id), "template", "needs_missed")
		if blocks := d.letter(l.Id).GetString("blocks"); !strings.Contains(blocks, "Record the visit first") {
			t.Errorf("%s: %s", kind, blocks)
		}
	}
}

// What is typed over the lists is held to the record: a row of no try is in the way, one
// of a try is said in the words of what that was, and the count is never typed (L7).
func TestWhatIsTypedOverTheListsIsHeldToTheRecord(t *testing.T) {
	d := newDesk(t)
	try := d.tried(demo.Practitioner, 6, 9, "visit_announced", "not_home")
	day := try.GetDateTime("occurred_at").Time().In(must(time.LoadLocation("Europe/London"))).Format(time.DateOnly)
	row := func(at string) map[string]any {
		return map[string]any{"missed": []map[string]string{{"date": day, "time": at, "kind": "clinic appointment", "place": "the clinic"}}, "attempt_count": "9", "tried": []string{}}
	}
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": row("09:00")})
	said := d.lists(l)
	if got := rowsOf(said); !strings.HasSuffix(got, "09:00: home visit, your home") || said.Count != "1" || said.Times != "once" {
		t.Errorf("%+v", said)
	}
	d.ok(d.approve(demo.Practitioner, l.Id))
	d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": row("09:30")}).Id), "merge", "not_on_record")
	other := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": with(row("09:00"), "tried", []string{"a visit to your mother on Monday"})})
	d.refused(d.approve(demo.Practitioner, other.Id), "merge", "not_on_record")
}

// A letter to a family that was only ever rung does not say that a visit was planned.
func TestALetterAfterPhoneCallsAloneSpeaksOfNoPlan(t *testing.T) {
	d := newDesk(t)
	l := d.writes(demo.Practitioner, "L1_missed", tess) // one message was left
	d.ok(d.approve(demo.Practitioner, l.Id))
	text := d.says(l)
	if strings.Contains(text, "planned to see you") || !strings.Contains(text, "We also tried to reach you: a phone call on") && !strings.Contains(text, "We tried to reach you: a phone call on") {
		t.Errorf("the letter says\n%s", text)
	}
}
