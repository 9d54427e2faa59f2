package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	riskrules "holdfast/hooks/risk"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// risk is an immediate risk on a pathway of a case, as a phone hands it in.
func risk(id, c, pathway string, more ...any) contract.Mutation {
	m := mutation("create", "pathway_events", id, 0, set("case", c, "pathway", pathway, "kind", "immediate_risk.raised", "data", map[string]any{"what": "Ivy slept outside."}))
	maps.Copy(m.Set, set(more...))
	return m
}

// hears is how often a person was told of a risk, and where it is as far as the notice
// says.
func hears(t *testing.T, s *demotest.Server, who demo.Person, id string) (n int, c, pathway string) {
	t.Helper()
	all, err := s.App.FindAllRecords("notices", dbx.HashExp{"user": who.ID, "timer": "immediate_risk.raised/" + id, "stage": "at_once"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		c, pathway = r.GetString("case"), r.GetString("pathway")
		if text, err := json.Marshal(r.PublicExport()); err != nil || strings.Contains(string(text), "outside") {
			t.Errorf("%v: the notice says %s", err, text)
		}
	}
	return len(all), c, pathway
}

func tellsNobody(t *testing.T, s *demotest.Server, id string, but ...demo.Person) {
	t.Helper()
	for _, who := range demo.Cast {
		for _, b := range but {
			if b.ID == who.ID {
				who.ID = ""
			}
		}
		if n, _, _ := hears(t, s, who, id); n > 0 {
			t.Errorf("%s was told", who.Account)
		}
	}
}

// riskHandedOver are the copies of a risk that a phone holds with its case.
func (p *phone) riskHandedOver(record string) (ids []string) {
	for k := range p.rows {
		if id, ok := strings.CutPrefix(k, "sync_refusals/"); ok && p.field("sync_refusals", id, "handover") == true && p.field("sync_refusals", id, "record") == record {
			ids = append(ids, id)
		}
	}
	return ids
}

// A risk whose pathway is still on another phone waits; those who answer for the case
// do not: they are told as it comes, and can read it. When the pathway comes they are
// not told again, and the notice then says where it is.
func TestAnImmediateRiskThatWaitsIsToldAtOnce(t *testing.T) {
	s := fellmoor(t)
	manages(t, s.App, demo.Manager, demo.School) // and so sees the author's own record as well as the copy
	lead, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	lead.pull(0)
	school.pull(0)
	const id, pathway = "waitingrisk0001", "comingpathway01"
	m := risk(id, demo.CaseID(1), pathway)
	for range 3 {
		want(t, school.push(m)[0], contract.Held)
	}
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
		if n, c, at := hears(t, s, who, id); n != 1 || c != demo.CaseID(1) || at != "" {
			t.Errorf("%s was told %d times, of case %q, pathway %q", who.Account, n, c, at)
		}
	}
	tellsNobody(t, s, id, demo.Practitioner, demo.Manager)
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	manager := kernel.Actor{User: stored(t, s.App, "users", demo.Manager.ID)}
	listed := func() (n int) {
		items, err := e.Unsettled(s.App, manager, "sync_refusals")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range items {
			if r.GetString("record") == id && strings.Contains(r.GetString("content"), "slept outside") {
				n++
			}
		}
		if waiting, err := e.Waiting(s.App, manager.User, "sync_refusals"); err != nil || waiting != len(items) {
			t.Errorf("%d listed, %d counted: %v", len(items), waiting, err)
		}
		return n
	}
	if n := listed(); n != 1 {
		t.Errorf("the manager sees it %d times among what waits", n)
	}
	lead.pull(0)
	lead.inSync()
	handed := lead.riskHandedOver(id)
	if len(handed) != 1 || lead.field("sync_refusals", handed[0], "status") != "held" {
		t.Fatalf("the lead's phone has %v", handed)
	}
	notice, err := s.App.FindFirstRecordByFilter("notices", "user = {:u} && timer ~ {:t}", dbx.Params{"u": demo.Practitioner.ID, "t": id})
	if err != nil {
		t.Fatal(err)
	}
	want(t, lead.push(mutation("update", "notices", notice.Id, lead.rev("notices", notice.Id), set("acknowledged_at", "2026-11-28 10:00:00.000Z")))[0], contract.Applied)

	want(t, lead.push(mutation("create", "pathways", pathway, 0, set("case", demo.CaseID(1), "template", earlyHelp(t, s.App), "opened_at", "2026-11-02 09:00:00.000Z", "trigger", "missed_contact")))[0], contract.Applied)
	want(t, school.push(m)[0], contract.Applied)
	if v := stored(t, s.App, "pathway_events", id).GetString("verdict"); !strings.HasPrefix(v, "accepted") {
		t.Errorf("the event is %s", v)
	}
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
		if n, c, at := hears(t, s, who, id); n != 1 || c != demo.CaseID(1) || at != pathway {
			t.Errorf("then %s was told %d times, of case %q, pathway %q", who.Account, n, c, at)
		}
	}
	tellsNobody(t, s, id, demo.Practitioner, demo.Manager)
	if n := listed(); n != 0 {
		t.Errorf("it is among what waits %d times", n)
	}
	lead.pull(0)
	lead.inSync()
	if got := lead.field("sync_refusals", handed[0], "status"); got != "settled" {
		t.Errorf("the copy on the lead's phone is %v", got)
	}
	if lead.field("notices", notice.Id, "acknowledged_at") == "" || lead.field("notices", notice.Id, "pathway") != pathway {
		t.Error("the notice is not what it was, with its pathway")
	}
}

// Whatever keeps a risk back, its case's people are told at once: what is wrong with it
// is somebody's to put right afterwards.
func TestNothingKeepsAnImmediateRiskFromBeingTold(t *testing.T) {
	s := fellmoor(t)
	school := newPhone(t, s, demo.School)
	school.pull(0)
	grouped := risk("keptbackrisk004", demo.CaseID(1), "nosuchpathway01")
	bad := mutation("create", "notes", "groupedwithrisk", 0, set("case", demo.CaseID(1), "body", ""))
	grouped.Group, bad.Group = "visit", "visit"
	for name, all := range map[string][]contract.Mutation{
		"a field that nobody knows": {risk("keptbackrisk001", demo.CaseID(1), "nosuchpathway01", "mood", "bad")},
		"a time that is a number":   {risk("keptbackrisk002", demo.CaseID(1), "nosuchpathway01", "occurred_at", 12)},
		"no pathway at all":         {risk("keptbackrisk003", demo.CaseID(1), "")},
		"its group":                 {grouped, bad},
		"a pathway of another case": {risk("keptbackrisk005", demo.CaseID(1), foreignPathway(t, s.App))},
		"one claimed for the house": {risk("keptbackrisk006", demo.CaseID(1), "nosuchpathway01", "role", "lead")},
	} {
		r := school.push(all...)[0]
		if r.Verdict != contract.Refused && r.Verdict != contract.Held {
			t.Errorf("%s: %s", name, r.Verdict)
		}
		for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
			if n, c, _ := hears(t, s, who, all[0].Record); n != 1 || c != demo.CaseID(1) {
				t.Errorf("%s: %s was told %d times, of %q", name, who.Account, n, c)
			}
		}
	}
	if all, err := s.App.FindAllRecords("sync_refusals", dbx.HashExp{"handover": true, "record": "groupedwithrisk"}); err != nil || len(all) > 0 {
		t.Errorf("%v: the note beside the risk was handed over", err)
	}
}

// Whoever may not write on a case raises no alarm there: their own manager hears of it,
// and of no case; and the answer is that of a case that does not exist. Those to whom a
// case was left hear of what was recorded before its author could know.
func TestAnImmediateRiskIsToldWithinTheCaseAlone(t *testing.T) {
	s := fellmoor(t)
	outsider := newPhone(t, s, demo.Outsider)
	outsider.pull(0)
	manages(t, s.App, demo.DPO, demo.Outsider)
	foreign := outsider.push(risk("foreignrisk0001", demo.CaseID(1), "nosuchpathway01"))[0]
	missing := outsider.push(risk("foreignrisk0002", "nosuchcase00000", "nosuchpathway01"))[0]
	foreign.ID, foreign.Refusal, missing.ID, missing.Refusal = "", "", "", ""
	if fmt.Sprint(foreign) != fmt.Sprint(missing) {
		t.Errorf("%+v\n%+v", foreign, missing)
	}
	for _, id := range []string{"foreignrisk0001", "foreignrisk0002"} {
		if n, c, _ := hears(t, s, demo.DPO, id); n != 1 || c != "" {
			t.Errorf("the outsider's manager was told %d times, of %q", n, c)
		}
		tellsNobody(t, s, id, demo.DPO)
	}

	lost, lead := newPhone(t, s, demo.School), newPhone(t, s, demo.Practitioner)
	lost.pull(0)
	lead.pull(0)
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	want(t, lost.push(risk("goodfaithrisk01", demo.CaseID(1), "nosuchpathway01"))[0], contract.Refused)
	if n, c, _ := hears(t, s, demo.Practitioner, "goodfaithrisk01"); n != 1 || c != demo.CaseID(1) {
		t.Errorf("the lead was told %d times, of %q", n, c)
	}
	lead.pull(0)
	if n := len(lead.riskHandedOver("goodfaithrisk01")); n != 1 {
		t.Errorf("the lead's phone has %d copies", n)
	}
	lost.pull(0)
	lost.pull(0) // now it has come back with a position after the loss
	lost.push(risk("toolaterisk0001", demo.CaseID(1), "nosuchpathway01"))
	tellsNobody(t, s, "toolaterisk0001")
}

// A family entered on the phone whose case is refused takes its risk with it: the
// author's manager is told, and of the case as soon as there is one; once.
func TestAnImmediateRiskOfAFamilyThatHasNotArrived(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	const c, pathway, id = "unheardcase0001", "unheardpathway1", "unheardrisk0001"
	opens := mutation("create", "cases", c, 0, set("lead_agency", demo.Practitioner.Agency, "status", "open")) // of no name
	starts := mutation("create", "pathways", pathway, 0, set("case", c, "template", earlyHelp(t, s.App), "opened_at", "2026-11-02 09:00:00.000Z", "trigger", "missed_contact"))
	m := risk(id, c, pathway)
	got := p.push(opens, starts, m)
	want(t, got[0], contract.Refused)
	want(t, got[2], contract.Held)
	if n, at, _ := hears(t, s, demo.Manager, id); n != 1 || at != "" {
		t.Errorf("the manager was told %d times, of %q", n, at)
	}
	if a := s.Do("POST", "/api/sync/refusals/"+got[0].Refusal, p.token, contract.ResendRequest{Action: "resend", Set: set("family_name", "Newcome")}); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	want(t, p.push(m)[0], contract.Applied)
	if n, at, on := hears(t, s, demo.Manager, id); n != 1 || at != c || on != pathway {
		t.Errorf("then the manager was told %d times, of %q, %q", n, at, on)
	}
}

// After five days the risk is refused, its verdict names its author's record, and every
// copy is open to be put right.
func TestAnImmediateRiskThatWaitedTooLongStaysInSight(t *testing.T) {
	s := fellmoor(t)
	school, lead := newPhone(t, s, demo.School), newPhone(t, s, demo.Practitioner)
	school.pull(0)
	lead.pull(0)
	m := risk("agedrisk0000001", demo.CaseID(1), "nosuchpathway01")
	first := want(t, school.push(m)[0], contract.Held)
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.expireHeld(time.Now().AddDate(0, 0, contract.HeldDays+1)); err != nil {
		t.Fatal(err)
	}
	if r := want(t, school.push(m)[0], contract.Refused); r.Refusal != first.Refusal {
		t.Errorf("the verdict names %s, its author's record is %s", r.Refusal, first.Refusal)
	}
	lead.pull(0)
	handed := lead.riskHandedOver(m.Record)
	if len(handed) != 1 || lead.field("sync_refusals", handed[0], "status") != "open" {
		t.Fatalf("%v", handed)
	}
	mine := lead.opens()
	if a := s.Do("POST", "/api/sync/refusals/"+handed[0], lead.token, contract.ResendRequest{Action: "resend", Set: set("pathway", mine)}); a.Status != 200 {
		t.Fatalf("corrected by the lead: %d %s", a.Status, a.Body)
	}
	if n, _, on := hears(t, s, demo.Manager, m.Record); n != 1 || on != mine {
		t.Errorf("the manager was told %d times, on %q", n, on)
	}
}

func manages(t *testing.T, app core.App, above, below demo.Person) {
	t.Helper()
	r := stored(t, app, "users", below.ID)
	r.Set("manager", above.ID)
	if err := app.Save(kernel.AsServer(r)); err != nil {
		t.Fatal(err)
	}
}

// foreignPathway is a pathway of a case that the school is not on.
func foreignPathway(t *testing.T, app core.App) string {
	t.Helper()
	r, err := app.FindFirstRecordByFilter("pathways", "case != {:c} && case.case_members_via_case.user != {:u}", dbx.Params{"c": demo.CaseID(1), "u": demo.School.ID})
	if err != nil {
		t.Fatal(err)
	}
	return r.Id
}

// Where there is nobody at all to tell, the answer says so, and that its author must ring;
// once there is somebody, they are told, and it says so no more.
func TestARiskThatNobodyHearsSaysSo(t *testing.T) {
	s := fellmoor(t)
	has := func(duty ...string) {
		t.Helper()
		c, err := s.App.FindCachedCollectionByNameOrId("risk_policies")
		if err != nil {
			t.Fatal(err)
		}
		r := core.NewRecord(c)
		r.Load(map[string]any{"duty": duty, "again_after": 15, "times": 4, "reason": "Decided by the board."})
		if err := s.App.Save(kernel.AsServer(r)); err != nil {
			t.Fatal(err)
		}
	}
	has()
	outsider := newPhone(t, s, demo.Outsider)
	outsider.pull(0)
	m := risk("unheardrisk0002", "nosuchcase00000", "nosuchpathway01")
	if r := outsider.push(m)[0]; !strings.Contains(r.Message, riskrules.NobodyTold) {
		t.Errorf("%s: %q", r.Verdict, r.Message)
	}
	tellsNobody(t, s, m.Record)
	has(demo.DPO.ID)
	if err := riskrules.TellAgain(s.App, time.Now().Add(16*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, c, _ := hears(t, s, demo.DPO, m.Record); n != 1 || c != "" {
		t.Errorf("the duty was told %d times, of %q", n, c)
	}
}
