package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

// A12: a family that moves is handed from one area to the next by name, and not lost on the way.
func TestAMoveAsksForTheAddressAndTellsTheNewArea(t *testing.T) {
	for _, key := range everyTemplate {
		s := tell(t, bundled(t, key))
		s.on(2, 9).does(practitioner, "pathway.opened", nil)
		s.on(3, 9).does(practitioner, "family.moved", data{"to": "Tarn Valley"})
		r := s.reads()
		for code, due := range map[string]string{"new-address": "2026-11-04", "new-front-door": "2026-11-05", "new-health-visiting": "2026-11-05", "who-took-over": "2026-11-10"} {
			if got := step(r, code); got.DueOn != due || got.Status == pathway.Done {
				t.Errorf("%s, %s: %+v", key, code, got)
			}
		}
		s.does(practitioner, "new_address.checked", data{"result": "confirmed"})
		s.does(practitioner, "new_area.told", data{"service": "front_door", "told": "Ms Hale, Tarn Valley front door"})
		s.does(practitioner, "new_area.told", data{"service": "health_visiting", "told": "the health visitors' duty line"})
		s.does(practitioner, "new_area.accepted", data{"accepted_by": "Ms Hale"})
		for _, code := range []string{"new-address", "new-front-door", "new-health-visiting", "who-took-over"} {
			if got := step(s.reads(), code); got.Status != pathway.Done {
				t.Errorf("%s: %+v", key, got)
			}
		}
		s.on(9, 9).does(practitioner, "family.moved", data{"to": "Fellmoor again"})
		if got := step(s.reads(), "new-front-door"); got.Status == pathway.Done || got.DueOn != "2026-11-11" {
			t.Errorf("%s, moved on before anybody knew them: %+v", key, got)
		}
	}
}

// closed_moved says that the new area knows: so it does, or social care knows that nobody can.
func TestAFamilyHasMovedWhenSomebodyTookThemOn(t *testing.T) {
	moved := func(s *story) { s.does(practitioner, "family.moved", data{"to": "Tarn Valley"}) }
	took := func(s *story) { s.does(practitioner, "new_area.accepted", data{"accepted_by": "Ms Hale"}) }
	lost := func(s *story) { s.does(practitioner, "new_address.checked", data{"result": "not_found"}) }
	told := func(s *story) {
		s.does(practitioner, "new_area.told", data{"service": "social_care", "told": "the front door, Mr Amin"})
	}
	for say, c := range map[string]struct {
		tells []func(*story)
		ends  bool
		why   string
	}{
		"nothing is recorded":                 {nil, false, "First record that the family has moved, and where to."},
		"moved, and nobody asked":             {[]func(*story){moved}, false, "First record by name who in the new area has taken the family on; or, where the new address cannot be found, that social care was told."},
		"taken on by name":                    {[]func(*story){moved, took}, true, ""},
		"taken on, and moved on since":        {[]func(*story){moved, took, moved}, false, "First record by name who in the new area has taken the family on; or, where the new address cannot be found, that social care was told."},
		"not found, and nobody told":          {[]func(*story){moved, lost}, false, "First record by name who in the new area has taken the family on; or, where the new address cannot be found, that social care was told."},
		"social care told, and not looked":    {[]func(*story){moved, told}, false, "First record by name who in the new area has taken the family on; or, where the new address cannot be found, that social care was told."},
		"not found, and social care was told": {[]func(*story){moved, lost, told}, true, ""},
	} {
		s := tell(t, bundled(t, early)).assessed()
		s.on(10, 9).does(practitioner, "child.seen", both)
		for _, tells := range c.tells {
			tells(s)
		}
		s.does(practitioner, "closure.proposed", data{"reason": "moved", "basis": "handover"})
		s.on(11, 10).does(school, "closure.consulted", nil)
		id := s.on(12, 10).does(manager, "closure.approved", approval())
		r := s.reads()
		if r.Ended != c.ends {
			t.Errorf("%s: %s %+v", say, r.State, verdict(r, id))
		}
		if !c.ends && verdict(r, id).Reasons[0].Text != c.why {
			t.Errorf("%s: %+v", say, verdict(r, id).Reasons)
		}
	}
}
