package pathway_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/hooks/pathway"
)

// plausible is data for an event of each kind, good enough to be read.
var plausible = map[string]func(*rapid.T) data{
	"attempt.recorded": func(t *rapid.T) data {
		return data{
			"method":            rapid.SampledFrom([]string{"phone", "text", "visit_announced", "appointment"}).Draw(t, "method"),
			"outcome":           rapid.SampledFrom([]string{"no_answer", "not_home", "reached", "child_seen", "cancelled_by_service", "wrong_contact"}).Draw(t, "outcome"),
			"contact_confirmed": rapid.IntRange(0, 4).Draw(t, "confirmed") > 0,
		}
	},
	"appointment.missed": func(t *rapid.T) data {
		return data{"appointment": rapid.SampledFrom([]string{"a1", "a2"}).Draw(t, "appointment"), "contact_confirmed": true}
	},
	"appointment.cancelled_by_service": func(t *rapid.T) data {
		return data{"appointment": rapid.SampledFrom([]string{"a1", "a2"}).Draw(t, "appointment")}
	},
	"barrier.checked": func(*rapid.T) data { return data{"areas": everyArea} },
	"contact.checked": func(*rapid.T) data { return data{"against": "referral", "result": "confirmed"} },
	"approach.made":   func(*rapid.T) data { return data{"with": "referrer", "result": "none"} },
	"child.seen":      func(*rapid.T) data { return data{"children": []any{"ada", "ben"}} },
	"plan.agreed":     func(*rapid.T) data { return data{"agreement": "verbal"} },
	"letter.drafted":  func(t *rapid.T) data { return letter(letterID(t), "final") },
	"letter.approved": func(t *rapid.T) data { return data{"letter_id": letterID(t)} },
	"letter.issued": func(t *rapid.T) data {
		d := letter(letterID(t), rapid.SampledFrom([]string{"first", "final", "second", "no_access"}).Draw(t, "letter"))
		d["safe_contact"] = rapid.IntRange(0, 4).Draw(t, "safe") > 0
		return d
	},
	"risk_assessment.submitted":  func(*rapid.T) data { return impact("ada", "ben") },
	"risk_assessment.signed_off": func(*rapid.T) data { return nil },
	"meeting.held":               func(*rapid.T) data { return data{"decision": "a plan", "family_views": "asked"} },
	"referral.sent":              func(*rapid.T) data { return nil },
	"referral.nfa":               func(*rapid.T) data { return data{"decided_by": "Margaret Hall"} },
	"dispute.opened":             func(*rapid.T) data { return data{"about": "threshold"} },
	"dispute.resolved":           func(*rapid.T) data { return data{"outcome": "agreed"} },
	"closure.proposed": func(t *rapid.T) data {
		return data{"reason": rapid.SampledFrom([]string{"needs_met", "declined"}).Draw(t, "reason")}
	},
	"closure.consulted": func(*rapid.T) data { return nil },
	"closure.objected":  func(*rapid.T) data { return data{"reason": "not yet"} },
	"closure.approved": func(t *rapid.T) data {
		d := approval()
		if rapid.Bool().Draw(t, "all the same") {
			d["override_reason"] = "Agreed by phone: the children are well and seen."
		}
		return d
	},
	"closure.rejected": func(*rapid.T) data { return data{"reason": "not yet"} },
	"threshold.decided": func(t *rapid.T) data {
		return data{"decision": rapid.SampledFrom([]string{"not_met", "not_met", "child_in_need"}).Draw(t, "decision"), "decided_by": "a team manager"}
	},
	pathway.ImmediateRisk:     func(*rapid.T) data { return nil },
	"immediate_risk.resolved": func(*rapid.T) data { return data{"how": "seen"} },
	"attempts.reset":          func(*rapid.T) data { return data{"reason": "A new start, agreed with the family."} },
	"pathway.opened":          func(*rapid.T) data { return nil },
	"pathway.cancelled":       func(*rapid.T) data { return data{"reason": "It was opened twice by mistake."} },
	"event.withdrawn":         func(*rapid.T) data { return data{"reason": "wrong"} },
	"timer.overdue":           func(*rapid.T) data { return data{"timer": "T5"} },
	"timer.stopped":           func(*rapid.T) data { return data{"timer": "T5", "reason": "A pause that was agreed with the family."} },
	"family.blamed":           func(*rapid.T) data { return nil },
}

// anyData is data for an event of any kind: as plausible has it, else from what the kind
// says of its members.
func anyData(t *rapid.T, kind string) data {
	if fill := plausible[kind]; fill != nil {
		return fill(t)
	}
	d := data{}
	for _, k := range pathway.Kinds() {
		if k.Name != kind {
			continue
		}
		for _, m := range k.Members {
			if !m.Required && rapid.Bool().Draw(t, "left out") {
				continue
			}
			word := any("a few words")
			if m.OneOf != nil {
				word = rapid.SampledFrom(m.OneOf).Draw(t, m.Name)
			}
			switch m.Form {
			case "text":
				d[m.Name] = word
			case "flag":
				d[m.Name] = rapid.Bool().Draw(t, m.Name)
			case "day":
				d[m.Name] = at(rapid.IntRange(1, 40).Draw(t, m.Name), 9).Format(time.DateOnly)
			case "ids":
				d[m.Name] = []any{word}
			}
		}
	}
	switch kind { // that name something of this pathway
	case "letter.returned", "letter.reply_received", "letter.rejected":
		d["letter_id"] = letterID(t)
	case "timer.stopped", "timer.restarted", "timer.due_soon":
		d["timer"] = rapid.SampledFrom([]string{"T1", "T5", "T7", "T9", "T12"}).Draw(t, "timer")
	case "step.done":
		d["step"] = rapid.SampledFrom([]string{"tell-manager", "meeting", "see-children"}).Draw(t, "step")
	}
	return d
}

func letterID(t *rapid.T) string { return rapid.SampledFrom([]string{"l1", "l2"}).Draw(t, "letter id") }

// anyStory is a history of up to 40 events, of the kinds given or of all.
func anyStory(t *rapid.T, template *pathway.Template, kinds ...string) *story {
	if kinds == nil {
		kinds = []string{"family.blamed"}
		for _, k := range pathway.Kinds() {
			kinds = append(kinds, k.Name)
		}
	}
	slices.Sort(kinds)
	s := &story{template: template, cal: weekdays{1}, c: household(), now: at(2, 9)}
	s.c.OpenedAt = at(2, 8)
	switch rapid.IntRange(0, 3).Draw(t, "start") { // not always from nothing: far states too
	case 1:
		s.tries()
	case 2:
		s.assessed()
	case 3:
		s.proposed("needs_met")
	}
	for range rapid.IntRange(0, 40).Draw(t, "events") {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		s.now = s.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
		who := rapid.SampledFrom([]person{practitioner, colleague, manager, school, machine}).Draw(t, "who")
		s.does(who, kind, anyData(t, kind))
		if rapid.IntRange(0, 3).Draw(t, "by hand") == 0 {
			s.byHand()
		}
		if delay := rapid.IntRange(-3, 48).Draw(t, "delay"); delay > 0 {
			s.last().ReceivedAt = s.now.Add(time.Duration(delay) * time.Hour)
		}
		if kind == "event.withdrawn" || rapid.IntRange(0, 9).Draw(t, "corrects") == 0 {
			s.last().Corrects = fmt.Sprintf("e%03d", rapid.IntRange(0, s.told).Draw(t, "which")) // e000 is none
		}
	}
	s.now = s.now.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, "later"))
	return s
}

func read(t *rapid.T, s *story) pathway.Result {
	r, err := pathway.Evaluate(s.template, s.cal, s.c, s.events, s.now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// holds checks a property over random histories of every bundled template.
func holds(t *testing.T, kinds []string, property func(*rapid.T, *story, pathway.Result)) {
	t.Helper()
	for _, key := range everyTemplate {
		template := bundled(t, key)
		rapid.Check(t, func(t *rapid.T) {
			s := anyStory(t, template, kinds...)
			property(t, s, read(t, s))
		})
	}
}

func TestI1TheOrderOfArrivalChangesNothing(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		s.events = rapid.Permutation(s.events).Draw(t, "order")
		if again := read(t, s); !reflect.DeepEqual(r, again) {
			t.Fatalf("%+v\n%+v", r, again)
		}
	})
}

func TestI2EveryEventHasOneVerdictWithReasons(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		seen := map[string]bool{}
		for _, v := range r.Verdicts {
			if seen[v.Event] || v.Outcome == pathway.Attempted && len(v.Reasons) == 0 {
				t.Fatalf("%+v", v)
			}
			seen[v.Event] = true
		}
		if len(seen) != len(s.events) {
			t.Fatalf("%d verdicts on %d events", len(seen), len(s.events))
		}
	})
}

func TestI3AnImmediateRiskIsNeverRefused(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		id := s.does(machine, pathway.ImmediateRisk, nil)
		s.last().OccurredAt = s.now.Add(time.Duration(rapid.IntRange(-2000, 2000).Draw(t, "clock")) * time.Hour)
		if v := verdict(read(t, s), id); v.Outcome == pathway.Attempted {
			t.Fatalf("%+v", v)
		}
	})
}

func TestI4WhatWasRefusedChangesNothingElse(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool {
			return e.Corrects == "" && verdict(r, e.ID).Outcome == pathway.Attempted
		})
		if again := read(t, s); again.State != r.State || !reflect.DeepEqual(again.Steps, r.Steps) || again.Missed != r.Missed {
			t.Fatalf("%s %+v\n%s %+v", r.State, r.Steps, again.State, again.Steps)
		}
	})
}

func TestI5WhatTheServiceCalledOffNeverCounts(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		off := s.does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "cancelled_by_service", "contact_confirmed": true})
		s.does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "no_answer", "contact_confirmed": false})
		if again := read(t, s); s.template.Kind != "no_access" && (again.State != r.State || again.Missed != r.Missed) {
			t.Fatalf("%s: %s, %d to %s, %d", off, r.State, r.Missed, again.State, again.Missed)
		}
	})
}

func TestI6OnlyAnotherPersonsApprovalEnds(t *testing.T) {
	many(t, "100", "25000")
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		if !r.Ended {
			return
		}
		by := map[string]pathway.Event{}
		for _, e := range s.events {
			by[e.ID] = e
		}
		var proposer string
		for _, v := range r.Verdicts {
			e := by[v.Event]
			if v.Outcome == pathway.Attempted || v.CorrectedBy != "" {
				continue
			}
			if e.Kind == "closure.proposed" {
				proposer = e.By
			}
			if strings.HasPrefix(v.To, "closed_") && v.From != v.To && (e.Kind != "closure.approved" || e.Role != "manager" || e.By == proposer) {
				t.Fatalf("%+v ended it, proposed by %s", e, proposer)
			}
			if v.To == "cancelled" && v.From != v.To && (e.Kind != "pathway.cancelled" || e.Role != "manager") {
				t.Fatalf("%+v cancelled it", e)
			}
		}
	})
}

func TestI7ADisputeStopsNoOtherClock(t *testing.T) {
	noEnd := []string{"attempt.recorded", "dispute.opened", "dispute.resolved", "plan.agreed", "child.seen", "letter.issued", "meeting.held", "risk_assessment.submitted", "risk_assessment.signed_off"}
	holds(t, noEnd, func(t *rapid.T, s *story, r pathway.Result) {
		s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return strings.HasPrefix(e.Kind, "dispute.") && e.Corrects == "" })
		for i := range s.events { // what corrected a dispute now corrects nothing
			if strings.HasPrefix(s.events[i].Kind, "dispute.") {
				return
			}
		}
		again := read(t, s)
		for _, want := range again.Timers {
			if got := timer(r, want.Code); want.Code != "T12" && !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v\n%+v", got, want)
			}
		}
	})
}

func TestI8TheCountOnlyGrows(t *testing.T) {
	kinds := []string{"attempt.recorded", "plan.agreed", "child.seen", "closure.proposed", "closure.rejected", "referral.sent", "referral.nfa", "meeting.held"}
	holds(t, kinds, func(t *rapid.T, s *story, r pathway.Result) {
		all, last := s.events, 0
		for i := range all {
			if all[i].Corrects != "" {
				return
			}
			s.events = all[:i+1]
			if n := read(t, s).Missed; n < last {
				t.Fatalf("%d after %d, by %+v", n, last, all[i])
			} else {
				last = n
			}
		}
	})
}

func TestI9NothingIsClosedOverSomethingOpen(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		if s.c.CPPlan.Open = true; strings.HasPrefix(read(t, s).State, "closed_") {
			t.Fatal("closed over a plan")
		}
		s.c.CPPlan.Open, s.c.Section47.Open = false, true
		if strings.HasPrefix(read(t, s).State, "closed_") {
			t.Fatal("closed over an enquiry")
		}
		if strings.HasPrefix(r.State, "closed_") && r.Disputed {
			t.Fatal("closed over a dispute")
		}
	})
}

func TestI10DueDaysDoNotMoveWithNow(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		s.now = s.now.AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "days"))
		again := read(t, s)
		for _, want := range r.Timers {
			if got := timer(again, want.Code); got.DueOn != want.DueOn || !got.DueAt.Equal(want.DueAt) || got.StartedOn != want.StartedOn {
				t.Fatalf("%+v\n%+v", want, got)
			}
		}
	})
}

func TestI11StepsAreOneOfEachInOrderAndAtRestAtTheEnd(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		last := 0
		for _, st := range r.Steps {
			if st.Position <= last || (st.Status == pathway.Done) != (st.DoneOn != "") {
				t.Fatalf("%+v", st)
			}
			last = st.Position
			if r.Ended && st.Code != "confirm-ending" && st.Status != pathway.Done && st.Status != pathway.Cancelled {
				t.Fatalf("ended, and %+v", st)
			}
		}
		for _, k := range r.Timers {
			if k.DueOn != "" && k.DueOn < k.StartedOn {
				t.Fatalf("%+v", k)
			}
		}
	})
}

func TestI12NoCountEverEndsAPathway(t *testing.T) {
	kinds := []string{"attempt.recorded", "appointment.missed", "timer.overdue", "appointment.cancelled_by_service"}
	holds(t, kinds, func(t *rapid.T, s *story, r pathway.Result) {
		if r.Ended {
			t.Fatal(r.State)
		}
	})
}

func TestI13WhatIsNotAllowedSaysWhy(t *testing.T) {
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		if len(r.Allowed) != len(s.template.Events) {
			t.Fatalf("%d acts of %d", len(r.Allowed), len(s.template.Events))
		}
		for _, a := range r.Allowed {
			if a.Allowed == (a.Why != "") || a.Allowed != (len(a.To) > 0) {
				t.Fatalf("%+v", a)
			}
			if a.Act == pathway.ImmediateRisk && !a.Allowed {
				t.Fatalf("%+v", a)
			}
		}
	})
}
