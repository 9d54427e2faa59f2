package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	riskrules "holdfast/hooks/risk"
	"holdfast/server/demo"
)

// raises has somebody raise an immediate risk, and answers the event as it is stored.
func (d *office) raises(who demo.Person, p *core.Record, what string) *core.Record {
	d.t.Helper()
	return d.fresh(d.does(&who, "pathway_events", "", map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": "immediate_risk.raised",
		"data": map[string]any{"what": what}}))
}

// hears are the people who have a notice of a risk at a stage.
func (d *office) hears(risk *core.Record, stage string) map[string]*core.Record {
	d.t.Helper()
	out := map[string]*core.Record{}
	for _, r := range must(d.FindAllRecords("notices", dbx.HashExp{"timer": "immediate_risk.raised/" + risk.Id, "stage": stage})) {
		out[r.GetString("user")] = r
	}
	return out
}

// A worker who is alone on a case is told to somebody all the same: their line manager,
// on the case or not; else who answers for safeguarding at their agency; else the managers
// of the agency that leads; else whoever has the duty. And where there is nobody, the
// record says so (A2).
func TestALoneWorkersRiskIsHeard(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.School, d.schoolCase(), time.Hour)
	head := demo.Outsider // who comes to the school, for this
	d.account(head, "agency", demo.School.Agency)
	d.account(head, "roles", []string{"practitioner"})
	d.duty()
	alone := d.raises(demo.School, p, "Ada slept outside.")
	if got := d.hears(alone, "at_once"); len(got) != 0 || alone.GetInt("told") != 0 {
		t.Fatalf("nobody is there to tell, and %d were, told %d", len(got), alone.GetInt("told"))
	}
	for _, step := range []struct {
		says string
		does func()
		told demo.Person
	}{
		{"the duty", func() { d.duty(demo.DPO) }, demo.DPO},
		{"a manager of the agency that leads", func() { d.account(head, "roles", []string{"manager"}) }, head},
		{"the agency's own lead of safeguarding", func() {
			d.account(demo.Colleague, "agency", demo.School.Agency)
			d.account(demo.Colleague, "roles", []string{"safeguarding_lead"})
		}, demo.Colleague},
		{"the line manager", func() { d.account(demo.School, "manager", head.ID) }, head},
	} {
		step.does()
		risk := d.raises(demo.School, p, step.says)
		got := d.hears(risk, "at_once")
		if len(got) != 1 || got[step.told.ID] == nil || risk.GetInt("told") != 1 {
			t.Errorf("%s: %d were told, told says %d", step.says, len(got), risk.GetInt("told"))
		}
	}
}

// duty has the area name who has the duty.
func (d *office) duty(who ...demo.Person) {
	d.t.Helper()
	var ids []string
	for _, p := range who {
		ids = append(ids, p.ID)
	}
	d.does(nil, "risk_policies", "", map[string]any{"duty": ids, "again_after": 15, "times": 4, "reason": "Decided by the board."})
}

// The line manager is told whether they are on the case or not; where they are away, the
// next above. Who is not on the case reads who raised it and where to ring, and takes it
// on; a restricted case only where they answer for it.
func TestWhoIsToldOffTheCaseMayTakeItOn(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.School, d.schoolCase(), time.Hour)
	d.account(demo.School, "phone", "07700 900 321")
	head := demo.Outsider
	d.account(head, "agency", demo.School.Agency)
	d.account(head, "roles", []string{"manager"})
	risk := d.raises(demo.School, p, "Ada slept outside.")
	n := d.hears(risk, "at_once")[head.ID]
	if n == nil || n.GetString("raised_by") != "Saskia Dunn, Harbour School" || n.GetString("ring") != "07700 900 321" {
		t.Fatalf("%+v", n)
	}
	own := func() []riskrules.Alarm {
		return must(riskrules.Alarms(d.App, kernel.Actor{User: must(d.FindRecordById("users", head.ID)), Door: "coordinate"}))
	}
	if got := own(); len(got) != 1 || got[0].Member || got[0].Reference+got[0].What+got[0].Data != "" || got[0].Ring != "07700 900 321" {
		t.Fatalf("off the case they see %+v", got)
	}
	c := must(d.FindRecordById("cases", p.GetString("case")))
	c.Set("restricted", true)
	if err := d.Save(kernel.AsServer(c)); err != nil {
		t.Fatal(err)
	}
	d.account(head, "roles", []string{"practitioner"})
	if _, err := d.by(&head, "notices", n.Id, map[string]any{"taken_on_at": time.Now()}); err == nil || !strings.Contains(err.Error(), "restricted") {
		t.Errorf("a restricted file: %v", err)
	}
	d.account(head, "roles", []string{"manager"})
	d.does(&head, "notices", n.Id, map[string]any{"taken_on_at": time.Now()})
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": p.GetString("case"), "u": head.ID}))
	if m.GetString("role") != "manager" {
		t.Errorf("they came as %q", m.GetString("role"))
	}
	if got := own(); len(got) != 1 || !got[0].Member || got[0].What != "Ada slept outside." || got[0].ReadBy == "" || !got[0].Manages {
		t.Errorf("on the case they see %+v", got)
	}
	if n, err := d.CountRecords("audit_log", dbx.HashExp{"verb": "took_on", "actor": head.ID}); err != nil || n != 1 {
		t.Errorf("%d lines on record, %v", n, err)
	}
}

// One of two risks is resolved, by name or because it was the only one as that came; the
// agency that raised it is told and raises it again; what was taken back has everybody told
// anew (A4).
func TestARiskIsResolvedByItself(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	bruise := d.raises(demo.School, p, "A bruise; she says her father.")
	resolve := func(data map[string]any) (*core.Record, error) {
		return d.by(&demo.Manager, "pathway_events", "", map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": "immediate_risk.resolved", "occurred_at": time.Now(), "data": data})
	}
	if _, err := resolve(map[string]any{"how": "Seen."}); err == nil {
		t.Error("nobody was spoken to, and it was taken")
	}
	over := must(resolve(map[string]any{"how": "Ivy was seen by a doctor at once.", "spoken_to": "Dr Vale"}))
	if got := d.fresh(bruise).GetString("resolved_by"); got != over.Id {
		t.Fatalf("the only one is resolved by %q; it says %s", got, d.fresh(over).GetString("data"))
	}
	if len(d.hears(bruise, "at_once")) != 0 {
		t.Error("somebody is still asked to read what is over")
	}
	if got := d.hears(bruise, "resolved"); len(got) != 2 || got[demo.School.ID] == nil || got[demo.Practitioner.ID] == nil {
		t.Errorf("%d were told that it is over", len(got)) // who raised it, and whoever was told of it but who did it
	}
	gas, again := d.raises(demo.Practitioner, p, "The gas was on."), d.raises(demo.School, p, "Another bruise.")
	if refused := d.fresh(must(resolve(map[string]any{"how": "The gas is off; the company came.", "spoken_to": "Rosa Marlowe"}))); refused.GetString("verdict") != "attempted" || !strings.Contains(refused.GetString("reasons"), "Several immediate risks are open") {
		t.Errorf("%s %s", refused.GetString("verdict"), refused.GetString("reasons"))
	}
	off := must(resolve(map[string]any{"how": "The gas is off; the company came.", "spoken_to": "Rosa Marlowe", "risk": gas.Id}))
	if d.fresh(gas).GetString("resolved_by") != off.Id || d.fresh(again).GetString("resolved_by") != "" {
		t.Error("not the one that was named")
	}
	d.does(&demo.Manager, "pathway_events", "", map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": "event.withdrawn", "occurred_at": time.Now(), "corrects": off.Id, "data": map[string]any{"reason": "It was another family's gas, next door."}})
	if d.fresh(gas).GetString("resolved_by") != "" || d.hears(gas, "at_once")[demo.Manager.ID] == nil {
		t.Error("what is open again is told to nobody")
	}
}

// Unanswered, a risk is told again and more widely, each time once, until somebody answers
// or it is said that nobody does.
func TestARiskIsToldUntilSomebodyAnswers(t *testing.T) {
	d := openOffice(t)
	lead := demo.Outsider
	d.account(lead, "agency", demo.School.Agency)
	d.account(lead, "roles", []string{"safeguarding_lead"})
	d.duty(demo.DPO)
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	risk := d.raises(demo.School, p, "Ada slept outside.")
	raised := risk.GetDateTime("received_at").Time()
	again := func(minutes int) {
		t.Helper()
		for range 2 { // the cron comes twice in a minute, or the server starts anew
			if err := riskrules.TellAgain(d.App, raised.Add(time.Duration(minutes)*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
	}
	mails := func(kind string) map[string]int {
		out := map[string]int{}
		for _, r := range must(d.FindAllRecords("outbox", dbx.HashExp{"kind": kind, "channel": ""})) {
			out[r.GetString("to")]++
		}
		return out
	}
	if got := mails("risk"); len(got) != 2 || got[demo.Practitioner.Email()] != 1 || got[demo.Manager.Email()] != 1 {
		t.Errorf("at once: %v", got)
	}
	again(14)
	if got := mails("risk_again"); len(got) != 0 {
		t.Errorf("before its time: %v", got)
	}
	again(16)
	if got, more := mails("risk_again"), mails("risk"); got[demo.Practitioner.Email()] != 1 || got[demo.Manager.Email()] != 1 || more[lead.Email()] != 1 || len(more) != 3 {
		t.Errorf("after a quarter of an hour: %v, %v", got, more)
	}
	again(32)
	if more := mails("risk"); more[demo.DPO.Email()] != 1 || mails("risk_again")[lead.Email()] != 1 {
		t.Errorf("the duty, who was next: %v", more)
	}
	again(48)
	again(64)
	if got := mails("risk_unanswered"); got[demo.DPO.Email()] != 1 || got[demo.Manager.Email()] != 1 || got[demo.School.Email()] != 1 || len(got) != 3 {
		t.Errorf("that nobody answers: %v", got)
	}
	total := must(d.CountRecords("outbox"))
	again(240)
	if now := must(d.CountRecords("outbox")); now != total {
		t.Errorf("after its end %d more", now-total)
	}
	if d.fresh(risk).GetInt("told") != 4 {
		t.Errorf("told says %d", d.fresh(risk).GetInt("told"))
	}

	heard := d.raises(demo.School, p, "And today.")
	own := d.hears(heard, "at_once")[demo.Manager.ID]
	d.does(&demo.Manager, "notices", own.Id, map[string]any{"acknowledged_at": time.Now()})
	total = must(d.CountRecords("outbox"))
	again(30)
	if now := must(d.CountRecords("outbox")); now != total || must(d.FindFirstRecordByData("risk_alarms", "risk", heard.Id)).GetString("ended_by") != "answered" {
		t.Errorf("answered, and %d more are told", now-total)
	}
}
