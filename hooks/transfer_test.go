package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/partnership"
	"holdfast/server/demo"
)

// headTeacher answers for the school, and is on the case with the school's own worker.
var headTeacher = demo.Person{ID: demo.ID("head", 1), Account: "head", Name: "Hana Moss", Agency: demo.Agencies[1].ID, Roles: []string{"practitioner", "manager"}}

// puts opens an account and puts its owner above somebody.
func (d *office) puts(p demo.Person, above ...demo.Person) {
	d.t.Helper()
	users := must(d.FindCachedCollectionByNameOrId("users"))
	r := core.NewRecord(users)
	r.Load(map[string]any{"id": p.ID, "email": p.Email(), "name": p.Name, "agency": p.Agency, "roles": p.Roles, "active": true, "verified": true})
	r.SetPassword("a long enough password")
	if err := d.Save(kernel.AsServer(r)); err != nil {
		d.t.Fatal(err)
	}
	for _, who := range above {
		d.account(who, "manager", p.ID)
	}
}

func ask(caseID string) map[string]any {
	return map[string]any{
		"case": caseID, "to_agency": demo.Agencies[1].ID, "reason": "The school sees both children every day.",
		"handover_note": "Tess answers texts, not calls. The dog is kept in the kitchen.", "requested_at": types.NowDateTime(),
	}
}

func answered(transfer *core.Record, answer string, more map[string]any) map[string]any {
	all := map[string]any{"case": transfer.GetString("case"), "transfer": transfer.Id, "answer": answer, "occurred_at": types.NowDateTime()}
	for k, v := range more {
		all[k] = v
	}
	return all
}

func (d *office) role(p demo.Person, caseID string) string {
	d.t.Helper()
	r, err := d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": caseID, "u": p.ID})
	if err != nil {
		return ""
	}
	return r.GetString("role")
}

// The lead passes from one agency to another: asked, answered by a manager of the agency
// that is asked, and carried out by the server, with what is open named.
func TestTheLeadPassesToAnotherAgency(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(headTeacher, demo.School)
	p := d.opens(demo.Practitioner, c, time.Hour)
	tr := d.does(&demo.Practitioner, "transfers", "", ask(c))
	if tr.GetString("status") != "requested" || tr.GetString("from_agency") != demo.Agencies[0].ID || tr.GetString("due_on") == "" || tr.GetString("author") != demo.Practitioner.ID {
		t.Fatalf("%v", tr.PublicExport())
	}
	if !strings.Contains(tr.GetString("open_steps"), "Tell your manager") {
		t.Errorf("what is open is not named: %s", tr.GetString("open_steps"))
	}
	if n := len(must(d.FindAllRecords("notices", dbx.HashExp{"timer": "transfer/" + tr.Id}))); n != 0 || d.kinds(headTeacher) != "transfer" {
		t.Errorf("the manager who is asked has %q on their list, and %d notices beside it", d.kinds(headTeacher), n)
	}
	if d.fresh(must(d.FindRecordById("cases", c))).GetString("lead_agency") != demo.Agencies[0].ID {
		t.Fatal("asking was enough")
	}
	for say, who := range map[string]demo.Person{"a worker of the school": demo.School, "the manager who asked": demo.Manager} {
		if _, err := d.by(&who, "transfer_answers", "", answered(tr, "accepted", nil)); err == nil {
			t.Errorf("%s accepted", say)
		}
	}
	if _, err := d.by(&headTeacher, "transfer_answers", "", answered(tr, "accepted", map[string]any{"lead": demo.Colleague.ID})); err == nil {
		t.Error("the new lead is of another agency")
	}
	d.does(&headTeacher, "transfer_answers", "", answered(tr, "accepted", map[string]any{"lead": demo.School.ID}))
	tr = d.fresh(tr)
	if tr.GetString("status") != "accepted" || tr.GetString("answered_by") != headTeacher.ID || tr.GetString("lead") != demo.School.ID {
		t.Errorf("%v", tr.PublicExport())
	}
	if got := must(d.FindRecordById("cases", c)).GetString("lead_agency"); got != demo.Agencies[1].ID {
		t.Errorf("the lead agency is %s", got)
	}
	if d.role(demo.School, c) != "lead" || d.role(demo.Practitioner, c) != "member" || d.role(headTeacher, c) != "manager" {
		t.Errorf("school %s, practitioner %s, head %s", d.role(demo.School, c), d.role(demo.Practitioner, c), d.role(headTeacher, c))
	}
	events := d.events(p, "lead.changed")
	if len(events) != 1 || events[0].GetString("verdict") != "accepted" || !strings.Contains(events[0].GetString("data"), demo.School.Name) || !strings.Contains(events[0].GetString("data"), "Harbour School") {
		t.Fatalf("%d events: %v", len(events), events)
	}
	if n := len(must(d.FindAllRecords("notices", dbx.HashExp{"timer": "transfer/" + tr.Id}))); n != 0 {
		t.Errorf("%d are still told of what is answered", n)
	}
	if _, err := d.by(&headTeacher, "transfer_answers", "", answered(tr, "refused", map[string]any{"reason": "changed my mind about this"})); err == nil {
		t.Error("answered twice")
	}
}

// Refused, with a reason; taken back by whoever asked; and asked again.
func TestATransferIsRefusedOrTakenBack(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(headTeacher, demo.School)
	tr := d.does(&demo.Practitioner, "transfers", "", ask(c))
	if _, err := d.by(&demo.Manager, "transfers", "", ask(c)); err == nil {
		t.Error("two are asked at once")
	}
	if _, err := d.by(&headTeacher, "transfer_answers", "", answered(tr, "refused", nil)); err == nil {
		t.Error("refused without a reason")
	}
	d.does(&headTeacher, "transfer_answers", "", answered(tr, "refused", map[string]any{"reason": "We have nobody who visits in the holidays."}))
	if tr = d.fresh(tr); tr.GetString("status") != "refused" || must(d.FindRecordById("cases", c)).GetString("lead_agency") != demo.Agencies[0].ID || d.role(demo.Practitioner, c) != "lead" {
		t.Errorf("%v", tr.PublicExport())
	}
	if n := len(must(d.FindAllRecords("notices", dbx.HashExp{"timer": "transfer/" + tr.Id}))); n != 0 || d.kinds(demo.Practitioner) != "transfer_back" || d.kinds(demo.Manager) != "transfer_back" || d.kinds(headTeacher) != "" {
		t.Errorf("of the refusal whoever asked has %q, their manager %q, whoever refused %q, and %d notices", d.kinds(demo.Practitioner), d.kinds(demo.Manager), d.kinds(headTeacher), n)
	}
	again := d.does(&demo.Practitioner, "transfers", "", ask(c))
	if d.kinds(demo.Practitioner) != "" || d.kinds(headTeacher) != "transfer" {
		t.Errorf("asked again: %q and %q", d.kinds(demo.Practitioner), d.kinds(headTeacher))
	}
	if _, err := d.by(&demo.School, "transfer_answers", "", answered(again, "withdrawn", nil)); err == nil {
		t.Error("taken back by somebody of the other agency")
	}
	d.does(&demo.Manager, "transfer_answers", "", answered(again, "withdrawn", nil))
	if d.fresh(again).GetString("status") != "withdrawn" {
		t.Error(d.fresh(again).GetString("status"))
	}
	if _, err := d.by(&headTeacher, "transfer_answers", "", answered(again, "accepted", nil)); err == nil {
		t.Error("accepted after it was taken back")
	}
}

// Who may ask, and whom.
func TestWhoAsksForATransfer(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	if _, err := d.by(&demo.Practitioner, "transfers", "", ask(c)); err == nil || !strings.Contains(err.Error(), "Harbour School") {
		t.Errorf("nobody of the school could answer: %v", err)
	}
	d.puts(headTeacher, demo.School)
	for say, change := range map[string]map[string]any{
		"the agency that leads":    {"to_agency": demo.Agencies[0].ID},
		"an agency not on it":      {"to_agency": demo.Agencies[2].ID},
		"without a note":           {"handover_note": " "},
		"with an answer of itself": {"status": "accepted"},
	} {
		values := ask(c)
		for k, v := range change {
			values[k] = v
		}
		if _, err := d.by(&demo.Practitioner, "transfers", "", values); err == nil {
			t.Errorf("asked: %s", say)
		}
	}
	if _, err := d.by(&headTeacher, "transfers", "", ask(c)); err == nil {
		t.Error("the school asks itself to take over")
	}
	if _, err := d.by(&demo.School, "cases", c, map[string]any{"lead_agency": demo.Agencies[1].ID}); err == nil {
		t.Error("the school made itself the lead")
	}
}

// Two working days to answer; then it is overdue, and those who asked hear of it once; with
// those who were asked it is late on their list.
func TestATransferNobodyAnswersIsOverdue(t *testing.T) {
	d := openOffice(t)
	d.puts(headTeacher, demo.School)
	tr := d.does(&demo.Practitioner, "transfers", "", ask(demo.CaseID(1)))
	told := func(who demo.Person) int {
		return len(must(d.FindAllRecords("notices", dbx.HashExp{"user": who.ID, "timer": "transfer/" + tr.Id, "stage": "overdue"})))
	}
	due := must(time.Parse(time.DateOnly, tr.GetString("due_on")))
	for at, want := range map[time.Time]int{due.Add(12 * time.Hour): 0} {
		if err := partnership.LookAtTransfers(d.App, at); err != nil || told(headTeacher) != want || d.fresh(tr).GetBool("overdue") {
			t.Fatalf("on its day: %d told, %v", told(headTeacher), err)
		}
	}
	for range 2 {
		if err := partnership.LookAtTransfers(d.App, due.Add(36*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if !d.fresh(tr).GetBool("overdue") || told(headTeacher) != 0 || told(demo.Practitioner) != 1 || told(demo.Manager) != 1 || told(demo.School) != 0 {
		t.Errorf("overdue %v; head %d, practitioner %d, manager %d, school %d", d.fresh(tr).GetBool("overdue"), told(headTeacher), told(demo.Practitioner), told(demo.Manager), told(demo.School))
	}
	d.does(&headTeacher, "transfer_answers", "", answered(tr, "accepted", nil)) // late is not too late
	if d.fresh(tr).GetString("status") != "accepted" || d.fresh(tr).GetBool("overdue") || d.role(headTeacher, demo.CaseID(1)) != "lead" {
		t.Errorf("%v, and the head is %s", d.fresh(tr).PublicExport(), d.role(headTeacher, demo.CaseID(1)))
	}
}

// A lead that changes within the agency is on the pathway as well.
func TestANewLeadWorkerIsOnThePathway(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	p := d.opens(demo.Practitioner, c, time.Hour)
	m := d.joins(demo.Colleague, c, "member")
	d.does(&demo.Practitioner, "case_members", m.Id, map[string]any{"role": "lead"})
	events := d.events(p, "lead.changed")
	if len(events) != 1 || !strings.Contains(events[0].GetString("data"), demo.Colleague.Name) {
		t.Errorf("%d events", len(events))
	}
}

// Whoever asked another agency to take the lead has left, and nobody manages there: that it
// is late, and that it was refused, is told to those of the agency who are still there.
func TestARefusedTransferIsHeardWhereTheAskerHasGone(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(headTeacher, demo.School)
	tr := d.does(&demo.Practitioner, "transfers", "", ask(c))
	d.joins(demo.Colleague, c, "member")
	for _, p := range []demo.Person{demo.Practitioner, demo.Manager} {
		m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": c, "u": p.ID}))
		if _, err := d.NonconcurrentDB().NewQuery("UPDATE case_members SET active = FALSE WHERE id = {:m}").Bind(dbx.Params{"m": m.Id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if err := partnership.LookAtTransfers(d.App, must(time.Parse(time.DateOnly, tr.GetString("due_on"))).Add(36*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := must(d.CountRecords("notices", dbx.HashExp{"user": demo.Colleague.ID, "timer": "transfer/" + tr.Id, "stage": "overdue"})); n != 1 {
		t.Errorf("who is still there was told %d times that it is late", n)
	}
	d.does(&headTeacher, "transfer_answers", "", answered(tr, "refused", map[string]any{"reason": "We have nobody who visits in the holidays."}))
	if got := d.kinds(demo.Colleague); got != "transfer_back" {
		t.Errorf("who is still there has %q", got)
	}
}
