package coordinate

import (
	"strings"
	"testing"
	"time"

	schemerules "holdfast/hooks/scheme"
	"holdfast/server/demo"
)

// What the coordinator decides holds at once, without a restart: a manager's link, the
// reminders, the targets, the need for a lead.
func TestTheCoordinatorDecidesHowTheSchemeRuns(t *testing.T) {
	d := openDesk(t)
	d.now = time.Now().Truncate(time.Second) // what is decided holds from the server's own today on
	b := d.as(demo.Coordinator)
	r := d.offer(demo.Colleague, nil)
	wants(t, b.get("/coordinate/scheme"), 200, "12 months", "14 days", "25 staff", "3 champions", "30, 14, 3", "No target")
	form := b.get("/coordinate/scheme/change").fields()
	page := b.get("/coordinate/scheme/change")
	today := d.now.In(london).Format(time.DateOnly)
	wants(t, page, 200, `value="`+today+`"`, `name="seen"`)
	form.Set("seen", between(page.body, `name="seen" value="`, `"`))
	for field, value := range map[string]string{"from": today, "valid_months": "6", "link_days": "7", "staff_per_champion": "10", "lead_from": "1", "missed_meetings": "0", "first_meeting_months": "4",
		"remind_days": "21, 7", "group-3": "5", "reason": "As the board agreed."} {
		form.Set(field, value)
	}
	if a := b.post("/coordinate/scheme", form); a.status != 303 || a.header.Get("Location") != "/coordinate/scheme?done=1" {
		t.Fatal(a.status, a.body)
	}
	seen := b.get("/coordinate/scheme?done=1")
	wants(t, seen, 200, "It is decided", "6 months", "Nobody lapses by it", "5 champions", demo.Coordinator.Name+"</bdi></strong> decided", "14 days → 7 days", "As the board agreed.")

	wants(t, b.get("/coordinate/coverage"), 200, "one for every 10 staff")
	d.raise(b, r.Id)
	wants(t, b.get("/coordinate/coverage.csv"), 200, `"Fellmoor Early Help","Fellmoor","Early help","1","40","1","4","3","Amber: 3 more needed","Needs a lead"`)
	end, err := schemerules.PolicyOn(d.App, today)
	if err != nil || d.stored(r.Id).GetString("valid_until") != end.Until(today) || end.ValidMonths != 6 {
		t.Errorf("valid until %s (%v)", d.stored(r.Id).GetString("valid_until"), err)
	}
	d.link(r.Id, "renewal")
	link, err := d.App.FindFirstRecordByFilter("manager_links", "registration = {:r} && purpose = 'renewal'", map[string]any{"r": r.Id})
	if err != nil || link.GetDateTime("expires_at").Sub(d.at()) != 7*24*time.Hour {
		t.Errorf("the link ends %v (%v)", link, err)
	}

	// A form that was opened before this decision undoes nothing.
	form.Set("link_days", "9")
	wants(t, b.post("/coordinate/scheme", form), 409, "Somebody else decided")
	// The same again is no decision, and what is out of bounds is said beside its field.
	form.Set("seen", between(b.get("/coordinate/scheme/change").body, `name="seen" value="`, `"`))
	form.Set("link_days", "7")
	wants(t, b.post("/coordinate/scheme", form), 422, "Nothing is different")
	for field, bad := range map[string]struct{ value, says, at string }{
		"valid_months": {"0", "How many months an agreement lasts: enter a whole number from 1 to 60", "valid_months"}, "link_days": {"many", "How many days a manager’s link works: enter a whole number", "link_days"},
		"remind_days": {"soon", "Reminders: enter whole numbers of days", "remind_days"}, "group-3": {"-1", "Group 3: a target is a whole number", "group-3"},
		"from": {"2020-01-01", "today at the earliest", "from"}, "reason": {"About FM-0001", "could lead to a child", "reason"},
	} {
		was := form.Get(field)
		form.Set(field, bad.value)
		form.Set("link_days", map[bool]string{true: form.Get("link_days"), false: "8"}[field == "link_days"])
		wants(t, b.post("/coordinate/scheme", form), 422, bad.says, `href="#`+bad.at+`"`, "Error: Change how the scheme runs")
		form.Set(field, was)
	}
	if n, err := d.App.CountRecords("champion_policies"); err != nil || n != 1 {
		t.Errorf("%d decisions are kept (%v)", n, err)
	}
	// What is to come is shown before it holds.
	form.Set("from", d.now.AddDate(0, 2, 0).In(london).Format(time.DateOnly))
	form.Set("link_days", "30")
	if a := b.post("/coordinate/scheme", form); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	ahead := b.get("/coordinate/scheme")
	wants(t, ahead, 200, "7 days → 30 days", "on:</strong>")
	if main := ahead.body[strings.Index(ahead.body, "What holds today"):]; !strings.Contains(main, "<dd class=\"govuk-summary-list__value\">7 days</dd>") {
		t.Error("what is to come holds today")
	}
}

func TestATargetIsSetFromADayOn(t *testing.T) {
	d := openDesk(t)
	d.now = time.Now()
	b := d.as(demo.Coordinator)
	today := d.now.In(london).Format(time.DateOnly)
	form := b.get("/coordinate/scheme/targets/new").fields()
	set := func(agency, from, target, reason string) answer {
		for field, value := range map[string]string{"agency": agency, "from": from, "target": target, "reason": reason} {
			form.Set(field, value)
		}
		return b.post("/coordinate/scheme/targets", form)
	}
	wants(t, set("", today, "-1", ""), 422, "Choose an agency", "Enter a whole number", `href="#target"`)
	wants(t, set(demo.Agencies[0].ID, "2020-01-01", "7", ""), 422, "today at the earliest")
	wants(t, set(demo.Agencies[0].ID, today, "7", strings.Repeat("x", 10_000)), 422, `href="#reason"`)
	for _, n := range []string{"7", "6"} { // the second thought counts, the first is kept
		if a := set(demo.Agencies[0].ID, today, n, "Three sites."); a.status != 303 {
			t.Fatal(a.status, a.body)
		}
	}
	wants(t, b.get("/coordinate/coverage"), 200, "0 of 6")
	list := b.get("/coordinate/scheme/targets?done=1")
	wants(t, list, 200, "The target is set.", "2 entries", demo.Coordinator.Name, "Three sites.")
	if n := strings.Count(list.body, "Holds today"); n != 1 {
		t.Errorf("%d targets hold today", n)
	}
	wants(t, b.get("/coordinate/scheme/targets?status=holding"), 200, "1 entry")
	wants(t, b.get("/coordinate/scheme/targets?q=harbour"), 200, "No targets match your filters")
	d.give(demo.Outsider, map[string]any{"roles": []string{"agency_lead"}}) // of another agency
	lacks(t, d.as(demo.Outsider).get("/coordinate/scheme/targets"), "Three sites.", "Set a target</a>")
}

// between is what stands in a text between two others, the first time.
func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}
