package hooks_test

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

// Two adults are written to together only when nothing stands between them.
func TestNoJointLetterWhereSomethingStandsBetween(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe", home)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"joint_with": dan})
	d.refused(d.approve(demo.Practitioner, l.Id), "joint_with", "not_known")
	for _, between := range []string{"domestic_abuse", "no_contact", "court_order"} {
		r := d.related(dan, tess, between) // said of either, it holds both ways
		d.refused(d.approve(demo.Practitioner, l.Id), "joint_with", "stands_between")
		d.ok(d.app.Delete(r))
	}
	d.related(tess, dan)
	d.ok(d.approve(demo.Practitioner, l.Id))
	if got := d.letter(l.Id).GetString("merge"); !strings.Contains(got, "Tess Marlowe and Dan Marlowe") {
		t.Errorf("the joint letter greets %s", got)
	}
}

// What comes to stand between two people after the approval stops the letter too.
func TestAWarningAfterTheApprovalStopsTheLetter(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe", home)
	r := d.related(tess, dan)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"joint_with": dan})
	d.ok(d.approve(demo.Practitioner, l.Id))
	r = must(d.app.FindRecordById("relationships", r.Id))
	r.Set("between", []string{"domestic_abuse"})
	d.ok(d.app.Save(r))
	d.refused(d.event(demo.Practitioner, l.Id, "posted"), "kind", "stands_between")
	d.stays(l.Id, "approved")
}

func TestAJointLetterNeedsOneAddressSafeForBoth(t *testing.T) {
	d := newDesk(t)
	for name, points := range map[string][]map[string]any{
		"Dan Marlowe":  {with(home, "lines", []string{"3 Tern House"})},
		"Del Marlowe":  {with(home, "safe_post", false)},
		"Dora Marlowe": {},
	} {
		other := d.adult(name, points...)
		d.related(tess, other)
		d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"joint_with": other}).Id), "joint_with", "two_addresses")
	}
	d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"joint_with": demo.ID("child", 100)}).Id), "joint_with", "not_adult")
}

// A letter that greets, is addressed or copied to both is a joint one, whatever it is called.
func TestNobodyWhoIsKeptApartIsGreetedOrCopiedIn(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe")
	d.related(tess, dan, "no_contact")
	d.tried(demo.Practitioner, 3, 9, "visit_announced", "not_home", map[string]any{"person": tess})
	d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"cc": []string{"Dan, her brother"}}}).Id), "merge", "stands_between")
	d.ok(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"cc": []string{"The school nurse, Danby Road"}}}).Id))
	for _, name := range []string{"Tess & Dan Marlowe", "Tess and Dan Marlowe", "Dan Marlowe", "Tess, Dan"} {
		r := must(d.app.FindRecordById("people", tess))
		r.Set("name", name)
		d.ok(d.app.Save(r))
		d.refused(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", nil).Id), "merge", "stands_between")
	}
}

// A postcode by chance is none: the 16th and nothing else.
func TestWordsThatOnlyLookLikeAnAddressPass(t *testing.T) {
	d := newDesk(t)
	d.adult("Dan Marlowe", map[string]any{"kind": "address", "lines": []string{"9 Weir Bank", "Fellmoor"}, "postcode": "E1 6AN"})
	d.ok(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"next.kind": "a visit on June 16 and a chat"}}).Id))
}

// The same address is no secret between those who share it.
func TestASharedHomeIsNobodysWhereabouts(t *testing.T) {
	d := newDesk(t)
	d.adult("Dan Marlowe", home)
	d.ok(d.approve(demo.Practitioner, d.draft(demo.Practitioner, "L1_missed", nil).Id))
}

// Telling a parent of a referral waits where that may raise the risk.
func TestTellingWaitsWhereItMayRaiseTheRisk(t *testing.T) {
	d := newDesk(t)
	dan := d.adult("Dan Marlowe")
	d.related(dan, demo.ID("child", 100))
	l := d.draft(demo.Practitioner, "L_referral", nil)
	d.related(demo.ID("child", 100), tess, "court_order")
	d.refused(d.approve(demo.Manager, l.Id), "override_reason", "may_raise_risk")
	d.ok(d.approve(demo.Manager, l.Id, map[string]any{"override_reason": "Her solicitor and the social worker agreed."}))
}

// A warning is put on by anybody, and taken off by a manager.
func TestAWarningIsTakenOffByAManager(t *testing.T) {
	d := newDesk(t)
	r := d.related(tess, d.adult("Dan Marlowe"), "no_contact")
	lift := func(p demo.Person) error {
		fresh := must(d.app.FindRecordById("relationships", r.Id))
		fresh.Set("between", []string{})
		return d.as(p, func(tx appTx) error { return tx.Save(fresh) })
	}
	d.refused(lift(demo.Practitioner), "between", "manager_only")
	d.ok(lift(demo.Manager))
}
