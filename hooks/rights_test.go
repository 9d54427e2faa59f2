package hooks_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// membership is somebody's place on a case.
func (d *office) membership(p demo.Person, caseID string) *core.Record {
	d.t.Helper()
	return must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": caseID, "u": p.ID}))
}

// refused holds a deed to a refusal with one of the codes told.
func (d *office) refused(say string, err error, field, code string) {
	d.t.Helper()
	fields, _ := kernel.Refusal(err)
	if e, ok := fields[field].(interface{ Code() string }); !ok || e.Code() != code {
		d.t.Errorf("%s: %v, want %s: %s", say, err, field, code)
	}
}

// A lead cannot make a manager: who is one on a case is one at their agency, and their
// agency works on the case.
func TestALeadMakesNobodyAManager(t *testing.T) {
	d := openOffice(t)
	lead, c := demo.Practitioner, demo.CaseID(8)
	friend := d.does(&lead, "case_members", "", map[string]any{"case": c, "user": demo.Colleague.ID, "role": "member"})
	_, err := d.by(&lead, "case_members", friend.Id, map[string]any{"role": "manager"})
	d.refused("a friend is made a manager", err, "role", "not_a_manager")
	_, err = d.by(&lead, "case_members", "", map[string]any{"case": c, "work_email": demo.Outsider.Email(), "role": "manager"})
	d.refused("another joins as one", err, "role", "not_a_manager")

	d.account(demo.Outsider, "roles", []string{"practitioner", "manager"})
	_, err = d.by(&lead, "case_members", "", map[string]any{"case": c, "work_email": demo.Outsider.Email(), "role": "manager"})
	d.refused("a manager of an agency that is not on the case", err, "role", "other_agency")
	_, err = d.by(nil, "case_members", "", map[string]any{"case": c, "user": demo.Outsider.ID, "role": "manager"})
	d.refused("the operator tries it", err, "role", "other_agency")

	d.account(demo.Colleague, "roles", []string{"practitioner", "manager"})
	if _, err = d.by(&lead, "case_members", friend.Id, map[string]any{"role": "manager"}); err != nil {
		t.Errorf("a manager of the same agency: %v", err)
	}
}

// Nobody whom the lead could make one approves the lead's work: a second manager of the
// agency does when the lead's own manager put them there.
func TestNobodyWhomTheLeadBroughtApprovesTheirWork(t *testing.T) {
	d := openOffice(t)
	c, lead, second := demo.CaseID(8), demo.Practitioner, demo.Colleague
	d.account(second, "roles", []string{"practitioner", "manager"})
	place := d.does(&lead, "case_members", "", map[string]any{"case": c, "user": second.ID, "role": "manager"})
	p := d.opens(lead, c, 0)
	body := d.changedBody(early, `"code": "tell-manager"`, `"code": "tell-team-manager"`, `"code":"tell-manager"`, `"code":"tell-team-manager"`)
	next := d.does(&demo.Coordinator, "pathway_templates", "", map[string]any{"key": early, "title": "Second", "body": body, "change_note": "n"})
	d.does(nil, "pathway_templates", next.Id, map[string]any{"status": "published"})
	proposal := d.tells(lead, p, "migration.proposed", map[string]any{"to": next.Id, "reason": "clearer"})
	answers := func(who demo.Person, author demo.Person) bool {
		t.Helper()
		return must(kernel.AnswersFor(d.App, c, must(d.FindRecordById("users", who.ID)), author.ID))
	}
	for _, say := range []struct {
		who, author demo.Person
		want        bool
	}{
		{second, lead, false}, {demo.Manager, lead, true}, {lead, lead, false}, {demo.Manager, demo.Manager, false},
		{demo.Outsider, lead, false}, {lead, second, false},
	} {
		if got := answers(say.who, say.author); got != say.want {
			t.Errorf("%s answers for %s: %v", say.who.Name, say.author.Name, got)
		}
	}
	waits := func(who demo.Person) int {
		t.Helper()
		return len(must(letter.Approvals(d.App, kernel.Actor{User: must(d.FindRecordById("users", who.ID)), Door: "test"})))
	}
	if waits(second) != 0 || waits(demo.Manager) != 1 {
		t.Errorf("for whom the lead brought wait %d, for the lead's manager %d", waits(second), waits(demo.Manager))
	}
	if e := d.tells(second, p, "pathway.migrated", map[string]any{"proposal": proposal.Id}); e.GetString("role") == "manager" || e.GetString("verdict") != "attempted" {
		t.Errorf("whom the lead brought approves: %s, %s", e.GetString("role"), e.GetString("verdict"))
	}
	if e := d.tells(demo.Manager, p, "pathway.migrated", map[string]any{"proposal": proposal.Id}); e.GetString("role") != "manager" || e.GetString("verdict") != "accepted" {
		t.Errorf("the lead's manager approves: %s, %s, %s", e.GetString("role"), e.GetString("verdict"), e.GetString("reasons"))
	}

	// Nor when the lead steps down afterwards: they could have chosen.
	d.joins(demo.School, c, "member")
	d.does(nil, "case_members", d.membership(lead, c).Id, map[string]any{"role": "member"})
	if answers(second, lead) {
		t.Error("the lead stepped down, and whom they brought approves")
	}

	d.does(&demo.Manager, "case_members", place.Id, map[string]any{"until": "2020-01-01 00:00:00.000Z"})
	d.does(&demo.Manager, "case_members", "", map[string]any{"case": c, "user": second.ID, "role": "manager"})
	if !answers(second, lead) {
		t.Error("a deputy whom the lead's manager put there does not approve")
	}

	// The role is asked for again at use: who is a manager no longer approves nothing.
	d.account(second, "roles", []string{"practitioner"})
	if answers(second, lead) || must(kernel.PartIn(d.App, c, second.ID)).Runs() {
		t.Error("who lost the role is a manager on the case still")
	}
	// Also where a row from before says so.
	if _, err := d.NonconcurrentDB().NewQuery(`UPDATE case_members SET role = 'manager' WHERE id = {:id}`).
		Bind(dbx.Params{"id": d.membership(second, c).Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	if answers(second, lead) || must(kernel.PartIn(d.App, c, second.ID)).Runs() {
		t.Error("a row alone makes a manager")
	}
}

// Who is on a case is for its lead and its managers to say: not for whom a row alone calls
// a manager.
func TestARowAloneAddsNobodyToACase(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	d := &office{s.App, t}
	if _, err := d.NonconcurrentDB().NewQuery(`UPDATE case_members SET role = 'manager' WHERE "user" = {:u}`).Bind(dbx.Params{"u": demo.School.ID}).Execute(); err != nil {
		t.Fatal(err)
	}
	add := map[string]any{"case": demo.CaseID(1), "work_email": demo.Outsider.Email(), "role": "member"}
	if a := s.Do("POST", "/api/collections/case_members/records", s.Token(demo.School), add); a.Status != 400 {
		t.Errorf("the school adds somebody: %d %s", a.Status, a.Body)
	}
	if a := s.Do("POST", "/api/collections/case_members/records", s.Token(demo.Manager), add); a.Status != 200 {
		t.Errorf("the manager adds somebody: %d %s", a.Status, a.Body)
	}
}

// The letter of a lead is approved by their own manager, and by no friend.
func TestAFriendApprovesNoLetterOfTheLeads(t *testing.T) {
	d := newDesk(t)
	o := &office{d.app, t}
	o.account(demo.Colleague, "roles", []string{"practitioner", "manager"})
	o.does(&demo.Practitioner, "case_members", "", map[string]any{"case": demo.CaseID(1), "user": demo.Colleague.ID, "role": "manager"})
	letter := d.draft(demo.Practitioner, "L2_missed", nil)
	approval := map[string]any{"status": "approved"}
	o.refused("a friend approves", d.change(demo.Colleague, letter.Id, approval), "status", "not_approver")
	d.ok(d.change(demo.Manager, letter.Id, approval))
}
