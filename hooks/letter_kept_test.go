package hooks_test

import (
	"strings"
	"testing"
	"time"

	"holdfast/hooks/letter"
	"holdfast/server/demo"
)

// mother has it on the record that both children of FM-0001 are Tess Marlowe's.
func (d *desk) mother() {
	d.t.Helper()
	for _, child := range []string{demo.ID("child", 100), demo.ID("child", 101)} {
		r := must(d.app.FindRecordById("relationships", d.related(tess, child).Id))
		r.Load(map[string]any{"kind": "mother", "parental_responsibility": "yes", "lives_with": true})
		d.ok(d.app.Save(r))
	}
}

// blocked fails unless the draft says that this stands in its way, in these words.
func (d *desk) blocked(letter, code, says string) {
	d.t.Helper()
	blocks := d.letter(letter).GetString("blocks")
	if !strings.Contains(blocks, `"`+code+`"`) || !strings.Contains(blocks, says) {
		d.t.Errorf("the draft says %s, want %s: %s", blocks, code, says)
	}
}

// Who is kept apart from the recipient is named nowhere in the letter, by no part of their
// name and in no way of writing it (L3).
func TestNobodyWhoIsKeptApartIsNamedInALetter(t *testing.T) {
	d := newDesk(t)
	d.mother()
	r := must(d.app.FindRecordById("people", d.adult("Łukasz Will-Ó Brien", ternHouse)))
	r.Set("called_by", "Lucky")
	d.ok(d.app.Save(r))
	say := func(field string, words any) string {
		return d.draft(demo.Practitioner, "L2_missed", map[string]any{"merge": map[string]any{field: words}}).Id
	}
	said := "Łukasz told us you shout."
	d.ok(d.approve(demo.Manager, say("consequence_text", said))) // nothing stands between them yet
	d.related(tess, r.Id, "no_contact")
	d.tried(demo.Practitioner, 3, 9, "visit_announced", "not_home", map[string]any{"person": tess})
	for field, words := range map[string]any{
		"consequence_text": said, "next.kind": "a talk with lukasz", "next.place": "at LUKASZ'S work", "cc": []string{"Mr Brien, solicitor"},
		"support_offered": []string{"help, as O’Brien said"}, "contact.hours": "when Lucky is out", "interpreter_line": "Ask Will for one.",
	} {
		l := say(field, words)
		if field == "support_offered" || field == "next.kind" || field == "next.place" {
			l = d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{field: words}}).Id
		}
		code := "names_somebody"
		d.refused(d.approve(demo.Manager, l), "merge", code)
	}
	for _, words := range []string{"We will meet you, and we hope that you will like it.", "Ask at Luckyards.", "The Williams Road bus stops there."} {
		d.ok(d.approve(demo.Manager, say("consequence_text", words)))
	}
	d.blocked(say("consequence_text", said), "names_somebody", "no contact stands between them and Tess Marlowe")
}

// Who passed on a worry is named to nobody, a child least of all; what a letter must say of
// its own children stays.
func TestWhoPassedOnAWorryIsNamedToNobody(t *testing.T) {
	d := newDesk(t)
	d.mother()
	gran := d.adult("Rosalind Marlowe")
	for _, id := range []string{gran, demo.ID("child", 100)} {
		r := must(d.app.FindRecordById("people", id))
		r.Set("informant", true)
		d.ok(d.app.Save(r))
	}
	for said, refused := range map[string]bool{
		"Your mother Rosalind rang us.": true, "Ivy told her teacher.": true, "The Marlowe family is welcome.": false, "We will talk.": false,
	} {
		l := d.draft(demo.Practitioner, "L2_missed", map[string]any{"merge": map[string]any{"consequence_text": said}})
		if !strings.Contains(d.says(l), "Ivy and Jonah") {
			t.Errorf("the letter does not name its children:\n%s", d.says(l))
		}
		if refused {
			d.refused(d.approve(demo.Manager, l.Id), "merge", "names_somebody")
		} else {
			d.ok(d.approve(demo.Manager, l.Id))
		}
	}
}

// Where somebody lives is no listed word in a letter to themselves (L11).
func TestTheRecipientsOwnAddressIsNoListedWord(t *testing.T) {
	d := newDesk(t)
	d.reach(tess, with(home, "lines", []string{"4 Safe House Lane", "Fellmoor"}))
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"next.place": "your home, 4 Safe House Lane"}})
	if l.GetString("hits") != "[]" {
		t.Errorf("hits: %s", l.GetString("hits"))
	}
	d.ok(d.approve(demo.Practitioner, l.Id))
	if l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"next.place": "the safe house"}}); !strings.Contains(l.GetString("hits"), "safe house") {
		t.Errorf("hits: %s", l.GetString("hits"))
	}
}

// A school or a refuge that is kept from somebody stands in no letter to them (L12), and
// only a manager says that it may.
func TestAPlaceThatIsKeptFromSomebodyIsInNoLetterToThem(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe", ternHouse)
	d.atHome(tess)
	d.tried(demo.Practitioner, 12, 16, "visit_announced", "not_home", map[string]any{"person": dan})
	place := d.make(demo.School, "places", map[string]any{"case": demo.CaseID(1), "kind": "school", "name": "Harbour School",
		"address": "7 Quay Road\nHarbour", "postcode": "FM2 3QQ", "keep_from": []string{dan}})
	for _, words := range []string{"near Harbour School", "at 7 Quay Road", "by FM23QQ", "harbour school, where she goes now"} {
		put := map[string]any{"merge": map[string]any{"next.place": words}}
		d.ok(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", put).Id))
		put["recipient"] = dan
		d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", put).Id), "merge", "whereabouts")
	}
	// An address on one line leads there by its street alone.
	d.make(demo.School, "places", map[string]any{"case": demo.CaseID(1), "kind": "refuge", "name": "The house", "address": "Flat 2, 8 Moss Street, Harbour", "keep_from": []string{dan}})
	d.make(demo.School, "places", map[string]any{"case": demo.CaseID(1), "kind": "refuge", "name": "The other", "address": "4 Hill Street Harbour", "keep_from": []string{dan}})
	for _, words := range []string{"at 8 Moss Street", "by 4 hill street"} {
		d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"recipient": dan, "merge": map[string]any{"next.place": words}}).Id), "merge", "whereabouts")
	}
	lift := func(p demo.Person) error {
		r := must(d.app.FindRecordById("places", place.Id))
		r.Set("keep_from", []string{})
		return d.as(p, func(tx appTx) error { return tx.Save(r) })
	}
	d.refused(lift(demo.School), "keep_from", "manager_only")
	d.ok(lift(demo.Manager))
}

// A letter that its recipient cannot read waits until somebody has arranged that they hear
// what it says: how, on what day and by whom (L4).
func TestALetterWaitsForWhoeverCannotReadIt(t *testing.T) {
	for name, c := range map[string]struct {
		person map[string]any
		kind   string
		code   string // empty: it may go
		says   string
		how    string // what lifts it; empty for another letter alone
		line   string // of the letter
	}{
		"Polish":           {map[string]any{"language": "Polish"}, "L2_missed", "language_need", "Tess Marlowe speaks Polish; there is no letter of this kind in Polish: send it with an interpreter's call", "interpreter", "an interpreter who speaks Polish"},
		"some English":     {map[string]any{"language": "Polish, little English"}, "L2_missed", "language_need", "speaks Polish", "interpreter", ""},
		"Polish, English":  {map[string]any{"language": "Polish and English"}, "L2_missed", "", "", "", ""},
		"English":          {map[string]any{"language": "english"}, "L2_missed", "", "", "", ""},
		"nobody wrote it":  {map[string]any{}, "L2_missed", "", "", "", ""},
		"interpreter":      {map[string]any{"needs": "Interpreter, please"}, "L2_missed", "language_need", "Tess Marlowe needs an interpreter", "interpreter", "an interpreter who speaks your language"},
		"interpreter tick": {map[string]any{"interpreter": "needed", "language": "Urdu"}, "L2_missed", "language_need", "speaks Urdu", "interpreter", "speaks Urdu"},
		"no interpreter":   {map[string]any{"needs": "No interpreter needed.", "language": "English"}, "L2_missed", "", "", "", ""},
		"easy read":        {map[string]any{"needs": "Easy-read"}, "L1_missed", "format_need", "there is an easy read letter of this kind: draft it from that", "read_out", "another form: easy read"},
		"easy read, none":  {map[string]any{"communication": []string{"easy_read"}}, "L2_missed", "format_need", "send it with an easy read copy", "easy_read_copy", ""},
		"large print":      {map[string]any{"needs": "Large print."}, "L2_missed", "format_need", "needs large print", "large_print", "another form: large print"},
		"does not read":    {map[string]any{"needs": "She does not read."}, "L2_missed", "format_need", "cannot read it", "read_out", ""},
		"signs":            {map[string]any{"needs": "BSL"}, "L2_missed", "format_need", "needs British Sign Language", "signed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			r := must(d.app.FindRecordById("people", tess))
			r.Load(map[string]any{"language": "", "needs": ""})
			r.Load(c.person)
			d.ok(d.app.Save(r))
			l := d.draft(demo.Practitioner, c.kind, nil)
			if text := d.says(l); !strings.Contains(text, c.line) {
				t.Errorf("the letter does not say %q:\n%s", c.line, text)
			}
			if c.code == "" {
				d.ok(d.approve(demo.Manager, l.Id))
				return
			}
			d.blocked(l.Id, c.code, c.says)
			d.refused(d.approve(demo.Manager, l.Id), "explained", c.code)
			d.ok(d.change(demo.Manager, l.Id, map[string]any{"explained": []string{c.how}}))
			d.refused(d.approve(demo.Manager, l.Id), "explained", c.code) // on no day, by nobody
			d.ok(d.change(demo.Manager, l.Id, map[string]any{"explained_on": time.Now().AddDate(0, 0, 3).Format(time.DateOnly), "explained_by": "Ola Nowak, Fellmoor Interpreters"}))
			d.ok(d.approve(demo.Manager, l.Id)) // arranging it is writing none of it
			d.refused(d.change(demo.Practitioner, l.Id, map[string]any{"explained_by": "nobody"}), "explained_by", "approved")
		})
	}
}

// A letter is on the paper of its author's agency, or of the one that leads the case, and
// of no other (L5).
func TestALetterIsOnThePaperOfItsAuthorsAgency(t *testing.T) {
	d := newDesk(t)
	name := func(p demo.Person) string { return must(d.app.FindRecordById("agencies", p.Agency)).GetString("name") }
	r := must(d.app.FindRecordById("agencies", demo.School.Agency))
	r.Set("phone", "01632 960 555")
	d.ok(d.app.Save(r))
	put := map[string]any{"merge": with(plain(), "missed", []map[string]string{})}
	d.tried(demo.School, 3, 10, "appointment", "not_brought")
	l := d.writes(demo.School, "L1_missed", tess)
	text := d.says(l)
	if !strings.HasPrefix(text, name(demo.School)) || !strings.Contains(text, "01632 960 555") || strings.Contains(text, name(demo.Practitioner)) {
		t.Errorf("the school's letter is\n%s", text)
	}
	put["agency"] = demo.Practitioner.Agency
	if l := d.draft(demo.School, "L1_missed", put); !strings.HasPrefix(d.says(l), name(demo.Practitioner)) || strings.Contains(d.says(l), "01632 960 555") {
		t.Errorf("on the lead's paper it is\n%s", d.says(l))
	}
	put["agency"] = demo.School.Agency
	_, err := d.tryDraft(demo.Practitioner, "L1_missed", put)
	d.refused(err, "agency", "other_agency")
}

// A letter names its recipient's own children, and who is not known to have parental
// responsibility gets none that says so (L6).
func TestALetterNamesItsRecipientsOwnChildren(t *testing.T) {
	d := newDesk(t)
	ivy, jonah := demo.ID("child", 100), demo.ID("child", 101)
	dan := d.adult("Dan Marlowe", ternHouse)
	is := func(person, child, responsibility string, lives bool) {
		r := must(d.app.FindRecordById("relationships", d.related(person, child).Id))
		r.Load(map[string]any{"parental_responsibility": responsibility, "lives_with": lives})
		d.ok(d.app.Save(r))
	}
	draft := func(who string, more ...string) string {
		values := map[string]any{"recipient": who, "merge": map[string]any{"offer.service": "early help"}}
		if len(more) > 0 {
			values["merge"].(map[string]any)["child.first_names"] = more
		}
		return d.draft(demo.Practitioner, "L_other_pr", values).Id
	}
	d.blocked(draft(dan), "not_own_child", "Record first what Dan Marlowe is to each child")
	is(tess, ivy, "yes", true)
	is(tess, jonah, "yes", true)
	is(dan, jonah, "unknown", false)
	is(dan, ivy, "no", false)
	his := draft(dan)
	if text := d.says(d.letter(his)); !strings.Contains(text, "Our work with Jonah\n") || strings.Contains(text, "Ivy") {
		t.Errorf("his letter is\n%s", text)
	}
	if got := d.letter(his).GetString("children"); !strings.Contains(got, `"name":"Jonah","parental_responsibility":"unknown"`) {
		t.Errorf("it shows %s", got)
	}
	d.refused(d.approve(demo.Manager, his), "recipient", "responsibility_unknown")
	d.refused(d.approve(demo.Manager, draft(dan, "Ivy", "Jonah")), "merge", "not_own_child")
	r := must(d.app.FindFirstRecordByFilter("relationships", "person = '"+dan+"' && other = '"+jonah+"'"))
	r.Set("parental_responsibility", "yes")
	d.ok(d.app.Save(r))
	d.ok(d.approve(demo.Manager, draft(dan)))
	r.Set("parental_responsibility", "no")
	r.Set("lives_with", true)
	d.ok(d.app.Save(r))
	d.refused(d.approve(demo.Manager, draft(dan)), "recipient", "not_responsible")
	if text := d.says(d.draft(demo.Practitioner, "L2_missed", nil)); !strings.Contains(text, "Ivy and Jonah") {
		t.Errorf("hers is\n%s", text)
	}
}

// A letter that comes back asks its lead to find out where the family lives, once (L8).
func TestALetterThatCameBackAsksWhereTheFamilyLives(t *testing.T) {
	d := newDesk(t)
	open := func() []string {
		var list []string
		for _, r := range must(d.app.FindRecordsByFilter("actions", "case = '"+demo.CaseID(1)+"' && done_on = ''", "@rowid", 0, 0)) {
			list = append(list, r.GetString("owner")+": "+r.GetString("what")+" "+r.GetString("due_on"))
		}
		return list
	}
	told := func() int64 {
		return must(d.app.CountRecords("notices", hashExp{"user": demo.Practitioner.ID, "case": demo.CaseID(1), "step": "find-home"}))
	}
	first, second := d.sent(), d.sent()
	d.ok(d.event(demo.Manager, first.Id, "returned"))
	list := open()
	if len(list) != 1 || !strings.HasPrefix(list[0], demo.Practitioner.Name+": Find out where Tess Marlowe lives: our letter of ") || strings.HasSuffix(list[0], " ") || told() != 1 {
		t.Fatalf("%v, told %d times", list, told())
	}
	d.ok(d.event(demo.Manager, second.Id, "returned"))
	if list := open(); len(list) != 1 || told() != 1 {
		t.Errorf("%v, told %d times", list, told())
	}
}

// Whoever records a letter that was to be given by hand as put through the door is told
// what it is called (L10).
func TestALetterGivenByHandIsHandedOver(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"delivery": "by_hand"})
	d.ok(d.approve(demo.Practitioner, l.Id))
	err := d.event(demo.Practitioner, l.Id, "hand_delivered")
	d.refused(err, "kind", "other_delivery")
	if !strings.Contains(err.Error(), "handed over") {
		t.Errorf("it says %v", err)
	}
	d.ok(d.event(demo.Practitioner, l.Id, "handed_over"))
}

// A phone makes a letter's reference, and the server keeps it as it is; one of another form
// is none (L13).
func TestAPhoneMakesALettersReference(t *testing.T) {
	d := newDesk(t)
	const id = "letterofphone01"
	made := letter.LetterReference("FM-0001", demo.CaseID(1), "2026-11-28", id)
	if made != "FM-0001/261128-"+made[len(made)-5:] {
		t.Fatalf("made as %s", made)
	}
	put := map[string]any{"id": id, "date": "2026-11-28", "reference": made}
	for _, other := range []string{"FM-0001/7", "Tess", strings.Replace(made, "28-", "27-", 1), strings.ToLower(made)} {
		_, err := d.tryDraft(demo.Practitioner, "L1_missed", with(put, "reference", other))
		d.refused(err, "reference", "reference_form")
	}
	l := d.draft(demo.Practitioner, "L1_missed", put)
	if l.GetString("reference") != made || !strings.Contains(d.says(l), made) {
		t.Errorf("it is called %s", l.GetString("reference"))
	}
	early := "letterofphone02" // before the case had a reference
	other := letter.LetterReference("", demo.CaseID(1), "2026-11-28", early)
	d.ok(d.change(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"id": early, "date": "2026-11-28", "reference": other}).Id, map[string]any{"date": "2026-11-29"}))
	if got := d.letter(early).GetString("reference"); got != other || len(got) > 40 || strings.Contains(got, demo.CaseID(1)) {
		t.Errorf("it is called %s, want %s", got, other)
	}
	plain := d.draft(demo.Practitioner, "L1_missed", nil)
	if want := letter.LetterReference("FM-0001", demo.CaseID(1), plain.GetString("date"), plain.Id); plain.GetString("reference") != want {
		t.Errorf("the server makes %s, want %s", plain.GetString("reference"), want)
	}
	// One that the server made before stays what it is.
	if _, err := d.app.NonconcurrentDB().Update("letters", map[string]any{"reference": "FM-0001/3"}, hashExp{"id": plain.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	d.ok(d.approve(demo.Practitioner, plain.Id))
	if got := d.letter(plain.Id).GetString("reference"); got != "FM-0001/3" {
		t.Errorf("an old letter is called %s", got)
	}
}

// Advice is by name and number of somebody who does not work for those who wrote.
func TestAdviceIsOfSomebodyElse(t *testing.T) {
	d := newDesk(t)
	d.tried(demo.Practitioner, 6, 9, "visit_announced", "not_home")
	say := func(values map[string]any) string {
		return d.draft(demo.Practitioner, "L_final", map[string]any{"merge": values}).Id
	}
	ours := must(d.app.FindRecordById("agencies", demo.Practitioner.Agency)).GetString("phone")
	none := say(map[string]any{"advice.name": "", "advice.phone": ""})
	d.refused(d.approve(demo.Manager, none), "merge", "unresolved")
	d.blocked(none, "unresolved", "whom to ask for advice who does not work for us")
	d.refused(d.approve(demo.Manager, say(map[string]any{"advice.phone": ours})), "merge", "advice_not_independent")
	d.refused(d.approve(demo.Manager, say(map[string]any{"advice.phone": "on our page"})), "merge", "advice_not_independent")
	fine := say(nil)
	d.ok(d.approve(demo.Manager, fine))
	if text := d.says(d.letter(fine)); !strings.Contains(text, "Family Rights on 0808 801 0366") {
		t.Errorf("the letter is\n%s", text)
	}
}

// A letter about a visit says what happens if the next one fails too.
func TestALetterOfNoAccessSaysWhatHappensNext(t *testing.T) {
	d := newDesk(t)
	d.tried(demo.Practitioner, 6, 9, "visit_announced", "child_withheld")
	l := d.draft(demo.Practitioner, "L_noaccess", map[string]any{"merge": map[string]any{"consequence_text": ""}})
	d.refused(d.approve(demo.Manager, l.Id), "merge", "unresolved")
	d.ok(d.approve(demo.Manager, d.draft(demo.Practitioner, "L_noaccess", nil).Id))
}

// Who is not born yet, or has grown up, is no child of a letter.
func TestALetterNamesWhoIsAChildToday(t *testing.T) {
	d := newDesk(t)
	today := time.Now()
	for name, born := range map[string]time.Time{"Eve Marlowe": today.AddDate(0, 2, 0), "Max Marlowe": today.AddDate(-18, 0, -1), "Finn Marlowe": today.AddDate(-18, 0, 2)} {
		d.make(demo.Practitioner, "people", map[string]any{"case": demo.CaseID(1), "kind": "child", "name": name, "date_of_birth": born.Format(time.DateOnly)})
	}
	if text := d.says(d.draft(demo.Practitioner, "L2_missed", nil)); !strings.Contains(text, "Finn Marlowe, Ivy and Jonah.") {
		t.Errorf("the letter is\n%s", text)
	}
}

// Another record of somebody, joined to theirs, is no way round what keeps them apart, or
// what they passed on.
func TestAJoinedRecordKeepsWhatStandsBetween(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe", ternHouse)
	d.related(tess, dan, "no_contact")
	alias, gran, nan := d.adult("Marie Stone"), d.adult("Agnes Whittle"), d.adult("Nan Whistle")
	r := must(d.app.FindRecordById("people", nan))
	r.Set("informant", true)
	d.ok(d.app.Save(r))
	for a, b := range map[string]string{tess: alias, gran: nan} {
		d.make(demo.Practitioner, "person_joins", map[string]any{"case": demo.CaseID(1), "person": a, "same": b, "because": "Both records are of one person."})
	}
	for _, words := range []string{"Marie Stone told us that you shout", "Agnes Whittle told us"} {
		l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"recipient": dan, "merge": map[string]any{"support_offered": []string{words}}})
		d.refused(d.approve(demo.Practitioner, l.Id), "merge", "names_somebody")
	}
	// And a letter to another record of him is a letter to him.
	other := d.adult("Daniel Stone", ternHouse)
	d.make(demo.Practitioner, "person_joins", map[string]any{"case": demo.CaseID(1), "person": dan, "same": other, "because": "Both records are of one person."})
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"recipient": other, "merge": map[string]any{"support_offered": []string{"Tess says hello"}}})
	d.refused(d.approve(demo.Practitioner, l.Id), "merge", "names_somebody")
}
