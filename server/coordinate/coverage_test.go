package coordinate

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

func TestTargetAndRating(t *testing.T) {
	for _, c := range []struct {
		headcount, active, lapsed int
		target, gap               int
		rating, tone              string
	}{
		{0, 0, 0, 1, 1, "Red: no champion", "red"},
		{1, 0, 2, 1, 1, "Red: lapsed only", "red"},
		{25, 1, 0, 1, 0, "Green: target met", "green"},
		{26, 1, 0, 2, 1, "Amber: 1 more needed", "yellow"},
		{26, 3, 0, 2, 0, "Green: target met", "green"},
		{120, 2, 1, 5, 3, "Amber: 3 more needed", "yellow"},
	} {
		cover := champion.Usual.Cover([]champion.Agency{{Headcount: c.headcount}}, nil, nil, "2026-11-20")[0]
		cover.Serving, cover.Lapsed = c.active, c.lapsed
		r := rowsOf([]champion.Cover{cover}, "agency")[0]
		if r.Target != c.target || r.Gap() != c.gap || r.Rating() != c.rating || r.Tone() != c.tone {
			t.Errorf("%d staff, %d active, %d lapsed: %d %d %q %s", c.headcount, c.active, c.lapsed, r.Target, r.Gap(), r.Rating(), r.Tone())
		}
	}
}

func TestTheWidestGapComesFirst(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	for _, p := range []demo.Person{demo.School, demo.Colleague} {
		d.raise(b, d.offer(p, nil).Id)
	}
	page := b.get("/coordinate/coverage")
	wants(t, page, 200, "1 of 3", "Amber: 2 more needed", `<rect class="hf-chart__active" x="0" y="1" width="20" height="8"/>`)
	table := page.text()[strings.Index(page.text(), "<table"):]
	last := -1
	for _, name := range []string{
		"Fellmoor Children's Services", "Northgate Housing", "Fellmoor Safeguarding Partnership", // 0 of 5, 0 of 2, 0 of 1
		"Harbour School", "Fellmoor Early Help", // 1 of 3, 1 of 2
	} {
		at := strings.Index(table, name)
		if at <= last {
			t.Fatalf("%s stands at %d, before what should come first", name, at)
		}
		last = at
	}
	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	lead := d.as(demo.Practitioner).get("/coordinate/coverage")
	wants(t, lead, 200, "Fellmoor Early Help", "1 agency")
	lacks(t, lead, "Harbour School", "Northgate")
	wants(t, b.get("/coordinate/coverage?locality=Tarn+Valley"), 200, "Tarn Valley Health Visiting", "1 agency")
	lacks(t, b.get("/coordinate/coverage?locality=Tarn+Valley"), "Northgate Housing")
}

func TestCoverageOfAnyPastDay(t *testing.T) {
	d := openDesk(t)
	d.now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	b := d.as(demo.Coordinator)
	r := d.offer(demo.Colleague, nil)
	d.raise(b, r.Id)
	d.now = time.Date(2026, 6, 30, 22, 30, 0, 0, time.UTC) // half past eleven in the evening of the 30th, by the clock on the wall
	b = d.as(demo.Coordinator)
	if a := b.decide(r.Id, "withdraw", ""); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	d.now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	b = d.as(demo.Coordinator)
	for day, champions := range map[string]string{"2026-03-09": "0", "2026-03-10": "1", "2026-06-29": "1", "2026-06-30": "0", "2026-11-20": "0", "": "0"} {
		a := b.get("/coordinate/coverage?date=" + day)
		wants(t, a, 200, "<dt>Active champions</dt><dd>"+champions+"</dd>", "Twelve months")
		if day != "" && day != "2026-11-20" {
			wants(t, a, 200, "as they stood when that day ended")
		}
		csv := b.get("/coordinate/coverage.csv?date=" + day)
		wants(t, csv, 200, `"Fellmoor Early Help","Fellmoor","Early help","1","40","`+champions+`","2"`)
	}
	trend := b.get("/coordinate/coverage").text()
	trend = trend[strings.Index(trend, "Twelve months"):]
	for _, c := range []struct{ day, n string }{{"28 February 2026", "0"}, {"31 March 2026", "1"}, {"31 May 2026", "1"}, {"30 June 2026", "0"}, {"20 November 2026", "0"}} {
		at := strings.Index(trend, c.day)
		if at < 0 || !strings.Contains(trend[at:at+800], `data-label="Active">`+c.n+`</td>`) {
			t.Errorf("the trend at %s is not %s", c.day, c.n)
		}
	}
	wants(t, b.get("/coordinate/coverage?date=2026-05-01&by=sector"), 200, "Coverage by sector", "Early help")
	wants(t, b.get("/coordinate/coverage?date=2026-05-01&by=locality"), 200, "Coverage by locality", "Tarn Valley")
	wants(t, b.get("/coordinate/coverage?date=2026-05-01&by=group"), 200, "2, regular contact")
	for _, odd := range []string{"yesterday", "2026-02-30", "2026-11-21", "9999-12-31", "-1", "2026-3-1"} {
		wants(t, b.get("/coordinate/coverage?date="+odd), 422, "Error: Coverage", `href="#date"`)
		wants(t, b.get("/coordinate/coverage.csv?date="+odd), 422)
	}
}

func TestATargetSetByHandIsShown(t *testing.T) {
	d := openDesk(t)
	c, err := d.App.FindCollectionByNameOrId("coverage_targets")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"agency": demo.Agencies[0].ID, "from": "2026-05-01", "target": 7})
	if err := d.App.Save(kernel.AsServer(r)); err != nil {
		t.Fatal(err)
	}
	b := d.as(demo.Coordinator)
	wants(t, b.get("/coordinate/coverage"), 200, "0 of 7")
	wants(t, b.get("/coordinate/coverage?date=2026-04-30"), 200, "0 of 2")
}
