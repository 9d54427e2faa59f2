package hooks_test

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

// A case without a pathway is not closed on one person's word over a child whom nobody else
// has seen for six weeks: somebody else sees them, or proposes it.
func TestNobodyClosesACaseAloneOverAnUnseenChild(t *testing.T) {
	const by = "have somebody else on it propose closing it"
	alone := demo.CaseID(8) // one agency
	long := func(t *testing.T) (*office, string) {
		d := openOffice(t)
		for noun, field := range map[string]string{"cases": "opened_on", "people": "seen_before"} {
			q := `UPDATE ` + noun + ` SET ` + field + ` = '2025-01-01' WHERE '` + alone + `' IN (id, ` + map[string]string{"cases": "''", "people": `"case"`}[noun] + `)`
			if _, err := d.NonconcurrentDB().NewQuery(q).Execute(); err != nil {
				t.Fatal(err)
			}
		}
		return d, d.person(alone, "child").Id
	}
	closes := func(d *office) error {
		_, err := d.acts(demo.Manager, alone, "close", wasTold)
		return err
	}
	said := func(d *office, when, words string) {
		d.t.Helper()
		err := closes(d)
		d.refused(when, err, "act", "second_person")
		if err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), by) {
			d.t.Errorf("%s: %v", when, err)
		}
	}
	d, child := long(t)
	said(d, "whom nobody has seen", "Nobody has seen")
	d.sees(demo.Manager, alone, child)
	said(d, "whom whoever closes it alone has seen", "Nobody but you has seen")
	must(d.acts(demo.Manager, alone, "propose_closing", nil))
	said(d, "on one's own proposal", "Nobody but you has seen")
	d.sees(demo.Practitioner, alone, child)
	if err := closes(d); err != nil {
		t.Errorf("whom somebody else has seen: %v", err)
	}

	d, child = long(t)
	d.sees(demo.Manager, alone, child)
	must(d.acts(demo.Practitioner, alone, "propose_closing", nil))
	_, err := d.acts(demo.Manager, alone, "close", map[string]any{"told": "All.", "reason": "fine"})
	d.refused("that another proposed, without why", err, "reason", "too_short")
	if err := closes(d); err != nil {
		t.Errorf("that another proposed: %v", err)
	}
}

// One's own sighting stays one's own under whichever record of a child it was made.
func TestASightingUnderAJoinedRecordIsWhoseItIs(t *testing.T) {
	d := openOffice(t)
	p := d.unseen()
	mine := d.does(&demo.Practitioner, "cases", "", map[string]any{"reference": "FM-9999", "family_name": "Nobody", "lead_agency": demo.Manager.Agency, "status": "open"})
	d.does(&demo.Manager, "person_moves", "", map[string]any{"case": demo.CaseID(1), "direction": "out", "to": mine.Id, "because": nextDoor, "person": children[0]})
	name := must(d.FindRecordById("people", children[0]))
	twice := d.does(&demo.Manager, "people", "", map[string]any{"case": mine.Id, "kind": "child", "name": name.GetString("name"), "date_of_birth": name.GetString("date_of_birth")})
	d.does(&demo.Manager, "person_joins", "", map[string]any{"case": mine.Id, "person": children[0], "same": twice.Id, "because": nextDoor})
	own := d.opens(demo.Manager, mine.Id, 0)
	d.tells(demo.Manager, own, "child.seen", map[string]any{"children": []string{twice.Id}})
	d.tells(demo.Practitioner, own, "closure.proposed", map[string]any{"reason": "other", "why": nextDoor})
	d.tells(demo.Manager, own, "pathway.cancelled", map[string]any{"reason": nextDoor})
	if !d.fresh(own).GetBool("ended") || d.fresh(p).GetBool("ended") {
		t.Fatal("the story has changed")
	}
	must(d.acts(demo.Practitioner, mine.Id, "propose_closing", nil))
	_, err := d.acts(demo.Manager, mine.Id, "close", wasTold)
	d.refused("by who moved the child and alone recorded seeing them, under their other record", err, "act", "not_approver")
	d.sees(demo.Practitioner, mine.Id, twice.Id)
	if _, err := d.acts(demo.Manager, mine.Id, "close", wasTold); err != nil {
		t.Error("somebody else saw them:", err)
	}
}
