package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// firstDesk is an area with a champion who has been to no meeting.
type firstDesk struct {
	t   *testing.T
	app core.App
	r   *core.Record
}

func newFirstDesk(t *testing.T, since string) *firstDesk {
	t.Helper()
	app := demotest.App(t)
	r := offer(t, app, nil)
	activate(t, app, r.Id, since)
	return &firstDesk{t, app, r}
}

// came records somebody's answer to an event of a day.
func (d *firstDesk) came(kind, day, status, answer string) {
	d.t.Helper()
	e := core.NewRecord(must(d.app.FindCollectionByNameOrId("network_events")))
	e.Load(map[string]any{"title": "Evening", "kind": kind, "starts_at": day + " 09:00:00.000Z", "status": status})
	if err := d.app.Save(kernel.AsServer(e)); err != nil {
		d.t.Fatal(err)
	}
	a := core.NewRecord(must(d.app.FindCollectionByNameOrId("network_attendance")))
	a.Load(map[string]any{"event": e.Id, "user": demo.Colleague.ID, "answer": answer})
	if err := d.app.Save(kernel.AsServer(a)); err != nil {
		d.t.Fatal(err)
	}
}

// told is what the champion is sent at an instant and was sent before.
func (d *firstDesk) told(at string) string {
	d.t.Helper()
	if err := scheme.TurnScheme(d.app, instant(at)); err != nil {
		d.t.Fatal(err)
	}
	var all []string
	if err := d.app.ConcurrentDB().NewQuery(`SELECT CAST(days AS INTEGER) || ' ' || status FROM outbox WHERE record = {:r} AND kind = 'first_meeting' ORDER BY days DESC`).
		Bind(dbx.Params{"r": d.r.Id}).Column(&all); err != nil {
		d.t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

func TestWhoHasBeenToNoMeetingIsRemindedOnceEach(t *testing.T) {
	d := newFirstDesk(t, "2026-12-20") // until 20 June 2027
	d.came("workshop", "2027-01-10", "held", "attended")
	d.came("meeting", "2027-02-10", "cancelled", "attended")
	d.came("meeting", "2027-03-10", "held", "apologies")
	d.came("meeting", "2020-03-10", "held", "attended") // long before they offered
	for _, c := range []struct{ at, want string }{
		{"2027-05-20 12:00", ""},
		{"2027-05-21 12:00", "30 queued"},
		{"2027-05-22 12:00", "30 queued"},
		{"2027-06-17 12:00", "30 queued, 14 dropped, 3 queued"}, // the server was away: one mail, not two
		{"2027-06-21 12:00", "30 queued, 14 dropped, 3 queued"},
		{"2027-08-01 12:00", "30 queued, 14 dropped, 3 queued"},
	} {
		if got := d.told(c.at); got != c.want {
			t.Fatalf("at %s: %q, want %q", c.at, got, c.want)
		}
	}
	if s := status(d.app, d.r.Id); s != "active" { // nobody lapses by it
		t.Error(s)
	}
}

func TestWhoWasAtAMeetingIsNotReminded(t *testing.T) {
	d := newFirstDesk(t, "2026-12-20")
	d.came("meeting", "2027-03-10", "held", "attended")
	if got := d.told("2027-06-01 12:00"); got != "" {
		t.Error(got)
	}
	if waits, err := scheme.AwaitsMeeting(d.app, d.r.Id); err != nil || waits {
		t.Error(waits, err)
	}
}

// The months are the area's to say, from a day on, and to say that nobody is asked.
func TestTheMonthsToAFirstMeetingArePolicy(t *testing.T) {
	d := newFirstDesk(t, "2026-12-20")
	for from, months := range map[string]int{"2027-01-01": 2, "2027-03-01": 0} {
		p := core.NewRecord(must(d.app.FindCollectionByNameOrId("champion_policies")))
		p.Load(decision(from, map[string]any{"first_meeting_months": months}))
		if err := d.app.Save(kernel.AsServer(p)); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.told("2027-02-17 12:00"); got != "30 dropped, 14 dropped, 3 queued" {
		t.Error(got)
	}
	d = newFirstDesk(t, "2027-02-20")
	p := core.NewRecord(must(d.app.FindCollectionByNameOrId("champion_policies")))
	p.Load(decision("2027-03-01", map[string]any{"first_meeting_months": 0}))
	if err := d.app.Save(kernel.AsServer(p)); err != nil {
		t.Fatal(err)
	}
	if got := d.told("2027-08-17 12:00"); got != "" {
		t.Error(got)
	}
}
