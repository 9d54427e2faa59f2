package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// why is what an event was answered with.
func (d *office) why(who demo.Person, pathway string, kind string, data map[string]any) string {
	d.t.Helper()
	r := d.does(&who, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": pathway, "kind": kind, "occurred_at": just(), "data": data})
	return r.GetString("verdict") + " " + r.GetString("reasons")
}

// A manager brought onto a case by those whose work it is does not approve it; nor does
// somebody who is no manager. Each is told by name who can.
func TestWhoMayNotApproveIsToldWhoCan(t *testing.T) {
	d := openOffice(t)
	d.hires(teamManager)
	d.hires(socialWorker)
	d.joins(socialWorker, demo.CaseID(1), "member")
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u}", dbx.Params{"c": demo.CaseID(1), "u": teamManager.ID}))
	if _, err := d.NonconcurrentDB().NewQuery("UPDATE case_members SET role = 'manager', added_by = {:u} WHERE id = {:m}").Bind(dbx.Params{"u": demo.Practitioner.ID, "m": m.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	d.tells(demo.Practitioner, p, "child.seen", map[string]any{"children": children})
	d.tells(demo.Practitioner, p, "barrier.checked", map[string]any{"areas": []string{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}})
	d.tells(demo.Practitioner, p, "risk_assessment.submitted", map[string]any{"impact": impactOf(d)})
	named := demo.Manager.Name + " of Fellmoor Early Help"
	for who, want := range map[*demo.Person]string{
		&teamManager: "This is for a manager who answers for those whose work it is: ask " + named + " to record it.",
		&demo.School: "This is for a manager: ask " + named + " to record it.",
	} {
		if got := d.why(*who, p.Id, "risk_assessment.signed_off", nil); !strings.HasPrefix(got, "attempted ") || !strings.Contains(got, want) {
			t.Errorf("%s reads %s", who.Name, got)
		}
	}
	d.tells(demo.Manager, p, "risk_assessment.signed_off", nil)
	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.joins(schoolManager(d), demo.CaseID(1), "manager")
	if got := d.why(schoolBoss, p.Id, "closure.approved", approved); !strings.Contains(got, "Ending is for a manager of Fellmoor Early Help, which leads, or a service manager: ask "+named+".") {
		t.Errorf("another agency's manager reads %s", got)
	}
}

var schoolBoss = demo.Person{ID: demo.ID("user", 97), Account: "school-boss", Name: "Hilda Marsh", Agency: demo.School.Agency, Roles: []string{"manager"}}

func schoolManager(d *office) demo.Person {
	d.hires(schoolBoss)
	return schoolBoss
}

// impactOf is a whole assessment of the children.
func impactOf(d *office) (impact []any) {
	for _, id := range children {
		impact = append(impact, map[string]any{"child": id, "impact": "Hungry.", "last_seen_on": later(-1), "seen_by": "Priya", "alone": true})
	}
	return impact
}
