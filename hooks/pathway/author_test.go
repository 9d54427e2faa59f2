package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

// approvals are every act by which one person approves what another did. In each
// the author is a manager, so that nothing but being the author stands in the way.
var approvals = []struct {
	name string
	tell func(s *story, author person) // all that comes before, by the author
	kind string
	data func(s *story) data
}{
	{"risk assessment", func(s *story, author person) {
		s.tries()
		s.on(9, 9).does(author, "risk_assessment.submitted", impact("ada", "ben"))
	}, "risk_assessment.signed_off", nil},
	{"closure", func(s *story, author person) {
		s.assessed()
		s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
		s.does(author, "closure.proposed", data{"reason": "needs_met"})
		s.on(11, 9).does(school, "closure.consulted", nil)
	}, "closure.approved", func(*story) data { return approval() }},
	{"closure, over silence once the time is up", func(s *story, author person) {
		s.assessed()
		s.on(10, 9).does(author, "closure.proposed", data{"reason": "needs_met"})
		s.on(18, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
	}, "closure.approved", func(*story) data {
		d := approval()
		d["override_reason"] = "the school has shut and its children moved"
		return d
	}},
	{"letter", func(s *story, author person) {
		s.assessed()
		s.does(author, "letter.drafted", data{"letter_id": "l9", "letter": "final"})
	}, "letter.approved", func(*story) data { return data{"letter_id": "l9"} }},
	{"letter that somebody else began", func(s *story, author person) {
		s.assessed()
		s.does(author, "letter.drafted", data{"letter_id": "l9", "letter": "final"})
		s.does(practitioner, "letter.drafted", data{"letter_id": "l9", "letter": "final"})
	}, "letter.approved", func(*story) data { return data{"letter_id": "l9"} }},
	{"move to another version", func(s *story, author person) {
		s.assessed()
		s.does(author, "migration.proposed", data{"to": "next", "reason": "the new version has an easier letter"})
	}, "pathway.migrated", func(s *story) data { return data{"proposal": s.last().ID} }},
	{"reset of the count", func(s *story, author person) {
		s.assessed()
		s.missed(author, "phone", "no_answer")
	}, "attempts.reset", func(*story) data { return data{"reason": "a fresh start was agreed"} }},
}

// Nobody approves what is their own, whatever their role; another manager does.
func TestNobodyApprovesWhatIsTheirOwn(t *testing.T) {
	second := person{"second-manager", "manager", "agency-a"}
	senior := person{"manager", "service_manager", "agency-a"} // the author in a higher role is the author still
	for _, a := range approvals {
		for _, by := range []struct {
			who person
			ok  bool
		}{{manager, false}, {senior, false}, {person{"", "manager", "agency-a"}, false}, {second, true}} {
			s := tell(t, bundled(t, early))
			a.tell(s, manager)
			var d data
			if a.data != nil {
				d = a.data(s)
			}
			id := s.does(by.who, a.kind, d)
			lib := pathway.Library{Templates: map[string]*pathway.Template{"next": edited(t, early, nil)}}
			r, err := pathway.EvaluateWith(s.template, s.cal, lib, s.c, s.events, s.now)
			if err != nil {
				t.Fatal(err)
			}
			if v := verdict(r, id); (v.Outcome != pathway.Attempted) != by.ok {
				t.Errorf("%s by %+v: %+v", a.name, by.who, v)
			}
		}
	}
}
