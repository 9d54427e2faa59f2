package pathway_test

import (
	"encoding/json"
	"testing"

	"holdfast/hooks/pathway"
)

// Whatever an event says, the reading ends, and the event has one verdict.
func FuzzEventPayload(f *testing.F) {
	f.Add("attempt.recorded", "practitioner", "", []byte(`{"method":"phone","outcome":"no_answer","contact_confirmed":true}`))
	f.Add("risk_assessment.submitted", "practitioner", "", []byte(`{"impact":[{"child":"ada"},7,null]}`))
	f.Add("closure.approved", "manager", "", []byte(`{"checklist":{"views":4},"override_reason":[]}`))
	f.Add("letter.issued", "lead", "e003", []byte(`{"letter":"final","letter_id":{}}`))
	f.Add("timer.stopped", "manager", "", []byte(`{"timer":"T12","reason":"x"}`))
	f.Add("event.withdrawn", "manager", "e001", []byte(`{"reason":"x"}`))
	f.Add("dispute.resolved", "manager", "", []byte(`{"dispute":"e1","outcome":"x"}`))
	templates := []*pathway.Template{bundled(f, early), bundled(f, "was-not-brought"), bundled(f, "no-access-to-child")}
	f.Fuzz(func(t *testing.T, kind, role, corrects string, raw []byte) {
		var d data
		if json.Unmarshal(raw, &d) != nil {
			return
		}
		for _, template := range templates {
			s := tell(t, template).proposed("needs_met")
			id := s.does(person{"somebody", role, "agency-b"}, kind, d)
			s.last().Corrects = corrects
			s.does(manager, "closure.approved", approval())
			r := s.reads()
			if len(r.Verdicts) != len(s.events) || verdict(r, id).Outcome == "" {
				t.Fatalf("%d verdicts on %d events", len(r.Verdicts), len(s.events))
			}
			for _, v := range r.Verdicts {
				if v.Outcome == pathway.Attempted && len(v.Reasons) == 0 {
					t.Fatalf("no reason: %+v", v)
				}
			}
		}
	})
}
