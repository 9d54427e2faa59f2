package hooks_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// words are the versions of a record's field as somebody is told them: what stood there,
// who had written it, who changed it.
func (d *office) words(noun, id, field string) (out []string) {
	d.t.Helper()
	for _, r := range must(d.FindAllRecords("record_versions", dbx.HashExp{"collection": noun, "record": id, "field": field})) {
		out = append(out, fmt.Sprintf("%s %s>%s %s", r.GetString("was"), r.GetString("written_name"), r.GetString("changed_name"), r.GetString("what")))
	}
	return out
}

func (d *office) wants(say string, got []string, want ...string) {
	d.t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		d.t.Errorf("%s:\n%s\nwant\n%s", say, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Whose words stood on the record before is kept with each change, under the name of who
// wrote them, also where there was nothing before.
func TestEveryTextKeepsItsVersions(t *testing.T) {
	d := openOffice(t)
	child := d.does(&demo.Practitioner, "people", "", map[string]any{"case": demo.CaseID(1), "kind": "child", "name": "Kit Marlow"}).Id
	d.wants("a new record", d.words("people", child, "name"))
	d.does(&demo.School, "people", child, map[string]any{"name": "Kit Marlowe", "date_of_birth": "2019-02-01"})
	d.does(&demo.Manager, "people", child, map[string]any{"date_of_birth": "2019-02-10"})
	d.does(&demo.Manager, "people", child, map[string]any{"joined_on": "2026-11-19"})
	d.does(nil, "people", child, map[string]any{"name": "Christopher Marlowe"})
	d.wants("the name", d.words("people", child, "name"),
		`"Kit Marlow" Priya Kendal>Saskia Dunn changed`, `"Kit Marlowe" Saskia Dunn>The server changed`)
	d.wants("the date of birth", d.words("people", child, "date_of_birth"),
		`"" Priya Kendal>Saskia Dunn changed`, `"2019-02-01" Saskia Dunn>Moira Ash changed`)

	note := d.does(&demo.Practitioner, "notes", "", map[string]any{"case": demo.CaseID(1), "body": "Seen at the door.", "source": "seen_by_worker", "shared": true}).Id
	d.does(&demo.Practitioner, "notes", note, map[string]any{"body": "Seen in the hall."})
	if err := kernel.Within(d.App, kernel.Actor{User: must(d.FindRecordById("users", demo.Practitioner.ID)), Door: "rest"}, func(tx core.App) error {
		return tx.Delete(must(tx.FindRecordById("notes", note)))
	}); err != nil {
		t.Fatal(err)
	}
	d.wants("the note", d.words("notes", note, "body"), `"Seen at the door." Priya Kendal>Priya Kendal changed`)
	if gone := d.words("notes", note, ""); len(gone) != 1 || !strings.Contains(gone[0], "Seen in the hall.") || !strings.HasSuffix(gone[0], "deleted") {
		t.Errorf("of the note that was deleted is kept: %v", gone)
	}

	// What a savepoint takes back leaves no version, and versions themselves stay.
	sentinel := errors.New("taken back")
	_ = kernel.Within(d.App, kernel.Actor{Door: "test"}, func(tx core.App) error {
		return kernel.Savepoint(tx, func() error {
			r := must(tx.FindRecordById("people", child))
			r.Set("needs", "Glasses.")
			return errors.Join(tx.Save(r), sentinel)
		})
	})
	d.wants("needs, taken back", d.words("people", child, "needs"))
	one := must(d.FindFirstRecordByData("record_versions", "record", child))
	if err := d.Delete(one); err == nil {
		t.Error("a version can be deleted")
	}
	one.Set("was", "x")
	if err := d.Save(one); err == nil {
		t.Error("a version can be rewritten")
	}
}

// Words that were an agency's own when they were written are not told to the others when
// the note is shared; those of a note that is unshared go with it.
func TestVersionsAreReadWithTheRecordAndNoFurther(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	d := &office{s.App, t}
	note := d.does(&demo.School, "notes", "", map[string]any{"case": demo.CaseID(1), "body": "Between us: draft.", "source": "document"}).Id
	d.does(&demo.School, "notes", note, map[string]any{"body": "Fit to share."})
	reads := func(p demo.Person) string {
		t.Helper()
		var page struct{ Items []struct{ Was, Field string } }
		s.Do("GET", "/api/collections/record_versions/records?sort=created&filter=record='"+note+"'%26%26field='body'", s.Token(p), nil).JSON(t, &page)
		var out []string
		for _, v := range page.Items {
			out = append(out, v.Was)
		}
		return strings.Join(out, " | ")
	}
	check := func(say, own, others string) {
		t.Helper()
		if got := reads(demo.School); got != own {
			t.Errorf("%s: the author's agency reads %q", say, got)
		}
		if got := reads(demo.Practitioner); got != others {
			t.Errorf("%s: the others read %q", say, got)
		}
		if got := reads(demo.Outsider) + reads(demo.Coordinator); got != "" {
			t.Errorf("%s: who is not on the case reads %q", say, got)
		}
	}
	check("unshared", "Between us: draft.", "")
	d.does(&demo.School, "notes", note, map[string]any{"shared": true})
	check("shared", "Between us: draft.", "")
	d.does(&demo.School, "notes", note, map[string]any{"body": "Shared, second."})
	check("changed when shared", "Between us: draft. | Fit to share.", "Fit to share.")
	d.does(&demo.School, "notes", note, map[string]any{"shared": false})
	check("unshared again", "Between us: draft. | Fit to share.", "")
	d.does(&demo.School, "notes", note, map[string]any{"shared": true})
	check("and shared", "Between us: draft. | Fit to share.", "Fit to share.")
}

// The words of a note are its author's: nobody else changes them, not their manager.
func TestANotesWordsAreItsAuthors(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	d := &office{s.App, t}
	note := d.does(&demo.Practitioner, "notes", "", map[string]any{"case": demo.CaseID(1), "body": "As I saw it.", "source": "seen_by_worker", "shared": true}).Id
	path := "/api/collections/notes/records/" + note
	for _, p := range []demo.Person{demo.Manager, demo.Colleague, demo.School, demo.Outsider} {
		if a := s.Do("PATCH", path, s.Token(p), map[string]any{"body": "As they would have it."}); a.Status != 404 {
			t.Errorf("%s rewrites it: %d", p.Account, a.Status)
		}
	}
	if a := s.Do("PATCH", path, s.Token(demo.Practitioner), map[string]any{"body": "As I saw it, at two."}); a.Status != 200 {
		t.Errorf("its author: %d %s", a.Status, a.Body)
	}
}
