package pathway_test

import (
	"flag"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/hooks/pathway"
)

// A worker ticks what the template says is ticked. Asked for anew, or the tick taken
// back, it is open again; an event that does the step stands beside the tick.
func TestATickIsAnEvent(t *testing.T) {
	s := tell(t, bundled(t, "was-not-brought"))
	s.does(practitioner, "pathway.opened", nil)
	state := func() pathway.Step { t.Helper(); return step(s.reads(), "tell-manager") }
	refused := func(what string) {
		t.Helper()
		if v := verdict(s.reads(), s.last().ID); v.Outcome != pathway.Attempted {
			t.Errorf("%s: %+v", what, v)
		}
	}
	if state().Status == pathway.Done {
		t.Fatal("done by nobody")
	}
	tick := s.on(3, 11).does(practitioner, "step.done", data{"step": "tell-manager"})
	if got := state(); got.Status != pathway.Done || got.DoneOn != "2026-11-03" || got.DoneBy != tick {
		t.Errorf("%+v", got)
	}
	s.does(colleague, "event.withdrawn", data{"reason": "not by me"})
	s.last().Corrects = tick
	refused("a tick of another's taken back")
	s.does(practitioner, "event.withdrawn", data{"reason": "she was out"})
	s.last().Corrects = tick
	if got := state(); got.Status == pathway.Done || got.DoneOn != "" || got.DoneBy != "" {
		t.Errorf("taken back, and %+v", got)
	}
	s.on(4, 9).does(practitioner, "step.done", data{"step": "tell-manager", "done_on": "2026-11-03"})
	if got := state(); got.DoneOn != "2026-11-03" {
		t.Errorf("ticked for the day before, and %+v", got)
	}
	s.does(practitioner, "step.done", data{"step": "meeting"})
	refused("a step that is not ticked")
	s.does(practitioner, "step.done", data{"step": "second-letter"})
	refused("a step that nobody asks for")
}

// A step that is both ticked and started again by its clock is open again.
func TestATickedStepIsAskedForAnew(t *testing.T) {
	again := edited(t, "was-not-brought", func(n *pathway.Template) {
		i := slices.IndexFunc(n.Steps, func(s pathway.StepRule) bool { return s.Code == "reach-family" })
		n.Steps[i].ByHand = true
	})
	s := tell(t, again)
	s.does(practitioner, "pathway.opened", nil)
	s.on(2, 12).does(practitioner, "step.done", data{"step": "reach-family"})
	if got := step(s.reads(), "reach-family"); got.Status != pathway.Done {
		t.Fatalf("%+v", got)
	}
	s.on(9, 12).does(practitioner, "appointment.missed", data{"contact_confirmed": true})
	if got := step(s.reads(), "reach-family"); got.Status == pathway.Done || got.DueOn != "2026-11-09" {
		t.Errorf("a second appointment was missed, and the family is still reached: %+v", got)
	}
}

// An area's template that says nothing of ticking has its steps ticked all the same, and
// no others.
func TestAStepIsTickedInEveryTemplate(t *testing.T) {
	silent := edited(t, early, func(n *pathway.Template) {
		n.Events = slices.DeleteFunc(n.Events, func(a pathway.Act) bool { return a.Name == "step.done" })
		n.Transitions = slices.DeleteFunc(n.Transitions, func(r pathway.Transition) bool { return r.On == "step.done" })
	})
	s := tell(t, silent)
	s.does(practitioner, "pathway.opened", nil)
	s.does(practitioner, "step.done", data{"step": "tell-manager"})
	other := s.does(practitioner, "step.done", data{"step": "check-barriers"})
	r := s.reads()
	if step(r, "tell-manager").Status != pathway.Done || step(r, "check-barriers").Status == pathway.Done || verdict(r, other).Outcome != pathway.Attempted {
		t.Errorf("%+v", r.Steps)
	}
}

// A plan that is over: what was done about it stays, and what was not says why nobody
// is asked.
func TestWhatAPlanAskedForSaysThatItIsOver(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	s.c.CPPlan = pathway.Flag{Was: []pathway.Span{{From: "2026-11-01", Until: "2026-11-20"}}}
	if got := step(s.reads(), "tell-social-worker"); got.Status != pathway.Cancelled || !strings.Contains(got.Because, "any more") {
		t.Errorf("%+v", got)
	}
	s.does(practitioner, "social_worker.told", nil)
	if got := step(s.reads(), "tell-social-worker"); got.Status != pathway.Done {
		t.Errorf("%+v", got)
	}
}

// many asks a property of so many histories of each template: every day of some, in a
// long run of all that the promise names.
func many(t *testing.T, everyDay, long string) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	t.Cleanup(func() { _ = checks.Value.Set(before) })
	n := everyDay
	if os.Getenv("HOLDFAST_SOAK") != "" {
		n = long
	}
	if err := checks.Value.Set(n); err != nil {
		t.Fatal(err)
	}
}

// The steps that a store has, which is told of a history as it comes, are those that the
// engine reads of it as a whole: none stays done because it once was (A1). What did a step
// is on the record and stands; what is cancelled says why.
func TestI14StoredStepsAreWhatTheEngineReads(t *testing.T) {
	many(t, "1000", "25000") // of each of four templates
	holds(t, nil, func(t *rapid.T, s *story, r pathway.Result) {
		events, now := s.events, s.now
		stored := map[string]pathway.Step{}
		keep := func(r pathway.Result) {
			for _, st := range r.Kept(slices.Sorted(maps.Keys(stored))) {
				stored[st.Code] = st
			}
		}
		for n := len(events) / 2; n < len(events); n += 1 + len(events)/6 {
			s.events, s.now = events[:n], events[n].OccurredAt
			keep(read(t, s))
		}
		s.events, s.now = events, now
		keep(r)
		by := map[string]pathway.Event{}
		for _, e := range events {
			by[e.ID] = e
		}
		for _, st := range r.Steps {
			if got := stored[st.Code]; !reflect.DeepEqual(got, st) {
				t.Fatalf("stored %+v\nread   %+v", got, st)
			}
			delete(stored, st.Code)
			var rule pathway.StepRule
			i := slices.IndexFunc(s.template.Steps, func(r pathway.StepRule) bool { return r.Code == st.Code })
			if i >= 0 {
				rule = s.template.Steps[i]
			}
			e, v := by[st.DoneBy], verdict(r, st.DoneBy)
			switch {
			case (st.Status == pathway.Cancelled) != (st.Because != ""):
				t.Fatalf("it does not say why: %+v", st)
			case st.Status != pathway.Done, i < 0: // one of the house's own is done by what the house says
			case v.Outcome == pathway.Attempted || v.CorrectedBy != "":
				t.Fatalf("%+v was done by what does not stand: %+v", st, v)
			case e.Kind == "step.done" && (!rule.ByHand || e.Data["step"] != st.Code):
				t.Fatalf("%+v was ticked by %+v", st, e)
			case e.Kind != "step.done" && !slices.ContainsFunc(rule.Done.On, func(on string) bool { return on == e.Kind || strings.HasPrefix(on, e.Kind+":") }):
				t.Fatalf("%+v was done by %+v", st, e)
			case !rule.Earlier && e.Data["done_on"] == nil && !slices.Contains([]string{"timer.restarted", "closure.proposed"}, by[timer(r, st.Timer).StartedBy].Kind) && st.DoneOn < timer(r, st.Timer).StartedOn:
				t.Fatalf("%+v was done before it was asked for: %+v", st, timer(r, st.Timer))
			}
		}
		for _, st := range stored {
			if st.Status != pathway.Cancelled || st.Because == "" {
				t.Fatalf("nothing asks for it, and it stands: %+v", st)
			}
		}
	})
}
