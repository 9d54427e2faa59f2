package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

const wrongFamily = "The clinic meant the family next door, who bear the same name."

// A further referral does not make another's word of one's own: that social care has the family
// stands on whoever passed their acceptance on, however often anybody refers since.
func TestAFurtherReferralForgetsNobodysWord(t *testing.T) {
	for _, c := range []struct {
		name     string
		accepts  person
		again    person
		approves person
		ends     bool
	}{
		{"refers, passes on, refers again and approves", manager, manager, manager, false},
		{"passes on, another refers again", manager, practitioner, manager, false},
		{"passes on, and another manager approves", manager, manager, deputy, true},
		{"social care took it on itself", socialWorker, manager, manager, true},
	} {
		s := whose(t)
		s.does(manager, "referral.sent", data{"to_agency": "agency-s"})
		s.does(c.accepts, "referral.accepted", data{"decided_by": "Margaret Hall"})
		s.does(c.again, "referral.sent", data{"to_agency": "agency-s"})
		if v := s.closes("statutory", c.approves); s.reads().Ended != c.ends {
			t.Errorf("%s: %s %+v", c.name, s.reads().State, v)
		}
	}
}

// Whoever took a threshold back ends nothing on that until somebody else has since recorded
// that it is not met: what was decided before is no word on it.
func TestWhatWasDecidedBeforeIsNoWordOnWhatWasTakenBack(t *testing.T) {
	says := func(who person, by string) func(*story) {
		return func(s *story) { s.does(who, "threshold.decided", data{"decision": "not_met", "decided_by": by}) }
	}
	takesBack := func(s *story) {
		id := s.does(colleague, "threshold.decided", data{"decision": "child_protection", "decided_by": "Priya Sharma"})
		s.does(manager, "event.withdrawn", data{"reason": wrongFamily})
		s.last().Corrects = id
	}
	for _, c := range []struct {
		name string
		then []func(*story)
		by   person
		ends bool
	}{
		{"an older decision", []func(*story){says(practitioner, "Priya Sharma"), takesBack}, manager, false},
		{"an older one, and one's own since", []func(*story){says(practitioner, "Priya Sharma"), takesBack, says(manager, "Margaret Hall")}, manager, false},
		{"another's since", []func(*story){takesBack, says(practitioner, "Priya Sharma")}, manager, true},
		{"another's since, then one's own", []func(*story){takesBack, says(practitioner, "Priya Sharma"), says(manager, "Margaret Hall")}, manager, true},
		{"another manager", []func(*story){says(practitioner, "Priya Sharma"), takesBack}, deputy, true},
		{"dated since, and here before", []func(*story){takesBack, says(practitioner, "Priya Sharma"), func(s *story) { s.last().ReceivedAt = at(1, 9) }}, manager, false},
	} {
		for _, end := range []string{"needs_met", "cancelled"} {
			s := whose(t)
			for _, f := range c.then {
				f(s)
			}
			var v pathway.Verdict
			if end == "cancelled" {
				v = s.verdictOf(s.does(c.by, "pathway.cancelled", data{"reason": wrongFamily}))
			} else {
				v = s.closes(end, c.by)
			}
			if s.reads().Ended != c.ends {
				t.Errorf("%s, %s: %s %+v", c.name, end, s.reads().State, v)
			}
		}
	}
}
