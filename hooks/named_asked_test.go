package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
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

// Every refusal that sends somebody to ask says whom, by name and agency, and never
// themselves.
func TestWhoIsRefusedIsToldWhomToAsk(t *testing.T) {
	d := openOffice(t)
	c, ash := demo.CaseID(1), demo.Manager.Name+" of Fellmoor Early Help"
	d.joins(schoolManager(d), c, "manager")
	told := map[string]any{"told": "Both parents."}
	asks := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "ask them.") || strings.Contains(err.Error(), "ask one.") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := d.acts(schoolBoss, c, "close", told)
	asks("another agency's manager closes", err, "ask "+ash)
	_, err = d.acts(schoolBoss, c, "restrict", map[string]any{"review_on": later(30)})
	asks("another agency's manager restricts", err, "ask "+ash)
	if _, err = d.acts(demo.Manager, c, "propose_closing", nil); err != nil {
		t.Fatal(err)
	}
	if _, err = d.acts(demo.School, c, "agree", nil); err != nil {
		t.Fatal(err)
	}
	_, err = d.acts(demo.Manager, c, "close", told) // nobody else manages there
	asks("whoever proposed closes", err, "ask Fellmoor Early Help, to put a manager on this case")
	chief := demo.Person{ID: demo.ID("user", 95), Account: "chief", Name: "Cora Wray", Agency: demo.Manager.Agency, Roles: []string{"agency_lead"}}
	d.hires(chief)
	_, err = d.acts(demo.Manager, c, "close", told)
	asks("and somebody leads the agency", err, "ask Cora Wray of Fellmoor Early Help, to put a manager on this case")
	d.stands(c, "closed")
	_, err = d.acts(demo.School, c, "reopen", nil)
	asks("the school opens it", err, "ask "+ash)
	d.stands(c, "open")
	d.does(nil, "case_members", "", map[string]any{"case": demo.CaseID(4), "user": demo.Practitioner.ID, "role": "member"})
	_, err = d.by(&demo.Practitioner, "person_moves", "", map[string]any{"case": c, "person": jonah, "direction": "out", "to": demo.CaseID(4), "because": "Two families of one name."})
	asks("a worker moves a child", err, "ask "+ash)
	tried := d.does(&demo.Practitioner, "contact_attempts", "", map[string]any{"case": c, "method": "phone", "outcome": "no_answer", "occurred_at": just()})
	_, err = d.by(&demo.School, "attempt_withdrawals", "", map[string]any{"case": c, "attempt": tried.Id, "because": "The number was the neighbours'."})
	asks("the school takes back a try", err, "ask "+demo.Practitioner.Name+" of Fellmoor Early Help or "+ash)
	dispute := d.does(&demo.Practitioner, "disputes", "", map[string]any{"case": c, "about": "The threshold", "subject": "threshold", "with_agency": demo.School.Agency, "opened_at": just()})
	for stage, who := range map[int]*demo.Person{2: &demo.Practitioner, 3: &demo.Manager} {
		if _, err := d.NonconcurrentDB().NewQuery("UPDATE disputes SET stage = {:n} WHERE id = {:d}").Bind(dbx.Params{"d": dispute.Id, "n": stage}).Execute(); err != nil {
			t.Fatal(err)
		}
		_, err = d.by(who, "dispute_steps", "", map[string]any{"case": c, "dispute": dispute.Id, "step": "stage_up", "text": "As we see it.", "occurred_at": just()})
		asks("up from its stage", err, map[int]string{2: "ask " + ash, 3: "ask Cora Wray of Fellmoor Early Help"}[stage])
	}
}

// stands sets whether a case is open, as an earlier day left it.
func (d *office) stands(c, status string) {
	d.t.Helper()
	r := must(d.FindRecordById("cases", c))
	r.Load(map[string]any{"status": status, "closed_on": ""})
	if err := d.Save(kernel.AsServer(r)); err != nil {
		d.t.Fatal(err)
	}
}
