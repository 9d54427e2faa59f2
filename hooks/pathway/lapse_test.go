package pathway_test

import (
	"strings"
	"testing"
	"time"

	"holdfast/hooks/pathway"
)

// when moves the story to a day and an hour of its own: "2026-10-31 10".
func (s *story) when(at string) *story {
	s.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15", at, london)
	if err != nil {
		s.t.Fatal(err)
	}
	s.now = t
	return s
}

var both = data{"children": []any{"ada", "ben"}}

// together brings a family to working together again on 23 September: one try, the
// children seen, a plan.
func together(t testing.TB) *story {
	s := tell(t, bundled(t, early))
	s.when("2026-09-16 09").does(practitioner, "pathway.opened", nil)
	s.when("2026-09-17 10").missed(practitioner, "phone", "no_answer")
	s.when("2026-09-22 10").does(practitioner, "child.seen", both)
	s.when("2026-09-23 10").does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	return s
}

// A9: silence after a watch that nobody reviewed is how disguised compliance looks.
func TestAWatchThatRanOutUnreviewedStillWatches(t *testing.T) {
	s := together(t)
	if r := s.reads(); r.State != "re_engaged" || timer(r, "T11").DueOn != "2026-10-21" || r.Cycles != 0 {
		t.Fatalf("%s, %+v, %d", r.State, timer(r, "T11"), r.Cycles)
	}
	s.when("2026-10-31 10").missed(practitioner, "visit_announced", "not_home") // a Saturday, ten days after
	r := s.reads()
	if r.State != "attempting" || r.Missed != 2 || r.Cycles != 1 {
		t.Fatalf("%s, %d missed, %d cycles: silence after the watch moved nothing", r.State, r.Missed, r.Cycles)
	}
	if got := step(r, "second-try"); got.Status == pathway.Done || got.DueOn != "2026-11-03" || timer(r, "T2").StartedOn != "2026-10-31" {
		t.Errorf("a second try, two working days on: %+v", got)
	}
	s.when("2026-11-10 17").missed(practitioner, "phone", "no_answer")
	if r = s.reads(); step(r, "second-try").Status != pathway.Done || timer(r, "T3").StartedOn != "2026-11-10" || step(r, "first-letter").DueOn != "2026-11-11" {
		t.Errorf("%+v %+v", step(r, "second-try"), step(r, "first-letter"))
	}
	s.when("2026-11-20 10").missed(practitioner, "phone", "no_answer")
	if r = s.reads(); r.State != "attempting" || r.Missed != 4 || r.Cycles != 1 || timer(r, "T3").StartedOn != "2026-11-10" {
		t.Errorf("%s, %d, %d: a third miss is no second lapse", r.State, r.Missed, r.Cycles)
	}
}

// A second lapse starts the second try and the letter anew, also where a letter went before.
func TestASecondLapseStartsTheClocksAnew(t *testing.T) {
	s := tell(t, bundled(t, early)).tries() // three misses and the first letter
	s.does(practitioner, "child.seen", both)
	s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	s.on(9, 9).missed(practitioner, "phone", "no_answer")
	s.on(10, 14).missed(practitioner, "visit_announced", "not_home")
	r := s.reads()
	if got := step(r, "first-letter"); got.Status == pathway.Done || got.DueOn != "2026-11-11" {
		t.Errorf("the letter of before the plan answers for this lapse: %+v", got)
	}
	s.does(practitioner, "letter.issued", letter("l2", "first"))
	if got := step(s.reads(), "first-letter"); got.Status != pathway.Done {
		t.Error(got)
	}
}

// Only a review that says so ends the watching; after it one miss is one miss, and two lapse.
func TestAReviewEndsTheWatching(t *testing.T) {
	s := together(t)
	s.when("2026-10-21 10").does(practitioner, "engagement.reviewed", data{"finding": "seen each week", "continue": true})
	if got := step(s.reads(), "watch-review"); got.Status == pathway.Done || got.DueOn != "2026-11-18" {
		t.Errorf("watching goes on, and is reviewed again: %+v", got)
	}
	s.when("2026-11-17 10").does(practitioner, "engagement.reviewed", data{"finding": "settled", "continue": false})
	if got := step(s.reads(), "watch-review"); got.Status != pathway.Done {
		t.Errorf("%+v", got)
	}
	s.when("2026-11-20 10").missed(practitioner, "phone", "no_answer")
	if r := s.reads(); r.State != "re_engaged" || r.Cycles != 0 {
		t.Errorf("%s: one miss after a review that ended the watching", r.State)
	}
	s.when("2026-11-24 10").missed(practitioner, "phone", "no_answer")
	if r := s.reads(); r.State != "attempting" || r.Cycles != 1 {
		t.Errorf("%s: two", r.State)
	}
}

// A10: plan, miss, plan without a sighting between.
func TestWorkingTogetherAgainAsksThatEachChildWasSeenSince(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.when("2026-09-01 09").does(practitioner, "pathway.opened", nil)
	s.when("2026-09-02 09").missed(practitioner, "phone", "no_answer")
	s.when("2026-09-07 10").does(school, "child.seen", both)
	s.when("2026-09-08 10").does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	s.when("2026-09-14 10").missed(practitioner, "visit_announced", "not_home")
	id := s.when("2026-09-15 10").does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	r := s.reads()
	v := verdict(r, id)
	if r.State != "attempting" || v.Outcome != pathway.Attempted || v.Reasons[0].Text != "First see every child again: last seen on 7 September, before the last missed contact." {
		t.Fatalf("%s %+v", r.State, v)
	}
	if why := allowed(r, "plan.agreed").Why; why != v.Reasons[0].Text {
		t.Error(why)
	}
	s.does(school, "child.seen", data{"children": []any{"ada"}})
	if id = s.does(practitioner, "plan.agreed", data{"agreement": "verbal"}); verdict(s.reads(), id).Outcome != pathway.Attempted {
		t.Error("one of two was seen")
	}
	s.does(school, "child.seen", data{"children": []any{"ben"}})
	if s.does(practitioner, "plan.agreed", data{"agreement": "verbal"}); s.reads().State != "re_engaged" {
		t.Error(s.reads().State)
	}
}

// The first plan, too: not on a sighting of long ago, but for the template's working days.
func TestASightingGrowsOld(t *testing.T) {
	for day, re := range map[string]bool{"2026-11-16 10": true, "2026-11-16 23": true, "2026-11-17 10": false} {
		s := tell(t, bundled(t, early)).on(2, 9)
		s.does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "child.seen", both)
		id := s.when(day).does(practitioner, "plan.agreed", data{"agreement": "verbal"})
		r := s.reads()
		if (r.State == "re_engaged") != re {
			t.Errorf("%s: %s %+v", day, r.State, verdict(r, id))
		}
		if !re && verdict(r, id).Reasons[0].Text != "First see every child again: last seen on 2 November, more than 10 working days ago." {
			t.Error(verdict(r, id).Reasons)
		}
	}
}

// A morning's sighting is before the afternoon's missed visit.
func TestASightingOfTheSameDayCountsByItsHour(t *testing.T) {
	for hour, re := range map[string]bool{"2026-09-14 09": false, "2026-09-14 15": true} {
		s := together(t)
		s.when("2026-09-14 12")
		s.events = nil
		s.when("2026-09-01 09").does(practitioner, "pathway.opened", nil)
		s.does(school, "child.seen", both)
		s.when("2026-09-02 10").does(practitioner, "plan.agreed", data{"agreement": "verbal"})
		s.when("2026-09-14 12").missed(practitioner, "visit_announced", "not_home")
		s.when(hour).does(school, "child.seen", both)
		s.when("2026-09-14 16").does(practitioner, "plan.agreed", data{"agreement": "verbal"})
		if r := s.reads(); (r.State == "re_engaged") != re {
			t.Errorf("seen at %s: %s", hour, r.State)
		}
	}
}

// The third time a family starts and stops, the agencies meet about it.
func TestTheThirdCycleAsksForAMeeting(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.on(2, 9).does(practitioner, "pathway.opened", nil)
	for n := range 3 {
		s.on(3+7*n, 9).does(practitioner, "child.seen", both)
		s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
		if got := step(s.reads(), "meet-about-cycles"); got.Code != "" {
			t.Fatalf("after %d: %+v", n, got)
		}
		s.on(5+7*n, 9).missed(practitioner, "phone", "no_answer")
	}
	r := s.reads()
	if got := step(r, "meet-about-cycles"); r.Cycles != 3 || got.DueOn != "2026-11-26" || !strings.Contains(got.Title, "third") {
		t.Errorf("%d %+v", r.Cycles, got)
	}
	s.on(24, 9).does(practitioner, "meeting.held", data{"decision": "a plan with the school", "family_views": "asked"})
	if got := step(s.reads(), "meet-about-cycles"); got.Status != pathway.Done {
		t.Error(got)
	}
}

// Template B lapses in the same way.
func TestNotBroughtAgainAfterTheWatch(t *testing.T) {
	s := tell(t, bundled(t, "was-not-brought"))
	s.when("2026-09-16 09").does(practitioner, "pathway.opened", nil)
	s.when("2026-09-22 10").does(practitioner, "child.seen", both)
	s.when("2026-09-23 10").does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	s.when("2026-10-31 10").does(practitioner, "appointment.missed", data{"contact_confirmed": true})
	if r := s.reads(); r.State != "opened" || r.Cycles != 1 {
		t.Errorf("%s %d", r.State, r.Cycles)
	}
}

// A template that was published before says what it said: a history is not read anew by a
// rule that its area never had.
func TestAnOlderTemplateKeepsItsWatch(t *testing.T) {
	s := tell(t, edited(t, early, func(n *pathway.Template) {
		for i := range n.Transitions {
			for j := range n.Transitions[i].When {
				if c := &n.Transitions[i].When[j]; c.Name == "lapses" {
					c.Name, c.With = "within_timer", pathway.Params{Timer: "T11"}
				}
			}
			for j := range n.Transitions[i].Guards {
				n.Transitions[i].Guards[j].With.WorkingDays = 0
			}
		}
	})).tries()
	s.does(practitioner, "child.seen", both)
	s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	s.on(36, 9).missed(practitioner, "phone", "no_answer")
	if r := s.reads(); r.State != "re_engaged" {
		t.Error(r.State)
	}
}
