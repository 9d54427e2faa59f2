package pathway_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/hooks/pathway"
)

// G12: in every state, whatever it says, whoever says it, however it comes.
func TestAnImmediateRiskIsAcceptedAlways(t *testing.T) {
	for _, path := range []func(*story){
		func(*story) {},
		func(s *story) { s.does(practitioner, "pathway.opened", nil) },
		func(s *story) { s.assessed() },
		func(s *story) { s.proposed("needs_met") },
		func(s *story) { s.proposed("needs_met"); s.does(manager, "closure.approved", approval()) },
		func(s *story) {
			s.does(practitioner, "pathway.opened", nil)
			s.does(manager, "pathway.cancelled", data{"reason": "It was opened twice by mistake."})
		},
	} {
		s := tell(t, bundled(t, early))
		path(s)
		for _, strange := range []func(*pathway.Event){
			func(*pathway.Event) {},
			func(e *pathway.Event) { e.Data = data{"what": 7} },
			func(e *pathway.Event) { e.By, e.Role, e.Agency = "", "", "" },
			func(e *pathway.Event) { e.OccurredAt = e.OccurredAt.AddDate(1, 0, 0) },
			func(e *pathway.Event) { e.OccurredAt = time.Time{} },
			func(e *pathway.Event) { e.Corrects = "nothing" },
			func(e *pathway.Event) { e.ID = "e001" },
			func(e *pathway.Event) { e.ID = "" },
		} {
			before := s.reads().State
			s.does(practitioner, pathway.ImmediateRisk, nil)
			strange(s.last())
			r := s.reads()
			if !r.ImmediateRisk || r.State != before {
				t.Errorf("in %s: %+v", before, s.last())
			}
			for i, v := range r.Verdicts {
				if v.Event == s.last().ID && v.Outcome == pathway.Attempted && s.last().ID != "e001" {
					t.Errorf("verdict %d %+v", i, v)
				}
			}
			s.events = s.events[:len(s.events)-1]
		}
	}
}

func TestAnImmediateRiskIsNeverTakenBack(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	risk := s.does(practitioner, pathway.ImmediateRisk, nil)
	s.does(practitioner, "event.withdrawn", data{"reason": "pressed by mistake"})
	s.last().Corrects = risk
	if r := s.reads(); !r.ImmediateRisk || r.Verdicts[2].Outcome != pathway.Attempted {
		t.Errorf("%+v", r.Verdicts)
	}
	s.does(manager, "immediate_risk.resolved", data{"how": "seen and safe"})
	if r := s.reads(); r.ImmediateRisk {
		t.Error("resolved by a manager")
	}
}

// One resolution ends one danger: the school's bruise is still there once the gas is off,
// and stands in the way of closing (A4).
func TestOneRiskIsResolvedAndTheOtherStands(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	bruise := s.does(school, pathway.ImmediateRisk, data{"what": "a bruise; she says her father"})
	gas := s.does(practitioner, pathway.ImmediateRisk, data{"what": "the gas was on"})
	over := s.does(manager, pathway.RiskResolved, data{"how": "the gas is off", "risk": gas, "spoken_to": "the gas company"})
	s.does(manager, "closure.approved", approval())
	r := s.reads()
	v := byEvent(r)
	if !r.ImmediateRisk || v[gas].ResolvedBy != over || v[bruise].ResolvedBy != "" || v[over].Outcome != pathway.Accepted {
		t.Errorf("%v: the gas by %q, the bruise by %q", r.ImmediateRisk, v[gas].ResolvedBy, v[bruise].ResolvedBy)
	}
	closing := v[s.last().ID]
	if r.Ended || closing.Outcome != pathway.Attempted || !strings.Contains(fmt.Sprint(closing.Reasons), "1 immediate risk is not yet resolved") {
		t.Errorf("ended %v: %v", r.Ended, closing)
	}
	s.does(manager, pathway.RiskResolved, data{"how": "seen by a doctor"}) // the only one left: it need not be named
	s.does(manager, "closure.approved", approval())
	if r := s.reads(); r.ImmediateRisk || !r.Ended {
		t.Errorf("%v, ended %v: %v", r.ImmediateRisk, r.Ended, byEvent(r)[s.last().ID])
	}
}

// What said that a danger is over can be taken back like another event; then it is not.
func TestAWithdrawnResolutionOpensItsRiskAgain(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	risk := s.does(school, pathway.ImmediateRisk, nil)
	over := s.does(manager, pathway.RiskResolved, data{"how": "seen", "risk": risk})
	s.does(manager, "event.withdrawn", data{"reason": "another family"})
	s.last().Corrects = over
	if r := s.reads(); !r.ImmediateRisk || byEvent(r)[risk].ResolvedBy != "" {
		t.Errorf("%+v", r.Verdicts)
	}
}

func byEvent(r pathway.Result) map[string]pathway.Verdict {
	out := map[string]pathway.Verdict{}
	for _, v := range r.Verdicts {
		out[v.Event] = v
	}
	return out
}

func TestALateArrivalIsReadInItsPlace(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	approved := s.on(13, 9).does(manager, "closure.approved", approval())
	if r := s.reads(); r.State != "closed_needs_met" {
		t.Fatal(r.State)
	}
	// A colleague was offline: a dispute, raised before the approval, arrives after it.
	s.on(12, 9)
	late := s.does(school, "dispute.opened", data{"about": "too early to end"})
	s.last().ReceivedAt = at(16, 9)
	r := s.on(16, 10).reads()
	if r.State != "closure_proposed" || verdict(r, late).Outcome != pathway.AcceptedLate || verdict(r, approved).Outcome != pathway.Attempted {
		t.Errorf("%s %+v %+v", r.State, verdict(r, late), verdict(r, approved))
	}
}

func TestACorrectionStandsInThePlaceOfTheOld(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	old := s.missed(practitioner, "phone", "no_answer")
	fix := s.does(practitioner, "attempt.recorded", data{"method": "phone", "outcome": "cancelled_by_service"})
	s.last().Corrects = old
	r := s.reads()
	if r.State != "opened" || r.Missed != 0 || verdict(r, old).CorrectedBy != fix || verdict(r, old).Outcome != pathway.Accepted {
		t.Errorf("%s %d %+v", r.State, r.Missed, r.Verdicts)
	}
}

func TestWhoMayCorrectWhat(t *testing.T) {
	for name, c := range map[string]struct {
		who    person
		kind   string
		d      data
		counts bool // the old still does
	}{
		"the author withdraws":     {practitioner, "event.withdrawn", data{"reason": "wrong family"}, false},
		"a manager withdraws":      {manager, "event.withdrawn", data{"reason": "wrong family"}, false},
		"a colleague does not":     {colleague, "event.withdrawn", data{"reason": "wrong family"}, true},
		"another kind does not":    {practitioner, "manager.told", nil, true},
		"without a reason neither": {practitioner, "event.withdrawn", nil, true},
	} {
		s := tell(t, bundled(t, early))
		s.does(practitioner, "pathway.opened", nil)
		old := s.missed(practitioner, "phone", "no_answer")
		id := s.does(c.who, c.kind, c.d)
		s.last().Corrects = old
		r := s.reads()
		if (r.Missed == 1) != c.counts || (verdict(r, id).Outcome == pathway.Attempted) != c.counts {
			t.Errorf("%s: %d missed, %+v", name, r.Missed, verdict(r, id))
		}
	}
}

func TestCorrectionsInARingCountForNothing(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	a := s.missed(practitioner, "phone", "no_answer")
	b := s.missed(practitioner, "text", "no_answer")
	s.events[1].Corrects, s.events[2].Corrects = b, a
	r := s.reads()
	if verdict(r, a).Outcome != pathway.Attempted || verdict(r, b).Outcome != pathway.Attempted {
		t.Errorf("%+v", r.Verdicts)
	}
}

func TestWhatCannotBeReadStaysAsAttempted(t *testing.T) {
	for name, change := range map[string]func(*pathway.Event){
		"no such kind":       func(e *pathway.Event) { e.Kind = "family.blamed" },
		"no id":              func(e *pathway.Event) { e.ID = "" },
		"the id of another":  func(e *pathway.Event) { e.ID = "e001" },
		"no time":            func(e *pathway.Event) { e.OccurredAt = time.Time{} },
		"the future":         func(e *pathway.Event) { e.OccurredAt = at(20, 9) },
		"no outcome":         func(e *pathway.Event) { delete(e.Data, "outcome") },
		"no such outcome":    func(e *pathway.Event) { e.Data["outcome"] = "awkward" },
		"a number":           func(e *pathway.Event) { e.Data["method"] = 4.0 },
		"nothing to correct": func(e *pathway.Event) { e.Corrects = "e999" },
	} {
		s := tell(t, bundled(t, early))
		s.does(practitioner, "pathway.opened", nil)
		s.missed(practitioner, "phone", "no_answer")
		change(s.last())
		r := s.reads()
		if i := slices.IndexFunc(r.Verdicts, func(v pathway.Verdict) bool { return v.Outcome == pathway.Attempted }); len(r.Verdicts) != 2 || i < 0 || len(r.Verdicts[i].Reasons) != 1 || r.Missed != 0 {
			t.Errorf("%s: %+v", name, r.Verdicts)
		}
	}
}

func TestRolesAreAsTheTemplateSays(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	id := s.does(colleague, "closure.approved", approval())
	v := verdict(s.reads(), id)
	if v.Outcome != pathway.Attempted || v.Reasons[0].Code != "role" {
		t.Errorf("%+v", v)
	}
}

func TestAManagerMayStopAndRestartAClock(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	s.does(manager, "timer.stopped", data{"timer": "T5", "reason": "bereavement in the family"})
	r := s.reads()
	if timer(r, "T5").Status != pathway.Stopped || step(r, "each-child").DueOn != "" || step(r, "each-child").Status != pathway.Open {
		t.Errorf("%+v %+v", timer(r, "T5"), step(r, "each-child"))
	}
	s.on(9, 9).does(manager, "timer.restarted", data{"timer": "T5", "reason": "agreed with the family"})
	if got := step(s.reads(), "each-child").DueOn; got != "2026-11-19" {
		t.Error(got)
	}
}

func TestALetterIsIssuedThenDeemedNeverReceived(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.does(practitioner, "pathway.opened", nil)
	s.on(5, 9).does(practitioner, "letter.issued", letter("l1", "first"))
	for day, want := range map[int]string{5: "issued", 6: "issued", 9: "deemed"} {
		got := s.on(day, 10).reads().Letters[0]
		if got.Status != want || got.DeemedOn != "2026-11-09" {
			t.Errorf("on %d: %+v", day, got)
		}
	}
}

func TestACalendarThatEndsIsSaidNotGuessed(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.now = time.Date(2100, 1, 4, 9, 0, 0, 0, london)
	s.does(practitioner, "pathway.opened", nil)
	r := s.reads()
	if got := timer(r, "T7"); got.Fault == "" || got.DueOn != "" || step(r, "meeting").Status != pathway.Open {
		t.Errorf("%+v", got)
	}
}

func TestWithoutAnOpeningTheCaseOrTheFirstEventOpens(t *testing.T) {
	s := tell(t, bundled(t, early))
	if r := s.reads(); r.OpenedOn != "" || len(r.Steps) != 0 || r.State != "opened" {
		t.Errorf("nothing yet: %+v", r)
	}
	s.on(3, 9).missed(practitioner, "phone", "no_answer")
	if r := s.reads(); r.OpenedOn != "2026-11-03" || r.State != "attempting" || step(r, "meeting").DueOn == "" {
		t.Errorf("by the first event: %+v", r)
	}
	s.c.OpenedAt = at(4, 9)
	if r := s.on(4, 10).reads(); r.OpenedOn != "2026-11-04" {
		t.Errorf("by the case: %s", r.OpenedOn)
	}
}

func TestArgumentsAreNeeded(t *testing.T) {
	for _, c := range []struct {
		t   *pathway.Template
		cal pathway.Calendar
	}{{nil, weekdays{}}, {bundled(t, early), nil}, {&pathway.Template{}, weekdays{}}} {
		if _, err := pathway.Evaluate(c.t, c.cal, pathway.Case{}, nil, at(2, 9)); err != pathway.ErrArgument {
			t.Error(err)
		}
	}
}

func TestTheHistoryIsNotChanged(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	before := slices.Clone(s.events)
	s.reads()
	if !reflect.DeepEqual(before, s.events) {
		t.Error("the events handed in were changed")
	}
}
