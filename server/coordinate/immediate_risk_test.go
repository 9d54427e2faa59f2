package coordinate

import (
	"net/url"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// Two risks of one family are shown one by one: each is answered, and said to be over, by
// itself; the agency that raised one reads what was done and raises it again; a resolved
// one stays in sight.
func TestRisksAreAnsweredAndResolvedOneByOne(t *testing.T) {
	d := phones(t)
	pathway := d.underWay(demo.Practitioner, demo.CaseID(1), 3)
	raise := func(p demo.Person, id, what string) {
		t.Helper()
		d.raises(p, demo.CaseID(1), pathway, id, what)
	}
	raise(demo.School, "pagerisk0000001", "A bruise; she says her father.")
	raise(demo.Practitioner, "pagerisk0000002", "The gas was on & unlit.")
	b := d.as(demo.Manager)
	wants(t, b.get("/coordinate"), 200, "2 to read", `<a class="govuk-service-navigation__link" href="/coordinate/risks">Immediate risks<strong class="govuk-tag govuk-tag--red hf-count">2<span class="govuk-visually-hidden"> open or not read</span></strong></a>`)
	lacks(t, d.as(demo.Outsider).get("/coordinate"), "hf-count")
	family, err := d.App.FindRecordById("cases", demo.CaseID(1))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, b.get("/coordinate/risks"), 200, "<bdi>"+family.GetString("family_name")+"</bdi>, <bdi>FM-0001</bdi>")
	page := b.get("/coordinate/risks")
	wants(t, page, 200, "A bruise; she says her father.", "The gas was on & unlit.", "Nobody has answered yet", "This danger is over", "Their number: <strong>01632 960 100</strong>")
	if a := b.post("/coordinate/risks/pagerisk0000002/resolve", page.with("how", "", "spoken_to", "", "day", "2026-02-30", "time", "10:00")); a.status != 422 {
		t.Fatalf("%d", a.status)
	} else {
		wants(t, a, 422, "Say what was done", "Say who was spoken to", "Error:")
	}
	lacks(t, d.as(demo.Practitioner).get("/coordinate/risks"), "This danger is over") // a manager says so
	if a := d.as(demo.Outsider).post("/coordinate/risks/pagerisk0000002/resolve", d.as(demo.Outsider).get("/coordinate/risks").with("how", "x", "spoken_to", "y", "day", "2026-11-20", "time", "10:00")); a.status < 400 {
		t.Errorf("an outsider: %d", a.status)
	}
	at := time.Now().In(london)
	now := b.get("/coordinate/risks").with("how", "The gas is off; the company came.", "spoken_to", "Rosa Marlowe", "day", at.Format(time.DateOnly), "time", at.Format("15:04"))
	if a := b.post("/coordinate/risks/pagerisk0000002/resolve", now); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	page = b.get("/coordinate/risks")
	wants(t, page, 200, "Open on your cases", "A bruise; she says her father.", "Resolved", "The gas is off; the company came.", "Spoken to: <bdi>Rosa Marlowe</bdi>", demo.Manager.Name)
	wants(t, b.get("/coordinate"), 200, "1 to read", "hf-count\">1<")
	notice, err := d.App.FindFirstRecordByFilter("notices", "user = {:u} && timer ~ 'pagerisk0000001'", dbx.Params{"u": demo.Manager.ID})
	if err != nil {
		t.Fatal(err)
	}
	if a := b.post("/coordinate/risks/"+notice.Id, page.with()); a.status != 303 {
		t.Fatalf("%d", a.status)
	}
	wants(t, b.get("/coordinate/risks"), 200, "Read by <bdi>"+demo.Manager.Name)

	own := d.as(demo.Practitioner)
	page = own.get("/coordinate/risks")
	wants(t, page, 200, "The gas is off; the company came.", "It is not over: raise it again")
	if a := own.post("/coordinate/risks/pagerisk0000002/again", page.with("what", "It is on again.")); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	wants(t, b.get("/coordinate/risks"), 200, "It is on again.")
	lacks(t, d.as(demo.School).get("/coordinate/risks"), "It is not over: raise it again") // it was not theirs
}

// Whoever raised a danger alone says it is over on the word of somebody who can be rung; the page
// asks for it beside the name, and says at that field what is missing.
func TestWhoSaysThatADangerIsOverCanBeRung(t *testing.T) {
	d := phones(t)
	pathway := d.underWay(demo.Practitioner, demo.CaseID(1), 3)
	d.raises(demo.Manager, demo.CaseID(1), pathway, "pagerisk0000009", "Nobody at home, and the door open.")
	b := d.as(demo.Manager)
	page := b.get("/coordinate/risks")
	wants(t, page, 200, "Their telephone number, or their agency")
	at := time.Now().In(london)
	said := func(contact string) url.Values {
		return b.get("/coordinate/risks").with("how", "The children are with their aunt; the door was mended.", "spoken_to", "Sorrel Ashby", "contact", contact, "day", at.Format(time.DateOnly), "time", at.Format("15:04"))
	}
	wants(t, b.post("/coordinate/risks/pagerisk0000009/resolve", said("")), 422, `href="#contact-pagerisk0000009"`, "telephone number or their agency", `value="Sorrel Ashby"`)
	if a := b.post("/coordinate/risks/pagerisk0000009/resolve", said("01632 960 155")); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	wants(t, b.get("/coordinate/risks"), 200, "Spoken to: <bdi>Sorrel Ashby, 01632 960 155</bdi>")
}

// underWay opens a pathway of some days ago.
func (d *desk) underWay(p demo.Person, family string, days int) string {
	d.t.Helper()
	template, err := d.App.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'")
	if err != nil {
		d.t.Fatal(err)
	}
	return d.write(p, "pathways", map[string]any{"case": family, "trigger": "missed_contact", "template": template.Id,
		"opened_at": time.Now().UTC().AddDate(0, 0, -days).Format("2006-01-02 15:04:05.000Z")}).Id
}

func (d *desk) raises(p demo.Person, family, pathway, id, what string) {
	d.t.Helper()
	if r := d.push(p, "create", "pathway_events", id, 0, map[string]any{"case": family, "pathway": pathway,
		"kind": "immediate_risk.raised", "data": map[string]any{"what": what}}); r.Verdict != contract.Applied {
		d.t.Fatalf("%+v", r)
	}
}

// endangered raises three risks: one that stays open, one that is over, and one of a family
// of the school's, whose manager is told and is not on the case.
func (d *desk) endangered() (head demo.Person) {
	d.t.Helper()
	pathway := d.underWay(demo.Practitioner, demo.CaseID(1), 3)
	d.raises(demo.School, demo.CaseID(1), pathway, "formsrisk000003", "Words.")
	d.raises(demo.Practitioner, demo.CaseID(1), pathway, "formsrisk000004", "Words.")
	d.write(demo.Manager, "pathway_events", map[string]any{"case": demo.CaseID(1), "pathway": pathway, "kind": "immediate_risk.resolved",
		"occurred_at": time.Now().UTC().Format("2006-01-02 15:04:05.000Z"), "data": map[string]any{"risk": "formsrisk000004", "how": "The gas is off; the company came.", "spoken_to": "Rosa Marlowe"}})
	head = demo.Outsider
	d.give(head, map[string]any{"agency": demo.School.Agency, "roles": []string{"manager"}})
	own := d.write(demo.School, "cases", map[string]any{"family_name": "Own", "lead_agency": demo.School.Agency, "status": "open"}).Id
	d.raises(demo.School, own, d.underWay(demo.School, own, 0), "formsrisk000005", "Words.")
	return head
}

// A worker keeps the number at which they are rung up, on their own page.
func TestANumberAtWorkIsKept(t *testing.T) {
	d := phones(t)
	b := d.as(demo.School)
	if a := b.post("/coordinate/account/phone", b.get("/coordinate/account").with("phone", "ask at the office")); a.status != 422 {
		t.Errorf("no number: %d", a.status)
	}
	if a := b.post("/coordinate/account/phone", b.get("/coordinate/account").with("phone", "07700 900 321")); a.status != 303 {
		t.Fatalf("%d", a.status)
	}
	wants(t, b.get("/coordinate/account"), 200, "07700 900 321")
}
