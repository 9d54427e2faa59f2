package pathway_test

import (
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

// A day that somebody types into an event is true of it: what was done, noticed or seen has
// come, and a meeting is not years away (finding 9 of the third look).
func TestADayWithinAnEventHasCome(t *testing.T) {
	ahead := func(who person, kind string, d data, says string) {
		t.Helper()
		s := tell(t, bundled(t, early))
		if kind != "pathway.opened" {
			s.proposed("needs_met")
		}
		id := s.on(12, 10).does(who, kind, d)
		v := verdict(s.reads(), id)
		said := ""
		for _, r := range v.Reasons {
			said += r.Text
		}
		if (v.Outcome == pathway.Attempted) != (says != "") || !strings.Contains(said, says) {
			t.Errorf("%s %v: %s %s", kind, d, v.Outcome, said)
		}
	}
	ahead(practitioner, "pathway.opened", data{"noticed_on": "2026-11-12"}, "")
	ahead(practitioner, "pathway.opened", data{"noticed_on": "2027-11-01"}, "Give noticed on as a day that has come.")
	ahead(practitioner, "step.done", data{"step": "tell-manager", "done_on": "2027-11-01"}, "Give done on as a day that has come.")
	ahead(practitioner, "meeting.scheduled", data{"meeting_on": "2028-11-12"}, "")
	ahead(practitioner, "meeting.scheduled", data{"meeting_on": "2028-11-13"}, "Is the year of the meeting right?")
	checklist := func(day string) data {
		return data{"checklist": data{"chronology": "2026-11-10", "views": "2026-11-10", "notified": day}}
	}
	ahead(manager, "closure.approved", checklist("2026-11-12"), "")
	ahead(manager, "closure.approved", checklist("2027-11-11"), "Give the day on which each of these was done: notified.")
	seen := impact("ada", "ben")
	seen["impact"].([]any)[1].(data)["last_seen_on"] = "2027-10-20"
	ahead(practitioner, "risk_assessment.submitted", impact("ada", "ben"), "")
	ahead(practitioner, "risk_assessment.submitted", seen, "1 child is still without impact")
}
