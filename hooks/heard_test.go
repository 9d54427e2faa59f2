package hooks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/engagement"
	"holdfast/server/demo"
)

// A child nobody heard for twenty working days is told of: to whoever leads, and five
// working days on to their manager, until the child is heard. Heard is also one who does not speak.
func TestAChildWhoWasNotHeardIsToldOf(t *testing.T) {
	d := openOffice(t)
	d.does(nil, "cases", demo.CaseID(1), map[string]any{"opened_on": "2026-01-02"})
	if _, err := d.NonconcurrentDB().NewQuery(`UPDATE notes SET children = '[]' WHERE "case" = {:c}`).Bind(dbx.Params{"c": demo.CaseID(1)}).Execute(); err != nil {
		t.Fatal(err) // what was recorded before named nobody
	}
	p := d.opens(demo.Practitioner, demo.CaseID(1), 60*24*time.Hour)
	told := func() (of []string) {
		t.Helper()
		if err := engagement.ReadPathways(d.App, time.Now()); err != nil {
			t.Fatal(err)
		}
		rows := must(d.FindRecordsByFilter("notices", "pathway = {:p} && timer ~ 'not_heard/'", "timer,stage", 0, 0, dbx.Params{"p": p.Id}))
		for _, r := range rows {
			of = append(of, strings.TrimPrefix(r.GetString("timer"), engagement.NotHeard)+" "+r.GetString("stage")+" "+r.GetString("user"))
		}
		return of
	}
	d.does(&demo.School, "notes", "", map[string]any{"case": demo.CaseID(1), "body": "Jonah turned away and held his stomach.", "source": "seen_by_worker",
		"children": []string{jonah}, "method": "observed", "shared": true})
	d.does(&demo.School, "notes", "", map[string]any{"case": demo.CaseID(1), "body": "Somebody said it is cold.", "source": "said_by_child", "shared": true})
	want := []string{ivy + " overdue " + demo.Practitioner.ID, ivy + " overdue_2 " + demo.Manager.ID}
	for range 2 { // and nobody twice
		if got := told(); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
	}
	d.does(nil, "people", jonah, map[string]any{"left_on": "2026-11-01"})
	if got := told(); len(got) != 0 { // what was told is taken back
		t.Errorf("one child is left, and was heard: %v", got)
	}
}

// The time begins with the pathway, the child's coming and the birth.
func TestNobodyIsToldOfAChildWhoCouldNotYetBeHeard(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 24*time.Hour)
	if err := engagement.ReadPathways(d.App, time.Now().AddDate(0, 0, 20)); err != nil {
		t.Fatal(err)
	}
	if n := must(d.CountRecords("notices", dbx.HashExp{"pathway": p.Id}, dbx.NewExp("timer LIKE 'not_heard/%'"))); n != 0 {
		t.Error(n)
	}
}

// What a note says of children and tags is held to what can be found again, by every door.
func TestANoteNamesChildrenAndTagsThatCanBeFound(t *testing.T) {
	d := openDoors(t)
	for name, c := range map[string]struct {
		values      map[string]any
		field, want string
	}{
		"a child":           {map[string]any{"children": []string{ivy}, "method": "drawing", "tags": []string{"hungry"}}, "children", ""},
		"an adult":          {map[string]any{"children": []string{tess}}, "children", "not_a_child"},
		"another family's":  {map[string]any{"children": []string{demo.ID("child", 200)}}, "children", "other_case"},
		"a tag in capitals": {map[string]any{"tags": []string{"Hungry"}}, "tags", "invalid"},
		"tags that are one": {map[string]any{"tags": "hungry"}, "tags", "invalid"},
	} {
		c.values["case"], c.values["body"], c.values["source"] = demo.CaseID(1), "words", "said_by_child"
		for door, got := range d.create("notes", c.values, c.field) {
			if got != c.want {
				t.Errorf("%s by %s: %q, want %q", name, door, got, c.want)
			}
		}
	}
	for name, c := range map[string]struct{ person, want string }{
		"at the mother": {tess, ""}, "at somebody of another family": {demo.ID("adult", 200), "other_case"},
	} {
		values := map[string]any{"case": demo.CaseID(1), "method": "phone", "outcome": "no_answer", "occurred_at": "2026-11-02T10:00:00Z", "person": c.person}
		for door, got := range d.create("contact_attempts", values, "person") {
			if got != c.want {
				t.Errorf("%s by %s: %q, want %q", name, door, got, c.want)
			}
		}
	}
}
