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

// Cancelling is for what should never have been. It is for whoever leads, and goes round
// nothing that an ending waits for, whatever day it is dated.
func TestCancellingGoesRoundNothing(t *testing.T) {
	objects := func(s *story) {
		s.on(10, 15).does(practitioner, "closure.proposed", data{"reason": "needs_met", "basis": "assessment"})
		s.does(school, "closure.objected", data{"reason": "Ada still comes hungry."})
	}
	back := func(s *story) { s.last().OccurredAt = at(10, 9) }
	for _, c := range []struct {
		name   string
		before func(*story)
		by     person
		then   func(*story)
		ends   bool
	}{
		{"nothing is open", nil, manager, nil, true},
		{"a manager of an agency that does not lead", nil, person{"head", "manager", "agency-b"}, nil, false},
		{"a plan", func(s *story) { s.c.CPPlan = pathway.Flag{Open: true, Since: "2026-01-01"} }, manager, nil, false},
		{"an enquiry", func(s *story) { s.c.Section47 = pathway.Flag{Open: true, Since: "2026-01-01"} }, manager, nil, false},
		{"an objection", objects, manager, nil, false},
		{"an objection that was turned down", func(s *story) {
			objects(s)
			s.does(manager, "closure.rejected", data{"reason": "The school is not sure."})
		}, manager, nil, false},
		{"an objection that they let go", func(s *story) { objects(s); s.does(school, "closure.consulted", nil) }, manager, nil, true},
		{"an objection, dated back behind it", objects, manager, back, false},
		{"a referral that waits", func(s *story) { s.does(school, "referral.sent", data{"to_agency": "agency-s"}) }, manager, nil, false},
		{"a referral that waits, dated back behind it", func(s *story) { s.does(school, "referral.sent", data{"to_agency": "agency-s"}) }, manager, back, false},
		{"a referral that was turned down", func(s *story) {
			s.does(school, "referral.sent", data{"to_agency": "agency-s"})
			s.does(socialWorker, "referral.nfa", data{"reason": "Below.", "decided_by": "me"})
		}, manager, nil, true},
		{"social care has them", func(s *story) {
			s.does(school, "referral.sent", data{"to_agency": "agency-s"})
			s.does(socialWorker, "referral.accepted", data{})
		}, manager, nil, false},
		{"a threshold, dated back behind it", func(s *story) {
			s.does(school, "threshold.decided", data{"decision": "child_protection", "decided_by": "Hugo Dean"})
		}, manager, back, false},
	} {
		s := whose(t)
		s.c.Lead = "agency-a"
		if c.before != nil {
			c.before(s)
		}
		id := s.does(c.by, "pathway.cancelled", data{"reason": wrongFamily})
		if c.then != nil {
			c.then(s)
		}
		if r := s.reads(); r.Ended != c.ends {
			t.Errorf("over %s: %s %+v", c.name, r.State, verdict(r, id))
		}
	}
}

// Social care answers by telephone: what it decides on a referral lifts another agency's
// threshold too, by who there decided. It is the word of nobody else, nor one on what came since.
func TestSocialCareLiftsAThresholdByTelephone(t *testing.T) {
	schools := func(s *story) {
		s.does(school, "threshold.decided", data{"decision": "child_protection", "decided_by": "Hugo Dean"})
	}
	refers := func(s *story) { s.does(practitioner, "referral.sent", data{"to_agency": "agency-s"}) }
	nfa := func(who person) func(*story) {
		return func(s *story) {
			s.does(who, "referral.nfa", data{"decided_by": "Margaret Hall", "reason": "Below the threshold: no sign of harm."})
		}
	}
	for _, c := range []struct {
		name     string
		before   []func(*story)
		records  person
		names    string
		lifts    bool
		approves person
		ends     bool
	}{
		{"who there decided", []func(*story){schools, refers, nfa(practitioner)}, practitioner, "Margaret Hall", true, manager, true},
		{"social care recorded it", []func(*story){schools, refers, nfa(socialWorker)}, practitioner, "Sorrel Vane", true, manager, true},
		{"approved by who passed the answer on", []func(*story){schools, refers, nfa(manager)}, practitioner, "Margaret Hall", true, manager, false},
		{"somebody else is named", []func(*story){schools, refers, nfa(practitioner)}, practitioner, "Ruth Ander", false, manager, false},
		{"nobody decided on it yet", []func(*story){schools, refers}, practitioner, "Margaret Hall", false, manager, false},
		{"decided before the school did", []func(*story){refers, nfa(practitioner), schools}, practitioner, "Margaret Hall", false, manager, false},
	} {
		s := whose(t)
		for _, f := range c.before {
			f(s)
		}
		v := s.verdictOf(s.does(c.records, "threshold.decided", data{"decision": "not_met", "decided_by": c.names}))
		if c.lifts == (v.Outcome == pathway.Attempted) || c.lifts && len(v.Reasons) != 1 {
			t.Errorf("%s: %+v", c.name, v)
		}
		if v := s.closes("needs_met", c.approves); s.reads().Ended != c.ends {
			t.Errorf("%s, approved by %s: %s %+v", c.name, c.approves.id, s.reads().State, v)
		}
	}
}

// A clock is stopped, and a count begun anew, by whoever leads, who says why.
func TestClocksAndCountsAreEasedByWhoeverLeads(t *testing.T) {
	for reason, by := range map[string]person{"x": manager, wrongFamily: {"head", "manager", "agency-b"}, "There is a bereavement in the family.": deputy} {
		for kind, d := range map[string]data{"attempts.reset": {"reason": reason}, "timer.stopped": {"timer": "T5", "reason": reason}} {
			s := tell(t, bundled(t, early)).tries()
			s.c.Lead = "agency-a"
			if v := s.verdictOf(s.does(by, kind, d)); (v.Outcome == pathway.Attempted) == (by == deputy) {
				t.Errorf("%s by %s, %q: %+v", kind, by.id, reason, v)
			}
		}
	}
}

// A name is what it looks like; and a place, a shift and a word for nobody are none.
func TestANameIsWhatItLooksLike(t *testing.T) {
	for _, n := range []string{"Pri\u200bya Kendal", "Pri\u00adya Kend\u00adal", "Рriya Kendаl", "Príya Kéndal", "Pri\u2060ya Kendal"} {
		if pathway.Named(n, "Priya Kendal") {
			t.Errorf("%q, one's own name, names somebody else", n)
		}
	}
	for _, n := range []string{"Mi\u200bna Ho\u200blt", "Mína Hólt", "Мina Hоlt"} {
		if !pathway.Elsewhere(n, accounts, func(a string) bool { return a == "agency-s" }) {
			t.Errorf("%q passes for social care", n)
		}
	}
	for _, n := range []string{"Contact Centre", "Night Shift", "Not Known", "Will Confirm", "See Notes", "Health Visitor", "Call Centre"} {
		if pathway.Named(n, "Priya Kendal") {
			t.Errorf("%q is a name", n)
		}
	}
	for _, n := range []string{"Margaret Hall", "Zoë Łukasik", "Мария Иванова", "Νίκος Παππάς", "مريم حسن", "मीना शर्मा", "王芳", "Ms Hall", "Siân O’Neill"} {
		if !pathway.Named(n, "Priya Kendal") {
			t.Errorf("%q is no name", n)
		}
	}
}
