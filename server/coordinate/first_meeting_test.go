package coordinate

import (
	"testing"
	"time"

	"holdfast/server/demo"
)

// Six months after somebody became a champion a coordinator sees, first thing, that
// nobody wrote down a network meeting of theirs; from the day on which one is, no more.
func TestWhoHasBeenToNoMeetingNeedsTheCoordinator(t *testing.T) {
	const today, list = "Champions with no network meeting in their first months", "/coordinate/registrations?status=no_meeting"
	d := openDesk(t)
	on := func(day string) *browser {
		t.Helper()
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		d.now = at.Add(9 * time.Hour)
		return d.as(demo.Coordinator)
	}
	r := d.offer(demo.Colleague, nil)
	d.raise(on("2026-11-20"), r.Id) // until 20 May 2027
	b := on("2027-04-19")
	lacks(t, b.get("/coordinate"), "30 days or fewer left")
	b = on("2027-04-20")
	wants(t, b.get("/coordinate"), 200, today, "1 more has 30 days or fewer left.")
	wants(t, b.get(list), 200, "No entries")
	wants(t, b.get("/coordinate/registrations/"+r.Id), 200, "First network meeting", "By Thursday 20 May 2027")
	b = on("2027-05-20")
	wants(t, b.get(list), 200, "No entries")
	b = on("2027-05-21")
	wants(t, b.get("/coordinate"), 200, today, "1 champion<")
	wants(t, b.get(list), 200, demo.Colleague.Name, "No network meeting in time")
	wants(t, b.get("/coordinate/registrations.csv?status=no_meeting"), 200, demo.Colleague.Name)
	wants(t, b.get("/coordinate/registrations/"+r.Id), 200, "None by Thursday 20 May 2027")

	// Nobody who is a champion no more is asked.
	for _, status := range []string{"withdrawn", "lapsed", "on_leave"} {
		d.set("champion_registrations", r.Id, map[string]any{"status": status})
		wants(t, b.get(list), 200, "No entries")
	}
	d.set("champion_registrations", r.Id, map[string]any{"status": "active"})

	// An agency's lead sees those of their own agency alone.
	d.give(demo.School, map[string]any{"roles": []string{"agency_lead"}})
	wants(t, d.as(demo.School).get(list), 200, "No entries")
	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	wants(t, d.as(demo.Practitioner).get(list), 200, demo.Colleague.Name)

	e := d.keep("network_events", map[string]any{"title": "Late meeting", "kind": "meeting", "starts_at": "2027-05-21 08:00:00.000Z", "status": "held"})
	d.keep("network_attendance", map[string]any{"event": e.Id, "user": demo.Colleague.ID, "answer": "attended"})
	lacks(t, b.get("/coordinate/registrations/"+r.Id), "First network meeting")
	wants(t, b.get(list), 200, "No entries")
	wants(t, b.get("/coordinate"), 200, "0 champions")
}
