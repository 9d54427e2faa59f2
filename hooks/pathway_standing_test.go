package hooks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// A phone and a page say what may be done on a pathway now, and of what may not, why
// (A17): nobody learns what a guard says only by running into it.
func TestAPathwaySaysWhatMayBeDone(t *testing.T) {
	d := openOffice(t)
	s := d.began("early-help-engagement", 6)
	stands := func() (now []string, why map[string]string) {
		t.Helper()
		var a struct {
			Now []string
			Not []struct {
				Why  string
				Acts []string
			}
		}
		if err := json.Unmarshal([]byte(d.fresh(s.pathway).GetString("allowed")), &a); err != nil {
			t.Fatal(err)
		}
		why = map[string]string{}
		for _, n := range a.Not {
			for _, act := range n.Acts {
				why[act] = n.Why
			}
		}
		return a.Now, why
	}
	now, why := stands()
	if !slices.Contains(now, "barrier.checked") || !slices.Contains(now, "immediate_risk.raised") || slices.Contains(now, "engagement.described") || !strings.Contains(why["engagement.described"], "language") {
		t.Errorf("may: %v\nnot: %v", now, why)
	}
	s.event(demo.Practitioner, 1, "barrier.checked", map[string]any{"areas": []any{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}})
	var template struct{ Events []any }
	if err := json.Unmarshal([]byte(d.template("early-help-engagement").GetString("body")), &template); err != nil {
		t.Fatal(err)
	}
	if now, why := stands(); !slices.Contains(now, "engagement.described") || len(now)+len(why) != len(template.Events) {
		t.Errorf("may (%d): %v\nnot (%d): %v", len(now), now, len(why), why)
	}
	if size := len(d.fresh(s.pathway).GetString("allowed")); size > 4096 {
		t.Errorf("%d bytes: too much for a phone to be told with every event", size)
	}
	written := d.fresh(s.pathway).GetString("updated")
	s.event(demo.Practitioner, 1, "consent.given", nil)
	if again := d.fresh(s.pathway).GetString("updated"); again != written {
		t.Error("it was written anew, and says nothing new")
	}
	s.event(demo.Manager, 0, "pathway.cancelled", map[string]any{"reason": "The clinic meant the family next door."})
	if _, why := stands(); !strings.Contains(why["barrier.checked"], "has ended") {
		t.Errorf("it has ended, and %v", why)
	}
}

// A child on a plan for neglect is not brought: that the no-access pathway should run
// beside is on every phone, with why, until it does.
func TestAPathwaySaysWhatShouldRunBeside(t *testing.T) {
	d := openOffice(t)
	s := d.began("was-not-brought", 6)
	stands := func() string { return d.fresh(s.pathway).GetString("alongside") }
	if got := stands(); got != "[]" {
		t.Fatalf("%s before there is a plan", got)
	}
	d.does(&demo.Practitioner, "child_flags", "", planOf(d, s))
	s.event(demo.Practitioner, 1, "appointment.missed", map[string]any{"contact_confirmed": true})
	if got := stands(); !strings.Contains(got, `"no-access-to-child"`) || !strings.Contains(got, "contacts were missed.") {
		t.Fatalf("%s", got)
	}
	beside := d.began("no-access-to-child", 0.01)
	if got := stands(); got != "[]" {
		t.Errorf("it runs, and %s", got)
	}
	if _, err := d.NonconcurrentDB().Update("pathways", dbx.Params{"ended": true}, dbx.HashExp{"id": beside.pathway.Id}).Execute(); err != nil { // cancelled, as it was before a plan stood in the way of that
		t.Fatal(err)
	}
	s.event(demo.Practitioner, 0, "consent.given", nil)
	if got := stands(); !strings.Contains(got, `"no-access-to-child"`) {
		t.Errorf("it has ended, and %s", got)
	}
}

func planOf(d *office, s told) map[string]any {
	return map[string]any{"case": demo.CaseID(1), "child": s.children()[0], "kind": "cp_plan", "category": "NEG", "from": before(5).Time().Format("2006-01-02")}
}

// Agencies meet before any letter was sent: the letters that nobody is asked for say why,
// in words (A18). So does every cancelled step.
func TestACancelledStepSaysWhy(t *testing.T) {
	d := openOffice(t)
	s := d.began("early-help-engagement", 9)
	s.try(8, "phone", "no_answer")
	s.try(7, "visit_announced", "not_home")
	if got := s.stands("first-letter"); got == "cancelled" {
		t.Fatal(got)
	}
	s.event(demo.Practitioner, 5, "meeting.held", map[string]any{"decision": "A joint visit.", "family_views": "Not asked yet."})
	why := func(code string) string { return d.step(s.pathway, code).GetString("cancelled_because") }
	if got := why("first-letter"); got != "Not asked for while the pathway is at “Agencies have met”." {
		t.Errorf("%q", got)
	}
	s.event(demo.Manager, 0, "pathway.cancelled", map[string]any{"reason": "The clinic meant the family next door."})
	for _, r := range must(d.FindRecordsByFilter("pathway_steps", "pathway = '"+s.pathway.Id+"' && status = 'cancelled'", "", 0, 0)) {
		if got := r.GetString("cancelled_because"); got != "The pathway was cancelled." {
			t.Errorf("%s: %q", r.GetString("code"), got)
		}
	}
}
