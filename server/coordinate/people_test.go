package coordinate

import (
	"net/url"
	"strings"
	"testing"

	"holdfast/hooks/feed"
	"holdfast/server/demo"
)

// lead is the practitioner as the lead of their agency.
func (d *desk) lead() *browser {
	d.t.Helper()
	d.give(demo.Practitioner, map[string]any{"roles": []string{"practitioner", "agency_lead"}})
	return d.as(demo.Practitioner)
}

// account is the form of a person as it stands, and what is changed in it.
func (b *browser) account(p demo.Person, changes url.Values) answer {
	form := b.get("/coordinate/people").fields()
	form["name"], form["job_title"], form["manager"], form["roles"], form["active"] = []string{p.Name}, []string{p.JobTitle}, []string{p.Manager}, p.Roles, []string{"yes"}
	for k, v := range changes {
		form[k] = v
	}
	return b.post("/coordinate/people/"+p.ID, form)
}

func TestALeadSeesToThePeopleOfTheirAgency(t *testing.T) {
	d := openDesk(t)
	b := d.lead()
	wants(t, b.get("/coordinate/people?q=reeve"), 200, demo.Colleague.Name, "1 entry")
	lacks(t, b.get("/coordinate/people"), demo.School.Name)
	wants(t, b.get("/coordinate/people/"+demo.Colleague.ID), 200, demo.Colleague.Email(), demo.Manager.Name)
	if a := b.account(demo.Colleague, url.Values{"job_title": {"Senior worker"}, "roles": {"practitioner", "manager"}}); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if got := d.field("users", demo.Colleague.ID, "job_title"); got != "Senior worker" {
		t.Error(got)
	}
	wants(t, b.get("/coordinate/people/"+demo.Colleague.ID+"?done=1"), 200, "The account is changed.", "roles", demo.Practitioner.Name)
}

func TestALeadGivesNobodyMoreThanTheyMay(t *testing.T) {
	d := openDesk(t)
	d.give(demo.Manager, map[string]any{"roles": []string{"practitioner", "manager", "safeguarding_lead"}})
	b := d.lead()
	lead := demo.Practitioner
	lead.Roles = []string{"practitioner", "agency_lead"}
	boss := demo.Manager
	boss.Roles = []string{"practitioner", "manager"} // what a form sends: the other stays
	for say, try := range map[string]func() answer{
		"a coordinator":                func() answer { return b.account(demo.Colleague, url.Values{"roles": {"coordinator"}}) },
		"a data protection officer":    func() answer { return b.account(demo.Colleague, url.Values{"roles": {"practitioner", "dpo"}}) },
		"a safeguarding lead":          func() answer { return b.account(demo.Colleague, url.Values{"roles": {"safeguarding_lead"}}) },
		"a champion":                   func() answer { return b.account(demo.Colleague, url.Values{"roles": {"champion"}}) },
		"more for themselves":          func() answer { return b.account(lead, url.Values{"roles": {"practitioner", "agency_lead", "manager"}}) },
		"themselves off":               func() answer { return b.account(lead, url.Values{"active": {""}}) },
		"one who works beyond, off":    func() answer { return b.account(boss, url.Values{"active": {""}}) },
		"a manager of another agency":  func() answer { return b.account(demo.Colleague, url.Values{"manager": {demo.School.ID}}) },
		"a manager who manages nobody": func() answer { return b.account(demo.Colleague, url.Values{"manager": {demo.Practitioner.ID}}) },
		"themselves their manager":     func() answer { return b.account(demo.Colleague, url.Values{"manager": {demo.Colleague.ID}}) },
		"no name":                      func() answer { return b.account(demo.Colleague, url.Values{"name": {" "}}) },
	} {
		if a := try(); a.status != 422 || !strings.Contains(a.text(), "There is a problem") {
			t.Errorf("%s: answered %d", say, a.status)
		}
	}
	wants(t, b.account(demo.School, nil), 404)
	for p, want := range map[demoPerson]string{{demo.Colleague.ID}: `["practitioner"]`, {lead.ID}: `["practitioner","agency_lead"]`} {
		r, err := d.App.FindRecordById("users", p.id)
		if err != nil {
			t.Fatal(err)
		}
		if got := `["` + strings.Join(r.GetStringSlice("roles"), `","`) + `"]`; got != want || !r.GetBool("active") {
			t.Errorf("%s holds %s, active %v", r.GetString("name"), got, r.GetBool("active"))
		}
	}
}

type demoPerson struct{ id string }

func TestAnAccountSwitchedOffLeavesItsCases(t *testing.T) {
	d := phones(t)
	if held, err := feed.Holds(d.App.ConcurrentDB(), demo.Manager.ID, "case:"+demo.CaseID(1)); err != nil || !held {
		t.Fatalf("the manager is on no case, so that leaving proves nothing: %v", err)
	}
	own := d.write(demo.Manager, "cases", map[string]any{"family_name": "Ours", "lead_agency": demo.Manager.Agency, "status": "open"}).Id
	phone, pages := d.phone(demo.Manager), d.as(demo.Manager)
	b := d.lead()
	if a := b.account(demo.Manager, url.Values{"active": {""}}); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	members, err := d.App.FindRecordsByFilter("case_members", "user = {:u} && active = true", "", 0, 0, map[string]any{"u": demo.Manager.ID})
	if err != nil || len(members) > 0 {
		t.Fatalf("still on %d cases: %v", len(members), err)
	}
	if a := d.Do("POST", "/api/sync/pull", phone, map[string]any{}); a.Status != 401 && a.Status != 403 {
		t.Errorf("their phone still pulls: %d %s", a.Status, a.Body)
	}
	if a := pages.get("/coordinate"); a.status != 303 {
		t.Errorf("their session goes on: %d", a.status)
	}
	if a := b.account(demo.Manager, nil); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	// Switched on again, a manager is with their people by that, and on nothing else: what
	// they were put on themselves has ended.
	for say, c := range map[string]struct {
		id   string
		want bool
	}{"with their people": {demo.CaseID(1), true}, "on what they were put on": {own, false}} {
		if held, err := feed.Holds(d.App.ConcurrentDB(), demo.Manager.ID, "case:"+c.id); err != nil || held != c.want {
			t.Errorf("the manager is %s: %v, %v", say, held, err)
		}
	}
}

func TestALeadChangesTheirAgencyAlone(t *testing.T) {
	d := openDesk(t)
	b := d.lead()
	form := b.get("/coordinate/agency").with("phone", "01632 960 222", "locality", "Moorside", "headcount", "41", "name", "Another", "id", demo.Agencies[1].ID)
	if a := b.post("/coordinate/agency", form); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	id := demo.Agencies[0].ID
	if got := d.field("agencies", id, "phone") + d.field("agencies", id, "locality") + d.field("agencies", id, "name"); got != "01632 960 222MoorsideFellmoor Early Help" {
		t.Error(got)
	}
	if got := d.field("agencies", demo.Agencies[1].ID, "phone"); got != "01632 960 100" {
		t.Error(got)
	}
	form.Set("headcount", "many")
	wants(t, b.post("/coordinate/agency", form), 422, "Enter a whole number")
}
