package pathway_test

import (
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

// four children, one of whom must be seen and two of whom an assessment speaks of.
func four() []pathway.Child {
	return []pathway.Child{
		{ID: "ada", Name: "Ada", Born: "2021-05-01"},
		{ID: "unborn", Name: "Unborn baby, expected in March 2027", Expected: "2027-03-10"},
		{ID: "left", Name: "Lee", Born: "2015-01-01", Until: "2026-10-27"},
		{ID: "grown", Name: "Gus", Born: "2008-11-01"}, // 18 the day before the opening
	}
}

// Who is a child of the household is asked of the day (A11).
func TestOneOfFourChildrenMustBeSeenAndTwoAreInTheImpact(t *testing.T) {
	s := tell(t, bundled(t, "early-help-engagement"))
	s.c.Children = four()
	s.tries()
	two := data{"impact": []any{impact("ada")["impact"].([]any)[0], data{"child": "unborn", "impact": "no plan yet for the birth"}}}
	all := s.on(9, 9).does(practitioner, "risk_assessment.submitted", two)
	one := s.on(9, 10).does(practitioner, "risk_assessment.submitted", impact("ada"))
	r := s.reads()
	if v := verdict(r, all); v.Outcome != pathway.Accepted {
		t.Errorf("an assessment of the two was not enough: %v", v.Reasons)
	}
	if v := verdict(r, one); v.Outcome != pathway.Attempted || !strings.Contains(v.Reasons[0].Text, "1 child is still without impact") {
		t.Errorf("one that leaves out the unborn: %v %v", v.Outcome, v.Reasons)
	}
	before := s.on(10, 9).does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	if v := verdict(s.reads(), before); v.Outcome != pathway.Attempted || !strings.Contains(v.Reasons[0].Text, "1 child") {
		t.Errorf("nobody was seen: %v %v", v.Outcome, v.Reasons)
	}
	s.on(10, 10).does(practitioner, "child.seen", data{"children": []any{"ada"}})
	after := s.on(10, 11).does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	if v := verdict(s.reads(), after); v.Outcome != pathway.Accepted {
		t.Errorf("the one who must be seen was: %v", v.Reasons)
	}
}

// The clock of the unseen child runs for those who can be seen, and closing is not held
// up by those who cannot.
func TestTheUnseenChildIsOneWhoCanBeSeen(t *testing.T) {
	for name, c := range map[string]pathway.Child{
		"unborn": {ID: "x", Expected: "2027-03-10"}, "gone": {ID: "x", LastSeenOn: "2026-01-01", Until: "2026-02-01"},
		"grown": {ID: "x", Born: "2000-01-01"},
	} {
		s := tell(t, bundled(t, "early-help-engagement"))
		s.c.Children = []pathway.Child{{ID: "ada", LastSeenOn: "2026-10-30"}, c}
		s.on(2, 9).does(practitioner, "pathway.opened", nil)
		if got := timer(s.reads(), "T9").StartedOn; got != "2026-10-30" {
			t.Errorf("%s: the clock began on %q", name, got)
		}
		s = tell(t, bundled(t, "early-help-engagement"))
		s.c.Children = []pathway.Child{{ID: "ada", LastSeenOn: "2026-10-20"}, {ID: "ben", LastSeenOn: "2026-10-20"}, c}
		s.proposed("needs_met")
		s.does(school, "closure.consulted", nil)
		closed := s.on(12, 11).does(manager, "closure.approved", approval())
		if v := verdict(s.reads(), closed); v.Outcome != pathway.Accepted && strings.Contains(v.Reasons[0].Text, "not been seen") {
			t.Errorf("%s: %v", name, v.Reasons)
		}
	}
}

func TestAChildOfTheHouseholdOnADay(t *testing.T) {
	for _, c := range []struct {
		name            string
		child           pathway.Child
		day             string
		seen, concerned bool
	}{
		{"a child", pathway.Child{Born: "2021-05-01"}, "2026-11-02", true, true},
		{"of unknown age", pathway.Child{}, "2026-11-02", true, true},
		{"the day before 18", pathway.Child{Born: "2008-11-03"}, "2026-11-02", true, true},
		{"18 on the day", pathway.Child{Born: "2008-11-02"}, "2026-11-02", false, false},
		{"born on 29 February, 18 on 1 March", pathway.Child{Born: "2008-02-29"}, "2026-02-28", true, true},
		{"born on 29 February, 18 on 1 March", pathway.Child{Born: "2008-02-29"}, "2026-03-01", false, false},
		{"a care leaver of 24", pathway.Child{Born: "2002-11-03", CareLeaver: true}, "2026-11-02", true, true},
		{"a care leaver of 25", pathway.Child{Born: "2001-11-02", CareLeaver: true}, "2026-11-02", false, false},
		{"unborn", pathway.Child{Expected: "2027-03-10"}, "2026-11-02", false, true},
		{"before anybody knew", pathway.Child{Expected: "2027-03-10"}, "2026-05-01", false, false},
		{"born early", pathway.Child{Expected: "2027-03-10", Born: "2027-02-01"}, "2027-02-01", true, true},
		{"not yet born early", pathway.Child{Expected: "2027-03-10", Born: "2027-02-01"}, "2027-01-31", false, true},
		{"three weeks late", pathway.Child{Expected: "2027-03-10"}, "2027-03-31", false, true},
		{"so late that it must have been born", pathway.Child{Expected: "2027-03-10"}, "2027-04-01", true, true},
		{"born, and not expected by anybody", pathway.Child{Born: "2026-11-19"}, "2026-11-18", false, false},
		{"left", pathway.Child{Until: "2026-11-02"}, "2026-11-02", false, false},
		{"leaving", pathway.Child{Until: "2026-11-03"}, "2026-11-02", true, true},
		{"joined later", pathway.Child{Since: "2026-11-03"}, "2026-11-02", false, false},
		{"come back", pathway.Child{Since: "2026-11-01", Until: "2026-09-01"}, "2026-11-02", true, true},
		{"between going and coming back", pathway.Child{Since: "2026-11-01", Until: "2026-09-01"}, "2026-10-02", false, false},
	} {
		if got := c.child.Seeable(c.day); got != c.seen {
			t.Errorf("%s: must be seen on %s: %v", c.name, c.day, got)
		}
		if got := c.child.Concerned(c.day); got != c.concerned {
			t.Errorf("%s: is concerned on %s: %v", c.name, c.day, got)
		}
	}
}

// A child who joins after an assessment was written is not signed over.
func TestAChildWhoJoinedIsNotSignedOver(t *testing.T) {
	s := tell(t, bundled(t, "early-help-engagement"))
	s.tries()
	s.on(18, 9).does(practitioner, "risk_assessment.submitted", impact("ada", "ben"))
	s.c.Children = append(s.c.Children, pathway.Child{ID: "eve", Name: "Baby Eve", Born: "2026-11-19", Since: "2026-11-19"})
	signed := s.on(20, 9).does(manager, "risk_assessment.signed_off", nil)
	r := s.reads()
	want := "Baby Eve joined on Thursday 19 November and is not in it: write down what it means for Baby Eve, and submit it again."
	if v := verdict(r, signed); v.Outcome != pathway.Attempted || v.Reasons[0].Text != want {
		t.Errorf("%v %+v", v.Outcome, v.Reasons)
	}
	if got := step(r, "each-child"); got.Status == pathway.Done {
		t.Errorf("nobody is asked to write about the child who joined: %+v", got)
	}
	s.on(20, 10).does(practitioner, "risk_assessment.submitted", impact("ada", "ben", "eve"))
	again := s.on(20, 11).does(manager, "risk_assessment.signed_off", nil)
	r = s.reads()
	if v := verdict(r, again); v.Outcome != pathway.Accepted {
		t.Errorf("%+v", v.Reasons)
	}
	if got := step(r, "each-child"); got.Status != pathway.Done || got.DoneOn != "2026-11-20" {
		t.Errorf("%+v", got)
	}
}

// One who joins after the signature has each child asked for again, with a clock of its own.
func TestAChildWhoJoinsAfterTheSignatureIsAskedFor(t *testing.T) {
	s := tell(t, bundled(t, "early-help-engagement")).assessed()
	s.c.Children = append(s.c.Children, pathway.Child{ID: "eve", Name: "Eve", Since: "2026-11-19"})
	if got := step(s.on(18, 9).reads(), "each-child"); got.Status != pathway.Done {
		t.Errorf("before she came: %+v", got)
	}
	r := s.on(20, 9).reads()
	if got := step(r, "each-child"); got.Status != pathway.Open || got.DueOn != "2026-12-01" {
		t.Errorf("each child: %+v", got)
	}
	if got := step(r, "sign-off"); got.Status != pathway.Open || got.DueOn != "2026-12-03" {
		t.Errorf("the signature: %+v", got)
	}
	s.on(20, 10).does(practitioner, "risk_assessment.submitted", impact("ada", "ben", "eve"))
	if got := step(s.reads(), "sign-off"); got.Status == pathway.Done {
		t.Errorf("the new assessment is signed already: %+v", got)
	}
	s.does(manager, "risk_assessment.signed_off", nil)
	r = s.reads()
	for _, code := range []string{"each-child", "sign-off"} {
		if got := step(r, code); got.Status != pathway.Done {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

// A record that was joined to another is that child.
func TestASightingUnderAnAliasIsOfTheChild(t *testing.T) {
	s := tell(t, bundled(t, "early-help-engagement"))
	s.c.Children = []pathway.Child{{ID: "ada", Also: []string{"ada2"}}}
	s.on(2, 9).does(practitioner, "pathway.opened", nil)
	s.on(3, 9).does(practitioner, "child.seen", data{"children": []any{"ada2"}})
	plan := s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
	r := s.reads()
	if v := verdict(r, plan); v.Outcome != pathway.Accepted {
		t.Error(v.Reasons)
	}
	if got := timer(r, "T9").StartedOn; got != "2026-11-03" {
		t.Error(got)
	}
}
