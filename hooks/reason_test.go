package hooks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// inAnyWords are the reasons that are taken as they are written, and why.
var inAnyWords = map[string]string{
	"glass_openings.reason": "the operator's own door holds it", "case_acts.reason": "an objection and a reopening are heard; closing and restricting ask for a sentence by their act",
	"letters.override_reason": "beside what it overrides, which the approver reads", "evidence_holds.reason": "a hold protects",
	"disputes.urgent_because": "a danger is heard", "champion_policies.reason": "of a scheme, and of no child",
	"referrals.not_told_because": "a referral is not held up", "meetings.not_told_because": "of a meeting that was held", "meetings.no_views_because": "of a meeting that was held",
	"meetings.cancelled_because": "the meeting is still to be called", "sharing_decisions.reason": "necessity and proportionality are said beside it", "sharing_decisions.not_told_because": "of what was shared already",
	"transfers.reason": "the other agency answers it", "transfer_answers.reason": "a no is heard", "referral_steps.reason": "the words of who decided",
	"service_agreements.reason": "a family's no is theirs", "sharing_consents.reason": "a family's no is theirs", "treatment_consents.reason": "a family's no is theirs",
	"service_agreements.withdrawn_because": "a family's no is theirs", "sharing_consents.withdrawn_because": "a family's no is theirs", "treatment_consents.withdrawn_because": "a family's no is theirs",
	"coverage_targets.reason": "of a scheme, and of no child", "champion_registrations.reason": "of a scheme, and of no child",
}

// Of every noun, each reason that somebody writes is one of substance, or it says here why
// it is taken in any words (finding 12 of the third look).
func TestEveryReasonIsOneOrSaysWhyNot(t *testing.T) {
	for _, n := range collections.All() {
		for _, f := range n.Fields {
			text, is := f.(*core.TextField)
			if !is || !strings.HasSuffix(text.Name, "reason") && !strings.HasSuffix(text.Name, "because") || slices.Contains(n.Server, text.Name) || n.Rules.Create == "" && n.Rules.Update == "" {
				continue
			}
			if at := n.Name + "." + text.Name; slices.Contains(kernel.Substantial[n.Name], text.Name) == (inAnyWords[at] != "") {
				t.Errorf("%s: %q, and substantial %v", at, inAnyWords[at], kernel.Substantial[n.Name])
			}
		}
	}
}

// A word is no reason to take back a try, or to take a child to another family.
func TestAWordIsNoReason(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	try := d.tried(demo.Practitioner, wrongly, 2*day, map[string]any{"method": "visit_announced", "outcome": "not_home"})
	other := d.does(&demo.Practitioner, "people", "", map[string]any{"case": wrongly, "kind": "child", "name": "Jonah M."})
	for _, why := range []string{"x", "wrong", "xxxxxxxxxxxxxxxxxxxxxxxxxx", "1234567890 1234567890 1234567890"} {
		_, err := d.by(&demo.Practitioner, "attempt_withdrawals", "", map[string]any{"case": wrongly, "attempt": try.Id, "because": why})
		d.refused("a try taken back for "+why, err, "because", "too_short")
		_, err = d.by(&demo.Manager, "person_moves", "", map[string]any{"case": wrongly, "person": jonah, "direction": "out", "to": right, "because": why})
		d.refused("a child moved for "+why, err, "because", "too_short")
		_, err = d.by(&demo.Practitioner, "person_joins", "", map[string]any{"case": wrongly, "person": jonah, "same": other.Id, "because": why})
		d.refused("two records joined for "+why, err, "because", "too_short")
		_, err = d.acts(demo.Manager, wrongly, "restrict", map[string]any{"review_on": today(20), "reason": why})
		d.refused("restricted for "+why, err, "reason", "too_short")
	}
	d.does(&demo.Practitioner, "attempt_withdrawals", "", map[string]any{"case": wrongly, "attempt": try.Id, "because": "This visit was to the family next door."})
}

// Nor is it one to take back what is recorded on a pathway; a no to work that waits for
// somebody, and the undoing of an ending, are heard in any words.
func TestAnEventIsTakenBackInASentence(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 72*time.Hour)
	takesBack := func(of *core.Record, why string) error {
		_, err := d.by(&demo.Manager, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": "event.withdrawn",
			"corrects": of.Id, "occurred_at": types.NowDateTime(), "data": map[string]any{"reason": why}})
		return err
	}
	no := d.tells(demo.Practitioner, p, "consent.refused", map[string]any{"reason": "She has no time."})
	for _, why := range []string{"x", "wrong", "xxxxxxxxxxxxxxxxxxxxxxxxxx"} {
		d.refused("a family's no taken back for "+why, takesBack(no, why), "data", "too_short")
	}
	if err := takesBack(no, "This was said by the family next door."); err != nil {
		t.Error(err)
	}
	if err := takesBack(d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met"}), "Not yet."); err != nil {
		t.Error("a proposal sent back:", err)
	}
}
