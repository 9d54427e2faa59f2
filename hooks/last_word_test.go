package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

const wrongFamily = "The clinic meant the family next door, who bear the same name."

// takesBack is somebody's withdrawal of an event.
func (d *office) takesBack(by *demo.Person, p *core.Record, of *core.Record) *core.Record {
	return d.does(by, "pathway_events", "", map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": "event.withdrawn",
		"corrects": of.Id, "occurred_at": types.NowDateTime(), "data": map[string]any{"reason": wrongFamily}})
}

// A manager takes back that a child needs protection, and cancels: that a colleague had once
// decided otherwise, before, is no word on it. Nor is a second referral one on the first.
func TestNobodyTakesBackAndCancelsOverAnOlderWord(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 72*time.Hour)
	d.happenedAgo(70*time.Hour, demo.Practitioner, p, "threshold.decided", map[string]any{"decision": "not_met", "decided_by": "Margaret Hall"})
	met := d.happenedAgo(20*time.Hour, demo.Practitioner, p, "threshold.decided", map[string]any{"decision": "child_protection", "decided_by": "Margaret Hall"})
	d.takesBack(&demo.Manager, p, met)
	if e := d.tells(demo.Manager, p, "pathway.cancelled", map[string]any{"reason": wrongFamily}); e.GetString("verdict") != "attempted" || d.fresh(p).GetBool("ended") {
		t.Errorf("taken back and cancelled by one manager: %s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
	q := d.opens(demo.Practitioner, demo.CaseID(4), 72*time.Hour)
	d.happenedAgo(60*time.Hour, demo.Manager, q, "referral.sent", map[string]any{"reason": "Hungry."})
	d.happenedAgo(59*time.Hour, demo.Manager, q, "referral.accepted", map[string]any{"decided_by": "Margaret Hall"})
	d.happenedAgo(58*time.Hour, demo.Manager, q, "referral.sent", map[string]any{"reason": "Hungry."})
	d.happenedAgo(48*time.Hour, demo.Practitioner, q, "closure.proposed", map[string]any{"reason": "statutory", "basis": "handover"})
	d.happenedAgo(47*time.Hour, demo.School, q, "closure.consulted", nil)
	if e := d.tells(demo.Manager, q, "closure.approved", approved); e.GetString("verdict") != "attempted" || d.fresh(q).GetBool("ended") {
		t.Errorf("ended for social care on her own word: %s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
}

// Nobody is asked before a pathway is cancelled, so the other agencies read of it; and it goes
// over no enquiry, no objection, and is for whoever leads.
func TestTheOthersHearThatAPathwayWasCancelled(t *testing.T) {
	d := openOffice(t)
	why := map[string]any{"reason": wrongFamily}
	head := d.schoolsHead()
	d.joins(head, demo.CaseID(1), "manager")
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	if e := d.tells(head, p, "pathway.cancelled", why); e.GetString("verdict") != "attempted" {
		t.Errorf("by the school: %s", e.GetString("verdict"))
	}
	if d.tells(demo.Manager, p, "pathway.cancelled", why); !d.fresh(p).GetBool("ended") || d.kinds(demo.School) != "closing_overridden" || d.kinds(demo.Practitioner) != "" {
		t.Errorf("cancelled: the school has %q, the practitioner %q", d.kinds(demo.School), d.kinds(demo.Practitioner))
	}
	q := d.unseen()
	d.does(&demo.School, "child_flags", "", map[string]any{"case": demo.CaseID(1), "child": children[0], "kind": "section_47", "from": "2026-11-01"})
	d.tells(demo.School, q, "closure.objected", map[string]any{"reason": "Ivy still comes hungry and bruised."})
	if e := d.tells(demo.Manager, q, "pathway.cancelled", why); e.GetString("verdict") != "attempted" || d.fresh(q).GetBool("ended") {
		t.Errorf("over an enquiry and an objection: %s", e.GetString("verdict"))
	}
}

// A child is moved to the wrong family, and back: what the school decided of the child goes back
// too, and holds that family no more. It still stands where it was decided.
func TestAMistakenMoveHoldsNoFamily(t *testing.T) {
	d := openOffice(t)
	from, to := demo.CaseID(1), demo.CaseID(4)
	here, there := d.opens(demo.Practitioner, to, 72*time.Hour), d.opens(demo.Practitioner, from, 72*time.Hour)
	d.happenedAgo(50*time.Hour, demo.School, there, "threshold.decided", map[string]any{"decision": "child_protection", "decided_by": "Margaret Hall"})
	why := map[string]any{"reason": wrongFamily}
	d.moves(jonah, from, to)
	if e := d.tells(demo.Practitioner, here, "threshold.decided", map[string]any{"decision": "not_met", "decided_by": "Margaret Hall"}); e.GetString("verdict") != "attempted" || strings.Contains(e.GetString("reasons"), demo.School.Agency) {
		t.Errorf("while it stands there: %s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
	d.moves(jonah, to, from)
	for _, p := range []*core.Record{here, there} {
		if e := d.tells(demo.Manager, p, "pathway.cancelled", why); (e.GetString("verdict") == "attempted") == (p == here) {
			t.Errorf("cancelled once he is back: %s %s", e.GetString("verdict"), e.GetString("reasons"))
		}
	}
}
