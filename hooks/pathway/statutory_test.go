package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

// handedOver brings the story to a proposal to end because social care leads now:
// referred, taken on by somebody named, and every agency asked.
func (s *story) handedOver() *story {
	s.assessed()
	s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
	s.does(practitioner, "referral.sent", data{"reason": "still unseen at school"})
	s.does(practitioner, "referral.accepted", data{"decided_by": "Margaret Hall"})
	return s.proposedStatutory()
}

func (s *story) proposedStatutory() *story {
	s.on(10, 10).does(practitioner, "closure.proposed", data{"reason": "statutory", "basis": "handover"})
	s.on(11, 10).does(school, "closure.consulted", nil)
	return s.on(12, 10)
}

// Ending for social care (SPEC.md): an open plan or enquiry is its reason and not in
// its way; that they have it must be on the record; everything else of G8 stands.
func TestEndingForSocialCare(t *testing.T) {
	open := func(s *story) { s.c.CPPlan.Open, s.c.Section47.Open = true, true }
	for _, c := range []struct {
		name string
		ends bool
		tell func(*story) *story
		then func(*story)
	}{
		{"taken on, with a plan and an enquiry open", true, (*story).handedOver, open},
		{"taken on, and no plan yet", true, (*story).handedOver, nil},
		{"a plan is open and the social worker was told", true, func(s *story) *story {
			s.assessed()
			s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
			s.does(practitioner, "social_worker.told", data{"told": "all of it", "spoken_to": "Margaret Hall"})
			return s.proposedStatutory()
		}, open},
		{"a plan is open, and nobody told them", false, func(s *story) *story {
			s.assessed()
			s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
			return s.proposedStatutory()
		}, open},
		{"referred, and not yet answered", false, func(s *story) *story {
			s.assessed()
			s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
			s.does(practitioner, "referral.sent", nil)
			return s.proposedStatutory()
		}, nil},
		{"told, but no plan is open: their word is needed", false, func(s *story) *story {
			s.assessed()
			s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
			s.does(practitioner, "social_worker.told", data{"told": "duty"})
			return s.proposedStatutory()
		}, nil},
		{"taken on, while a dispute is open", false, (*story).handedOver, func(s *story) {
			s.does(school, "dispute.opened", data{"about": "threshold"})
		}},
		{"taken on, while an immediate risk is open", false, (*story).handedOver, func(s *story) {
			s.does(school, pathway.ImmediateRisk, nil)
		}},
		{"for another reason, over a plan", false, func(s *story) *story { return s.proposed("needs_met") }, open},
	} {
		s := c.tell(tell(t, bundled(t, early)))
		if c.then != nil {
			c.then(s)
		}
		id := s.does(manager, "closure.approved", approval())
		r := s.reads()
		if v := verdict(r, id); r.Ended != c.ends || c.ends == (v.Outcome == pathway.Attempted) || !c.ends && v.Reasons[0].Code != "G8" {
			t.Errorf("%s: %s, %+v", c.name, r.State, v)
		}
	}
}

// Taken on, then handed back: that is no longer an end.
func TestWhatSocialCareHandsBackIsNotHandedOver(t *testing.T) {
	s := tell(t, bundled(t, early)).handedOver()
	s.does(practitioner, "closure.rejected", nil)
	s.does(manager, "closure.rejected", data{"reason": "handed back"})
	s.does(practitioner, "referral.sent", nil)
	s.does(practitioner, "referral.nfa", data{"decided_by": "Margaret Hall"})
	s.does(practitioner, "closure.proposed", data{"reason": "statutory"})
	s.does(school, "closure.consulted", nil)
	id := s.does(manager, "closure.approved", approval())
	if r := s.reads(); r.Ended || verdict(r, id).Reasons[0].Code != "G8" {
		t.Error(r.State, verdict(r, id))
	}
}
