package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

const nextDoor = "The clinic meant the family next door, who bear the same name."

// objected is a pathway that the school objected to ending, and that was kept open over it.
func (d *office) objected(c string) (needsMet, p string) {
	d.t.Helper()
	r := d.opens(demo.Practitioner, c, 72*time.Hour)
	d.happenedAgo(60*time.Hour, demo.Practitioner, r, "child.seen", map[string]any{"children": children})
	d.happenedAgo(59*time.Hour, demo.Practitioner, r, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.happenedAgo(58*time.Hour, demo.School, r, "closure.objected", map[string]any{"reason": "Ivy still comes hungry and bruised."})
	d.happenedAgo(57*time.Hour, demo.Manager, r, "closure.rejected", map[string]any{"reason": "The school objects."})
	return "needs_met", r.Id
}

// An agency that objects is not got rid of by taking it off the case: it hears who did, and
// is asked about the next proposal all the same; one that leaves by itself is not.
func TestWhoeverIsTakenOffIsAskedAllTheSame(t *testing.T) {
	for name, by := range map[string]demo.Person{"by the worker who leads": demo.Practitioner, "by its own": demo.School} {
		d := openOffice(t)
		c := demo.CaseID(1)
		reason, id := d.objected(c)
		p := must(d.FindRecordById("pathways", id))
		d.off(demo.School, by, c, time.Now())
		taken := by.ID != demo.School.ID
		if got := d.kinds(demo.School); taken != strings.Contains(got, "case_act") {
			t.Errorf("%s: the school hears %q", name, got)
		}
		if _, err := d.NonconcurrentDB().NewQuery(`UPDATE case_members SET "from" = '2026-01-01 00:00:00.000Z', until = {:u} WHERE "case" = {:c} AND agency = {:a}`).
			Bind(dbx.Params{"u": types.NowDateTime().AddDate(0, 0, -1).String(), "c": c, "a": demo.School.Agency}).Execute(); err != nil {
			t.Fatal(err)
		}
		d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": reason, "basis": "assessment"})
		if got := d.kinds(demo.School); taken != strings.Contains(got, "closing") {
			t.Errorf("%s: the school is asked %q", name, got)
		}
		e := d.tells(demo.Manager, p, "closure.approved", map[string]any{"checklist": approved["checklist"], "override_reason": nextDoor})
		if ended := d.fresh(p).GetBool("ended"); ended == taken {
			t.Errorf("%s: ended %v: %s", name, ended, e.GetString("reasons"))
		}
	}
}

// Nor does a case close over an agency that was taken off before it was proposed anew.
func TestACaseClosesOverNobodyWhoWasTakenOff(t *testing.T) {
	d, c := openPartnership(t)
	must(d.acts(demo.Practitioner, c, "propose_closing", nil))
	must(d.acts(demo.School, c, "object", map[string]any{"reason": "Ada comes hungry."}))
	for _, p := range []demo.Person{demo.School, healthVisitor, socialWorker} {
		d.off(p, demo.Practitioner, c, time.Now())
	}
	time.Sleep(5 * time.Millisecond)
	must(d.acts(demo.Practitioner, c, "propose_closing", nil))
	_, err := d.acts(demo.Manager, c, "close", wasTold)
	d.refused("proposed anew once they were off", err, "act", "others_not_asked")
	if got := d.kinds(schoolLead); !strings.Contains(got, "case_closing") {
		t.Errorf("the lead of the school is asked %q", got)
	}
}
