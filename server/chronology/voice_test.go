package chronology

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// Notes, tries and evidence name the children they are about, so that each child has a
// chronology of their own, with what happened to them again and again (B.3).
func TestEachChildHasAChronology(t *testing.T) {
	d := openDesk(t)
	ivy, jonah, tess := demo.ID("child", 100), demo.ID("child", 101), demo.ID("adult", 100)
	for _, body := range []string{"Ivy had no coat.", "Ivy was cold again.", "Ivy shivered."} {
		d.adds(demo.School, "notes", "body", body, "source", "seen_by_worker", "shared", true, "children", []string{ivy}, "tags", []string{"cold"})
	}
	d.adds(demo.School, "notes", "body", "Jonah slept well.", "source", "seen_by_worker", "shared", true, "children", []string{jonah})
	d.adds(demo.Practitioner, "contact_attempts", "method", "visit_announced", "outcome", "not_home", "occurred_at", time.Now().UTC().AddDate(0, -1, 0).Format("2006-01-02 15:04:05.000Z"), "contact_confirmed", true, "person", tess)
	again := d.adds(demo.School, "people", "kind", "child", "name", "Ivy M.", "joined_on", "2026-01-01")
	d.adds(demo.School, "notes", "body", "Ivy M. sang.", "source", "seen_by_worker", "shared", true, "children", []string{again})
	d.adds(demo.School, "person_joins", "person", ivy, "same", again, "because", "The two are one child.")

	hers, his := said(d.reads(demo.Practitioner, "?limit=500&child="+ivy).Rows), said(d.reads(demo.Practitioner, "?limit=500&child="+jonah).Rows)
	for words, want := range map[string][2]bool{
		"Ivy had no coat.": {true, false}, "Jonah slept well.": {false, true}, "Visit, announced (Tess Marlowe): not home.": {true, true}, "Ivy M. sang.": {true, false},
	} {
		if got := [2]bool{strings.Contains(hers, words), strings.Contains(his, words)}; got != want {
			t.Errorf("%q in hers and his: %v", words, got)
		}
	}
	if by := said(d.reads(demo.Practitioner, "?limit=500&child="+again).Rows); by != hers {
		t.Errorf("by the record that was joined:\n%s", by)
	}
	var patterns contract.PatternsAnswer
	d.Do("GET", path+demo.CaseID(1)+"/chronology/patterns?child="+ivy, d.Token(demo.Practitioner), nil).JSON(t, &patterns)
	cold := 0
	for _, p := range patterns.Patterns {
		if p.Kind == "note" {
			t.Errorf("%d notes are told as a pattern", p.Count)
		}
		if p.Tag == "cold" {
			cold = p.Count
		}
	}
	if cold != 3 {
		t.Errorf("cold %d times in %+v", cold, patterns.Patterns)
	}
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(d.Do("GET", path+demo.CaseID(1)+"/chronology/csv?child="+jonah, d.Token(demo.Practitioner), nil).Body), "\uFEFF"))).ReadAll()
	if err != nil || strings.Contains(d.flat(table), "no coat") || !strings.Contains(d.flat(table), "Jonah slept well.") {
		t.Errorf("his table: %v\n%s", err, d.flat(table))
	}
	if page := string(d.Do("GET", path+demo.CaseID(1)+"/chronology/html?child="+jonah, d.Token(demo.Practitioner), nil).Body); !strings.Contains(page, "child Jonah") || strings.Contains(page, jonah) {
		t.Error("his page does not say whose it is, or says a key")
	}
}

func (d *desk) flat(rows [][]string) string {
	var out []string
	for _, r := range rows {
		out = append(out, strings.Join(r, " "))
	}
	return strings.Join(out, "\n")
}

// What a child said, or showed without saying it, is read on its own, and each reading is
// on record.
func TestAChildsOwnWordsAreAPage(t *testing.T) {
	d := openDesk(t)
	ivy, jonah := demo.ID("child", 100), demo.ID("child", 101)
	d.adds(demo.School, "notes", "body", "My dad shouts at night.", "source", "said_by_child", "speaker", "Ivy", "verbatim", true, "shared", true, "children", []string{ivy}, "method", "drawing", "occurred_at", "2026-02-05 10:00:00.000Z")
	d.adds(demo.School, "notes", "body", "Jonah hid under the table.", "source", "seen_by_worker", "shared", true, "children", []string{jonah}, "method", "observed", "occurred_at", "2026-02-06 10:00:00.000Z")
	d.adds(demo.School, "notes", "body", "Mum says Ivy lies.", "source", "said_by_parent", "shared", true, "children", []string{ivy})
	d.adds(demo.School, "notes", "body", "Ours alone: Ivy cried.", "source", "said_by_child", "shared", false, "children", []string{ivy})
	d.adds(demo.Practitioner, "evidence", "title", "A house without doors", "kind", "drawing", "sha256", strings.Repeat("a", 64), "size", 10, "mime", "image/png",
		"children", []string{ivy}, "voice_of_child", true, "transcript", "Nobody can come in.", "captured_at", "2026-02-07 10:00:00.000Z")
	ask := func(p demo.Person, form, child string) string {
		a := d.Do("GET", path+demo.CaseID(1)+"/chronology/voice"+form+"?child="+child, d.Token(p), nil)
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", p.Account, a.Status, a.Body)
		}
		return string(a.Body)
	}
	for _, form := range []string{"", "/html"} {
		hers, his := ask(demo.Practitioner, form, ivy), ask(demo.Practitioner, form, jonah)
		for words, want := range map[string][2]bool{
			"My dad shouts at night.": {true, false}, "Jonah hid under the table.": {false, true}, "Mum says Ivy lies.": {false, false},
			"Ours alone": {false, false}, "Nobody can come in.": {true, false}, "Ivy came without breakfast.": {true, false},
		} {
			if got := [2]bool{strings.Contains(hers, words), strings.Contains(his, words)}; got != want {
				t.Errorf("%s: %q in hers and his: %v", form, words, got)
			}
		}
		if !strings.Contains(strings.ToLower(hers), "drawing") || !strings.Contains(strings.ToLower(his), "observed") {
			t.Errorf("%s does not say how", form)
		}
	}
	if page := ask(demo.Practitioner, "/html", ivy); !strings.Contains(page, "Last heard on Sunday 8 November 2026") || strings.Contains(page, ivy) || strings.Contains(page, "said_by_child") {
		t.Errorf("the page:\n%s", page)
	}
	if !strings.Contains(ask(demo.School, "", ivy), "Ours alone") {
		t.Error("the school does not read its own note")
	}
	if n := d.audited("read") + d.audited("export"); n != 6 {
		t.Errorf("%d of 6 readings are on record", n)
	}
	for _, child := range []string{"", demo.ID("adult", 100), demo.ID("child", 200)} {
		if a := d.Do("GET", path+demo.CaseID(1)+"/chronology/voice?child="+child, d.Token(demo.Practitioner), nil); a.Status != 400 {
			t.Errorf("%q: %d %s", child, a.Status, a.Body)
		}
	}
	for _, p := range []demo.Person{demo.Outsider, demo.Coordinator, demo.Colleague} {
		if a := d.Do("GET", path+demo.CaseID(1)+"/chronology/voice?child="+ivy, d.Token(p), nil); a.Status != 404 {
			t.Errorf("%s: %d", p.Account, a.Status)
		}
	}
}

// Of a family with one child, what a child said is that child's, whoever forgot to say so.
func TestAnOnlyChildsWordsAreTheirs(t *testing.T) {
	d := openDesk(t)
	ivy := demo.ID("child", 100)
	d.adds(demo.School, "notes", "body", "It is cold here.", "source", "said_by_child", "shared", true)
	reads := func() bool {
		return strings.Contains(string(d.Do("GET", path+demo.CaseID(1)+"/chronology/voice?child="+ivy, d.Token(demo.Practitioner), nil).Body), "It is cold here.")
	}
	if reads() {
		t.Error("of two children nobody knows whose words these are")
	}
	d.as(demo.Practitioner, func(tx core.App) error {
		r, err := tx.FindRecordById("people", demo.ID("child", 101))
		if err != nil {
			return err
		}
		r.Set("kind", "adult")
		return tx.Save(r)
	})
	if !reads() {
		t.Error("an only child's words are nobody's")
	}
}
