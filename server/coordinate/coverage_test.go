package coordinate

import (
	"strings"
	"testing"

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
		r := coverRow{Headcount: c.headcount, Active: c.active, Lapsed: c.lapsed}
		if r.Target() != c.target || r.Gap() != c.gap || r.Rating() != c.rating || r.Tone() != c.tone {
			t.Errorf("%d staff, %d active, %d lapsed: %d %d %q %s", c.headcount, c.active, c.lapsed, r.Target(), r.Gap(), r.Rating(), r.Tone())
		}
	}
}

func TestTheWidestGapComesFirst(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	for _, p := range []demo.Person{demo.School, demo.Colleague} {
		if a := b.decide(d.offer(p, nil).Id, "approve", ""); a.status != 303 {
			t.Fatal(a.status, a.body)
		}
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
