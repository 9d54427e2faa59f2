package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/asked"
	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// One number is one child's: of two siblings one is refused, in words that name the other;
// of two records of one child it is not.
func TestANumberIsOneChildsAlone(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	number := func(person, value string) error {
		_, err := d.by(&demo.School, "person_identifiers", "", map[string]any{"case": c, "person": person, "type": "nhs_number", "value": value})
		return err
	}
	if err := number(ivy, "943 476 5919"); err != nil {
		t.Fatal(err)
	}
	err := number(jonah, "9434765919")
	if code(err, "value") != "of_another" || !strings.Contains(err.Error(), "Ivy Marlowe") {
		t.Errorf("two siblings have one number: %v", err)
	}
	again := d.does(&demo.School, "people", "", map[string]any{"case": c, "kind": "child", "name": "Ivy M."})
	if err := number(again.Id, "9434765919"); code(err, "value") != "of_another" {
		t.Errorf("a record that nobody joined: %v", err)
	}
	d.does(&demo.School, "person_joins", "", map[string]any{"case": c, "person": ivy, "same": again.Id, "because": "Both records are of one child."})
	if err := number(again.Id, "9434765919"); err != nil {
		t.Errorf("one child under two records: %v", err)
	}
	// In another family, that is not told of: and where the child comes to it, it is.
	other := demo.ID("child", 400)
	d.does(&demo.Colleague, "person_identifiers", "", map[string]any{"case": demo.CaseID(4), "person": other, "type": "nhs_number", "value": "9434765919"})
	d.moves(ivy, c, demo.CaseID(4))
	if told := d.arrived(ivy, demo.CaseID(4)).GetString("told"); !strings.Contains(told, "Ola has the same number") {
		t.Errorf("told %q", told)
	}
}

// What rests on somebody's consent says whose and of what day.
func TestConsentToEvidenceNamesWhoGaveItAndWhen(t *testing.T) {
	d := openOffice(t)
	piece := func(more map[string]any) (*core.Record, error) {
		all := map[string]any{"case": demo.CaseID(1), "title": "A letter", "kind": "document", "sha256": strings.Repeat("c", 64), "size": 10, "mime": "application/pdf", "basis": "consent"}
		for k, v := range more {
			all[k] = v
		}
		return d.by(&demo.School, "evidence", "", all)
	}
	_, err := piece(nil)
	d.refused("whose", err, "basis_from", "required")
	_, err = piece(map[string]any{"basis_from": tess})
	d.refused("when", err, "basis_on", "required")
	r, err := piece(map[string]any{"basis_from": tess, "basis_on": today(-1)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.by(&demo.School, "evidence", r.Id, map[string]any{"basis_on": ""})
	d.refused("taken out again", err, "basis_on", "required")
	if _, err := piece(map[string]any{"basis": "not_required", "sha256": strings.Repeat("d", 64)}); err != nil {
		t.Errorf("on another basis: %v", err)
	}
}

// A visit for a child at which a child was seen is of that child, on every pathway.
func TestAChildSeenAtAVisitForThemWasSeen(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	micah := d.person(c, "child").Id
	sister := d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "child", "name": "Ada Vance", "date_of_birth": "2010-01-01"}).Id
	p := d.opens(demo.Practitioner, c, 10*day)
	d.opens(demo.Practitioner, c, 9*day)
	d.tried(demo.Practitioner, c, 3*day, map[string]any{"person": sister, "method": "visit_announced", "outcome": "child_seen", "pathway": p.Id})
	for id, want := range map[string]string{sister: today(-3), micah: ""} {
		if got := must(d.FindRecordById("people", id)).GetString("last_seen_on"); got != want {
			t.Errorf("%s last seen on %q, not %q", id, got, want)
		}
	}
}

// Who is told that a child was not heard reads which child, and nobody else does.
func TestTheWaitingListNamesTheChildWhoWasNotHeard(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "child", "name": "Jonah Marlowe", "date_of_birth": "2021-11-02", "birth_order": 2})
	d.opens(demo.Practitioner, c, 45*day)
	d.reads(time.Now())
	words := func() (all string) {
		_, told, _, err := asked.WaitingFor(d.App, kernel.Actor{User: must(d.FindRecordById("users", demo.Practitioner.ID)), Door: "rest"}, today(0))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range told {
			all += n.Words + "\n"
		}
		return all
	}
	names, _, err := family.ChildrenNamed(d.App, c)
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range names {
		if id != ivy && strings.Count(words(), name+" has not been heard for a while") != 1 {
			t.Errorf("%s is not named in\n%s", name, words())
		}
	}
	if err := kernel.SettleAudit(d.App); err != nil {
		t.Fatal(err)
	}
	if n := must(d.CountRecords("audit_log", dbx.HashExp{"collection": "people", "case": c, "verb": "read"})); n == 0 {
		t.Error("that their names were read is on no record")
	}
	if _, err := d.NonconcurrentDB().NewQuery(`UPDATE case_members SET active = FALSE WHERE "case" = {:c} AND "user" = {:u}`).Bind(dbx.Params{"c": c, "u": demo.Practitioner.ID}).Execute(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(words(), "Jonah") {
		t.Errorf("named to who is no longer on the case:\n%s", words())
	}
}
