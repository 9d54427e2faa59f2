package hooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
	"holdfast/hooks/partnership"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// disagrees has early help disagree with the school over FM-0001, with the health visitor
// on the case as well, on a pathway.
func (d *office) disagrees() (p, dispute *core.Record) {
	d.t.Helper()
	d.hires(healthVisitor)
	d.joins(healthVisitor, demo.CaseID(1), "member")
	p = d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	return p, d.does(&demo.Practitioner, "disputes", "", map[string]any{"case": demo.CaseID(1), "about": "The threshold", "subject": "threshold", "with_agency": demo.School.Agency, "opened_at": types.NowDateTime()})
}

func (d *office) stepsOf(dispute *core.Record) []*core.Record {
	d.t.Helper()
	return must(d.FindAllRecords("dispute_steps", dbx.HashExp{"dispute": dispute.Id}))
}

// An agency on neither side takes a disagreement no further and settles nothing, whatever it
// writes and by whichever door; nor does it say as one of two what they hold.
func TestAnAgencyOnNeitherSideSettlesNothing(t *testing.T) {
	d := openOffice(t)
	p, dispute := d.disagrees()
	step := func(who demo.Person, what string) error {
		_, err := d.by(&who, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": dispute.Id, "step": what, "text": "As we see it.", "occurred_at": types.NowDateTime()})
		return err
	}
	event := func(who demo.Person, kind string) error {
		_, err := d.by(&who, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": kind, "occurred_at": types.NowDateTime(), "data": map[string]any{"outcome": "It is all right now."}})
		return err
	}
	d.refused("settled by a row", step(healthVisitor, "resolved"), "step", "not_a_side")
	d.refused("taken up by a row", step(healthVisitor, "stage_up"), "step", "not_a_side")
	d.refused("settled by an event", event(healthVisitor, "dispute.resolved"), "kind", "not_a_side")
	d.refused("taken up by an event", event(healthVisitor, "dispute.stage_up"), "kind", "not_a_side")
	d.refused("what it holds, as one of two", step(healthVisitor, "position"), "step", "not_a_side")
	if err := step(healthVisitor, "position"); !strings.Contains(fmt.Sprint(err), "write what your agency holds as a note") {
		t.Errorf("it is not told where its view goes: %v", err)
	}
	if n := len(d.stepsOf(dispute)); n != 0 {
		t.Errorf("%d steps of an agency on neither side", n)
	}
	_, err := d.by(&healthVisitor, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": dispute.Id, "step": "position", "text": "They agree.", "occurred_at": types.NowDateTime(), "agency": demo.School.Agency})
	d.refused("for another agency", err, "agency", "server_owned")
	d.refused("before the school was heard", step(demo.Practitioner, "stage_up"), "step", "no_position")
	d.refused("the same by an event", event(demo.Practitioner, "dispute.stage_up"), "kind", "no_position")
	if r := d.fresh(dispute); r.GetString("status") != "open" || !d.fresh(p).GetBool("disputed") {
		t.Errorf("%s, disputed %v", r.GetString("status"), d.fresh(p).GetBool("disputed"))
	}
	s := demotest.Serve(t, d.App)
	if a := s.Do("POST", "/api/collections/pathway_events/records", s.Token(healthVisitor), map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": "dispute.resolved",
		"occurred_at": types.NowDateTime(), "data": map[string]any{"outcome": "It is all right now."}}); a.Status != 400 || !strings.Contains(string(a.Body), "This disagreement is between Fellmoor Early Help and Harbour School") {
		t.Errorf("by REST: %d %s", a.Status, a.Body)
	}
}

// What is recorded of a disagreement as an event stands in its own records too: one that was
// raised, taken further or settled so, on every pathway that it is on.
func TestADisagreementByEventIsOneByRecord(t *testing.T) {
	d := openOffice(t)
	p, dispute := d.disagrees()
	other := d.does(&demo.Practitioner, "pathways", "", map[string]any{"case": demo.CaseID(1), "template": d.template("no-access-to-child").Id, "trigger": "no_access", "opened_at": types.NowDateTime()})
	if !d.fresh(other).GetBool("disputed") {
		t.Fatal("the pathway that opened since knows of no disagreement")
	}
	d.does(&demo.Practitioner, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": dispute.Id, "step": "resolved", "text": bothHold, "occurred_at": types.NowDateTime()})
	d.tells(demo.School, p, "dispute.resolved", map[string]any{"dispute": d.events(p, "dispute.opened")[0].Id, "outcome": "Child in need from Monday."})
	of := func(r *core.Record) bool { return r.GetString("author") != demo.School.ID }
	steps := slices.DeleteFunc(d.stepsOf(dispute), of)
	if r := d.fresh(dispute); r.GetString("status") != "resolved" || len(steps) != 1 || steps[0].GetString("text") != "Child in need from Monday." || steps[0].GetString("author") != demo.School.ID || d.fresh(p).GetBool("disputed") || d.fresh(other).GetBool("disputed") {
		t.Fatalf("%s, %d steps, disputed %v and %v", r.GetString("status"), len(steps), d.fresh(p).GetBool("disputed"), d.fresh(other).GetBool("disputed"))
	}
	settled := slices.DeleteFunc(d.events(p, "dispute.resolved"), of)
	if len(settled) != 1 || settled[0].GetString("arises_from") != "dispute_steps/"+steps[0].Id+"/resolved" {
		t.Errorf("%d events, %s", len(settled), settled[0].GetString("arises_from"))
	}
	_, err := d.by(&demo.Practitioner, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": "event.withdrawn", "corrects": settled[0].Id, "occurred_at": types.NowDateTime(), "data": map[string]any{"reason": "We do not agree that it is settled."}})
	d.refused("taken back", err, "corrects", "of_dispute")

	raised := d.tells(demo.School, p, "dispute.opened", map[string]any{"about": "Who leads", "subject": "roles", "with_agency": demo.Practitioner.Agency})
	row, err := d.FindFirstRecordByFilter("disputes", "case = {:c} && about = 'Who leads'", dbx.Params{"c": demo.CaseID(1)})
	if err != nil || row.GetString("subject") != "roles" || row.GetString("with_agency") != demo.Practitioner.Agency || row.GetString("agency") != demo.School.Agency || row.GetString("author") != demo.School.ID || row.GetString("stage_due_on") == "" {
		t.Fatalf("%v %v", row, err)
	}
	if got := d.fresh(raised).GetString("arises_from"); got != "disputes/"+row.Id+"/opened" || len(d.events(p, "dispute.opened")) != 2 {
		t.Errorf("%s, %d events", got, len(d.events(p, "dispute.opened")))
	}
	if got := d.kinds(demo.Practitioner); !strings.Contains(got, "dispute") {
		t.Errorf("early help is asked: %q", got)
	}
	d.does(&demo.Practitioner, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": row.Id, "step": "position", "text": "We do.", "occurred_at": types.NowDateTime()})
	d.tells(demo.School, p, "dispute.stage_up", map[string]any{"dispute": raised.Id})
	if got := d.fresh(row).GetInt("stage"); got != 2 || len(d.events(p, "dispute.stage_up")) != 1 {
		t.Errorf("at stage %d", got)
	}
	// One that came before what raised it counts as that comes.
	for _, who := range []demo.Person{demo.School, demo.Practitioner} {
		d.does(&who, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": row.Id, "step": "resolved", "text": bothHold, "occurred_at": types.NowDateTime()})
	}
	early := d.tells(demo.School, p, "dispute.resolved", map[string]any{"outcome": "Settled on the telephone."})
	if got := d.fresh(early).GetString("verdict"); got != "attempted" {
		t.Fatal(got)
	}
	d.does(&demo.School, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": "dispute.opened", "occurred_at": types.NowDateTime().Add(-time.Minute),
		"recorded_at": types.NowDateTime().Add(-time.Minute), "data": map[string]any{"about": "Tonight"}})
	if row = must(d.FindFirstRecordByFilter("disputes", "about = 'Tonight'")); len(d.stepsOf(row)) != 1 || row.GetString("status") != "open" {
		t.Errorf("%d steps, %s", len(d.stepsOf(row)), row.GetString("status"))
	}
	d.does(&demo.Practitioner, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": row.Id, "step": "resolved", "text": bothHold, "occurred_at": types.NowDateTime()})
	if row, err = d.FindFirstRecordByFilter("disputes", "about = 'Tonight'"); err != nil || row.GetString("status") != "resolved" {
		t.Errorf("%v, %v; %s", row, err, d.fresh(early).GetString("verdict")+d.fresh(early).GetString("reasons")+d.fresh(early).GetString("arises_from"))
	}
}

// Whoever chairs the last meeting records how it was settled, on neither side or not.
func TestTheChairSettlesADisagreement(t *testing.T) {
	d := openOffice(t)
	_, dispute := d.disagrees()
	if _, err := d.NonconcurrentDB().NewQuery("UPDATE disputes SET stage = 4 WHERE id = {:d}").Bind(dbx.Params{"d": dispute.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	settle := func() error {
		_, err := d.by(&healthVisitor, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": dispute.Id, "step": "resolved", "text": "It is child in need, says the chair.", "occurred_at": types.NowDateTime()})
		return err
	}
	d.refused("not in the chair", settle(), "step", "not_a_side")
	d.account(healthVisitor, "roles", []string{"practitioner", "safeguarding_lead"})
	if err := settle(); err != nil || d.fresh(dispute).GetString("status") != "resolved" {
		t.Errorf("in the chair: %v", err)
	}
}

// What the server works out stands beside what a person wrote, and never in it.
func TestWhatSomebodyWroteOfADangerIsNotTouched(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	risk := d.raises(demo.School, p, "A bruise.")
	late := d.happenedAgo(30*time.Minute, demo.Manager, p, "immediate_risk.resolved", map[string]any{"how": "The gas is off; the company came.", "spoken_to": "Rosa Marlowe"})
	if got := d.fresh(late); got.GetString("verdict") != "attempted" || strings.Contains(got.GetString("data"), risk.Id) || d.fresh(risk).GetString("resolved_by") != "" {
		t.Errorf("%s %s, the risk is over by %q", got.GetString("verdict"), got.GetString("data"), d.fresh(risk).GetString("resolved_by"))
	}
	over := d.tells(demo.Manager, p, "immediate_risk.resolved", map[string]any{"how": "Ivy was seen by a doctor at once.", "spoken_to": "Dr Vale"})
	if got := d.fresh(over); strings.Contains(got.GetString("data"), risk.Id) || d.fresh(risk).GetString("resolved_by") != over.Id {
		t.Errorf("%s, the risk is over by %q", got.GetString("data"), d.fresh(risk).GetString("resolved_by"))
	}
}

// A manager with nobody above them proposes ending. Nobody may approve it: the answer says
// so, what may be done says so, and who can name somebody is asked (A15, A20).
func TestWhoCanNameAnApproverIsAsked(t *testing.T) {
	d := openOffice(t)
	chief := demo.Person{ID: demo.ID("user", 95), Account: "chief", Name: "Cora Wray", Agency: demo.Manager.Agency, Roles: []string{"agency_lead"}}
	d.hires(chief)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 72*time.Hour)
	d.happenedAgo(50*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	asks := d.happenedAgo(48*time.Hour, demo.Manager, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	const why = "Nobody on this case may approve this but whoever recorded it"
	if got := d.fresh(asks); got.GetString("verdict") != "accepted" || !strings.Contains(got.GetString("reasons"), why) {
		t.Errorf("%s %s", got.GetString("verdict"), got.GetString("reasons"))
	}
	d.happenedAgo(47*time.Hour, demo.School, p, "closure.consulted", nil)
	var allowed struct {
		Not   []struct{ Why string }
		Waits []struct {
			Act, Event, Why string
			Who             []string
		}
	}
	read := func() {
		t.Helper()
		allowed.Not, allowed.Waits = nil, nil
		if err := d.fresh(p).UnmarshalJSONField("allowed", &allowed); err != nil {
			t.Fatal(err)
		}
	}
	read()
	if len(allowed.Waits) != 1 || allowed.Waits[0].Act != "closure.approved" || allowed.Waits[0].Event != asks.Id || !strings.HasPrefix(allowed.Waits[0].Why, why) || allowed.Waits[0].Who != nil {
		t.Errorf("%+v", allowed.Waits)
	}
	said := false
	for _, n := range allowed.Not {
		said = said || strings.HasPrefix(n.Why, why)
	}
	if !said || d.kinds(chief) != "approver" {
		t.Errorf("said %v; on the list of who leads the agency: %q", said, d.kinds(chief))
	}
	above := demo.Person{ID: demo.ID("user", 96), Account: "above", Name: "Ada Finch", Agency: demo.Manager.Agency, Roles: []string{"manager"}}
	d.hires(above)
	d.account(demo.Manager, "manager", above.ID) // who comes to the case by that
	d.reads(time.Now())
	if err := asked.AskAgain(d.App); err != nil {
		t.Fatal(err)
	}
	read()
	if len(allowed.Waits) != 1 || len(allowed.Waits[0].Who) != 1 || allowed.Waits[0].Who[0] != "Ada Finch, Fellmoor Early Help" || d.kinds(chief) != "" || !strings.Contains(d.kinds(above), "closing_approval") {
		t.Errorf("%+v; who leads has %q, the manager %q", allowed.Waits, d.kinds(chief), d.kinds(above))
	}
}

// That a decision is asked for anew is told until it was taken, and no longer.
func TestWhoDecidedAgainIsNotToldToDecideAgain(t *testing.T) {
	d := openOffice(t)
	p := d.unseen()
	no := d.happenedAgo(24*time.Hour, demo.Manager, p, "closure.approved", approved)
	d.happenedAgo(25*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	key := "closure.approved/" + no.Id + " approve_again"
	if got := d.told(demo.Manager, p); got[key] != 1 {
		t.Fatalf("told %v", got)
	}
	d.tells(demo.Manager, p, "closure.approved", approved)
	if got := d.told(demo.Manager, p); !d.fresh(p).GetBool("ended") || got[key] != 0 {
		t.Errorf("decided again, and told still: %v", got)
	}
}

// An agreed action whose owner is nobody's account is told of as its day ends, to who wrote
// it down and who leads, and is on their lists.
func TestAnActionOfSomebodyElseIsToldToWhoWroteItDown(t *testing.T) {
	d := openOffice(t)
	yesterday := time.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	a := d.does(&demo.School, "actions", "", map[string]any{"case": demo.CaseID(1), "what": "Ring the housing office", "owner": "Mrs Pell of the housing office", "due_on": yesterday})
	if err := partnership.TellOfActions(d.App, time.Now()); err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, n := range must(d.FindAllRecords("notices", dbx.HashExp{"timer": "action/" + a.Id, "stage": "overdue"})) {
		told[n.GetString("user")] = n.GetString("due_on")
	}
	if len(told) != 2 || told[demo.School.ID] != yesterday || told[demo.Practitioner.ID] != yesterday {
		t.Errorf("told %v", told)
	}
	for _, who := range []demo.Person{demo.School, demo.Practitioner} {
		if got := d.kinds(who); got != "action" {
			t.Errorf("on the list of %s: %q", who.Account, got)
		}
	}
	d.does(&demo.School, "actions", a.Id, map[string]any{"done_on": time.Now().Format(time.DateOnly)})
	if got := d.kinds(demo.Practitioner); got != "" {
		t.Errorf("done, and on the list: %q", got)
	}
}

// A try is taken back once: who says it twice has said it once, and who comes after somebody
// else learns who did and when.
func TestATryIsTakenBackOnce(t *testing.T) {
	d := openOffice(t)
	try := d.does(&demo.Practitioner, "contact_attempts", "", map[string]any{"case": demo.CaseID(1), "method": "phone", "outcome": "no_answer", "occurred_at": types.NowDateTime()})
	back := func(who demo.Person, because string) (*core.Record, error) {
		return d.by(&who, "attempt_withdrawals", "", map[string]any{"case": demo.CaseID(1), "attempt": try.Id, "because": because})
	}
	first := must(back(demo.Practitioner, "It was the wrong number."))
	again, err := back(demo.Practitioner, "It was said twice, by accident.")
	if err != nil || again.Id != first.Id || again.GetString("because") != "It was the wrong number." {
		t.Errorf("said twice: %v %v", again.Id, err)
	}
	_, err = back(demo.Manager, "Her manager says so too.")
	d.refused("by somebody else", err, "attempt", "withdrawn")
	if err == nil || !strings.Contains(err.Error(), demo.Practitioner.Name+" took this back already, on "+time.Now().Format("Monday 2 January 2006")) {
		t.Errorf("%v", err)
	}
	if n, _ := d.CountRecords("attempt_withdrawals", dbx.HashExp{"attempt": try.Id}); n != 1 {
		t.Errorf("%d rows", n)
	}
	s := demotest.Serve(t, d.App)
	if a := s.Do("POST", "/api/collections/attempt_withdrawals/records", s.Token(demo.Practitioner), map[string]any{"case": demo.CaseID(1), "attempt": try.Id, "because": "It was said for the third time."}); a.Status != 200 || !strings.Contains(string(a.Body), first.Id) {
		t.Errorf("by REST: %d %s", a.Status, a.Body)
	}
	if n, _ := d.CountRecords("attempt_withdrawals", dbx.HashExp{"attempt": try.Id}); n != 1 {
		t.Errorf("%d rows", n)
	}
}
