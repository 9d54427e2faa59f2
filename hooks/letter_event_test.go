package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
)

type appTx = core.App

// Posting keeps where it went, who sent it and from when it is taken to have come.
func TestALetterGoesAndKeepsWhereItWent(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L1_missed", nil)
	d.refused(d.event(demo.Practitioner, l.Id, "posted"), "kind", "not_approved")
	d.refused(d.event(demo.Practitioner, l.Id, "printed"), "kind", "not_now")
	d.ok(d.approve(demo.Practitioner, l.Id))
	d.ok(d.event(demo.Practitioner, l.Id, "printed"))
	d.ok(d.event(demo.School, l.Id, "posted", map[string]any{"occurred_at": time.Now().UTC().AddDate(0, 0, 5), "postage": "first", "tracking": "AB1"}))
	got := d.letter(l.Id)
	if got.GetString("status") != "issued" || got.GetString("channel") != "posted" || got.GetString("issued_by") != demo.School.ID {
		t.Errorf("%v", got.FieldsData())
	}
	sent := must(d.app.FindFirstRecordByFilter("letter_events", "letter = {:l} && kind = 'posted'", dbx.Params{"l": l.Id}))
	if a := sent.GetString("address"); !strings.Contains(a, "14 Quarry Row") || !strings.Contains(a, "FM1 4QR") || sent.GetString("author") != demo.School.ID {
		t.Errorf("%v", sent.FieldsData())
	}
	// Moving house later changes nothing of what was sent, and nobody changes the record.
	d.reach(tess, with(home, "lines", []string{"9 Weir Bank"}))
	sent = must(d.app.FindRecordById("letter_events", sent.Id))
	if !strings.Contains(sent.GetString("address"), "14 Quarry Row") {
		t.Error("the record of where it went moved house too")
	}
	sent.Set("note", "changed")
	if d.app.Save(sent) == nil || d.app.Delete(sent) == nil {
		t.Error("the record of a letter was changed")
	}
	for _, kind := range []string{"posted", "handed_over"} {
		d.refused(d.event(demo.Practitioner, l.Id, kind), "kind", "gone")
	}
	d.refused(d.change(demo.Practitioner, l.Id, map[string]any{"status": "withdrawn"}), "status", "gone")
}

// Within two working days of a Thursday before Christmas 2026 is the Monday; a letter
// handed over has come, and one sent second class takes longer (domain 3.5, 2.2).
func TestWhenALetterIsTakenToHaveCome(t *testing.T) {
	past := func(d *desk) string { // a day that is over, whatever day the test runs on
		d.began("2020-12-01")
		return "2020-12-23 10:00:00.000Z"
	}
	for _, c := range []struct {
		kind, postage, deemed string
	}{
		{"posted", "", "2020-12-29"},         // the 25th, the 26th made good on the 28th, a weekend
		{"posted", "first", "2020-12-29"},    // the 24th and the 29th
		{"posted", "second", "2020-12-31"},   // and two more
		{"print_room", "", "2020-12-30"},     //
		{"hand_delivered", "", "2020-12-24"}, //
		{"handed_over", "", "2020-12-23"},    // the same day
	} {
		d := newDesk(t)
		l := d.draft(demo.Practitioner, "L1_missed", nil)
		d.ok(d.approve(demo.Practitioner, l.Id))
		d.ok(d.event(demo.Practitioner, l.Id, c.kind, map[string]any{"occurred_at": past(d), "postage": c.postage}))
		if got := d.letter(l.Id).GetString("deemed_on"); got != c.deemed {
			t.Errorf("%s %s is taken to have come on %s, want %s", c.kind, c.postage, got, c.deemed)
		}
	}
}

// The way it goes is the way it was approved for.
func TestTheWayALetterGoesIsTheWayItWasApprovedFor(t *testing.T) {
	d := newDesk(t)
	email := map[string]any{"kind": "email", "value": "tess@example.org", "current": true}
	hand := d.draft(demo.Practitioner, "L1_missed", map[string]any{"delivery": "by_hand"})
	d.ok(d.approve(demo.Practitioner, hand.Id))
	for _, kind := range []string{"posted", "print_room", "hand_delivered", "emailed"} {
		d.refused(d.event(demo.Practitioner, hand.Id, kind), "kind", "other_delivery")
	}
	if strings.Contains(hand.GetString("merge"), "Quarry") {
		t.Error("a letter to be handed over bears an address")
	}
	d.ok(d.event(demo.Practitioner, hand.Id, "handed_over", map[string]any{"witness": "Colm Reeve"}))

	mail := d.draft(demo.Practitioner, "L1_missed", map[string]any{"delivery": "by_email"})
	d.refused(d.approve(demo.Practitioner, mail.Id), "recipient", "no_safe_address")
	d.reach(tess, home, with(email, "safe_email", true))
	d.ok(d.approve(demo.Practitioner, mail.Id))
	d.reach(tess, home, with(email, "safe_email", false))
	d.refused(d.event(demo.Practitioner, mail.Id, "emailed"), "kind", "no_safe_address")
	d.reach(tess, home, with(email, "safe_email", true))
	d.ok(d.event(demo.Practitioner, mail.Id, "emailed"))
	sent := must(d.app.FindFirstRecordByFilter("letter_events", "letter = {:l} && kind = 'emailed'", dbx.Params{"l": mail.Id}))
	if !strings.Contains(sent.GetString("address"), "tess@example.org") {
		t.Error(sent.GetString("address"))
	}
}

// An address that was safe at the approval is asked again when the letter goes.
func TestTheAddressIsAskedAgainWhenTheLetterGoes(t *testing.T) {
	for name, c := range map[string]struct {
		point map[string]any
		code  string
	}{
		"no longer safe":      {with(home, "safe_post", false), "no_safe_address"},
		"no longer current":   {with(home, "current", false), "no_safe_address"},
		"confirmed too long":  {with(home, "confirmed_on", "2020-01-01"), "confirmed_long_ago"},
		"another, safe one":   {with(home, "lines", []string{"9 Weir Bank"}), "address_changed"},
		"another postcode":    {with(home, "postcode", "FM9 9ZZ"), "address_changed"},
		"spelled differently": {with(home, "lines", []string{"14, QUARRY ROW", "Fellmoor"}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			l := d.draft(demo.Practitioner, "L1_missed", nil)
			d.ok(d.approve(demo.Practitioner, l.Id))
			d.reach(tess, c.point)
			err := d.event(demo.Practitioner, l.Id, "posted")
			if c.code == "" {
				d.ok(err)
				return
			}
			d.refused(err, "kind", c.code)
			d.stays(l.Id, "approved")
			if got := d.timeline(l.Id); got != "drafted approved" {
				t.Errorf("a refused sending left a line: %s", got)
			}
		})
	}
}

// A letter that came back takes its address out of use until it is confirmed anew.
func TestALetterThatCameBackStopsTheNext(t *testing.T) {
	d := newDesk(t)
	l := d.sent()
	d.ok(d.event(demo.Practitioner, l.Id, "returned", map[string]any{"note": "Not known here."}))
	d.stays(l.Id, "returned")
	points := must(d.app.FindRecordById("people", tess)).GetString("contact_points")
	if !strings.Contains(points, `"current":false`) || !strings.Contains(points, "came back") || !strings.Contains(points, `"safe_post":true`) {
		t.Errorf("%s", points)
	}
	next := d.draft(demo.Practitioner, "L1_missed", nil)
	d.refused(d.approve(demo.Practitioner, next.Id), "recipient", "no_safe_address")
	// Marked as current again, it is still the address that it was before the letter came back.
	d.reach(tess, with(home, "confirmed_on", time.Now().AddDate(0, 0, -3).Format(time.DateOnly)))
	d.refused(d.approve(demo.Practitioner, next.Id), "recipient", "no_safe_address")
	d.reach(tess, with(home, "lines", []string{"9 Weir Bank", "Fellmoor"}))
	d.ok(d.approve(demo.Practitioner, next.Id))
}

// What a letter's record can hold depends on where the letter is.
func TestALettersRecordIsInOrder(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L1_missed", nil)
	for _, kind := range []string{"drafted", "approved", "withdrawn"} {
		d.refused(d.event(demo.Practitioner, l.Id, kind), "kind", "by_letter")
	}
	for _, kind := range []string{"delivery_proven", "returned", "bounced", "reply_received", "countersigned"} {
		d.refused(d.event(demo.Practitioner, l.Id, kind), "kind", "not_now")
	}
	d.ok(d.approve(demo.Practitioner, l.Id))
	d.refused(d.event(demo.Manager, l.Id, "rejected", map[string]any{"note": "No."}), "kind", "not_now")
	d.refused(d.event(demo.Practitioner, l.Id, "countersigned"), "kind", "not_approver")
	d.ok(d.event(demo.Manager, l.Id, "countersigned"))
	d.refused(d.event(demo.Practitioner, l.Id, "posted", map[string]any{"seen_content_hash": "another"}), "seen_content_hash", "changed_since")
	d.ok(d.event(demo.Practitioner, l.Id, "posted"))
	d.ok(d.event(demo.Practitioner, l.Id, "delivery_proven"))
	d.ok(d.event(demo.School, l.Id, "reply_received", map[string]any{"note": "Rang."}))
	d.stays(l.Id, "issued") // a reply came: even so nobody says that it was received
	if got := d.timeline(l.Id); got != "drafted approved countersigned posted delivery_proven reply_received" {
		t.Error(got)
	}
}

// A letter sent back says why, and its author's next draft is a line of its own.
func TestALetterIsSentBackWithAReason(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L2_missed", nil)
	d.refused(d.event(demo.Manager, l.Id, "rejected"), "note", "reason")
	d.refused(d.event(demo.School, l.Id, "rejected", map[string]any{"note": "No."}), "kind", "not_approver")
	d.ok(d.event(demo.Manager, l.Id, "rejected", map[string]any{"note": "Offer an evening."}))
	d.ok(d.change(demo.Practitioner, l.Id, map[string]any{"merge": with(facts, "next.time", "18:00")}))
	d.ok(d.change(demo.Practitioner, l.Id, map[string]any{"merge": with(facts, "next.time", "18:30")}))
	d.ok(d.approve(demo.Manager, l.Id))
	if got := d.timeline(l.Id); got != "drafted rejected drafted approved" {
		t.Error(got)
	}
}
