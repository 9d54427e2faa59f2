package coordinate

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// keep writes a record as the server does, past what people may say.
func (d *desk) keep(noun string, values map[string]any) *core.Record {
	d.t.Helper()
	c, err := d.App.FindCollectionByNameOrId(noun)
	if err != nil {
		d.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(values)
	if err := d.App.Save(kernel.AsServer(r)); err != nil {
		d.t.Fatal(err)
	}
	return r
}

// What is decided and changed now moves nothing that was counted before: each day has
// the policy, the staff, the place and the partners of that day, in the table, the
// trend and the file.
func TestAPastDayIsCountedByWhatHeldThen(t *testing.T) {
	d := openDesk(t)
	helps := demo.Agencies[0].ID // Fellmoor Early Help, 40 staff
	if _, err := d.App.NonconcurrentDB().Delete("agency_history", dbx.HashExp{"agency": helps}).Execute(); err != nil {
		t.Fatal(err)
	}
	line := map[string]any{"agency": helps, "name": "Fellmoor Early Help", "kind": "early_help", "locality": "Harbour", "active": true}
	for _, at := range []struct {
		day       string
		headcount int
	}{{"2026-02-01", 100}, {"2026-08-01", 20}} {
		line["at"], line["headcount"] = at.day+" 00:00:00.000Z", at.headcount
		d.keep("agency_history", line)
	}
	d.keep("champion_policies", map[string]any{"from": "2026-06-01", "valid_months": 12, "remind_days": []int{30}, "link_days": 14, "staff_per_champion": 10, "lead_from": 3})
	b := d.as(demo.Coordinator)
	for day, want := range map[string]string{
		"2025-12-31": `"100","0","4","4"`, // before anything is known: the first that is
		"2026-05-31": `"100","0","4","4"`,
		"2026-06-01": `"100","0","10","10"`, // one for every ten from here on
		"2026-07-31": `"100","0","10","10"`,
		"2026-08-01": `"20","0","2","2"`,
		"":           `"20","0","2","2"`,
	} {
		wants(t, b.get("/coordinate/coverage.csv?date="+day), 200, `"Fellmoor Early Help","Harbour","Early help","1",`+want)
	}
	trend := b.get("/coordinate/coverage?agency=" + helps).text()
	trend = trend[strings.Index(trend, "Twelve months: <bdi>Fellmoor Early Help"):]
	for _, c := range []struct{ day, target string }{{"30 April 2026", "4"}, {"30 June 2026", "10"}, {"31 August 2026", "2"}, {"20 November 2026", "2"}} {
		at := strings.Index(trend, c.day)
		if at < 0 || !strings.Contains(trend[at:at+900], `data-label="Target">`+c.target+`</td>`) {
			t.Errorf("the target at %s is not %s", c.day, c.target)
		}
	}
	line["at"], line["active"] = "2026-09-01 00:00:00.000Z", false // no partner any more
	d.keep("agency_history", line)
	wants(t, b.get("/coordinate/coverage.csv?date=2026-08-31"), 200, "Fellmoor Early Help")
	lacks(t, b.get("/coordinate/coverage.csv?date=2026-09-01"), "Fellmoor Early Help")
}

func TestTargetGroupsHaveTargetsGapsAndATrend(t *testing.T) {
	d := openDesk(t)
	d.keep("champion_policies", map[string]any{"from": "2026-05-01", "valid_months": 12, "remind_days": []int{30}, "link_days": 14, "staff_per_champion": 25, "lead_from": 3,
		"group_targets": map[string]int{"2": 4, "5": 0}})
	d.now = time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC)
	d.raise(d.as(demo.Coordinator), d.offer(demo.Colleague, nil).Id) // of groups 2 and 3, in Fellmoor Early Help
	d.now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	b := d.as(demo.Coordinator)
	csv := b.get("/coordinate/coverage.csv?by=group")
	wants(t, csv, 200, `"2, regular contact","1","4","3","Amber: 3 more needed","0"`,
		`"3, works mainly with children or parents","1","","","","0"`, `"5, professional adviser or named lead","0","0","0","Green: target met","0"`)
	wants(t, b.get("/coordinate/coverage.csv?by=group&date=2026-04-30"), 200, `"2, regular contact","1","","","","0"`)
	wants(t, b.get("/coordinate/coverage.csv?by=group&sector=school"), 200, `"2, regular contact","0","4","4","Red: no champion","0"`)
	page := b.get("/coordinate/coverage?by=group&group=2")
	wants(t, page, 200, "Twelve months: <bdi>target group 2, regular contact", "Amber: 3 more needed", "Not set", "up 1")
	trend := page.text()[strings.Index(page.text(), "Twelve months:"):]
	for _, c := range []struct{ day, active, target string }{{"31 March 2026", "0", "0"}, {"30 April 2026", "1", "0"}, {"31 May 2026", "1", "4"}} {
		at := strings.Index(trend, c.day)
		if at < 0 || !strings.Contains(trend[at:at+900], `data-label="Active">`+c.active+`</td>`) || !strings.Contains(trend[at:at+1000], `data-label="Target">`+c.target+`</td>`) {
			t.Errorf("the trend at %s is not %s of %s", c.day, c.active, c.target)
		}
	}
	// By agency, sector and locality, what a year has brought, and the way to its months.
	for by, link := range map[string]string{"agency": "agency=" + demo.Agencies[0].ID, "sector": "by=agency&sector=early_help", "locality": "by=agency&locality=Fellmoor"} {
		wants(t, b.get("/coordinate/coverage?by="+by), 200, "up 1", "/coordinate/coverage?"+link)
	}
	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	lacks(t, d.as(demo.Practitioner).get("/coordinate/coverage?agency="+demo.Agencies[1].ID), "Harbour School")
}
