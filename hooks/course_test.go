package hooks_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/pathway"
	"holdfast/server/demo"
)

// happened adds an event of some time ago.
func (d *office) happened(p demo.Person, on *core.Record, ago time.Duration, kind string, data map[string]any) *core.Record {
	d.t.Helper()
	return d.does(&p, "pathway_events", "", map[string]any{
		"case": on.GetString("case"), "pathway": on.Id, "kind": kind, "occurred_at": types.NowDateTime().Add(-ago), "data": data,
	})
}

// tried adds a try at contact that reached nobody, or whom it says.
func (d *office) tried(p demo.Person, caseID string, ago time.Duration, values map[string]any) *core.Record {
	d.t.Helper()
	all := map[string]any{"case": caseID, "method": "phone", "outcome": "no_answer", "contact_confirmed": true, "occurred_at": types.NowDateTime().Add(-ago)}
	for k, v := range values {
		all[k] = v
	}
	return d.does(&p, "contact_attempts", "", all)
}

func (d *office) person(caseID, kind string) *core.Record {
	d.t.Helper()
	return must(d.FindFirstRecordByFilter("people", "case = {:c} && kind = {:k}", dbx.Params{"c": caseID, "k": kind}))
}

const day = 24 * time.Hour

// One parent agrees and the other does not: the family works together again, the event says
// who has not agreed, and the pathway how each adult stands, tries at each apart.
func TestOneParentAgreesAndIsWrittenDown(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	d.does(nil, "cases", c, map[string]any{"opened_on": time.Now().Add(-60 * day).Format(time.DateOnly)})
	lou, micah := d.person(c, "adult"), d.person(c, "child")
	joe := d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "adult", "name": "Joe Vance"})
	d.does(&demo.Practitioner, "relationships", "", map[string]any{"case": c, "person": joe.Id, "other": micah.Id, "kind": "father", "parental_responsibility": "yes"})
	p := d.opens(demo.Practitioner, c, 20*day)
	d.tried(demo.Practitioner, c, 10*day, map[string]any{"person": joe.Id})
	d.tried(demo.Practitioner, c, 9*day, map[string]any{"person": lou.Id, "outcome": "reached"})
	d.happened(demo.Practitioner, p, 4*day, "child.seen", map[string]any{"children": []string{micah.Id}})
	d.happened(demo.Practitioner, p, 3*day, "consent.refused", map[string]any{"person": joe.Id})
	e := d.happened(demo.Practitioner, p, 2*day, "plan.agreed", map[string]any{"agreement": "signed", "person": lou.Id})
	if e.GetString("verdict") != "accepted" || !strings.Contains(e.GetString("reasons"), "Joe Vance has not agreed.") {
		t.Errorf("%s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
	if s := d.step(p, "ask-why"); s.GetString("status") == "done" {
		t.Error("nobody asks Joe why")
	}
	now := d.fresh(p)
	var stands []pathway.Standing
	if err := json.Unmarshal([]byte(now.GetString("adults")), &stands); err != nil || now.GetString("state") != "re_engaged" || len(stands) != 2 {
		t.Fatalf("%s %s %v", now.GetString("state"), now.GetString("adults"), err)
	}
	for _, a := range stands {
		switch {
		case a.Name != "":
			t.Error("a name is kept where its record does not correct it")
		case a.Person == joe.Id && (a.Stands != "refused" || a.Tries != 1 || a.Reached != 0), a.Person == lou.Id && (a.Stands != "agreed" || a.Reached != 1):
			t.Errorf("%+v", a)
		}
	}
	if _, err := d.by(&demo.Practitioner, "pathways", p.Id, map[string]any{"adults": "[]"}); err == nil {
		t.Error("somebody wrote how the adults stand")
	}
	other := d.person(demo.CaseID(2), "adult")
	if _, err := d.by(&demo.Practitioner, "contact_attempts", "", map[string]any{"case": c, "method": "phone", "outcome": "no_answer", "occurred_at": types.NowDateTime(), "person": other.Id}); err == nil {
		t.Error("a try at somebody of another family")
	}
}

// Starting and stopping is counted on the pathway, and in what a manager is told of it.
func TestCyclesAreCountedAndTold(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	d.does(nil, "cases", c, map[string]any{"opened_on": time.Now().Add(-90 * day).Format(time.DateOnly)})
	micah := d.person(c, "child")
	p := d.opens(demo.Practitioner, c, 40*day)
	for n := range 3 {
		ago := time.Duration(34-7*n) * day
		d.happened(demo.Practitioner, p, ago, "child.seen", map[string]any{"children": []string{micah.Id}})
		d.happened(demo.Practitioner, p, ago-time.Hour, "plan.agreed", map[string]any{"agreement": "verbal"})
		d.tried(demo.Practitioner, c, ago-2*day, nil)
		if n < 2 {
			if got := d.fresh(p).GetInt("cycles"); got != n+1 {
				t.Fatalf("after %d: %d", n+1, got)
			}
		}
	}
	now := d.fresh(p)
	if now.GetInt("cycles") != 3 || d.step(p, "meet-about-cycles").GetString("due_on") == "" {
		t.Fatalf("%d cycles in %s", now.GetInt("cycles"), now.GetString("state"))
	}
	d.reads(time.Now())
	told := must(d.FindAllRecords("notices", dbx.HashExp{"user": demo.Manager.ID, "pathway": p.Id, "timer": "T14"}))
	if len(told) == 0 {
		t.Error("no manager was told")
	}
	for _, r := range told {
		if r.GetInt("cycles") != 3 {
			t.Errorf("a manager is told of %d cycles", r.GetInt("cycles"))
		}
	}
}
