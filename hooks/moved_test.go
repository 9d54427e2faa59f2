package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// moves takes somebody from one family to another, as a manager of both.
func (d *office) moves(person, from, to string) *core.Record {
	d.t.Helper()
	return d.does(&demo.Manager, "person_moves", "", map[string]any{"case": from, "person": person, "direction": "out", "to": to, "because": "Two families of one name."})
}

// arrived is what the family that somebody came to was told last.
func (d *office) arrived(person, to string) *core.Record {
	d.t.Helper()
	rows := must(d.FindRecordsByFilter("person_moves", "case = {:c} && person = {:p} && direction = 'in'", "-@rowid", 1, 0, dbx.Params{"c": to, "p": person}))
	if len(rows) != 1 {
		d.t.Fatal("nothing says that they came")
	}
	return rows[0]
}

func (d *office) in(say string, r *core.Record, want string) {
	d.t.Helper()
	if got := d.fresh(r).GetString("case"); got != want {
		d.t.Errorf("%s: in %s, want %s", say, got, want)
	}
}

// What the school recorded about a child stays where the school reads it, when the child
// goes to a family whose case it is not on; who leads there learns that there is something
// and whose it is, not what; and it follows once the school is on that case.
func TestWhatAnAgencyRecordedStaysInItsSightWhenAChildMoves(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	own := d.does(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": "A secret word.", "source": "said_by_child", "children": []string{jonah}})
	shared := d.does(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": "Tired again.", "source": "seen_by_worker", "children": []string{jonah}, "shared": true})
	drawing := d.does(&demo.School, "evidence", "", map[string]any{"case": wrongly, "title": "A house", "kind": "drawing", "sha256": strings.Repeat("a", 64), "size": 10, "mime": "image/png", "child": jonah})
	ours := d.does(&demo.Practitioner, "notes", "", map[string]any{"case": wrongly, "body": "Home visit.", "source": "seen_by_worker", "children": []string{jonah}, "shared": true})
	out := d.moves(jonah, wrongly, right)

	for say, r := range map[string]*core.Record{"the school's own note": own, "what it shared": shared, "its drawing": drawing} {
		d.in(say, r, wrongly)
	}
	d.in("the council's note", ours, right)
	told := d.arrived(jonah, right).GetString("told")
	if !strings.Contains(told, "Harbour School") || !strings.Contains(told, "3 ") || strings.Contains(told, "secret") || strings.Contains(told, "Marlowe") {
		t.Errorf("the right family's team was told %q", told)
	}
	if n := must(d.CountRecords("notices", dbx.HashExp{"user": demo.Colleague.ID, "case": right, "stage": "moved_here", "timer": "moved_here/" + jonah})); n != 1 {
		t.Errorf("who leads there has %d notices of it", n)
	}
	if got := d.fresh(out).GetString("told"); strings.Contains(got, "Szyma") {
		t.Errorf("the wrong family's team was told whose they are: %q", got)
	}
	d.joins(demo.School, right, "member")
	for say, r := range map[string]*core.Record{"the school's own note": own, "what it shared": shared, "its drawing": drawing} {
		d.in(say+" once it is on the case", r, right)
	}
}

// Moved from a restricted family, nothing tells whose notes there are.
func TestAMoveFromARestrictedFamilyTellsNoNames(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	note := d.does(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": "Tired.", "source": "seen_by_worker", "children": []string{jonah}})
	c := must(d.FindRecordById("cases", wrongly))
	c.Set("restricted", true)
	if err := d.Save(kernel.AsServer(c)); err != nil {
		t.Fatal(err)
	}
	d.moves(jonah, wrongly, right)
	if told := d.arrived(jonah, right).GetString("told"); strings.Contains(told, "Harbour") || !strings.Contains(told, "ask") {
		t.Errorf("told %q", told)
	}
	d.in("the school's note", note, wrongly)
	if _, err := d.by(&demo.Manager, "person_moves", "", map[string]any{"case": wrongly, "person": jonah, "direction": "out", "to": right, "because": "They were put there once more."}); code(err, "person") != "other_case" {
		t.Errorf("moved twice: %v", err)
	}
	d.moves(jonah, right, wrongly) // back: there it is still
	d.in("moved back", note, wrongly)
	if n := must(d.CountRecords("notices", dbx.HashExp{"case": right, "timer": "moved_here/" + jonah})); n != 0 {
		t.Errorf("%d notices are left where the child no longer is", n)
	}
	if got := must(d.FindRecordById("people", jonah)).GetString("case"); got != wrongly {
		t.Errorf("moved back, the child is in %s", got)
	}
}

// In danger where they were recorded, somebody has to know of it where they come to, also
// where that family is restricted.
func TestARiskThatIsOpenIsToldWhereAChildComes(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(7)
	p := d.opens(demo.Practitioner, wrongly, 10*day)
	risk := d.happened(demo.Practitioner, p, day, "immediate_risk.raised", map[string]any{"what": "A bruise on Jonah."})
	d.moves(jonah, wrongly, right)
	if told := d.arrived(jonah, right).GetString("told"); !strings.Contains(told, "immediate risk is open") || strings.Contains(told, "bruise") {
		t.Errorf("told %q", told)
	}
	if got := must(d.FindRecordById("people", jonah)).GetString("case"); got != right || d.fresh(risk).GetString("case") != wrongly {
		t.Errorf("the child is in %s", got)
	}
}

// Two siblings who are moved one after the other keep what was recorded of both, and what
// they are to one another.
func TestTwoSiblingsMovedOneAfterTheOtherKeepWhatIsOfBoth(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	both := d.does(&demo.Practitioner, "notes", "", map[string]any{"case": wrongly, "body": "They quarrel.", "source": "seen_by_worker", "children": []string{jonah, ivy}, "shared": true})
	kin := d.does(&demo.Practitioner, "relationships", "", map[string]any{"case": wrongly, "person": ivy, "other": jonah, "kind": "sister", "parental_responsibility": "no", "lives_with": true})
	mother := d.does(&demo.Practitioner, "relationships", "", map[string]any{"case": wrongly, "person": tess, "other": jonah, "kind": "mother", "parental_responsibility": "yes", "between": []string{"no_contact"}})
	d.moves(jonah, wrongly, right)
	d.in("of both, while one stays", both, wrongly)
	d.in("what they are, while one stays", kin, wrongly)
	if told := d.arrived(jonah, right).GetString("told"); !strings.Contains(told, "No contact") || strings.Contains(told, "Tess") {
		t.Errorf("of who is kept apart from the child, it was told %q", told)
	}
	d.moves(ivy, wrongly, right)
	d.in("of both", both, right)
	d.in("what they are", kin, right)
	d.in("what stands between", mother, wrongly)
	if got := d.fresh(mother).GetStringSlice("between"); len(got) != 1 {
		t.Errorf("what stands between is %v", got)
	}
	d.moves(tess, wrongly, right)
	d.in("once all have moved", mother, right)
}

// A child who was seen before the move was seen; one who was not is seen by no move. Of
// twins of one name, and of a child not yet born, likewise.
func TestAChildSeenBeforeTheMoveWasSeen(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	twin := d.does(&demo.Practitioner, "people", "", map[string]any{"case": wrongly, "kind": "child", "name": "Jonah Marlowe", "date_of_birth": "2021-11-02", "birth_order": 2}).Id
	unborn := d.does(&demo.Practitioner, "people", "", map[string]any{"case": wrongly, "kind": "child", "expected_on": today(90)}).Id
	was := d.opens(demo.Practitioner, wrongly, 20*day)
	d.happened(demo.Practitioner, was, 2*day, "child.seen", map[string]any{"children": []string{jonah}})
	p := d.opens(demo.Colleague, right, 10*day)
	for _, id := range []string{jonah, twin, unborn} {
		d.moves(id, wrongly, right)
	}
	seen := func(id string) string { return must(d.FindRecordById("people", id)).GetString("last_seen_on") }
	if seen(jonah) != today(-2) || seen(twin) != "" || seen(unborn) != "" {
		t.Errorf("seen: %q, the twin %q, the unborn %q", seen(jonah), seen(twin), seen(unborn))
	}
	// A phone brings another sighting to the family that they were taken from.
	d.happened(demo.School, was, day, "child.seen", map[string]any{"children": []string{jonah}})
	if seen(jonah) != today(-1) {
		t.Errorf("told afterwards in the family they left: %q", seen(jonah))
	}
	d.happened(demo.Colleague, p, 3*time.Hour, "child.seen", map[string]any{"children": []string{demo.ID("child", 400), twin}})
	plan := d.happened(demo.Colleague, p, 2*time.Hour, "plan.agreed", map[string]any{"agreement": "verbal"})
	if got := d.fresh(plan); got.GetString("verdict") != "accepted" {
		t.Errorf("every child was seen since it began, and it says %s", got.GetString("reasons"))
	}
}

// today is a day so many days from now, as it is written here.
func today(days int) string {
	london := must(time.LoadLocation("Europe/London"))
	return time.Now().In(london).AddDate(0, 0, days).Format(time.DateOnly)
}

// What was typed is no sighting, under whichever record of the child.
func TestWhatWasTypedIsNoSighting(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	typed := d.does(&demo.School, "people", "", map[string]any{"case": c, "kind": "child", "name": "Jonah M.", "last_seen_on": today(-1)})
	if got := d.fresh(typed); got.GetString("last_seen_on") != "" || got.GetString("seen_before") != today(-1) {
		t.Errorf("typed, it is a sighting of %q, and was known as %q", got.GetString("last_seen_on"), got.GetString("seen_before"))
	}
	d.does(&demo.School, "person_joins", "", map[string]any{"case": c, "person": jonah, "same": typed.Id, "because": "Both records are of one child."})
	p := d.opens(demo.Practitioner, c, 50*day)
	d.happened(demo.Practitioner, p, 3*day, "child.seen", map[string]any{"children": []string{ivy}})
	d.happened(demo.Practitioner, p, 2*day, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.happened(demo.School, p, 47*time.Hour, "closure.consulted", nil)
	end := d.happened(demo.Manager, p, time.Hour, "closure.approved", approved)
	if got := d.fresh(end); got.GetString("verdict") != "attempted" || !strings.Contains(got.GetString("reasons"), "nobody has recorded seeing Jonah") {
		t.Errorf("ended over a child whom nobody saw: %s %s", got.GetString("verdict"), got.GetString("reasons"))
	}
	if got := must(d.FindRecordById("people", jonah)).GetString("last_seen_on"); got != "" {
		t.Errorf("last seen on %q", got)
	}
}

// A letter of the family that a child was taken from does not name the child to somebody
// who is kept from them, and a letter of the right family does not name that somebody.
func TestWhoIsKeptApartStaysSoWhenOneOfThemMoves(t *testing.T) {
	d := newDesk(t)
	o := &office{d.app, t}
	d.related(tess, jonah, "no_contact")
	o.moves(jonah, demo.CaseID(1), demo.CaseID(4))
	say := map[string]any{"merge": map[string]any{"consequence_text": "We will ask Jonah too."}}
	l := d.draft(demo.Practitioner, "L1_missed", say)
	if !strings.Contains(d.letter(l.Id).GetString("blocks"), "names_somebody") {
		t.Errorf("the child is named to who is kept from them: %s", d.letter(l.Id).GetString("blocks"))
	}
	d.reach(jonah, home)
	say = map[string]any{"case": demo.CaseID(4), "recipient": jonah, "merge": map[string]any{"consequence_text": "We will ask Tess too."}}
	l = d.draft(demo.Colleague, "L1_missed", say)
	blocks := d.letter(l.Id).GetString("blocks")
	if !strings.Contains(blocks, "names_somebody") || strings.Contains(blocks, "Tess Marlowe") {
		t.Errorf("who is kept from the child is named to them, or told of in full: %s", blocks)
	}
}

// What a phone without signal wrote about a child who was moved meanwhile is kept, where
// its author reads it, and goes to the child where its agency works there.
func TestWhatAPhoneWroteOfAChildWhoWasMovedIsKept(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	d.moves(jonah, wrongly, right)
	school := d.does(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": "Hungry.", "source": "seen_by_worker", "children": []string{jonah}, "shared": true})
	d.in("the school's", school, wrongly)
	ours := d.does(&demo.Practitioner, "notes", "", map[string]any{"case": wrongly, "body": "Asleep.", "source": "seen_by_worker", "children": []string{jonah}, "shared": true})
	d.in("the council's", ours, right)
	if _, err := d.by(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": "x", "source": "document", "children": []string{demo.ID("child", 400)}}); code(err, "children") != "other_case" {
		t.Errorf("a child who never was of this family: %v", err)
	}
	d.joins(demo.School, right, "member")
	d.in("the school's, once it is on the case", school, right)
}

// Two records of one child, the first from before the birth, go together; a sighting under
// either is of that child, and one that is taken back in the family they left is none.
func TestABabyUnderTwoRecordsMovesAndWasSeen(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	baby := d.does(&demo.Practitioner, "people", "", map[string]any{"case": wrongly, "kind": "child", "expected_on": today(-10), "date_of_birth": today(-9)}).Id
	named := d.does(&demo.Practitioner, "people", "", map[string]any{"case": wrongly, "kind": "child", "called_by": "Bee", "date_of_birth": today(-9)}).Id
	d.does(&demo.Practitioner, "person_joins", "", map[string]any{"case": wrongly, "person": named, "same": baby, "because": "She was born since it was written."})
	d.tried(demo.Practitioner, wrongly, 3*day, map[string]any{"person": baby, "method": "visit_announced", "outcome": "child_seen"})
	wrong := d.tried(demo.Practitioner, wrongly, 2*day, map[string]any{"person": baby, "method": "visit_announced", "outcome": "child_seen"})
	d.opens(demo.Colleague, right, 5*day)
	d.moves(named, wrongly, right)
	seen := func() string { return must(d.FindRecordById("people", named)).GetString("last_seen_on") }
	if got := must(d.FindRecordById("people", baby)).GetString("case"); got != right || seen() != today(-2) {
		t.Errorf("the other record is in %s, and the child was seen on %q", got, seen())
	}
	d.does(&demo.Practitioner, "attempt_withdrawals", "", map[string]any{"case": wrongly, "attempt": wrong.Id, "because": "It was another baby of that name."})
	if seen() != today(-3) {
		t.Errorf("taken back where they were before, and still seen on %q", seen())
	}
	if _, err := d.by(&demo.Manager, "person_moves", "", map[string]any{"case": right, "person": baby, "direction": "out", "to": wrongly, "because": "They were never of this family."}); code(err, "person") != "joined" {
		t.Errorf("one of two records was moved alone: %v", err)
	}
}

// What names two children, of whom one moved, stays with the other; who leads where the one
// came to learns that it is there, and asks whoever wrote it.
func TestANoteOfTwoFamiliesIsToldWhereOneOfThemComes(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	d.joins(demo.School, right, "member")
	d.does(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": "They quarrel.", "source": "seen_by_worker", "children": []string{jonah, ivy}, "shared": true})
	d.does(&demo.Practitioner, "chronology_entries", "", map[string]any{"case": wrongly, "from": "2026-06-01", "words": "Both at the clinic.", "source": "seen_by_worker", "impact": "negative", "children": []string{jonah, ivy}})
	out := d.moves(jonah, wrongly, right)
	told := d.arrived(jonah, right).GetString("told")
	want := "2 records are about them and about somebody else, and stay in the family in which they were recorded: ask Fellmoor Early Help and Harbour School what you need to know now."
	if told != want {
		t.Errorf("told %q", told)
	}
	if n := must(d.CountRecords("notices", dbx.HashExp{"user": demo.Colleague.ID, "case": right, "stage": "moved_here"})); n != 1 || d.fresh(out).GetString("told") != "" {
		t.Errorf("%d notices; the family they left was told %q", n, d.fresh(out).GetString("told"))
	}
	d.moves(ivy, wrongly, right) // then all of it is theirs
	if told := d.arrived(ivy, right).GetString("told"); told != "" {
		t.Errorf("with the other child: %q", told)
	}
}

// From a restricted family nothing tells whose it is.
func TestANoteOfTwoFromARestrictedFamilyNamesNoAgency(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	d.does(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": "They quarrel.", "source": "seen_by_worker", "children": []string{jonah, ivy}})
	c := must(d.FindRecordById("cases", wrongly))
	c.Set("restricted", true)
	if err := d.Save(kernel.AsServer(c)); err != nil {
		t.Fatal(err)
	}
	d.moves(jonah, wrongly, right)
	if told := d.arrived(jonah, right).GetString("told"); told != "1 record is about them and about somebody else, and stays in the family in which they were recorded: ask the manager who moved them what you need to know now." {
		t.Errorf("told %q", told)
	}
}
