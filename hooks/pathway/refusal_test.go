package pathway_test

import (
	"slices"
	"testing"

	"holdfast/hooks/pathway"
)

var everyTemplate = []string{early, "was-not-brought", "no-access-to-child", "no-consent"}

// A12: a family that says no is asked why and offered otherwise, somebody else decides
// what the no means for the children, and the family has it in writing.
func TestANoAsksWhyDecidesAndWrites(t *testing.T) {
	for _, key := range everyTemplate {
		s := tell(t, bundled(t, key))
		s.on(2, 9).does(practitioner, "pathway.opened", nil)
		s.on(3, 9).does(practitioner, "consent.refused", data{"person": "joe"})
		r := s.reads()
		for code, due := range map[string]string{"ask-why": "2026-11-04", "decide-threshold": "2026-11-05", "consent-letter": "2026-11-06"} {
			if key == "no-consent" {
				break // whose clocks began with the opening
			}
			if got := step(r, code); got.DueOn != due || got.Status == pathway.Done {
				t.Errorf("%s, %s: %+v", key, code, got)
			}
		}
		s.does(practitioner, "consent.asked", data{"person": "joe", "why": "afraid of social workers", "offered": "meet at school"})
		s.does(practitioner, "threshold.decided", data{"decision": "not_met", "decided_by": practitioner.id})
		if got := step(s.reads(), "decide-threshold"); got.Status == pathway.Done {
			t.Errorf("%s: the worker decided alone", key)
		}
		s.does(manager, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall, team manager"})
		s.does(practitioner, "letter.drafted", data{"letter_id": "c1", "letter": "consent"})
		s.does(manager, "letter.approved", data{"letter_id": "c1"})
		s.does(practitioner, "letter.issued", letter("c1", "consent"))
		r = s.reads()
		for _, code := range []string{"ask-why", "decide-threshold", "consent-letter"} {
			if got := step(r, code); got.Status != pathway.Done {
				t.Errorf("%s: %+v", key, got)
			}
		}
		s.on(10, 9).does(practitioner, "consent.withdrawn", data{"person": "mia"})
		if got := step(s.reads(), "ask-why"); got.Status == pathway.Done || got.DueOn != "2026-11-11" {
			t.Errorf("%s, the second time: %+v", key, got)
		}
	}
}

// A yes after a no leaves nothing to ask; the yes of one is not the yes of the other.
func TestAYesSettlesTheNoOfWhoeverSaidIt(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.on(2, 9).does(practitioner, "pathway.opened", nil)
	s.does(practitioner, "consent.refused", data{"person": "joe"})
	s.does(practitioner, "consent.given", data{"person": "mia"})
	if got := step(s.reads(), "ask-why"); got.Status == pathway.Done {
		t.Error("Mia's yes answered for Joe")
	}
	s.does(practitioner, "consent.given", data{"person": "joe"})
	for _, code := range []string{"ask-why", "decide-threshold", "consent-letter"} {
		if got := step(s.reads(), code); got.Status != pathway.Done {
			t.Errorf("%+v", got)
		}
	}
}

// The fourth template is for the family that said no before anything else.
func TestTheFamilyThatDoesNotConsent(t *testing.T) {
	s := tell(t, bundled(t, "no-consent"))
	s.on(2, 9).does(practitioner, "pathway.opened", data{"trigger": "consent_refused"})
	r := s.reads()
	if r.State != "opened" || step(r, "ask-why").DueOn != "2026-11-03" || step(r, "decide-threshold").DueOn != "2026-11-04" || step(r, "consent-letter").DueOn != "2026-11-05" {
		t.Fatalf("%s %+v", r.State, r.Steps)
	}
	s.on(3, 9).does(practitioner, "consent.asked", data{"why": "had enough of forms"})
	if r = s.reads(); r.State != "asked" {
		t.Errorf("%s", r.State)
	}
	s.does(manager, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall, team manager"})
	if r = s.reads(); r.State != "decided" {
		t.Errorf("%s", r.State)
	}
	s.does(practitioner, "child.seen", both)
	s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	if r = s.reads(); r.State != "re_engaged" {
		t.Errorf("%s", r.State)
	}
}

// One parent agrees and the other does not: the family works together, and it is said who does not.
func TestOneParentAgreesAndTheOtherDoesNot(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.c.Adults = []pathway.Adult{{ID: "joe", Name: "Joe Split", Responsible: true}, {ID: "mia", Name: "Mia Split", Responsible: true}, {ID: "gran", Name: "Nan Split"}}
	s.on(2, 9).does(practitioner, "pathway.opened", nil)
	s.does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "no_answer", "contact_confirmed": true, "person": "joe"})
	s.does(practitioner, "attempt.recorded", data{"method": "visit_announced", "outcome": "reached", "contact_confirmed": true, "person": "mia"})
	s.on(13, 9).does(practitioner, "consent.refused", data{"person": "joe"})
	s.on(14, 9).does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "no_answer", "contact_confirmed": true, "person": "joe"})
	s.does(practitioner, "child.seen", both)
	id := s.on(15, 9).does(practitioner, "plan.agreed", data{"agreement": "signed", "person": "mia"})
	s.does(practitioner, "consent.refused", data{"person": "joe"})
	r := s.reads()
	v := verdict(r, id)
	if r.State != "re_engaged" || len(v.Reasons) != 1 || v.Reasons[0].Text != "Joe Split has not agreed." {
		t.Fatalf("%s %+v", r.State, v)
	}
	i := slices.IndexFunc(r.Adults, func(a pathway.Standing) bool { return a.Person == "joe" })
	joe := r.Adults[i]
	if joe.Stands != "refused" || len(joe.Refused) != 2 || joe.Tries != 2 || joe.Reached != 0 {
		t.Errorf("%+v", joe)
	}
	if got := pathway.Sentences(r.Adults, "2026-11-15"); got != "Joe Split: refused on 13 and 15 November, 0 of 2 tries reached. Mia Split: agreed on 15 November, 1 of 1 try reached." {
		t.Error(got)
	}
	s.on(16, 9).does(practitioner, "plan.agreed", data{"agreement": "verbal", "person": "joe"})
	if r = s.reads(); r.State != "re_engaged" || r.Adults[i].Stands != "agreed" {
		t.Errorf("%+v", r.Adults)
	}
}
