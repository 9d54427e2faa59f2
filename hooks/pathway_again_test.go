package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// told is a family's pathway told as it happened, so many days ago.
type told struct {
	*office
	pathway *core.Record
}

// began opens a pathway on the Abernethys' case.
func (d *office) began(template string, daysAgo float64) told {
	d.t.Helper()
	return told{d, d.does(&demo.Practitioner, "pathways", "", map[string]any{
		"case": demo.CaseID(1), "template": d.template(template).Id, "trigger": "missed_contact", "opened_at": before(daysAgo),
	})}
}

func before(days float64) types.DateTime {
	return types.NowDateTime().Add(-time.Duration(days * 24 * float64(time.Hour)))
}

// event is one that the pathway takes.
func (s told) event(who demo.Person, daysAgo float64, kind string, data map[string]any) *core.Record {
	s.t.Helper()
	r := s.does(&who, "pathway_events", "", map[string]any{
		"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": kind, "occurred_at": before(daysAgo), "data": data,
	})
	if r.GetString("verdict") == "attempted" {
		s.t.Fatalf("%s: %s", kind, r.GetString("reasons"))
	}
	return r
}

func (s told) try(daysAgo float64, method, outcome string) *core.Record {
	s.t.Helper()
	return s.does(&demo.Practitioner, "contact_attempts", "", map[string]any{
		"case": demo.CaseID(1), "method": method, "outcome": outcome, "occurred_at": before(daysAgo), "contact_confirmed": true,
	})
}

// children are those of the household.
func (s told) children() (ids []any) {
	s.t.Helper()
	for _, r := range must(s.FindAllRecords("people", dbx.HashExp{"case": demo.CaseID(1), "kind": "child"})) {
		ids = append(ids, r.Id)
	}
	return ids
}

// stands says how a step stands on every phone.
func (s told) stands(code string) string {
	s.t.Helper()
	return s.step(s.pathway, code).GetString("status")
}

// done and again hold a step to what practice expects of it before and after.
func (s told) done(code string) {
	s.t.Helper()
	if got := s.stands(code); got != "done" {
		s.t.Fatalf("%s is %s before it is asked for anew", code, got)
	}
}

func (s told) open(code string) {
	s.t.Helper()
	row := s.step(s.pathway, code)
	if got := row.GetString("status"); got == "done" || got == "cancelled" || row.GetString("done_on") != "" || row.GetString("done_by") != "" {
		s.t.Errorf("%s is %s (done on %q by %q) when it is asked for anew", code, got, row.GetString("done_on"), row.GetString("done_by"))
	}
}

// What was done once is asked for again when it is needed again, on every phone and page
// (A1): each of these was left standing as done.
func TestAStepOpensAgain(t *testing.T) {
	areas := map[string]any{"areas": []any{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}}
	for what, story := range map[string]func(*office){
		"a child withheld after a manager has decided": func(d *office) {
			s := d.began("no-access-to-child", 5)
			s.event(demo.Manager, 4, "manager.discussed", map[string]any{"decision": "Two visits this week."})
			s.done("decide-with-manager")
			s.try(2, "visit_announced", "child_withheld")
			s.open("decide-with-manager")
		},
		"entry refused after the child was seen": func(d *office) {
			s := d.began("no-access-to-child", 5)
			s.event(demo.Practitioner, 3, "child.seen", map[string]any{"children": s.children()})
			s.done("child-seen")
			s.try(2, "visit_unannounced", "refused_entry")
			s.open("child-seen")
		},
		"a second missed appointment": func(d *office) {
			s := d.began("was-not-brought", 8)
			s.try(8, "phone", "reached")
			s.try(7.9, "phone", "reached")
			s.done("reach-family")
			s.event(demo.Practitioner, 1, "appointment.missed", map[string]any{"contact_confirmed": true})
			s.open("reach-family")
		},
		"a second proposal to close": func(d *office) {
			s := d.began("early-help-engagement", 9)
			s.event(demo.Practitioner, 8, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
			s.event(demo.School, 7, "closure.consulted", nil)
			s.done("closing-answers")
			s.event(demo.Manager, 6, "closure.rejected", map[string]any{"reason": "Not before the review."})
			s.event(demo.Practitioner, 3, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
			s.open("closing-answers")
		},
		"a second referral": func(d *office) {
			s := d.began("early-help-engagement", 9)
			s.event(demo.Practitioner, 8, "referral.sent", nil)
			s.event(demo.Practitioner, 7, "referral.nfa", map[string]any{"decided_by": "Margaret Hall"})
			s.done("referral-outcome")
			s.event(demo.Practitioner, 3, "referral.sent", nil)
			s.open("referral-outcome")
		},
		"a barriers check of another family, withdrawn": func(d *office) {
			s := d.began("early-help-engagement", 9)
			check := s.event(demo.Practitioner, 8, "barrier.checked", areas)
			s.done("check-barriers")
			s.does(&demo.Practitioner, "pathway_events", "", map[string]any{
				"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": "event.withdrawn", "occurred_at": before(7), "corrects": check.Id,
				"data": map[string]any{"reason": "It was another family's."},
			})
			s.open("check-barriers")
		},
	} {
		t.Run(what, func(t *testing.T) { story(openOffice(t)) })
	}
}

// Tries at contact of before the end come after it, from a phone without signal: the steps
// of a pathway that has ended are read with them too.
func TestATryOfBeforeTheEndIsRead(t *testing.T) {
	d := openOffice(t)
	s := d.began("early-help-engagement", 9)
	s.event(demo.Manager, 1, "pathway.cancelled", map[string]any{"reason": "Opened for the wrong family."})
	s.try(8, "phone", "no_answer")
	s.try(7, "visit_announced", "not_home")
	if got := s.stands("second-try"); got != "done" {
		t.Errorf("it was tried a second time, and that is %s", got)
	}
}
