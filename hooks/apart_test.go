package hooks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
	riskrules "holdfast/hooks/risk"
	"holdfast/server/demo"
)

// deputy manages Early Help above its team manager.
var deputy = demo.Person{ID: demo.ID("head", 2), Account: "deputy", Name: "Dilys Orme", Agency: demo.Agencies[0].ID, Roles: []string{"practitioner", "manager"}}

// leaves takes somebody off a case.
func (d *office) leaves(p demo.Person, caseID string) {
	d.t.Helper()
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": caseID, "u": p.ID}))
	d.does(nil, "case_members", m.Id, map[string]any{"until": types.NowDateTime()})
}

func inAMonth() map[string]any {
	return map[string]any{"review_on": time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}
}

// The team manager is of the family's own, and was taken off its case before it was
// restricted. Nothing that the server does by itself tells her of it or brings her back:
// no risk that her worker raises, no colleague of hers who joins, no question asked of her
// agency. Whoever is on it goes on; and lifting it gives all of that back.
func TestWhoWasTakenOffARestrictedFamilyIsToldNothing(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(deputy, demo.Manager)
	d.account(demo.Manager, "roles", []string{"practitioner", "manager", "safeguarding_lead"})
	p := d.opens(demo.Practitioner, c, time.Hour)
	d.leaves(demo.Manager, c)
	before := d.raises(demo.Practitioner, p, "He waits outside the house.")
	if d.hears(before, "at_once")[demo.Manager.ID] == nil {
		t.Fatal("not restricted yet, and the line manager is not told")
	}
	if _, err := d.acts(deputy, c, "restrict", inAMonth()); err != nil {
		t.Fatal(err)
	}
	apart := func(when string, who demo.Person) {
		t.Helper()
		if n := must(d.CountRecords("notices", dbx.HashExp{"user": who.ID, "case": c})); n != 0 {
			t.Errorf("%s: %s has %d notices of it", when, who.Account, n)
		}
		if got := d.requests(who); len(got) != 0 {
			t.Errorf("%s: %s is asked %q", when, who.Account, d.kinds(who))
		}
		if d.role(who, c) != "" {
			t.Errorf("%s: %s is on the case as %s", when, who.Account, d.role(who, c))
		}
		waits := must(asked.Waits(d.App, who.ID, time.Now().Format(time.DateOnly)))
		if i := slices.IndexFunc(waits, func(w asked.Wait) bool { return w.Kind == asked.RiskWaits }); i >= 0 {
			t.Errorf("%s: %s counts %+v", when, who.Account, waits[i])
		}
	}
	apart("restricted", demo.Manager)

	risk := d.raises(demo.Practitioner, p, "He is in the garden.")
	if told := d.hears(risk, "at_once"); told[deputy.ID] == nil || risk.GetInt("told") == 0 {
		t.Errorf("who is on it is told no more: %v", told)
	}
	apart("a risk", demo.Manager)
	if err := riskrules.TellAgain(d.App, time.Now().Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	apart("nobody answered", demo.Manager)

	d.joins(demo.Colleague, c, "member")
	apart("somebody of hers joined", demo.Manager)
	d.does(&demo.Colleague, "notes", "", map[string]any{"case": c, "body": "I do not want to go home.", "source": "said_by_parent", "occurred_at": types.NowDateTime()})

	d.account(demo.School, "roles", []string{"practitioner", "agency_lead"})
	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.leaves(demo.School, c)
	apart("a question for her school", demo.School)

	if _, err := d.acts(deputy, c, "lift_restriction", nil); err != nil {
		t.Fatal(err)
	}
	if d.kinds(demo.School) != "closing" {
		t.Errorf("lifted, and the school is asked %q", d.kinds(demo.School))
	}
	if d.hears(d.raises(demo.Practitioner, p, "He is back."), "at_once")[demo.Manager.ID] == nil {
		t.Error("lifted, and the line manager is told of no risk")
	}
}

// A manager of the agency that leads takes on a risk of a restricted family by herself; not
// who was taken off it, whatever notice she kept. Somebody on the case puts her back.
func TestNobodyComesBackToARestrictedFamilyByTheirNotice(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.puts(deputy, demo.Manager)
	p := d.opens(demo.Practitioner, c, time.Hour)
	d.leaves(demo.Manager, c)
	kept := d.hears(d.raises(demo.Practitioner, p, "He waits outside the house."), "at_once")[demo.Manager.ID]
	if _, err := d.NonconcurrentDB().Update("cases", dbx.Params{"restricted": true}, dbx.HashExp{"id": c}).Execute(); err != nil {
		t.Fatal(err) // as an old server left it: restricted, and the notice still hers
	}
	_, err := d.by(&demo.Manager, "notices", kept.Id, map[string]any{"taken_on_at": types.NowDateTime()})
	d.refused("who was taken off it", err, "taken_on_at", "not_allowed")
	if d.role(demo.Manager, c) != "" {
		t.Error("she is on the case")
	}
	d.joins(demo.Manager, c, "manager")
	if d.role(demo.Manager, c) != "manager" {
		t.Error("put back by hand, and she is not on it")
	}
}
