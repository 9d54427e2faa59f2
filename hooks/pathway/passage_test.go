package pathway_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/hooks/pathway"
)

// edited is a bundled template as an area has changed it.
func edited(t testing.TB, key string, change func(*pathway.Template)) *pathway.Template {
	t.Helper()
	var next pathway.Template
	if err := json.Unmarshal(body(t, key), &next); err != nil {
		t.Fatal(err)
	}
	next.Title += ", changed"
	if change != nil {
		change(&next)
	}
	raw, err := json.Marshal(&next)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pathway.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// closed is a calendar of weekdays on which the office is shut on some days more.
type closed struct {
	weekdays
	days []string
}

func (c closed) Within(day0 string, n int) (string, error) {
	d, err := time.Parse(time.DateOnly, day0)
	if err != nil {
		return "", err
	}
	for ; ; d = d.AddDate(0, 0, 1) {
		day := d.Format(time.DateOnly)
		works := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !slices.Contains(c.days, day)
		switch {
		case day == day0 && n > 0, !works:
			continue
		case n <= 1:
			return day, nil
		}
		n--
	}
}

func (s *story) readsWith(lib pathway.Library) pathway.Result {
	s.t.Helper()
	r, err := pathway.EvaluateWith(s.template, s.cal, lib, s.c, s.events, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// A change of the calendar counts what is open anew, by an event, and lets what is
// over stand as it was (domain 2.2: it never silently edits history).
func TestAChangedCalendarMovesWhatIsOpenAndNothingElse(t *testing.T) {
	s := tell(t, bundled(t, early)).tries() // T1 done on the 2nd but for the manager; T5 due on the 12th
	s.does(practitioner, "manager.told", nil)
	before := s.on(9, 9).reads()
	id := s.does(machine, "calendar.changed", data{"version": "2"})
	shut := closed{weekdays{2}, []string{"2026-11-03", "2026-11-12"}}
	after := s.readsWith(pathway.Library{Calendars: map[string]pathway.Calendar{id: shut}})
	for code, want := range map[string][2]string{"T1": {"2026-11-03", "2026-11-03"}, "T5": {"2026-11-12", "2026-11-16"}, "T5S": {"2026-11-16", "2026-11-18"}} {
		if got := [2]string{timer(before, code).DueOn, timer(after, code).DueOn}; got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if timer(after, "T1").CalendarVersion != 1 || timer(after, "T5").CalendarVersion != 2 || step(after, "each-child").CalendarVersion != 2 {
		t.Errorf("%+v", after.Timers)
	}
	if forged := s.reads(); timer(forged, "T5").DueOn != "2026-11-12" {
		t.Error("without the calendar it names, the event moves nothing")
	}
	s.last().By, s.last().Role = manager.id, manager.role
	if r := s.readsWith(pathway.Library{Calendars: map[string]pathway.Calendar{id: shut}}); timer(r, "T5").DueOn != "2026-11-12" {
		t.Error("a person's word changed the calendar")
	}
}

// What was accepted under one calendar is not refused by the next: a letter taken to
// have come has come, and an end over silence stands.
func TestAChangedCalendarTakesNothingBack(t *testing.T) {
	s := tell(t, bundled(t, early)).assessed()
	s.does(practitioner, "letter.drafted", data{"letter_id": "l2", "letter": "final"})
	s.does(manager, "letter.approved", data{"letter_id": "l2"})
	issued := s.does(practitioner, "letter.issued", letter("l2", "final"))
	s.on(10, 9).does(practitioner, "closure.proposed", data{"reason": "needs_met"})
	s.on(18, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}})
	d := approval()
	d["override_reason"] = "the school has shut and its children moved"
	ended := s.does(manager, "closure.approved", d)
	id := s.does(machine, "calendar.changed", data{"version": "2"})
	r := s.readsWith(pathway.Library{Calendars: map[string]pathway.Calendar{id: closed{weekdays{2}, []string{"2026-11-06", "2026-11-09", "2026-11-16", "2026-11-17", "2026-11-18"}}}})
	if verdict(r, issued).Outcome != pathway.Accepted || verdict(r, ended).Outcome != pathway.Accepted || !r.Ended {
		t.Errorf("%s %+v %+v", r.State, verdict(r, issued), verdict(r, ended))
	}
	if l := r.Letters[0]; l.LetterID != "l1" || l.DeemedOn != "2026-11-09" {
		t.Errorf("a letter that had come is on its way again: %+v", l)
	}
}

// A move to another version: by the approved event alone, from then on.
func TestAMoveToAnotherVersion(t *testing.T) {
	second := person{"second-manager", "manager", "agency-a"}
	next := edited(t, early, func(n *pathway.Template) {
		n.Steps = slices.DeleteFunc(n.Steps, func(s pathway.StepRule) bool { return s.Code == "joint-approach" || s.Code == "final-letter" })
		ten, two := 10, 2
		for i := range n.Timers {
			if n.Timers[i].Code == "T5" {
				n.Timers[i].Due.WorkingDays = &ten
			}
		}
		n.Timers = append(n.Timers, pathway.TimerRule{Code: "T50", Title: "Ring the health visitor", Starts: pathway.Trigger{On: []string{"pathway.opened"}}, Due: pathway.Due{WorkingDays: &two}})
		n.Steps = append(n.Steps, pathway.StepRule{Code: "ring", Title: "Ring the health visitor", Timer: "T50", Done: pathway.Trigger{On: []string{"manager.discussed"}}})
	})
	lib := pathway.Library{Templates: map[string]*pathway.Template{"next": next}}
	s := tell(t, bundled(t, early)).tries()
	proposal := s.on(9, 9).does(practitioner, "migration.proposed", data{"to": "next", "reason": "it asks for health"})
	if r := s.readsWith(lib); r.Template != "" || timer(r, "T5").DueOn != "2026-11-12" || len(r.Waiting) != 1 || r.Waiting[0].Act != "pathway.migrated" {
		t.Fatalf("a proposal moved something: %+v", r.Waiting)
	}
	s.does(second, "pathway.migrated", data{"proposal": proposal})
	r := s.readsWith(lib)
	if r.Template != "next" || r.State != "joint_approach" || r.Missed != 3 {
		t.Fatalf("%s %s %d", r.Template, r.State, r.Missed)
	}
	if got := timer(r, "T5"); got.DueOn != "2026-11-16" || got.StartedOn != "2026-11-02" {
		t.Errorf("what is open is counted by the new version, from its own start: %+v", got)
	}
	if got := step(r, "ring"); got.Status == "" || timer(r, "T50").StartedOn != "2026-11-09" || got.DueOn != "2026-11-11" {
		t.Errorf("what is new begins at the move: %+v %+v", got, timer(r, "T50"))
	}
	if got := step(r, "joint-approach"); got.Status != pathway.Done || got != r.Steps[len(r.Steps)-1] {
		t.Errorf("what only the old version asked for stays as it was, at the end of the list: %+v", got)
	}
	if again := s.does(manager, "pathway.migrated", data{"proposal": proposal}); verdict(s.readsWith(lib), again).Outcome != pathway.Attempted {
		t.Error("one proposal, two moves")
	}
}

// A version that lacks the pathway's place is refused until the proposal says where
// it goes on; never at an end.
func TestAMoveNeedsAPlaceToGoOn(t *testing.T) {
	next := edited(t, early, func(n *pathway.Template) {
		raw, _ := json.Marshal(n)
		text := strings.ReplaceAll(string(raw), `"joint_approach"`, `"together"`)
		*n = pathway.Template{}
		if err := json.Unmarshal([]byte(text), n); err != nil {
			t.Fatal(err)
		}
	})
	lib := pathway.Library{Templates: map[string]*pathway.Template{"next": next, "other": bundled(t, "was-not-brought")}}
	for say, c := range map[string]struct {
		to     string
		states any
		goes   string
	}{
		"unmapped":         {"next", nil, ""},
		"mapped":           {"next", data{"joint_approach": "together"}, "together"},
		"mapped nowhere":   {"next", data{"joint_approach": "moon"}, ""},
		"mapped to an end": {"next", data{"joint_approach": "closed_other"}, ""},
		"another kind":     {"other", data{"joint_approach": "opened"}, ""},
		"no such version":  {"draft", nil, ""},
	} {
		s := tell(t, bundled(t, early)).tries()
		d := data{"to": c.to, "reason": "it fits better"}
		if c.states != nil {
			d["states"] = c.states
		}
		proposal := s.on(9, 9).does(practitioner, "migration.proposed", d)
		approved := s.does(manager, "pathway.migrated", data{"proposal": proposal})
		r := s.readsWith(lib)
		if moved := verdict(r, approved).Outcome != pathway.Attempted; moved != (c.goes != "") || moved && r.State != c.goes || !moved && r.Template != "" {
			t.Errorf("%s: %s, %+v", say, r.State, verdict(r, approved))
		}
	}
}

// Whatever the history, a move to the same steps and a calendar with the same days
// change no due day, and neither order nor a late reading changes the answer.
func TestI14TurningToTheSameChangesNothing(t *testing.T) {
	same, template := edited(t, early, nil), bundled(t, early)
	rapid.Check(t, func(t *rapid.T) {
		s := anyStory(t, template)
		r := read(t, s)
		if r.Ended {
			return
		}
		id := s.does(machine, "calendar.changed", data{"version": "2"})
		proposal := s.does(practitioner, "migration.proposed", data{"to": "next", "reason": "tidied"})
		s.does(manager, "pathway.migrated", data{"proposal": proposal})
		lib := pathway.Library{Templates: map[string]*pathway.Template{"next": same}, Calendars: map[string]pathway.Calendar{id: weekdays{2}}}
		turn := func(events []pathway.Event) pathway.Result {
			got, err := pathway.EvaluateWith(s.template, s.cal, lib, s.c, events, s.now)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		got := turn(s.events)
		if got.State != r.State || got.Missed != r.Missed || got.Template != "next" {
			t.Fatalf("%s %d %q, was %s %d", got.State, got.Missed, got.Template, r.State, r.Missed)
		}
		for _, want := range r.Timers {
			if have := timer(got, want.Code); have.DueOn != want.DueOn || have.StartedOn != want.StartedOn {
				t.Fatalf("%+v\n%+v", want, have)
			}
		}
		if again := turn(rapid.Permutation(s.events).Draw(t, "order")); !reflect.DeepEqual(got, again) {
			t.Fatalf("%+v\n%+v", got, again)
		}
	})
}

// An agency that another took off lately is asked about what is proposed since, too; what
// was ended without it stays ended.
func TestWhomAnotherAgencyTookOffIsAskedStill(t *testing.T) {
	for asked, waits := range map[string]bool{"": false, "2026-11-09": false, "2026-11-10": true, "2026-12-01": true} {
		s := tell(t, bundled(t, early)).proposed("needs_met")
		s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-c", Until: "2026-11-03", AskedUntil: asked})
		id := s.does(manager, "closure.approved", approval())
		if r := s.reads(); r.Ended == waits || waits && verdict(r, id).Reasons[0].Code != "G7" {
			t.Errorf("asked until %q: %s %+v", asked, r.State, verdict(r, id))
		}
		s.last().ReceivedVerdict = pathway.Accepted
		if r := s.reads(); !r.Ended {
			t.Errorf("asked until %q, ended before it was asked: %s", asked, r.State)
		}
	}
}

// An agency taken off the case after closing was proposed is asked all the same (G7).
func TestTakingAnAgencyOffTheCaseIsNoWayRound(t *testing.T) {
	for until, waits := range map[string]bool{"": true, "2026-11-11": true, "2026-11-10": true, "2026-11-09": false} {
		s := tell(t, bundled(t, early)).proposed("needs_met")
		s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-c", Until: until})
		id := s.does(manager, "closure.approved", approval())
		if r := s.reads(); r.Ended == waits || waits && verdict(r, id).Reasons[0].Code != "G7" {
			t.Errorf("left on %q: %s %+v", until, r.State, verdict(r, id))
		}
	}
}
