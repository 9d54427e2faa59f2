package coordinate

import (
	"net/url"
	"strings"
	"testing"

	"holdfast/server/demo"
)

// What was done to a record stands beside it, with who did it.
func TestTheHistoryStandsBesideTheRecord(t *testing.T) {
	d := openDesk(t)
	d.gather()
	b := d.as(demo.Coordinator)
	at := "/coordinate/events/" + demo.ID("event", 1)
	form := b.get(at + "/change").fields()
	for k, v := range map[string]string{"title": "Spring meeting", "kind": "meeting", "day": "2026-12-10", "time": "10:00", "minutes": "60", "status": "planned"} {
		form.Set(k, v)
	}
	if a := b.post(at, form); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	attended := b.get(at).fields()
	attended.Set("answer-"+demo.Colleague.ID, "apologies")
	if a := b.post(at+"/attendance", attended); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	past := historyOn(b.get(at))
	if !strings.Contains(past, demo.Coordinator.Name+" changed it") || !strings.Contains(past, "title") || !strings.Contains(past, demo.Coordinator.Name+" recorded attendance") {
		t.Errorf("beside the event: %s", past)
	}
	d.give(demo.School, map[string]any{"roles": []string{"agency_lead"}})
	if past := historyOn(d.as(demo.School).get(at)); !strings.Contains(past, "changed it") || strings.Contains(past, "attendance") {
		t.Errorf("a lead reads: %s", past)
	}

	item := "/coordinate/good-practice/" + demo.ID("practice", 1)
	if a := b.post(item+"/share", b.get(item).fields()); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if past := historyOn(b.get(item)); !strings.Contains(past, demo.Coordinator.Name+" changed it") || !strings.Contains(past, "status") {
		t.Errorf("beside the item: %s", past)
	}

	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	lead := d.as(demo.Practitioner)
	change := lead.get("/coordinate/agency").fields()
	for k, v := range map[string]string{"phone": "01632 960 999", "locality": "Fellmoor", "headcount": "41"} {
		change.Set(k, v)
	}
	if a := lead.post("/coordinate/agency", change); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if past := historyOn(lead.get("/coordinate/agency")); !strings.Contains(past, demo.Practitioner.Name+" changed it") || !strings.Contains(past, "headcount") {
		t.Errorf("beside the agency: %s", past)
	}
}

// historyOn is the words of a page's history.
func historyOn(a answer) string {
	_, rest, _ := strings.Cut(a.body, `id="history"`)
	part, _, _ := strings.Cut(rest, "</section>")
	return strings.Join(strings.Fields(wholeTag.ReplaceAllString(strings.NewReplacer("</strong>", "", "</bdi>", "", "</span>", " ", "</p>", " ", "</li>", " ").Replace(part), "")), " ")
}

func TestALeadTakesTheirPeopleAndPhonesAway(t *testing.T) {
	d := phones(t)
	d.handset(demo.Colleague)
	d.handset(demo.School)
	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	d.set("users", demo.Colleague.ID, map[string]any{"job_title": `=HYPERLINK("x")`})
	b := d.as(demo.Practitioner)
	people := b.get("/coordinate/people.csv")
	wants(t, people, 200, `"Name","Email","Job","Manager","Account"`, demo.Colleague.Name, `"'=HYPERLINK(""x"")"`, `"In use"`)
	lacks(t, people, demo.School.Name)
	wants(t, b.get("/coordinate/people"), 200, "/coordinate/people.csv")
	if one := b.get("/coordinate/people.csv?" + url.Values{"q": {"Colm"}}.Encode()); strings.Count(one.body, "\r\n") != 2 {
		t.Errorf("the filter does not hold: %s", one.body)
	}
	phones := b.get("/coordinate/devices.csv")
	wants(t, phones, 200, `"Person","Agency","Phone"`, demo.Colleague.Name)
	lacks(t, phones, demo.School.Name)
	var n int
	if err := d.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'read' AND collection IN ('users', 'devices') AND actor = '` + demo.Practitioner.ID + `'`).Row(&n); err != nil || n != 3 {
		t.Errorf("%d times on record as taken, %v", n, err)
	}
}
