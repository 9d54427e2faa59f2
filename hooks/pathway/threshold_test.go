package pathway_test

import (
	"fmt"
	"slices"
	"testing"

	"holdfast/hooks/pathway"
)

// threshold is a family of whom a manager of early help decided something.
func threshold(t *testing.T, decision string) *story {
	s := tell(t, bundled(t, early)).assessed()
	s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-s", Name: "Children's Services", Kind: "local_authority_csc"})
	s.c.Agencies[0].Name, s.c.Agencies[1].Name = "Early Help", "Harbour School"
	s.c.Workers = map[string]string{practitioner.id: "Priya Kendal", manager.id: "Mina Holt", head.id: "Hugo Dean"}
	s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
	s.does(manager, "threshold.decided", data{"decision": decision, "decided_by": "me"})
	return s
}

// ends proposes an ending of the work and has another manager approve it.
func (s *story) ends() bool {
	s.t.Helper()
	s.on(10, 15).does(practitioner, "closure.proposed", data{"reason": "needs_met", "basis": "assessment"})
	s.on(11, 10).does(school, "closure.consulted", nil)
	s.does(socialWorker, "closure.consulted", nil)
	s.on(12, 10).does(deputy, "closure.approved", approval())
	return s.reads().Ended
}

// A threshold that was met is lifted by the agency that decided it, or by social care, with
// the name of somebody else than whoever records it; by no other agency, and not by going
// back on it alone.
func TestWhoLiftsAThreshold(t *testing.T) {
	decides := func(who person, decision, by string) func(*story) {
		return func(s *story) { s.does(who, "threshold.decided", data{"decision": decision, "decided_by": by}) }
	}
	takesBack := func(who person, why string) func(*story) {
		return func(s *story) {
			of := s.events[slices.IndexFunc(s.events, func(e pathway.Event) bool { return e.Kind == "threshold.decided" })].ID
			s.does(who, "event.withdrawn", data{"reason": why})
			s.last().Corrects = of
		}
	}
	corrects := func(who person, decision string) func(*story) {
		return func(s *story) {
			of := s.events[slices.IndexFunc(s.events, func(e pathway.Event) bool { return e.Kind == "threshold.decided" })].ID
			s.does(who, "threshold.decided", data{"decision": decision, "decided_by": "Margaret Hall"})
			s.last().Corrects = of
		}
	}
	both := func(list ...func(*story)) func(*story) {
		return func(s *story) {
			for _, f := range list {
				f(s)
			}
		}
	}
	settles := func(opens, resolves person) func(*story) {
		return func(s *story) {
			s.does(opens, "dispute.opened", data{"about": "How grave it is", "subject": "threshold"})
			s.does(opens, "dispute.resolved", data{"outcome": sentence})
			s.does(resolves, "dispute.resolved", data{"outcome": sentence})
			s.does(head, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall"})
		}
	}
	for _, decision := range []string{"child_in_need", "child_protection"} {
		for _, c := range []struct {
			name string
			then func(*story)
			ends bool
		}{
			{"nothing", func(*story) {}, false},
			{"the same agency, naming who", decides(manager, "not_met", "Margaret Hall"), true},
			{"its worker, naming who", decides(practitioner, "not_met", "Mina Holt"), true},
			{"the same agency, by a first name", decides(manager, "not_met", "Margaret"), false},
			{"whoever recorded it", decides(manager, "not_met", "me"), false},
			{"whoever recorded it, by name", decides(manager, "not_met", "Mina Holt"), false},
			{"another agency", decides(head, "not_met", "Margaret Hall"), false},
			{"another agency that first decides the same", both(decides(head, decision, "Hugo Dean"), decides(head, "not_met", "Margaret Hall")), false},
			{"another agency that first decides more", both(decides(head, "child_protection", "me"), decides(head, "not_met", "Margaret Hall")), false},
			{"social care, naming who", decides(dutyManager, "not_met", "Margaret Hall"), true},
			{"social care, naming nobody", decides(dutyManager, "not_met", "duty"), false},
			{"withdrawn by who recorded it", takesBack(manager, "It was recorded on the wrong family, who live next door."), false},
			{"withdrawn by another manager, without why", takesBack(deputy, "x"), false},
			{"withdrawn by its worker", takesBack(practitioner, "It was recorded on the wrong family, who live next door."), false},
			{"withdrawn by a manager of another agency", takesBack(head, "It was recorded on the wrong family, who live next door."), false},
			{"withdrawn by another manager, who says why", takesBack(second, "It was recorded on the wrong family, who live next door."), true},
			{"corrected by who recorded it", corrects(manager, "not_met"), false},
			{"corrected by another manager", corrects(deputy, "not_met"), false},
			{"settled by two agencies", settles(school, manager), true},
			{"settled by one agency with itself", settles(practitioner, manager), false},
		} {
			s := threshold(t, decision)
			c.then(s)
			if got := s.ends(); got != c.ends {
				r := s.reads()
				t.Errorf("%s: %s: ends %v, %s\n%+v", decision, c.name, got, r.State, r.Verdicts[len(r.Verdicts)-6:])
			}
		}
	}
}

// A first name alone, or a word for oneself, decides nothing of a no.
func TestAFirstNameDecidesNothing(t *testing.T) {
	for by, done := range map[string]bool{"Margaret": false, "me": false, "Priya": false, "the manager": false, "Margaret Hall": true} {
		s := tell(t, bundled(t, early))
		s.c.Workers = map[string]string{practitioner.id: "Priya Kendal"}
		s.on(2, 9).does(practitioner, "pathway.opened", nil)
		s.does(practitioner, "consent.refused", data{"person": "joe"})
		s.does(practitioner, "threshold.decided", data{"decision": "not_met", "decided_by": by})
		if got := step(s.reads(), "decide-threshold").Status == pathway.Done; got != done {
			t.Errorf("decided by %q: %v", by, got)
		}
	}
	for _, c := range []struct {
		who  person
		by   string
		ends bool
	}{{colleague, "me", false}, {colleague, "Margaret Hall", true}, {socialWorker, "me", true}, {manager, "me", true}} {
		s := tell(t, bundled(t, early)).assessed()
		s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-s", Kind: "local_authority_csc"})
		s.c.Workers = map[string]string{colleague.id: "Callum Reed"}
		s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
		s.does(practitioner, "consent.refused", data{"reason": "they want us gone"})
		s.does(c.who, "threshold.decided", data{"decision": "not_met", "decided_by": c.by})
		s.on(10, 10).does(practitioner, "closure.proposed", data{"reason": "declined", "basis": "family_choice"})
		s.on(11, 10).does(school, "closure.consulted", nil)
		s.does(socialWorker, "closure.consulted", nil)
		id := s.on(12, 10).does(manager, "closure.approved", approval())
		if r := s.reads(); r.Ended != c.ends {
			t.Errorf("declined on the word of %s, %s: %+v", c.who.id, c.by, verdict(r, id))
		}
	}
}

// A pathway is cancelled for a reason, and never over a threshold that stands.
func TestCancellingIsNoWayRoundAThreshold(t *testing.T) {
	const why = "The clinic meant the family next door, who bear the same name."
	for _, c := range []struct {
		decision, reason string
		ends             bool
	}{
		{"", "x", false}, {"", "duplicate", false}, {"", why, true}, {"not_met", why, true},
		{"child_in_need", why, false}, {"child_protection", why, false}, {"child_protection", "x", false},
	} {
		t.Run(fmt.Sprint(c.decision, " ", c.reason), func(t *testing.T) {
			s := threshold(t, "not_met")
			if c.decision == "" {
				s = tell(t, bundled(t, early)).tries()
			} else if c.decision != "not_met" {
				s.does(manager, "threshold.decided", data{"decision": c.decision, "decided_by": "me"})
			}
			id := s.does(deputy, "pathway.cancelled", data{"reason": c.reason})
			if r := s.reads(); r.Ended != c.ends || c.ends == (verdict(r, id).Outcome == pathway.Attempted) {
				t.Errorf("%s %+v", r.State, verdict(r, id))
			}
		})
	}
}

// The days in which the others may answer begin when the server has the proposal: one that
// is dated back leaves them as many as another.
func TestTheDaysToAnswerBeginWhenTheProposalCame(t *testing.T) {
	s := tell(t, bundled(t, early)).assessed()
	s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
	s.on(20, 9).does(practitioner, "closure.proposed", data{"reason": "needs_met", "basis": "assessment"})
	s.last().OccurredAt = at(10, 10) // eight working days ago
	over := approval()
	over["override_reason"] = enough
	id := s.does(manager, "closure.approved", over)
	r := s.reads()
	if r.Ended {
		t.Fatalf("approved at once: %+v", verdict(r, id))
	}
	if got := step(r, "closing-answers"); got.DueOn != "2026-11-27" {
		t.Errorf("to answer by %+v", got)
	}
	if k := timer(r, "T10"); k.StartedOn != "2026-11-20" || k.Status == pathway.Overdue {
		t.Errorf("%+v", k)
	}
	early := s.does(school, "closure.consulted", nil)
	s.last().OccurredAt, s.last().ReceivedAt = at(12, 9), at(12, 9)
	if v := verdict(s.reads(), early); v.Outcome != pathway.Attempted || v.Reasons[0].Code != "house" {
		t.Errorf("answered before it was here: %+v", v)
	}
	s.events = s.events[:len(s.events)-1]
	again := s.does(manager, "timer.restarted", data{"timer": "T10", "reason": "They were told earlier."})
	s.last().OccurredAt = at(10, 11)
	if r := s.reads(); verdict(r, again).Outcome == pathway.Attempted || timer(r, "T10").StartedOn != "2026-11-20" {
		t.Errorf("dated back by starting it anew: %+v", timer(r, "T10"))
	}
	s.events = s.events[:len(s.events)-1]
	s.events[len(s.events)-1].ReceivedVerdict = pathway.Attempted
	if s.on(30, 9).does(manager, "closure.approved", over); !s.reads().Ended {
		t.Error("the days are over")
	}
	s.events = s.events[:len(s.events)-2]
	s.last().ReceivedAt = s.last().ReceivedAt.AddDate(-1, 0, 0) // a server's clock never makes it earlier than it was
	s.last().OccurredAt = at(20, 9)
	if k := timer(s.on(20, 10).reads(), "T10"); k.StartedOn != "2026-11-20" {
		t.Errorf("%+v", k)
	}
}
