package hooks_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

const past = "2020-01-01 00:00:00.000Z"

func (d *office) on(p demo.Person, caseID string) bool {
	d.t.Helper()
	n, err := d.CountRecords("case_members", dbx.HashExp{"case": caseID, "user": p.ID, "active": true})
	if err != nil {
		d.t.Fatal(err)
	}
	return n > 0
}

// The manager who came with their people is not sent away by them.
func TestTheWatchedSendNobodyAway(t *testing.T) {
	d := openOffice(t)
	c, moira := demo.CaseID(8), d.membership(demo.Manager, demo.CaseID(8)).Id
	for say, values := range map[string]map[string]any{
		"ended": {"until": past}, "ended tomorrow": {"until": time.Now().AddDate(0, 0, 1)}, "put off": {"from": "2050-01-01 00:00:00.000Z"},
		"made a member": {"role": "member"}, "made a lead": {"role": "lead"},
	} {
		_, err := d.by(&demo.Practitioner, "case_members", moira, values)
		d.refused("the lead's manager is "+say, err, "user", "watches")
		_, err = d.by(&demo.Manager, "case_members", moira, values)
		d.refused("the manager, alone with them, is by herself "+say, err, "user", "alone")
		_, err = d.by(nil, "case_members", moira, values)
		d.refused("by the operator "+say, err, "user", "alone")
	}
	if !d.on(demo.Manager, c) {
		t.Fatal("she is gone")
	}

	// Who is above her comes with her; then she may leave, and the lead still cannot send her.
	chief := demo.Outsider
	d.account(chief, "roles", []string{"manager"})
	d.account(demo.Manager, "manager", chief.ID)
	if !d.on(chief, c) {
		t.Fatal("the manager's manager did not come")
	}
	_, err := d.by(&demo.Practitioner, "case_members", moira, map[string]any{"until": past})
	d.refused("the lead, with another above", err, "user", "watches")
	d.does(&demo.Manager, "case_members", moira, map[string]any{"until": past})
	if d.on(demo.Manager, c) || !d.on(chief, c) {
		t.Error("another took over, and she did not leave")
	}
}

// A manager comes with the first of their people and goes with the last; when somebody
// else becomes their manager, that one comes.
func TestAManagerComesAndGoesWithTheirPeople(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1) // the practitioner leads; the school works on it
	chief := demo.Outsider
	d.account(chief, "roles", []string{"manager"})
	d.account(demo.School, "manager", chief.ID)
	if !d.on(chief, c) {
		t.Fatal("the school's new manager did not come")
	}
	if r := d.membership(chief, c); r.GetString("role") != "manager" || !r.GetBool("automatic") {
		t.Errorf("%v", r.PublicExport())
	}
	d.does(&demo.Practitioner, "case_members", d.membership(demo.School, c).Id, map[string]any{"until": past})
	if d.on(chief, c) {
		t.Error("the school's manager stays on with nobody to watch")
	}
	d.account(demo.Practitioner, "manager", chief.ID)
	if !d.on(chief, c) || d.on(demo.Manager, c) {
		t.Errorf("the new manager is on the case: %v, the old one %v", d.on(chief, c), d.on(demo.Manager, c))
	}
	d.account(demo.Practitioner, "manager", demo.Manager.ID)

	// Whose account is switched off is followed by who is above them, and comes back.
	d.account(demo.Manager, "manager", chief.ID)
	d.account(demo.Manager, "active", false)
	if d.on(demo.Manager, c) || !d.on(chief, c) {
		t.Errorf("the manager who is away: %v; who is above: %v", d.on(demo.Manager, c), d.on(chief, c))
	}
	d.account(demo.Manager, "manager", "")
	d.account(demo.Manager, "active", true)
	if !d.on(demo.Manager, c) {
		t.Error("the manager came back to nobody")
	}

	// The last lead leaves: their manager stays, who alone can put somebody on it.
	d.does(nil, "case_members", d.membership(demo.Practitioner, demo.CaseID(8)).Id, map[string]any{"until": past})
	if !d.on(demo.Manager, demo.CaseID(8)) {
		t.Error("nobody is left who could open the case")
	}
	d.does(&demo.Manager, "case_members", "", map[string]any{"case": demo.CaseID(8), "user": demo.Practitioner.ID, "role": "lead"})
}

// Who was a mere member on a case is its manager once one of their people joins.
func TestAManagerWhoWasThereBeforeIsTheirManager(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	d.account(demo.Outsider, "roles", []string{"practitioner", "manager"})
	d.joins(demo.Outsider, c, "member")
	d.does(nil, "case_members", d.membership(demo.Outsider, c).Id, map[string]any{"until": time.Now().AddDate(0, 0, 3)})
	d.account(demo.School, "manager", demo.Outsider.ID)
	d.joins(demo.School, c, "member")
	if r := d.membership(demo.Outsider, c); r.GetString("role") != "manager" || !r.GetDateTime("until").IsZero() {
		t.Errorf("%v", r.PublicExport())
	}
}

// Whatever people do, in whatever order: as long as somebody on a case has a manager whose
// account is in use, that manager, or one above, is on it too.
func TestNobodyWorksACaseAlone(t *testing.T) {
	app := demotest.App(t)
	d := &office{app, t}
	acts := 0
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 8).Draw(rt, "acts") {
			if act(rt, d) {
				acts++
			}
			if alone := d.alone(); len(alone) > 0 {
				rt.Fatalf("alone: %v", alone)
			}
		}
	})
	if acts < 50 {
		t.Errorf("only %d acts were taken", acts)
	}
}

// act is something that somebody does; it answers whether it was taken.
func act(rt *rapid.T, d *office) bool {
	person := rapid.SampledFrom(demo.Cast).Draw(rt, "who")
	other := rapid.SampledFrom(demo.Cast).Draw(rt, "whom")
	c := demo.CaseID(rapid.IntRange(1, 3).Draw(rt, "case"))
	by := &person
	if rapid.Bool().Draw(rt, "the operator") {
		by = nil
	}
	members := must(d.FindAllRecords("case_members", dbx.HashExp{"case": c}))
	one := rapid.SampledFrom(members).Draw(rt, "member")
	role := rapid.SampledFrom([]string{"lead", "member", "manager"}).Draw(rt, "role")
	account := func(field string, value any) bool {
		r := must(d.FindRecordById("users", other.ID))
		r.Set(field, value)
		return d.Save(kernel.AsServer(r)) == nil
	}
	var err error
	switch rapid.IntRange(0, 8).Draw(rt, "what") {
	case 0:
		_, err = d.by(by, "case_members", "", map[string]any{"case": c, "work_email": other.Email(), "role": role})
	case 1:
		_, err = d.by(by, "case_members", one.Id, map[string]any{"until": rapid.SampledFrom([]string{past, "", "2050-01-01 00:00:00.000Z"}).Draw(rt, "until")})
	case 2:
		_, err = d.by(by, "case_members", one.Id, map[string]any{"from": rapid.SampledFrom([]string{past, "2098-01-01 00:00:00.000Z"}).Draw(rt, "from")})
	case 3:
		_, err = d.by(by, "case_members", one.Id, map[string]any{"role": role})
	case 4:
		boss := rapid.SampledFrom(append(demo.Cast, demo.Person{})).Draw(rt, "boss")
		return boss.ID != other.ID && account("manager", boss.ID)
	case 5:
		return account("active", rapid.Bool().Draw(rt, "active"))
	case 6:
		return account("roles", rapid.SampledFrom([][]string{{"practitioner"}, {"practitioner", "manager"}, {"agency_lead"}}).Draw(rt, "roles"))
	case 7:
		return account("agency", rapid.SampledFrom(demo.Agencies).Draw(rt, "agency").ID)
	case 8:
		err = turn(d.App, time.Now().AddDate(rapid.IntRange(0, 1).Draw(rt, "years")*75, 0, 0))
	}
	return err == nil
}

// alone are the people on a case whose managers are not.
func (d *office) alone() (alone []string) {
	users := map[string]*core.Record{}
	for _, u := range must(d.FindAllRecords("users")) {
		users[u.Id] = u
	}
	on := map[string]bool{}
	rows := must(d.FindAllRecords("case_members", dbx.HashExp{"active": true}))
	for _, r := range rows {
		on[r.GetString("case")+r.GetString("user")] = true
	}
	for _, r := range rows {
		me, has, there := r.GetString("user"), false, false
		for boss, steps := users[me].GetString("manager"), 0; boss != "" && steps < 10; boss, steps = users[boss].GetString("manager"), steps+1 {
			has = has || boss != me && users[boss].GetBool("active")
			there = there || boss != me && on[r.GetString("case")+boss]
		}
		if has && !there {
			alone = append(alone, fmt.Sprintf("%s on %s as %s", r.GetString("name"), r.GetString("case"), r.GetString("role")))
		}
	}
	return alone
}
