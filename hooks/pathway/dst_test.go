package pathway_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/hooks/pathway"
)

// Across both changes of the clock, whatever the day and hour of the start: what is
// due by days is due at the last millisecond of a local day in Europe/London, and
// what is due by hours so many hours after its start (domain 2.2).
func TestI15EveryClockEndsWithALocalDay(t *testing.T) {
	changes := []time.Time{time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)}
	seen := map[string]map[int]bool{} // clock → offsets from UTC at its end
	for _, key := range everyTemplate {
		template := bundled(t, key)
		rules := map[string]pathway.TimerRule{}
		for _, rule := range template.Timers {
			rules[rule.Code] = rule
		}
		rapid.Check(t, func(t *rapid.T) {
			s := &story{template: template, cal: weekdays{1}, c: household()}
			start := rapid.SampledFrom(changes).Draw(t, "change").Add(time.Duration(rapid.IntRange(-28*24*60, 3*24*60).Draw(t, "minutes")) * time.Minute)
			s.now = start
			day := start.In(london).Format(time.DateOnly)
			s.c.Children = []pathway.Child{{ID: "ada", LastSeenOn: day}}
			s.c.CPPlan = pathway.Flag{Open: true}
			s.does(practitioner, "pathway.opened", nil)
			s.missed(practitioner, "phone", "no_answer")
			s.missed(practitioner, "visit_announced", "not_home")
			s.does(practitioner, "letter.issued", letter("l1", "first"))
			s.does(practitioner, "barrier.checked", data{"areas": everyArea})
			assessed := impact("ada")
			assessed["impact"].([]any)[0].(data)["last_seen_on"] = day
			s.does(practitioner, "risk_assessment.submitted", assessed)
			s.does(manager, "risk_assessment.signed_off", nil)
			s.does(practitioner, "consent.refused", nil)
			s.does(practitioner, "family.moved", data{"to": "Tarn Valley"})
			s.does(practitioner, "appointment.kept_child_not_seen", nil)
			for range 6 {
				s.does(practitioner, "appointment.cancelled_by_family", nil)
			}
			s.does(practitioner, "referral.sent", nil)
			s.does(school, "dispute.opened", data{"about": "threshold"})
			if rapid.Bool().Draw(t, "closing") {
				s.does(practitioner, "closure.proposed", data{"reason": "needs_met"})
			} else {
				for range 3 {
					s.does(practitioner, "child.seen", data{"children": []any{"ada"}})
					s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
					s.missed(practitioner, "phone", "no_answer")
				}
				s.does(practitioner, "child.seen", data{"children": []any{"ada"}})
				s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
			}
			for _, k := range read(t, s).Timers {
				if k.Fault != "" {
					t.Fatalf("%+v", k)
				}
				if rules[k.Code].Due.Hours != nil {
					if left := k.DueAt.Sub(start); left.Truncate(time.Hour) != time.Duration(*rules[k.Code].Due.Hours)*time.Hour {
						t.Fatalf("%s is due %s after its start", k.Code, left)
					}
					continue
				}
				local := k.DueAt.In(london)
				if local.Format("2006-01-02 15:04:05.000") != k.DueOn+" 23:59:59.999" || local.Add(time.Millisecond).Format("15:04") != "00:00" {
					t.Fatalf("%s ends at %s", k.Code, local)
				}
				if seen[k.Code] == nil {
					seen[k.Code] = map[int]bool{}
				}
				_, offset := local.Zone()
				seen[k.Code][offset] = true
			}
		})
		for code, rule := range rules {
			if rule.Due.Hours == nil && len(seen[code]) != 2 {
				t.Errorf("%s, %s: seen with offsets %v, want both", key, code, seen[code])
			}
		}
	}
}
