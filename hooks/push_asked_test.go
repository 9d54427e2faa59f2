package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/tell"
	"holdfast/server/demo"
)

// subscribes has somebody rung on a browser of theirs.
func (d *office) subscribes(p demo.Person, browser string, more map[string]any) {
	d.t.Helper()
	values := map[string]any{"endpoint": "https://push.example/" + browser, "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
	for k, v := range more {
		values[k] = v
	}
	d.writes("", p, "push_subscriptions", "", values)
}

// rung is how often somebody's browsers were rung for what they are asked.
func (d *office) rung(p demo.Person) int {
	d.t.Helper()
	return len(must(d.FindRecordsByFilter("outbox", "record = {:u} && kind = 'asked' && channel = 'push'", "@rowid", 0, 0, dbx.Params{"u": p.ID})))
}

// Who wanted so is rung for what is new, once for all of it, and in their quiet hours when
// these are over; who did not is rung for dangers alone.
func TestARingingForWhatIsAskedKeepsQuietHours(t *testing.T) {
	d, family := openPartnership(t)
	tell.OfferPush(d.App, "the key", "push.example")
	p := d.opens(demo.Practitioner, family, time.Hour)
	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.subscribes(demo.School, "late", map[string]any{"asked": true, "quiet_from": "21:00", "quiet_until": "07:30"})
	d.subscribes(healthVisitor, "dangers", nil)
	says := func(when string, at time.Time, want int) {
		t.Helper()
		if err := tell.RingAsked(d.App, at); err != nil {
			t.Fatal(err)
		}
		if got := d.rung(demo.School); got != want {
			t.Errorf("%s: rung %d times, want %d", when, got, want)
		}
	}
	says("asked before she subscribed", clockAt(0, 12), 0)
	d.writes(family, demo.Practitioner, "disputes", "", map[string]any{"about": "The threshold", "subject": "threshold", "with_agency": demo.School.Agency, "opened_at": just()})
	says("asked at night", clockAt(0, 23), 0)
	says("still in her quiet hours", clockAt(1, 6), 0)
	says("in the morning", clockAt(1, 8), 1)
	says("once", clockAt(1, 9), 1)
	if n := d.rung(healthVisitor); n != 0 {
		t.Errorf("whoever wanted dangers alone was rung %d times", n)
	}
}

func TestQuietHoursGoOverMidnight(t *testing.T) {
	for _, c := range []struct {
		from, until, at string
		quiet           bool
	}{
		{"21:00", "07:30", "21:00", true}, {"21:00", "07:30", "03:00", true}, {"21:00", "07:30", "07:30", false}, {"21:00", "07:30", "12:00", false},
		{"09:00", "17:00", "09:00", true}, {"09:00", "17:00", "17:00", false}, {"", "", "03:00", false}, {"08:00", "08:00", "08:00", false},
	} {
		if got := tell.Quiet(c.from, c.until, c.at); got != c.quiet {
			t.Errorf("%s to %s at %s: %v", c.from, c.until, c.at, got)
		}
	}
}
