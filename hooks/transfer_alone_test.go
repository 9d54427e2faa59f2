package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/asked"
	"holdfast/hooks/partnership"
	"holdfast/server/demo"
)

// The whole of an agency: one person, who works and manages.
var wholeAgency = demo.Person{ID: demo.ID("head", 3), Account: "whole", Name: "Winifred Lowe", Agency: demo.Agencies[2].ID, Roles: []string{"practitioner", "manager"}}

func askOf(caseID, agency string) map[string]any {
	values := ask(caseID)
	values["to_agency"] = agency
	return values
}

// A lone worker takes the lead: she answers for herself, leads, asks it on again, and the
// second transfer passes it on as the first did. What she does alone nobody approves but
// another, and somebody is asked to name one.
func TestALoneWorkerTakesTheLeadAndPassesItOn(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.account(demo.Outsider, "active", false) // the only other one there
	d.puts(wholeAgency)
	d.puts(headTeacher, demo.School)
	p := d.opens(demo.Practitioner, c, time.Hour)
	d.joins(wholeAgency, c, "member")
	first := d.does(&demo.Practitioner, "transfers", "", askOf(c, wholeAgency.Agency))
	if d.kinds(wholeAgency) != "transfer" {
		t.Fatalf("the lone worker is asked %q", d.kinds(wholeAgency))
	}
	d.does(&wholeAgency, "transfer_answers", "", answered(first, "accepted", nil))
	if d.role(wholeAgency, c) != "lead" || must(d.FindRecordById("cases", c)).GetString("lead_agency") != wholeAgency.Agency {
		t.Fatalf("she is %s", d.role(wholeAgency, c))
	}
	if n := len(d.events(p, "lead.changed")); n != 1 {
		t.Errorf("%d changes of lead on the pathway", n)
	}
	d.tells(wholeAgency, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	if got := d.kinds(demo.Coordinator); got != "approver" {
		t.Errorf("who could name somebody to approve what she proposed alone is asked %q", got)
	}
	if got := d.kinds(demo.Manager); strings.Contains(got, "closing_approval") {
		t.Errorf("a manager who may not end it is asked to: %q", got)
	}
	if _, err := d.by(&demo.Practitioner, "transfers", "", askOf(c, demo.School.Agency)); err == nil {
		t.Error("who leads no more asks for a transfer")
	}
	second := d.does(&wholeAgency, "transfers", "", askOf(c, demo.School.Agency))
	if second.GetString("from_agency") != wholeAgency.Agency || d.kinds(headTeacher) == "" {
		t.Fatalf("the second is asked from %s, and the head is asked %q", second.GetString("from_agency"), d.kinds(headTeacher))
	}
	d.does(&headTeacher, "transfer_answers", "", answered(second, "accepted", map[string]any{"lead": demo.School.ID}))
	if d.role(demo.School, c) != "lead" || d.role(wholeAgency, c) != "member" || must(d.FindRecordById("cases", c)).GetString("lead_agency") != demo.School.Agency {
		t.Errorf("after the second the school is %s, she is %s", d.role(demo.School, c), d.role(wholeAgency, c))
	}
	if n := len(d.events(p, "lead.changed")); n != 2 {
		t.Errorf("%d changes of lead on the pathway", n)
	}
	if got := d.fresh(first).GetString("status"); got != "accepted" {
		t.Errorf("the first is %s now", got)
	}
	if must(d.CountRecords("case_members", dbx.HashExp{"case": c, "role": "lead", "active": true})) != 1 {
		t.Error("two lead it")
	}
}

// An agency that has nobody who manages is told so, and who could change that: there is no
// manager of theirs to add.
func TestAnAgencyWithNoManagerIsNotAskedInVain(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	alone := wholeAgency
	alone.Roles = []string{"practitioner"}
	d.account(demo.Outsider, "active", false)
	d.puts(alone)
	d.joins(alone, c, "member")
	_, err := d.by(&demo.Practitioner, "transfers", "", askOf(c, alone.Agency))
	d.refused("nobody manages there", err, "to_agency", "no_manager")
	if err == nil || strings.Contains(err.Error(), "Add one of their managers") || !strings.Contains(err.Error(), "nobody there is a manager") {
		t.Errorf("%v", err)
	}
}

// Whoever asked has gone, and all of their agency with them: that it is late and that it was
// refused is told to who leads that agency, who still answers for the family.
func TestATransferWhoseAskersHaveAllGoneIsHeard(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(headTeacher, demo.School)
	tr := d.does(&demo.Practitioner, "transfers", "", ask(c))
	d.account(demo.Colleague, "roles", []string{"practitioner", "agency_lead"})
	for _, p := range []demo.Person{demo.Practitioner, demo.Manager} {
		if _, err := d.NonconcurrentDB().Update("case_members", dbx.Params{"active": false}, dbx.HashExp{"case": c, "user": p.ID}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if err := partnership.LookAtTransfers(d.App, must(time.Parse(time.DateOnly, tr.GetString("due_on"))).Add(36*time.Hour)); err != nil {
		t.Fatal(err)
	}
	told := must(d.FindAllRecords("notices", dbx.HashExp{"user": demo.Colleague.ID, "timer": "transfer/" + tr.Id, "stage": "overdue"}))
	if len(told) != 1 || told[0].GetString("case") != "" {
		t.Errorf("who leads the agency was told %d times that it is late, off the case: %v", len(told), told)
	}
	d.does(&headTeacher, "transfer_answers", "", answered(tr, "refused", map[string]any{"reason": "We have nobody who visits in the holidays."}))
	if got := d.kinds(demo.Colleague); got != "transfer_back" {
		t.Errorf("who leads the agency has %q", got)
	}
	if n := must(d.CountRecords("notices", dbx.HashExp{"timer": "transfer/" + tr.Id})); n != 0 {
		t.Errorf("answered, and %d are still told that it is late", n)
	}
}

// The worker who asked has gone, and so has their manager: who is left of the agency takes it
// back, so that another can be asked.
func TestWhoIsLeftTakesATransferBack(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(headTeacher, demo.School)
	tr := d.does(&demo.Practitioner, "transfers", "", ask(c))
	d.joins(demo.Colleague, c, "member")
	_, err := d.by(&demo.Colleague, "transfer_answers", "", answered(tr, "withdrawn", nil))
	d.refused("while who asked is there", err, "answer", "other_agency")
	for _, p := range []demo.Person{demo.Practitioner, demo.Manager} {
		if _, err := d.NonconcurrentDB().Update("case_members", dbx.Params{"active": false}, dbx.HashExp{"case": c, "user": p.ID}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	d.does(&demo.Colleague, "transfer_answers", "", answered(tr, "withdrawn", nil))
	if got := d.fresh(tr).GetString("status"); got != "withdrawn" {
		t.Error(got)
	}
}

// The manager who was asked has left the case: the agency is asked all the same, by whoever
// answers for it there.
func TestATransferIsAskedOfTheAgencyWhereItsManagerHasGone(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(headTeacher, demo.School)
	d.does(&demo.Practitioner, "transfers", "", ask(c))
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": c, "u": headTeacher.ID}))
	if _, err := d.NonconcurrentDB().Update("case_members", dbx.Params{"active": false}, dbx.HashExp{"id": m.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := asked.AskAgain(d.App); err != nil {
		t.Fatal(err)
	}
	if got := d.kinds(demo.School); got != "transfer" {
		t.Errorf("who is there of the school is asked %q", got)
	}
}
