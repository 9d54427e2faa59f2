package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// right puts the day of the pathway's opening right, and gives what became of that.
func (s told) right(who demo.Person, day types.DateTime, because string) *core.Record {
	s.t.Helper()
	return s.does(&who, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": "opening.corrected",
		"occurred_at": before(0), "data": map[string]any{"opened_on": london(s.t, day), "reason": because}})
}

func london(t *testing.T, at types.DateTime) string {
	t.Helper()
	return at.Time().In(must(time.LoadLocation("Europe/London"))).Format(time.DateOnly)
}

// A pathway opened with a wrong day is put right, by who opened it or a manager, with a
// reason, while nothing hangs on that day; and then its clocks run from the right one.
func TestTheDayOfAnOpeningIsPutRight(t *testing.T) {
	d := openOffice(t)
	s := d.began("early-help-engagement", 3)
	opened := func() string { return london(t, d.fresh(s.pathway).GetDateTime("opened_at")) }
	due := func() string { return d.step(s.pathway, "check-barriers").GetString("due_on") }
	refused := func(r *core.Record, want string) {
		t.Helper()
		if r.GetString("verdict") != "attempted" || !strings.Contains(r.GetString("reasons"), want) {
			t.Errorf("%s %s, should say %q", r.GetString("verdict"), r.GetString("reasons"), want)
		}
	}
	wrong := due()
	s.try(2, "phone", "no_answer") // the case's own: it hangs on no opening
	refused(s.right(demo.School, before(9), "I know better."), "Whoever opened the pathway, or a manager")
	refused(s.right(demo.Practitioner, before(-2), "Next week."), "had not come yet")
	refused(s.right(demo.Practitioner, before(9), " "), "Give reason")
	begun := d.fresh(must(d.FindRecordById("cases", demo.CaseID(1))))
	begun.Set("opened_on", london(t, before(20)))
	if err := d.Save(begun); err != nil {
		t.Fatal(err)
	}
	refused(s.right(demo.Practitioner, before(40), "Earlier."), "The case was opened later than this")
	if opened() != london(t, before(3)) || due() != wrong {
		t.Fatalf("what was refused moved the day to %s", opened())
	}

	fixed := s.right(demo.Practitioner, before(9), "It was the Tuesday of the week before.")
	if fixed.GetString("verdict") == "attempted" || opened() != london(t, before(9)) || due() >= wrong {
		t.Errorf("%s %s: opened on %s, the barriers due on %s, and before on %s", fixed.GetString("verdict"), fixed.GetString("reasons"), opened(), due(), wrong)
	}
	if s.right(demo.Manager, before(8), "Her diary says so."); opened() != london(t, before(8)) {
		t.Errorf("a manager put it right, and it was opened on %s", opened())
	}
	back := s.does(&demo.Practitioner, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": "event.withdrawn",
		"occurred_at": before(0), "corrects": fixed.Id, "data": map[string]any{"reason": "That day was right as it was."}})
	refused(back, "another correction")

	s.event(demo.Practitioner, 1, "manager.told", nil)
	stands := due()
	refused(s.right(demo.Practitioner, before(4), "Later after all."), "A manager cancels the pathway as opened in error")
	if opened() != london(t, before(8)) || due() != stands {
		t.Errorf("something hangs on it, and it was opened on %s", opened())
	}

	// What came first was not heard of until now: the correction was made without it, and stays.
	late := s.does(&demo.Practitioner, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": "consent.given", "occurred_at": before(2)})
	if late.GetString("verdict") == "attempted" || opened() != london(t, before(8)) {
		t.Errorf("%s: opened on %s", late.GetString("reasons"), opened())
	}
}

// An opening that is told beside the pathway's record is no way round that.
func TestAnOpeningToldAfterwardsMovesNoClock(t *testing.T) {
	d := openOffice(t)
	s := d.began("early-help-engagement", 8)
	due := func() string { return d.step(s.pathway, "sign-off").GetString("due_on") }
	s.event(demo.Practitioner, 7, "consent.given", nil)
	stands := due()
	r := s.does(&demo.School, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": "pathway.opened", "occurred_at": before(1), "data": map[string]any{"trigger": "other"}})
	if r.GetString("verdict") != "attempted" || due() != stands {
		t.Errorf("%s: due on %s, and before on %s", r.GetString("verdict"), due(), stands)
	}
}

// Three tries, and one was another family's. Withdrawn, it counts nowhere (A13): the letter
// before the meeting asks for one more try.
func TestAWithdrawnTryCountsNowhere(t *testing.T) {
	d := openOffice(t)
	s := d.began("early-help-engagement", 9)
	areas := []any{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}
	s.event(demo.Practitioner, 8.9, "barrier.checked", map[string]any{"areas": areas})
	s.event(demo.Practitioner, 8.8, "contact.checked", map[string]any{"against": "referral", "result": "confirmed"})
	s.event(demo.Practitioner, 8.7, "referrer.contacted", map[string]any{"result": "no help"})
	for _, try := range must(d.FindRecordsByFilter("contact_attempts", "case = '"+demo.CaseID(1)+"'", "", 0, 0)) { // of the demo's own
		if _, err := d.NonconcurrentDB().NewQuery("DELETE FROM contact_attempts WHERE id = '" + try.Id + "'").Execute(); err != nil {
			t.Fatal(err)
		}
	}
	s.try(8, "phone", "no_answer")
	wrong := s.try(7, "visit_announced", "not_home")
	s.try(5.6, "visit_unannounced", "not_home")
	impact := []any{}
	for _, c := range s.children() {
		impact = append(impact, map[string]any{"child": c, "impact": "Often hungry.", "last_seen_on": "2026-10-20", "seen_by": "school", "alone": true})
	}
	s.event(demo.Practitioner, 4, "risk_assessment.submitted", map[string]any{"impact": impact})
	s.event(demo.Manager, 3, "risk_assessment.signed_off", nil)
	why := func() string { return d.fresh(s.pathway).GetString("allowed") }
	if strings.Contains(why(), "more try") || !strings.Contains(why(), "letter.issued:final") {
		t.Fatalf("with three tries: %s", why())
	}
	s.does(&demo.Practitioner, "attempt_withdrawals", "", map[string]any{"case": demo.CaseID(1), "attempt": wrong.Id, "because": "It was another family's."})
	if !strings.Contains(why(), "First record 1 more try") {
		t.Errorf("one is withdrawn: %s", why())
	}
}
