package hooks_test

import (
	"testing"
	"time"

	"holdfast/server/demo"
)

// A changed calendar has every open clock counted anew within a minute (domain 2.2), and
// that is by a job of the app, which PocketBase runs while it serves: it is there, at
// every minute, and running it does it.
func TestAChangedCalendarIsCountedAnewEveryMinute(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(5), time.Minute)
	due := d.step(p, "each-child").GetString("due_on")
	d.does(&demo.Coordinator, "calendars", d.calendar(england).Id, map[string]any{"body": d.shut(england, 20)})
	if d.step(p, "each-child").GetString("due_on") != due {
		t.Fatal("the change moved it before the job: this would prove nothing")
	}

	for _, job := range d.Cron().Jobs() {
		if job.Id() != "calendars" {
			continue
		}
		if job.Expression() != "* * * * *" {
			t.Errorf("it runs at %q", job.Expression())
		}
		job.Run()
	}
	if got := d.step(p, "each-child"); got.GetString("due_on") <= due || got.GetInt("calendar_version") != 2 {
		t.Errorf("after its minute the step is due on %s, by version %d", got.GetString("due_on"), got.GetInt("calendar_version"))
	}
	if n := len(d.events(p, "calendar.changed")); n != 1 {
		t.Errorf("%d events say so", n)
	}
}
