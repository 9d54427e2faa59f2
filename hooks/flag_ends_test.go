package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// What social care enquires into ends when they say so, or whoever recorded it: not by a day
// that another agency types.
func TestAnEnquiryEndsWhenThoseSayWhoseItIs(t *testing.T) {
	d, c := openPartnershipOn(t, demo.CaseID(1))
	day := func(ago int) string { return time.Now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	flag := d.does(&socialWorker, "child_flags", "", map[string]any{"case": c, "child": children[0], "kind": "section_47", "from": day(9), "held_by": "Sorrel Vane"})
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager, demo.School} {
		for _, to := range []map[string]any{{"until": day(1)}, {"from": day(30), "until": day(20)}} {
			_, err := d.by(&who, "child_flags", flag.Id, to)
			d.refused("ended by "+who.Account, err, "until", "other_agency")
			if err != nil && !strings.Contains(err.Error(), "Ask Sorrel Vane") {
				t.Error("whom to ask:", err)
			}
		}
	}
	d.does(&demo.Practitioner, "child_flags", flag.Id, map[string]any{"note": "Their team rings on Mondays."}) // what else is known of it anybody adds

	school := d.does(&demo.School, "child_flags", "", map[string]any{"case": c, "child": children[1], "kind": "cp_plan", "category": "NEG", "from": day(9)})
	d.does(&socialWorker, "child_flags", school.Id, map[string]any{"until": day(1)})
	if n, err := d.CountRecords("notices", dbx.HashExp{"user": demo.School.ID, "timer": "child_flags/" + school.Id}); err != nil || n != 1 {
		t.Errorf("who recorded it heard %d times that social care ended it, %v", n, err)
	}

	// Nobody of theirs is on the case any more: a manager says so, and they are told.
	d.off(socialWorker, demo.Manager, c, time.Now())
	_, err := d.by(&demo.Practitioner, "child_flags", flag.Id, map[string]any{"until": day(1)})
	d.refused("by a worker", err, "until", "other_agency")
	d.does(&demo.Manager, "child_flags", flag.Id, map[string]any{"until": day(1)})
	if n, err := d.CountRecords("notices", dbx.HashExp{"user": socialWorker.ID, "timer": "child_flags/" + flag.Id}); err != nil || n != 1 {
		t.Errorf("social care heard %d times, %v", n, err)
	}
}

// A referral is taken back by who made it, or by social care; by any door.
func TestAReferralIsTakenBackByWhoMadeIt(t *testing.T) {
	d, c := openPartnershipOn(t, demo.CaseID(1))
	p := d.opens(demo.Practitioner, c, time.Hour)
	refers := func() string {
		r := d.writes(c, demo.School, "referrals", "", map[string]any{"target": "children_social_care", "to": "The front door", "to_agency": socialWorker.Agency, "reasons": "Bruised.", "family_told": true})
		d.writes(c, demo.School, "referral_steps", "", map[string]any{"referral": r.Id, "step": "sent", "occurred_at": just()})
		return r.Id
	}
	const why = "The school and social care have settled it between them."
	withdraws := func(who demo.Person, referral, why string) error {
		_, err := d.by(&who, "referral_steps", "", map[string]any{"case": c, "referral": referral, "step": "withdrawn", "reason": why, "occurred_at": just()})
		return err
	}
	first := refers()
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
		err := withdraws(who, first, why)
		d.refused("by "+who.Account, err, "step", "other_agency")
		if err != nil && !strings.Contains(err.Error(), demo.School.Name) {
			t.Error("whom to ask:", err)
		}
	}
	sent := d.events(p, "referral.sent")[0]
	if e := d.tells(demo.Manager, p, "event.withdrawn", map[string]any{"reason": why}); e.GetString("verdict") == "accepted" {
		t.Error("nothing named, and taken back")
	}
	if e, err := d.by(&demo.Manager, "pathway_events", "", map[string]any{"case": c, "pathway": p.Id, "kind": "event.withdrawn", "corrects": sent.Id, "occurred_at": just(), "data": map[string]any{"reason": why}}); err == nil && e.GetString("verdict") == "accepted" {
		t.Error("the school's referral is taken back on the pathway by early help")
	}
	knife := d.raises(demo.School, p, "Ivy says he has a knife.")
	if e, err := d.by(&demo.Manager, "pathway_events", "", map[string]any{"case": c, "pathway": p.Id, "kind": "event.withdrawn", "corrects": knife.Id, "occurred_at": just(), "data": map[string]any{"reason": why}}); err == nil && e.GetString("verdict") == "accepted" {
		t.Error("the school's danger is taken back by early help")
	}
	if err := withdraws(demo.School, first, "x"); err != nil {
		t.Error("their own:", err)
	}
	second := refers()
	if err := withdraws(socialWorker, second, why); err != nil {
		t.Error("social care:", err)
	}

	third := refers()
	for _, who := range []demo.Person{demo.School, socialWorker} {
		d.off(who, demo.Manager, c, time.Now())
	}
	d.refused("by a worker", withdraws(demo.Practitioner, third, why), "step", "other_agency")
	d.refused("with a letter", withdraws(demo.Manager, third, "x"), "reason", "too_short")
	if err := withdraws(demo.Manager, third, why); err != nil {
		t.Error("nobody of theirs is here any more:", err)
	}
}
