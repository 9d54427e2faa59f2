package hooks_test

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

// A letter was approved, and a child in it was moved to another family since: it is printed
// and posted no more, and in the family that the child came to nobody writes to who was left
// behind.
func TestALetterDoesNotGoAfterAChildInItMovedAway(t *testing.T) {
	d := newDesk(t)
	office := &office{d.app, t}
	letter := d.draft(demo.Practitioner, "L2_missed", nil)
	d.ok(d.approve(demo.Manager, letter.Id))
	if !strings.Contains(d.letter(letter.Id).GetString("merge"), "Jonah") {
		t.Fatal(d.letter(letter.Id).GetString("merge"))
	}
	office.moves(jonah, demo.CaseID(1), demo.CaseID(4))
	err := d.event(demo.Practitioner, letter.Id, "posted")
	if err == nil || !strings.Contains(err.Error(), "Jonah") {
		t.Errorf("posted after the move: %v", err)
	}
	if d.letter(letter.Id).GetString("status") != "approved" {
		t.Errorf("it is %s", d.letter(letter.Id).GetString("status"))
	}
	r, err := d.tryDraft(demo.Colleague, "L1_missed", map[string]any{"case": demo.CaseID(4)}) // Tess is not of that family
	if err == nil {
		t.Errorf("a letter of the new family goes to the old: %v", r.PublicExport())
	}
}

// A case is not closed over a letter that was approved and never went.
func TestACaseIsNotClosedOverALetterThatWaitsToGo(t *testing.T) {
	d := newDesk(t)
	office := &office{d.app, t}
	letter := d.draft(demo.Practitioner, "L1_missed", nil)
	d.ok(d.approve(demo.Practitioner, letter.Id))
	_, err := office.acts(demo.Practitioner, demo.CaseID(1), "propose_closing", nil)
	office.refused("over an approved letter", err, "act", "letter_open")
	d.ok(d.change(demo.Practitioner, letter.Id, map[string]any{"status": "withdrawn"}))
	if _, err = office.acts(demo.Practitioner, demo.CaseID(1), "propose_closing", nil); err != nil {
		t.Errorf("withdrawn, %v", err)
	}
}
