package hooks_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/asked"
	"holdfast/hooks/partnership"
	"holdfast/server/demo"
)

// mails are the mails posted to somebody of what waits: the kind and the day of each.
func (d *office) mails(p demo.Person) []string {
	d.t.Helper()
	var out []string
	for _, r := range must(d.FindRecordsByFilter("outbox", "record = {:u} && (kind = 'digest' || kind = 'asked')", "@rowid", 0, 0, dbx.Params{"u": p.ID})) {
		out = append(out, strings.TrimSuffix(r.GetString("kind")+" "+strings.TrimPrefix(r.GetString("reason"), "digest/"+p.ID+"/"), " "))
	}
	return out
}

func (d *office) mailsAt(at time.Time) {
	d.t.Helper()
	if err := asked.MailWaits(d.App, at); err != nil {
		d.t.Fatal(err)
	}
}

// clockAt is half past an hour of a day from now, where the families live.
func clockAt(days, hour int) time.Time {
	london := must(time.LoadLocation("Europe/London"))
	y, m, day := time.Now().In(london).AddDate(0, 0, days).Date()
	return time.Date(y, m, day, hour, 30, 0, 0, london)
}

// What is new is in one digest a day, in the morning; what comes later that day is in the
// next. Who chose so is mailed at once, and what is urgent is to everybody. What is no
// longer so, or was told already, is in none.
func TestADigestADay(t *testing.T) {
	d, family := openPartnership(t)
	d.account(healthVisitor, "digest", "at_once")
	p := d.opens(demo.Practitioner, family, time.Hour)
	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	says := func(when string, p demo.Person, want ...string) {
		t.Helper()
		got := d.mails(p)
		for i := range got {
			got[i], _, _ = strings.Cut(got[i], " ")
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %s was mailed %q, want %q", when, p.Account, got, want)
		}
	}
	d.mailsAt(clockAt(1, 6))
	says("before the morning", demo.School)
	says("before the morning, by her choice", healthVisitor, "asked")
	for _, hour := range []int{8, 9, 20} {
		d.mailsAt(clockAt(1, hour))
	}
	says("that day", demo.School, "digest")
	d.writes(family, demo.Practitioner, "disputes", "", map[string]any{"about": "The threshold", "subject": "threshold", "with_agency": demo.School.Agency, "opened_at": just()})
	d.mailsAt(clockAt(1, 21))
	says("asked again that day", demo.School, "digest")
	d.mailsAt(clockAt(2, 8))
	says("the next day", demo.School, "digest", "digest")
	for day := 3; day < 6; day++ {
		d.mailsAt(clockAt(day, 9))
	}
	says("nothing is new", demo.School, "digest", "digest")
	says("nothing is new", healthVisitor, "asked")
	d.account(healthVisitor, "digest", "daily")
	d.mailsAt(clockAt(6, 9))
	says("she chose anew", healthVisitor, "asked")

	r := d.writes(family, demo.Practitioner, "referrals", "", map[string]any{"target": "children_social_care", "to": "The front door", "to_agency": socialWorker.Agency, "reasons": "Hungry.", "family_told": true})
	d.writes(family, demo.Practitioner, "referral_steps", "", map[string]any{"referral": r.Id, "step": "sent", "occurred_at": just()})
	for range 2 {
		d.mailsAt(clockAt(6, 7))
	}
	says("a referral is urgent", socialWorker, "digest", "asked")
	says("nobody asked him anything", demo.Outsider)
}

// A mail is written with the note of how far it tells, or neither is: a crash between
// them neither loses one nor sends one twice.
func TestADigestSurvivesACrash(t *testing.T) {
	d, family := openPartnership(t)
	p := d.opens(demo.Practitioner, family, time.Hour)
	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	crash := d.OnRecordCreate("outbox").BindFunc(func(e *core.RecordEvent) error { return errors.New("the disk is full") })
	if err := asked.MailWaits(d.App, clockAt(1, 9)); err == nil {
		t.Fatal("nothing failed: this would prove nothing")
	}
	if got := d.mails(demo.School); len(got) != 0 {
		t.Fatalf("mailed all the same: %v", got)
	}
	d.OnRecordCreate("outbox").Unbind(crash)
	for range 3 {
		d.mailsAt(clockAt(1, 10))
	}
	if got := d.mails(demo.School); len(got) != 1 {
		t.Errorf("after the crash: %v", got)
	}
}

// Thirty days of everything that the demo's families can fall behind with: no manager, and
// nobody else, gets more than one digest a day and what is at once.
func TestThirtyDaysOfDigests(t *testing.T) {
	d, family := openPartnership(t)
	for n := 1; n <= 12; n++ {
		if n != 7 && n != 8 {
			d.opens(demo.Manager, demo.CaseID(n), time.Duration(n)*24*time.Hour)
		}
	}
	p := d.opens(demo.Practitioner, family, time.Hour)
	everybody := []demo.Person{demo.Manager, teamManager, demo.Practitioner, demo.Colleague, demo.School}
	digests := map[string]int{}
	for day := range 30 {
		if day%7 == 2 {
			d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
			d.writes(family, demo.Practitioner, "actions", "", map[string]any{"what": "Ring", "owner": "Moira", "owner_user": demo.Manager.ID, "due_on": later(day)})
		}
		if day%7 == 4 {
			d.tells(demo.Manager, p, "closure.rejected", map[string]any{"reason": "Not yet."})
		}
		for _, hour := range []int{7, 8, 13} {
			at := clockAt(day+1, hour)
			d.reads(at)
			if err := partnership.TellOfActions(d.App, at); err != nil {
				t.Fatal(err)
			}
			d.mailsAt(at)
		}
		for _, who := range everybody {
			now := 0
			for _, m := range d.mails(who) {
				if strings.HasPrefix(m, "asked") {
					t.Fatalf("%s was mailed at once of what is not urgent", who.Account)
				}
				now++
			}
			if now > digests[who.ID]+1 {
				t.Errorf("day %d: %s got %d digests", day, who.Account, now-digests[who.ID])
			}
			digests[who.ID] = now
		}
	}
	for _, who := range everybody {
		t.Logf("%s: %d digests in 30 days", who.Account, digests[who.ID])
	}
	if n := digests[demo.Manager.ID]; n < 5 {
		t.Errorf("%d digests for the manager in 30 days: this proves little", n)
	}
}
