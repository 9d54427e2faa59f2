package pathway_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"holdfast/hooks/pathway"
)

// Whatever comes and in whichever order, a case that was closed is opened again by what would
// go on under it (A8): the one judgement by which a case closes, and is opened again, says so
// of everything but a pathway that a decision ended, with each of its dangers over. That the
// store goes by it, TestNoCaseIsClosedOverAnOpenPathway shows.
func TestI21NoCaseStandsClosedOverAnOpenPathway(t *testing.T) {
	many(t, "100", "25000") // of each of four templates
	kinds := []string{
		"closure.proposed", "closure.consulted", "closure.objected", "closure.approved", "closure.approved", "closure.approved", "closure.rejected",
		"child.seen", "dispute.opened", "dispute.resolved", pathway.ImmediateRisk, "immediate_risk.resolved", "immediate_risk.resolved", "threshold.decided",
		"event.withdrawn", "referral.sent", "plan.agreed", "pathway.cancelled", "closure.confirmed",
	}
	closed, opened := 0, 0
	holds(t, kinds, func(t *rapid.T, s *story, _ pathway.Result) {
		events := slices.Clone(s.events)
		slices.SortStableFunc(events, func(a, b pathway.Event) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
		s.events = nil
		stands := false
		for _, e := range events {
			s.events = append(s.events, e)
			r, err := pathway.Evaluate(s.template, s.cal, s.c, s.events, e.ReceivedAt)
			if err != nil {
				t.Fatal(err)
			}
			switch was := stands; {
			case r.HoldsCase():
				stands = false
				if was {
					opened++
				}
			case !was && rapid.Bool().Draw(t, "closed now"):
				stands = true
				closed++
			}
			ended, dangers := false, 0
			for _, d := range counted(s, r) {
				switch d.Kind {
				case "closure.approved", "pathway.cancelled":
					ended = true
				case pathway.ImmediateRisk:
					dangers++
				case "immediate_risk.resolved":
					dangers--
				}
			}
			if stands && (!ended || dangers > 0) {
				t.Fatalf("closed as %s came, ended %v, %d dangers: %s", e.Kind, ended, dangers, r.State)
			}
		}
	})
	if closed == 0 || opened == 0 {
		t.Errorf("%d closed and %d opened again: this proves nothing", closed, opened)
	}
	t.Logf("%d closed, %d opened again", closed, opened)
}
