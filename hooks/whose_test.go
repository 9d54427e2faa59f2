package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
	"holdfast/server/demo"
)

const bothHold = "Both hold that early help is right, since the children are well."

// A referral to social care goes to social care, and to nobody's own agency; nobody answers it
// with the name of a colleague, on the case or not.
func TestAReferralToSocialCareIsToSocialCare(t *testing.T) {
	d, c := openPartnership(t)
	p := d.opens(demo.Practitioner, c, time.Hour)
	refer := func(agency string) (*core.Record, error) {
		return d.by(&demo.Practitioner, "referrals", "", map[string]any{"case": c, "target": "children_social_care", "to": "The front door", "to_agency": agency, "reasons": "Hungry.", "family_told": true})
	}
	for _, agency := range []string{demo.Practitioner.Agency, demo.School.Agency, demo.Outsider.Agency} {
		_, err := refer(agency)
		d.refused("to "+agency, err, "to_agency", "not_social_care")
	}
	byEvent := d.tells(demo.Practitioner, p, "referral.sent", map[string]any{"reason": "Hungry.", "to_agency": demo.Practitioner.Agency})
	if byEvent.GetString("verdict") != "attempted" || !strings.Contains(byEvent.GetString("reasons"), "children's social care") {
		t.Errorf("to one's own by an event: %s %s", byEvent.GetString("verdict"), byEvent.GetString("reasons"))
	}
	r := must(refer(socialWorker.Agency))
	d.writes(c, demo.Practitioner, "referral_steps", "", map[string]any{"referral": r.Id, "step": "sent", "occurred_at": just()})
	for _, named := range []string{demo.Manager.Name, demo.Colleague.Name, demo.Outsider.Name} {
		_, err := d.by(&demo.Practitioner, "referral_steps", "", map[string]any{"case": c, "referral": r.Id, "step": "accepted", "decided_by": named, "occurred_at": just()})
		d.refused("on the word of "+named, err, "decided_by", "works_here")
		e := d.tells(demo.Practitioner, p, "referral.accepted", map[string]any{"decided_by": named})
		if e.GetString("verdict") != "attempted" || !strings.Contains(e.GetString("reasons"), "works here, and not at social care") {
			t.Errorf("by an event, %s: %s %s", named, e.GetString("verdict"), e.GetString("reasons"))
		}
		e = d.tells(demo.Practitioner, p, "new_area.accepted", map[string]any{"accepted_by": named})
		if e.GetString("verdict") != "attempted" {
			t.Errorf("the new area, %s: %s", named, e.GetString("verdict"))
		}
	}
	took := d.tells(demo.Practitioner, p, "referral.accepted", map[string]any{"decided_by": "Margaret Hall"})
	if took.GetString("verdict") != "accepted" || took.GetString("received_verdict") != "accepted" {
		t.Fatalf("%s %s", took.GetString("verdict"), took.GetString("reasons"))
	}
	d.hires(demo.Person{ID: demo.ID("user", 97), Account: "hall", Name: "Margaret Hall", Agency: demo.School.Agency, Roles: []string{"practitioner"}})
	d.reads(time.Now())
	if got := d.fresh(took).GetString("verdict"); got != "accepted" {
		t.Errorf("somebody of that name has come to the school, and it is %s", got)
	}
}

// One's own flag and that one told somebody is no word of social care's; with whom of theirs
// was told it is, and somebody approves it who recorded neither.
func TestOnesOwnFlagIsNoWordOfSocialCare(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 72*time.Hour)
	d.happenedAgo(60*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	d.does(&demo.Manager, "child_flags", "", map[string]any{"case": demo.CaseID(1), "child": children[0], "kind": "section_47", "from": "2026-01-02"})
	told := d.happenedAgo(59*time.Hour, demo.Practitioner, p, "social_worker.told", map[string]any{"told": "x"})
	d.happenedAgo(48*time.Hour, demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "statutory", "basis": "handover"})
	d.happenedAgo(47*time.Hour, demo.School, p, "closure.consulted", nil)
	approve := func(who demo.Person) *core.Record { return d.tells(who, p, "closure.approved", approved) }
	if e := approve(demo.Manager); e.GetString("verdict") != "attempted" || !strings.Contains(e.GetString("reasons"), "and who that is (first and last name)") {
		t.Errorf("%s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
	d.happenedAgo(58*time.Hour, demo.Practitioner, p, "social_worker.told", map[string]any{"told": "All of it.", "spoken_to": "Margaret Hall"})
	if e := approve(demo.Manager); e.GetString("verdict") != "attempted" || !strings.Contains(e.GetString("reasons"), "stands on what you recorded yourself") {
		t.Errorf("whose flag it is: %s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
	if e := approve(d.second(demo.CaseID(1))); e.GetString("verdict") != "accepted" {
		t.Errorf("another manager: %s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
	// Nor is it over on the word of whoever then ends the work.
	d.joins(demo.Practitioner, demo.CaseID(4), "member")
	other := d.opens(demo.Practitioner, demo.CaseID(4), 72*time.Hour)
	flag := d.does(&demo.Practitioner, "child_flags", "", map[string]any{"case": demo.CaseID(4), "child": d.person(demo.CaseID(4), "child").Id, "kind": "cp_plan", "category": "NEG", "from": "2025-06-01"})
	d.does(&demo.Manager, "child_flags", flag.Id, map[string]any{"until": time.Now().AddDate(0, 0, -1).Format(time.DateOnly)})
	for _, child := range must(d.FindAllRecords("people", dbx.HashExp{"case": demo.CaseID(4), "kind": "child"})) {
		d.happenedAgo(60*time.Hour, demo.Practitioner, other, "child.seen", map[string]any{"children": child.Id})
	}
	d.happenedAgo(48*time.Hour, demo.Practitioner, other, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	over := map[string]any{"checklist": approved["checklist"], "override_reason": "Only we are on this case, and the children are well."}
	if e := d.tells(demo.Manager, other, "closure.approved", over); e.GetString("verdict") != "attempted" || !strings.Contains(e.GetString("reasons"), "is over stands on your own word") {
		t.Errorf("whoever ended the plan: %s %s", e.GetString("verdict"), e.GetString("reasons"))
	}
	if got := d.fresh(told).GetString("verdict"); got != "accepted" {
		t.Errorf("that somebody was told stands on the record: %s", got)
	}
}

// A disagreement is settled by both of its sides, by whichever door, and the one that has not
// said so is asked.
func TestBothSidesSettleADisagreement(t *testing.T) {
	d := openOffice(t)
	_, err := d.by(&demo.Practitioner, "disputes", "", map[string]any{"case": demo.CaseID(1), "about": "Us", "subject": "roles", "with_agency": demo.Practitioner.Agency, "opened_at": types.NowDateTime()})
	d.refused("with oneself", err, "with_agency", "own_agency")
	p, dispute := d.disagrees()
	step := func(who demo.Person, text string) error {
		_, err := d.by(&who, "dispute_steps", "", map[string]any{"case": demo.CaseID(1), "dispute": dispute.Id, "step": "resolved", "text": text, "occurred_at": types.NowDateTime()})
		return err
	}
	d.refused("in a letter", step(demo.School, "x"), "text", "too_short")
	is := func(when, status string) {
		t.Helper()
		if got := d.fresh(dispute).GetString("status"); got != status || d.fresh(p).GetBool("disputed") != (status == "open") {
			t.Errorf("%s: %s, disputed %v", when, got, d.fresh(p).GetBool("disputed"))
		}
	}
	if err := step(demo.School, bothHold); err != nil {
		t.Fatal(err)
	}
	is("the school says so", "open")
	if got := d.kinds(demo.Practitioner) + " " + d.kinds(demo.Colleague); !strings.Contains(got, "dispute") || strings.Contains(d.kinds(demo.School), "dispute") {
		t.Errorf("early help is asked for %q, the school for %q", got, d.kinds(demo.School))
	}
	if e := d.events(p, "dispute.resolved"); len(e) != 1 || !strings.Contains(e[0].GetString("reasons"), "It is settled once Fellmoor Early Help records that too.") {
		t.Errorf("%v", e)
	}
	d.tells(demo.Practitioner, p, "dispute.resolved", map[string]any{"outcome": bothHold}) // by the other door
	is("early help says so too", "resolved")
	if got := d.kinds(demo.Practitioner); strings.Contains(got, "dispute") {
		t.Errorf("settled, and asked for %q", got)
	}
}

// A threshold goes with the child of whom it was decided: nothing ends over it where they came
// to, on a pathway that is open there, on one that opens later, or on none.
func TestAThresholdGoesWithTheChild(t *testing.T) {
	for _, c := range []string{"an open pathway", "a pathway that opens later", "no pathway"} {
		t.Run(c, func(t *testing.T) {
			d := openOffice(t)
			from, to := demo.CaseID(1), demo.CaseID(4)
			var here *core.Record
			if c == "an open pathway" {
				here = d.opens(demo.Practitioner, to, 72*time.Hour)
			}
			there := d.opens(demo.Practitioner, from, 72*time.Hour)
			d.happenedAgo(50*time.Hour, demo.Practitioner, there, "threshold.decided", map[string]any{"decision": "child_protection", "decided_by": demo.Manager.Name})
			d.moves(jonah, from, to)
			in := d.arrived(jonah, to)
			if told := in.GetString("told"); !strings.Contains(told, "decided to be child protection") {
				t.Errorf("told: %q", told)
			}
			if c == "no pathway" {
				_, err := d.acts(demo.Manager, to, "close", wasTold)
				d.refused("the case", err, "act", "threshold_met")
				return
			}
			if here == nil {
				here = d.opens(demo.Practitioner, to, time.Minute)
			}
			came := d.events(here, "threshold.decided")
			if len(came) != 1 || came[0].GetString("verdict") == "attempted" || came[0].GetString("agency") != demo.Practitioner.Agency || came[0].GetString("author") != demo.Practitioner.ID || !strings.HasPrefix(came[0].GetString("arises_from"), "person_moves/") {
				t.Fatalf("%d came: %v", len(came), came)
			}
			if e := d.tells(demo.Manager, here, "pathway.cancelled", map[string]any{"reason": "The clinic meant the family next door, who bear the same name."}); e.GetString("verdict") != "attempted" || !strings.Contains(e.GetString("reasons"), "child protection") {
				t.Errorf("cancelled over it: %s %s", e.GetString("verdict"), e.GetString("reasons"))
			}
			// What a phone brings later, of before the move, follows; what it brings of after does not.
			d.happenedAgo(40*time.Hour, demo.School, there, "threshold.decided", map[string]any{"decision": "child_protection", "decided_by": demo.School.Name})
			if n := len(d.events(here, "threshold.decided")); n != 2 {
				t.Errorf("brought later, %d came", n)
			}
			d.tells(demo.Practitioner, there, "threshold.decided", map[string]any{"decision": "child_protection", "decided_by": demo.Manager.Name})
			d.reads(time.Now())
			if n := len(d.events(here, "threshold.decided")); n != 2 {
				t.Errorf("it came %d times", n)
			}
			if err := asked.AskAgain(d.App); err != nil {
				t.Fatal(err)
			}
			if n := must(d.CountRecords("pathway_events", dbx.HashExp{"pathway": there.Id, "kind": "threshold.decided"})); n != 3 {
				t.Errorf("where they were it is %d times", n)
			}
		})
	}
}
