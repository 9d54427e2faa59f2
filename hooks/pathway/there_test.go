package pathway_test

import (
	"strings"
	"testing"
	"time"

	"holdfast/hooks/pathway"
)

// dated gives the last event the day that somebody typed; it came when it was told.
func (s *story) dated(at time.Time) *story { s.last().OccurredAt = at; return s }

// Who is asked about ending, and what stands in its way, is who and what was there when the
// approval came: one that is dated back goes round nobody (finding 4 of the third look).
func TestAnApprovalThatIsDatedBackGoesRoundNobody(t *testing.T) {
	for name, c := range map[string]struct {
		since func(*pathway.Case)
		says  string
	}{
		"nobody came": {func(*pathway.Case) {}, ""},
		"an agency that joined": {func(c *pathway.Case) {
			c.Agencies = append(c.Agencies, pathway.Agency{ID: "agency-c", Name: "Tarn Valley Health Visiting", Since: "2026-11-16"})
		}, "Tarn Valley Health Visiting"},
		"an agency that joined on that day": {func(c *pathway.Case) {
			c.Agencies = append(c.Agencies, pathway.Agency{ID: "agency-c", Name: "Tarn Valley Health Visiting", Since: "2026-11-18"})
		}, "Tarn Valley Health Visiting"},
		"an agency that joined after it came": {func(c *pathway.Case) {
			c.Agencies = append(c.Agencies, pathway.Agency{ID: "agency-c", Since: "2026-11-19"})
		}, ""},
		"a plan that opened": {func(c *pathway.Case) { c.CPPlan = pathway.Flag{Open: true, Since: "2026-11-16"} }, "a child protection plan is open"},
		"an enquiry that ran": {func(c *pathway.Case) {
			c.Section47 = pathway.Flag{Was: []pathway.Span{{From: "2026-11-16", Until: "2026-11-18"}}}
		}, "an enquiry under section 47 is running"},
		"a child who came home": {func(c *pathway.Case) {
			c.Children = append(c.Children, pathway.Child{ID: "cal", Name: "Cal", Since: "2026-11-16"})
		}, "nobody has recorded seeing Cal"},
	} {
		s := tell(t, bundled(t, early)).proposed("needs_met")
		c.since(&s.c)
		id := s.on(18, 9).does(manager, "closure.approved", approval())
		s.dated(at(12, 9))
		v := verdict(s.reads(), id)
		said := ""
		for _, r := range v.Reasons {
			said += r.Text + "\n"
		}
		if (v.Outcome == pathway.Attempted) != (c.says != "") || !strings.Contains(said, c.says) {
			t.Errorf("%s: %s %s", name, v.Outcome, said)
		}
	}
}

// A child whom nobody has seen for too long when the approval comes is unseen, whatever day
// is on it.
func TestAnApprovalThatIsDatedBackMakesNoSightingLater(t *testing.T) {
	for _, day := range []int{18, 60} { // the children were seen on the tenth
		s := tell(t, bundled(t, early)).proposed("needs_met")
		id := s.on(day, 9).does(manager, "closure.approved", approval())
		s.dated(at(12, 9))
		if v := verdict(s.reads(), id); (v.Outcome == pathway.Attempted) != (day == 60) {
			t.Errorf("came on day %d: %+v", day, v)
		}
	}
}
