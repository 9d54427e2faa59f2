package hooks_test

import (
	"testing"

	"holdfast/hooks/letter"
	"holdfast/server/demo"
)

// A letter that its author may approve alone stands in nobody's queue (L9); one that needs
// a manager is on the list of those who may approve it, goes back to its author's when it
// is sent back, and comes again when it was written anew.
func TestALetterAsksWhoMayApproveIt(t *testing.T) {
	d := newDesk(t)
	o := &office{d.app, t}
	p := d.opened(3)
	queue := func() int { t.Helper(); return must(letter.ApprovalsWaiting(d.app, demo.Manager.ID)) }

	d.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p})
	o.waits("a letter that needs nobody", nil)
	if n := queue(); n != 0 {
		t.Errorf("%d approvals wait for the manager", n)
	}
	l := d.draft(demo.Practitioner, "L2_missed", map[string]any{"pathway": p})
	o.waits("one that needs a manager", map[string]string{"manager": "letter"})
	if n := queue(); n != 1 {
		t.Errorf("%d approvals wait for the manager", n)
	}
	d.ok(d.event(demo.Manager, l.Id, "rejected", map[string]any{"note": "An evening, please."}))
	o.waits("sent back", map[string]string{"practitioner": "letter_back"})
	d.ok(d.change(demo.Practitioner, l.Id, map[string]any{"merge": with(facts, "next.time", "18:00")}))
	o.waits("written anew", map[string]string{"manager": "letter"})
	d.ok(d.approve(demo.Manager, l.Id))
	o.waits("approved", nil)
	if got := o.became(demo.Manager, "letter"); len(got) != 1 || got[0] != "answered" {
		t.Errorf("the manager's: %q", got)
	}

	gone := d.draft(demo.Practitioner, "L2_missed", nil) // of no pathway
	o.waits("another", map[string]string{"manager": "letter"})
	d.ok(d.change(demo.Practitioner, gone.Id, map[string]any{"status": "withdrawn"}))
	o.waits("withdrawn", nil)
	if got := o.became(demo.Manager, "letter"); got[1] != "moot The letter was withdrawn." {
		t.Errorf("the manager's: %q", got)
	}
}
