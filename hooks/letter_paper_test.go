package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/server/demo"
)

// headteacher is a manager of the school who joins the case as one.
func (d *desk) headteacher() demo.Person {
	d.t.Helper()
	r := must(d.app.FindRecordById("users", demo.Outsider.ID))
	r.Load(map[string]any{"agency": demo.School.Agency, "roles": []string{"practitioner", "manager"}})
	d.ok(d.app.Save(kernel.AsServer(r)))
	m := core.NewRecord(must(d.app.FindCollectionByNameOrId("case_members")))
	m.Load(map[string]any{"case": demo.CaseID(1), "user": demo.Outsider.ID, "agency": demo.School.Agency, "role": "manager", "active": true})
	d.ok(d.app.Save(kernel.AsServer(m)))
	return demo.Outsider
}

// A letter on an agency's paper is approved, countersigned and queued with a manager of that
// agency, or one in its author's own line; another agency's manager on the case is told
// whose approval it wants, and is not asked for it.
func TestALetterIsApprovedByAManagerOfWhosePaperItIsOn(t *testing.T) {
	d := newDesk(t)
	d.tried(demo.School, 6, 9, "appointment", "not_brought")
	head := d.headteacher()
	p := d.opened(3)
	asked := func(who demo.Person) int64 {
		return must(d.app.CountRecords("requests", hashExp{"user": who.ID, "kind": "letter", "standing": "waiting"}))
	}
	queued := func(who demo.Person) int { return must(letter.ApprovalsWaiting(d.app, who.ID)) }

	l := d.draft(demo.School, "L2_missed", map[string]any{"pathway": p})
	if asked(demo.Manager) != 0 || queued(demo.Manager) != 0 {
		t.Errorf("the other agency's manager is asked %d times, with %d in the queue", asked(demo.Manager), queued(demo.Manager))
	}
	if asked(head) != 1 || queued(head) != 1 {
		t.Errorf("the school's manager is asked %d times, with %d in the queue", asked(head), queued(head))
	}
	err := d.approve(demo.Manager, l.Id)
	d.refused(err, "status", "not_approver")
	if !strings.Contains(err.Error(), "a manager of Harbour School") || !strings.Contains(err.Error(), "on the paper of the agency that leads the case") {
		t.Errorf("it says %v", err)
	}
	d.stays(l.Id, "draft")
	d.ok(d.approve(head, l.Id))

	// On the paper of the agency that leads, it is that agency's to approve.
	led := d.draft(demo.School, "L2_missed", map[string]any{"agency": demo.Practitioner.Agency})
	d.refused(d.approve(head, led.Id), "status", "not_approver")
	d.ok(d.approve(demo.Manager, led.Id))

	// And a letter that anybody approves is countersigned by the agency's own manager.
	first := d.draft(demo.School, "L1_missed", nil)
	d.ok(d.approve(demo.School, first.Id))
	d.refused(d.event(demo.Manager, first.Id, "countersigned"), "kind", "not_approver")
	d.ok(d.event(head, first.Id, "countersigned"))
}

// What is not ready stands in nobody's queue: with a field open, or with anything that no
// approver could lift. It stands there again, and is asked for, once it can be approved.
func TestWhatCannotBeApprovedIsNotAskedFor(t *testing.T) {
	d := newDesk(t)
	p := d.opened(3)
	queue := func() int { return must(letter.ApprovalsWaiting(d.app, demo.Manager.ID)) }
	asked := func() int64 {
		return must(d.app.CountRecords("requests", hashExp{"user": demo.Manager.ID, "kind": "letter", "standing": "waiting"}))
	}
	is := func(when string, want int) {
		t.Helper()
		if queue() != want || asked() != int64(want) {
			t.Errorf("%s: %d in the queue, asked %d times, want %d", when, queue(), asked(), want)
		}
	}
	open := d.draft(demo.Practitioner, "L2_missed", map[string]any{"pathway": p, "merge": map[string]any{"consequence_text": ""}})
	is("with a field open", 0)
	d.ok(d.change(demo.Practitioner, open.Id, map[string]any{"merge": facts}))
	is("whole", 1)
	d.ok(d.change(demo.Practitioner, open.Id, map[string]any{"merge": with(facts, "next.place", "the hall 😀")}))
	is("with a letter that cannot be printed", 0)
	d.ok(d.change(demo.Practitioner, open.Id, map[string]any{"merge": facts}))
	is("put right", 1)
	d.reach(tess, with(home, "safe_post", false))
	if n := queue(); n != 0 {
		t.Errorf("where nothing can be sent safely any more %d are in the queue", n)
	}
	d.reach(tess, home)
	is("with a safe address again", 1)
	d.ok(d.approve(demo.Manager, open.Id))
	is("approved", 0)
}
