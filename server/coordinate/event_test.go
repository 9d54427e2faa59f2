package coordinate

import (
	"testing"

	"holdfast/server/demo"
)

// The clocks go forward at one on 28 March 2027, and back on 31 October (B29).
func TestAnEventIsAtAnHourThatThereIs(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	form := b.get("/coordinate/events/new").fields()
	for _, c := range []struct{ title, day, time, stored, says string }{
		{"In the gap", "2027-03-28", "01:30", "", "There is no such hour on this day: the clocks go forward"},
		{"Two digits", "0027-04-01", "10:00", "", "Is the year right?"},
		{"Much later", "2099-04-01", "10:00", "", "Is the year right?"},
		{"No such day", "2027-02-29", "10:00", "", "Enter a day and a time"},
		{"Comes twice", "2027-10-31", "01:30", "2027-10-31 00:30:00.000Z", "Sunday 31 October 2027, 1:30am"},
		{"As it is written", "2027-07-01", "9.30am", "2027-07-01 08:30:00.000Z", "Thursday 1 July 2027, 9:30am"},
	} {
		for k, v := range map[string]string{"title": c.title, "kind": "workshop", "day": c.day, "time": c.time, "minutes": "90", "status": "planned"} {
			form.Set(k, v)
		}
		a := b.post("/coordinate/events", form)
		if c.stored == "" {
			wants(t, a, 422, c.says, `href="#day"`, c.day, c.time)
			continue
		}
		if a.status != 303 {
			t.Errorf("%s: %d %s", c.title, a.status, a.body)
			continue
		}
		wants(t, b.get(a.header.Get("Location")), 200, c.says)
		if r, err := d.App.FindFirstRecordByData("network_events", "title", c.title); err != nil || r.GetString("starts_at") != c.stored {
			t.Errorf("%s: %v (%v)", c.title, r, err)
		}
	}
}
