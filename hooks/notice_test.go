package hooks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/tell"
	"holdfast/server/demo"
)

func (d *office) told(who demo.Person, p *core.Record) map[string]int {
	d.t.Helper()
	out := map[string]int{}
	for _, r := range must(d.FindAllRecords("notices", dbx.HashExp{"user": who.ID, "pathway": p.Id})) {
		out[r.GetString("timer")+" "+r.GetString("stage")]++
	}
	return out
}

func (d *office) reads(at time.Time) {
	d.t.Helper()
	if err := engagement.ReadPathways(d.App, at); err != nil {
		d.t.Fatal(err)
	}
}

// Due soon tells the worker, overdue whoever the template names, staying so the next
// above; each once, however often the cron reads.
func TestWhoIsTold(t *testing.T) {
	d := openOffice(t)
	chief := demo.Outsider // manages the manager
	d.account(chief, "roles", []string{"manager"})
	d.account(demo.Manager, "manager", chief.ID)
	p := d.opens(demo.Practitioner, demo.CaseID(8), time.Minute)
	due := d.step(p, "check-barriers").GetDateTime("due_at").Time()

	d.reads(due.Add(-48 * time.Hour))
	if n := len(d.told(demo.Practitioner, p)); n != 0 {
		t.Errorf("%d told two days before", n)
	}
	for range 3 {
		d.reads(due.Add(-time.Hour))
	}
	if got := d.told(demo.Practitioner, p); got["T1 due_soon"] != 1 || len(d.told(demo.Manager, p)) != 0 {
		t.Errorf("due soon: %v, %v", got, d.told(demo.Manager, p))
	}
	for range 3 {
		d.reads(due.Add(time.Hour))
	}
	if got := d.told(demo.Manager, p); got["T1 overdue"] != 1 || d.told(demo.Practitioner, p)["T1 overdue"] != 0 {
		t.Errorf("overdue: %v, %v", got, d.told(demo.Practitioner, p))
	}
	for range 2 {
		d.reads(due.Add(60 * 24 * time.Hour))
	}
	if got := d.told(chief, p); got["T5S overdue"] != 1 || got["T5 overdue_2"] != 1 {
		t.Errorf("the service manager: %v", got)
	}
	if got := d.told(demo.Manager, p); got["T5 overdue"] != 1 || got["T5S overdue"] != 0 || got["T7 overdue"] != 0 {
		t.Errorf("the manager: %v", got)
	}
	all := must(d.FindAllRecords("notices", dbx.HashExp{"pathway": p.Id}))
	for _, r := range all {
		text := string(must(json.Marshal(r.PublicExport())))
		for _, secret := range []string{"Vance", "Micah", "FM-0008", "Station Cottages"} {
			if strings.Contains(text, secret) {
				t.Errorf("a notice says %q", secret)
			}
		}
	}
	own := must(d.FindAllRecords("notices", dbx.HashExp{"user": demo.Practitioner.ID, "pathway": p.Id}))[0]
	d.does(&demo.Practitioner, "notices", own.Id, map[string]any{"acknowledged_at": time.Now()})
	if _, err := d.by(&demo.Practitioner, "notices", own.Id, map[string]any{"stage": "overdue"}); err == nil {
		t.Error("a notice was changed")
	}
}

// Nobody above on the case: the next who answers is told, never nobody; and who leaves
// the case is told nothing more and keeps nothing.
func TestNobodyIsLeftUntold(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.School, d.schoolCase(), time.Minute)
	d.reads(time.Now().Add(90 * 24 * time.Hour))
	got := d.told(demo.School, p)
	if got["T1 overdue"] != 1 || got["T5S overdue"] != 1 || got["T5 overdue_2"] != 1 {
		t.Errorf("%v", got)
	}
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u}", dbx.Params{"c": p.GetString("case"), "u": demo.School.ID}))
	d.does(nil, "case_members", m.Id, map[string]any{"until": time.Now().Add(-time.Minute)})
	if got := d.told(demo.School, p); len(got) != 0 {
		t.Errorf("kept after leaving: %v", got)
	}
}

// An immediate risk is told at once to those who answer for the case, and to nobody off
// it; each of them anew; by whatever clock, in whatever state, also where the only other
// person on the case is a colleague.
func TestAnImmediateRiskIsToldAtOnce(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	raise := func(who demo.Person, p *core.Record, more map[string]any) string {
		t.Helper()
		values := map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": "immediate_risk.raised", "data": map[string]any{"what": "Ada slept outside."}}
		maps.Copy(values, more)
		r := d.does(&who, "pathway_events", "", values)
		if v := r.GetString("verdict"); !strings.HasPrefix(v, "accepted") {
			t.Fatalf("%s %s", v, r.GetString("reasons"))
		}
		return "immediate_risk.raised/" + r.Id + " at_once"
	}
	first := raise(demo.School, p, nil) // no time at all
	second := raise(demo.School, p, map[string]any{"occurred_at": "not a time"})
	third := raise(demo.School, p, map[string]any{"occurred_at": "2099-01-01 00:00:00.000Z"})
	_, third, _ = strings.Cut(third, "/")
	third, _, _ = strings.Cut(third, " ")
	if at := must(d.FindRecordById("pathway_events", third)).GetDateTime("occurred_at").Time(); time.Since(at) > time.Hour || time.Until(at) > 0 {
		t.Errorf("dated ahead, it is of %v", at)
	}
	third = "immediate_risk.raised/" + third + " at_once"
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
		if got := d.told(who, p); got[first] != 1 || got[second] != 1 || got[third] != 1 {
			t.Errorf("%s was told %v", who.Account, got)
		}
	}
	for _, who := range []demo.Person{demo.School, demo.Outsider, demo.Coordinator} {
		if got := d.told(who, p); len(got) != 0 {
			t.Errorf("%s was told %v", who.Account, got)
		}
	}
	for _, risk := range d.events(p, "immediate_risk.raised") {
		d.tells(demo.Manager, p, "immediate_risk.resolved", map[string]any{"risk": risk.Id, "how": "She sleeps at her aunt's, who is with her.", "spoken_to": "Rosa Marlowe"})
	}
	d.does(&demo.Manager, "pathway_events", "", map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": "pathway.cancelled", "occurred_at": time.Now(), "data": map[string]any{"reason": "The clinic meant the family next door."}})
	if ended := raise(demo.School, p, nil); d.told(demo.Manager, p)[ended] != 1 {
		t.Errorf("on a pathway that ended: %v", d.told(demo.Manager, p))
	}

	alone := d.opens(demo.School, d.schoolCase(), time.Hour)
	d.does(nil, "case_members", "", map[string]any{"case": alone.GetString("case"), "user": demo.Practitioner.ID, "role": "member"})
	if own := raise(demo.School, alone, nil); d.told(demo.Practitioner, alone)[own] != 1 || len(d.told(demo.School, alone)) != 0 {
		t.Errorf("%v, %v", d.told(demo.Practitioner, alone), d.told(demo.School, alone))
	}
}

// schoolCase is a case that the school leads alone, without a manager.
func (d *office) schoolCase() string {
	d.t.Helper()
	return d.does(&demo.School, "cases", "", map[string]any{"reference": "FM-7000", "family_name": "Alone", "lead_agency": demo.School.Agency, "status": "open"}).Id
}

// What a coordinator sees is numbers by the templates' own titles: no name, no
// reference, no id, and nothing of a restricted case.
func TestACoordinatorSeesNumbersAlone(t *testing.T) {
	d := openOffice(t)
	d.reads(time.Now())
	before := fmt.Sprint(must(tell.StepCounts(d.App)))
	d.opens(demo.Colleague, demo.CaseID(7), 40*24*time.Hour) // restricted
	d.reads(time.Now())
	if after := fmt.Sprint(must(tell.StepCounts(d.App))); after != before {
		t.Errorf("a restricted case is counted:\n%s\n%s", before, after)
	}
	d.opens(demo.Colleague, demo.CaseID(9), 40*24*time.Hour)
	counts := must(tell.StepCounts(d.App))
	overdue := 0
	for _, c := range counts {
		overdue += c.Overdue
	}
	if overdue == 0 {
		t.Fatal("nothing is counted: this would prove nothing")
	}
	text := fmt.Sprintf("%+v", counts)
	for _, q := range []string{
		"SELECT family_name FROM cases", "SELECT reference FROM cases", "SELECT id FROM cases", "SELECT id FROM pathways",
		"SELECT id FROM pathway_steps", "SELECT name FROM people", "SELECT name FROM users", "SELECT id FROM users",
	} {
		var all []string
		if err := d.ConcurrentDB().NewQuery(q).Column(&all); err != nil {
			t.Fatal(err)
		}
		for _, secret := range all {
			if strings.Contains(text, secret) {
				t.Errorf("the numbers say %q", secret)
			}
		}
	}
}
