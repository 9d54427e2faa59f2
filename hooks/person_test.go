package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	letterrules "holdfast/hooks/letter"
	"holdfast/server/demo"
)

var (
	ivy   = demo.ID("child", 100)
	jonah = demo.ID("child", 101)
)

// A name is never asked for where there is none, and nothing else stands for one (B24).
func TestNobodyNeedsANameAndEverybodyIsSomebody(t *testing.T) {
	d := openDoors(t)
	ahead := time.Now().UTC().AddDate(0, 0, 100).Format(time.DateOnly)
	for name, c := range map[string]struct {
		values map[string]any
		field  string
		want   string
	}{
		"nothing at all":          {map[string]any{"kind": "child"}, "name", "nameless"},
		"an adult of no name":     {map[string]any{"kind": "adult", "name": ""}, "name", "nameless"},
		"an unborn child":         {map[string]any{"kind": "child", "expected_on": ahead}, "name", ""},
		"a child of unknown name": {map[string]any{"kind": "child", "date_of_birth": "2024-01-02"}, "name", ""},
		"a man called uncle":      {map[string]any{"kind": "adult", "called_by": "Uncle, seen at the house"}, "name", ""},
		"blanks":                  {map[string]any{"kind": "child", "date_of_birth": "2024-01-02", "name": " \u200b"}, "name", "blank"},
		"called by nothing":       {map[string]any{"kind": "child", "name": "Kit", "called_by": "\u2060"}, "called_by", "blank"},
		"two lines":               {map[string]any{"kind": "child", "name": "Kit", "called_by": "K\nit"}, "called_by", "line_break"},
		"gone before the birth":   {map[string]any{"kind": "child", "name": "Kit", "date_of_birth": "2024-01-02", "left_on": "2023-01-01"}, "left_on", "too_early"},
		"gone after the death":    {map[string]any{"kind": "child", "name": "Kit", "left_on": "2024-01-02", "died_on": "2023-01-01"}, "left_on", "too_late"},
		"dead tomorrow":           {map[string]any{"kind": "child", "name": "Kit", "died_on": ahead}, "died_on", "to_come"},
	} {
		c.values["case"] = demo.CaseID(1)
		for door, got := range d.create("people", c.values, c.field) {
			if got != c.want {
				t.Errorf("%s by %s: %q, want %q", name, door, got, c.want)
			}
		}
	}
}

// A letter names children as they are called, whole where nobody wrote that down (B11);
// one who is not born is not told of in it, nor one who has left.
func TestALetterNamesChildrenAsTheyAreCalled(t *testing.T) {
	d := newDesk(t)
	for id, values := range map[string]map[string]any{
		ivy:   {"name": "Nguyễn Thị Hạnh", "called_by": ""},
		jonah: {"name": "Anna Maria Kowalska", "called_by": "Anna"},
	} {
		r := must(d.app.FindRecordById("people", id))
		r.Load(values)
		d.ok(d.app.Save(r))
	}
	more := func(values map[string]any) *core.Record {
		r := core.NewRecord(must(d.app.FindCollectionByNameOrId("people")))
		r.Load(map[string]any{"case": demo.CaseID(1), "kind": "child"})
		r.Load(values)
		d.ok(d.app.Save(r))
		return r
	}
	read := func() string {
		doc := must(letterrules.LetterDocument(d.app, d.draft(demo.Practitioner, "L_noaccess", nil)))
		return doc.PlainText()
	}
	more(map[string]any{"name": "Baby Kowalska", "expected_on": time.Now().UTC().AddDate(0, 0, 90).Format(time.DateOnly)})
	more(map[string]any{"name": "Lee Marlowe", "date_of_birth": "2016-01-01", "left_on": "2026-01-01"})
	more(map[string]any{"name": "Gus Marlowe", "date_of_birth": "2001-01-01"})
	text := read()
	for said, want := range map[string]bool{
		"Nguyễn Thị Hạnh": true, "Anna": true, "Kowalska": false, "Lee": false, "Gus": false, "Baby": false,
	} {
		if got := strings.Contains(text, said); got != want {
			t.Errorf("%q in the letter: %v\n%s", said, got, text)
		}
	}
	more(map[string]any{"name": "Anna Sofia Kowalska", "called_by": "Anna", "date_of_birth": "2021-11-02"})
	text = read()
	if !strings.Contains(text, "Anna Maria Kowalska") || !strings.Contains(text, "Anna Sofia Kowalska") {
		t.Errorf("two Annas are not told apart:\n%s", text)
	}
}

// Whoever has left is not waited for, nor is the unborn, by any door that writes it.
func TestThePathwayWaitsForChildrenWhoCanBeSeen(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 48*time.Hour)
	d.does(&demo.Practitioner, "people", "", map[string]any{"case": demo.CaseID(1), "kind": "child", "expected_on": time.Now().UTC().AddDate(0, 0, 90).Format(time.DateOnly)})
	d.tells(demo.Practitioner, p, "child.seen", map[string]any{"children": []string{ivy}})
	plan := d.tells(demo.Practitioner, p, "plan.agreed", map[string]any{"agreement": "verbal"})
	if plan.GetString("verdict") != "attempted" {
		t.Fatal("Jonah was not waited for")
	}
	week := time.Now().UTC().AddDate(0, 0, -7).Format(time.DateOnly)
	d.does(&demo.Practitioner, "people", jonah, map[string]any{"left_on": week})
	if got := d.fresh(plan).GetString("verdict"); got != "accepted" {
		t.Errorf("Jonah has left, and the plan is %q: %s", got, d.fresh(plan).GetString("reasons"))
	}
	d.does(&demo.Practitioner, "people", "", map[string]any{"case": demo.CaseID(1), "kind": "child", "name": "Kit", "joined_on": week})
	if got := d.fresh(plan).GetString("verdict"); got != "attempted" {
		t.Errorf("Kit joined a week ago, and the plan is %q", got)
	}
}

// Nothing is written to the dead (B21).
func TestNothingIsWrittenToTheDead(t *testing.T) {
	d := newDesk(t)
	r := must(d.app.FindRecordById("people", tess))
	r.Set("died_on", "2026-05-01")
	d.ok(d.app.Save(r))
	letter := d.draft(demo.Practitioner, "L1_missed", nil)
	if blocks := letter.GetString("blocks"); !strings.Contains(blocks, "Tess Marlowe died on Friday 1 May 2026") {
		t.Error(blocks)
	}
	if err := d.approve(demo.Practitioner, letter.Id); err == nil {
		t.Error("a letter to Tess, who is dead, was approved")
	}
}

// A letter to somebody whose name nobody knows says so before it goes, and one to a family
// in which a child has no name speaks of that child all the same.
func TestALetterAsksForANameThatItNeeds(t *testing.T) {
	d := newDesk(t)
	r := must(d.app.FindRecordById("people", tess))
	r.Load(map[string]any{"name": "", "called_by": "Mum, met at the door"})
	d.ok(d.app.Save(r))
	letter := d.draft(demo.Practitioner, "L1_missed", nil)
	if blocks := letter.GetString("blocks"); !strings.Contains(blocks, "unresolved") || d.approve(demo.Practitioner, letter.Id) == nil {
		t.Errorf("a letter to nobody: %s", blocks)
	}
	d = newDesk(t)
	r = must(d.app.FindRecordById("people", jonah))
	r.Load(map[string]any{"name": "", "called_by": ""})
	d.ok(d.app.Save(r))
	d.tried(demo.Practitioner, 6, 9, "visit_announced", "not_home")
	doc := must(letterrules.LetterDocument(d.app, d.draft(demo.Practitioner, "L_noaccess", nil)))
	if !strings.Contains(doc.PlainText(), "Ivy and your child") {
		t.Errorf("a child of no name is left out: %s", doc.PlainText())
	}
}
