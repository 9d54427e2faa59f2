package pathway

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// The most a template may hold: enough for any practice, little enough to run on
// a phone.
const (
	maxStates      = 40
	maxEvents      = 150
	maxTransitions = 600
	maxTimers      = 40
	maxSteps       = 60
	maxTitle       = 200 // characters
	maxList        = 60  // entries of any other list
	maxWorking     = 260
	maxCalendar    = 730
	maxHours       = 720
)

var (
	keyForm   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
	stateForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	actForm   = regexp.MustCompile(`^[a-z_]+\.[a-z_]+(:[a-z0-9_]{1,32})?$`)
	timerForm = regexp.MustCompile(`^T[0-9A-Za-z]{1,8}$`)
)

// measure holds sizes, keys, titles and numbers to their bounds.
func (t *Template) measure(f *faults) {
	form(f, "key", t.Key, keyForm)
	title(f, "title", t.Title)
	oneOf(f, "kind", t.Kind, "engagement", "was_not_brought", "no_access", "no_consent")
	between(f, "due_soon_hours", t.DueSoonHours, 0, 240)
	between(f, "quorum", t.Quorum, 0, 30)
	between(f, "counting.look_back_days", t.Counting.LookBackDays, 0, maxCalendar)
	atMost(f, "wording", len(t.Wording), maxList)
	for _, name := range sortedKeys(t.Wording) {
		title(f, "wording."+name, t.Wording[name])
	}
	atMost(f, "states", len(t.States), maxStates)
	atMost(f, "events", len(t.Events), maxEvents)
	atMost(f, "transitions", len(t.Transitions), maxTransitions)
	atMost(f, "timers", len(t.Timers), maxTimers)
	atMost(f, "steps", len(t.Steps), maxSteps)
	atMost(f, "letters", len(t.Letters), maxList)
	atMost(f, "alongside", len(t.Alongside), 5)
	if f.any() {
		return
	}
	for i, s := range t.States {
		form(f, fmt.Sprintf("states[%d].key", i), s.Key, stateForm)
		title(f, fmt.Sprintf("states[%d].title", i), s.Title)
		oneOf(f, fmt.Sprintf("states[%d].ends", i), s.Ends, "", "closed", "cancelled")
	}
	for i, a := range t.Events {
		form(f, fmt.Sprintf("events[%d].name", i), a.Name, actForm)
		title(f, fmt.Sprintf("events[%d].title", i), a.Title)
		atMost(f, fmt.Sprintf("events[%d].guards", i), len(a.Guards), maxList)
		atMost(f, fmt.Sprintf("events[%d].where", i), len(a.Where), 4)
	}
	for i, tr := range t.Transitions {
		atMost(f, fmt.Sprintf("transitions[%d].from", i), len(tr.From), maxStates)
		atMost(f, fmt.Sprintf("transitions[%d].when", i), len(tr.When), maxList)
		atMost(f, fmt.Sprintf("transitions[%d].guards", i), len(tr.Guards), maxList)
	}
	for i, l := range t.Letters {
		form(f, fmt.Sprintf("letters[%d].key", i), l.Key, stateForm)
		title(f, fmt.Sprintf("letters[%d].title", i), l.Title)
		between(f, fmt.Sprintf("letters[%d].position", i), l.Position, 1, 20)
		between(f, fmt.Sprintf("letters[%d].deemed_working_days", i), l.DeemedWorkingDays, 0, 20)
	}
	for i, tm := range t.Timers {
		at := fmt.Sprintf("timers[%d]", i)
		form(f, at+".code", tm.Code, timerForm)
		title(f, at+".title", tm.Title)
		oneOf(f, at+".again", tm.Again, "", "done", "each", "lapse")
		atMost(f, at+".tell", len(tm.Tell), len(audiences))
		atMost(f, at+".then", len(tm.Then), 5)
		for j, later := range tm.Then {
			between(f, fmt.Sprintf("%s.then[%d].working_days", at, j), later.WorkingDays, 1, maxWorking)
			atMost(f, fmt.Sprintf("%s.then[%d].tell", at, j), len(later.Tell), len(audiences))
		}
		tm.Due.measure(f, at+".due", tm.Starts.Dispute)
	}
	for i, s := range t.Steps {
		form(f, fmt.Sprintf("steps[%d].code", i), s.Code, keyForm)
		title(f, fmt.Sprintf("steps[%d].title", i), s.Title)
	}
	for i, a := range t.Alongside {
		form(f, fmt.Sprintf("alongside[%d].template", i), a.Template, keyForm)
		title(f, fmt.Sprintf("alongside[%d].title", i), a.Title)
	}
}

func (d *Due) measure(f *faults, at string, dispute bool) {
	for _, bound := range []struct {
		name      string
		n         *int
		low, high int
	}{
		{"working_days", d.WorkingDays, 0, maxWorking}, {"calendar_days", d.CalendarDays, 0, maxCalendar},
		{"hours", d.Hours, 1, maxHours},
	} {
		if bound.n != nil {
			between(f, at+"."+bound.name, *bound.n, bound.low, bound.high)
		}
	}
	atMost(f, at+".stages", len(d.Stages), 10)
	for i, n := range d.Stages {
		between(f, fmt.Sprintf("%s.stages[%d]", at, i), n, 0, maxWorking)
	}
	if dispute != (len(d.Stages) > 0) {
		f.add(at+".stages", "are for the clock of a dispute, which needs them")
	}
	if !dispute && d.WorkingDays == nil && d.CalendarDays == nil && d.Hours == nil {
		f.add(at, "says no time: give working_days, calendar_days or hours")
	}
}

func form(f *faults, at, s string, re *regexp.Regexp) {
	if !re.MatchString(s) {
		f.add(at, "%q should be of the form %s", clip(s), re)
	}
}

func title(f *faults, at, s string) {
	if n := utf8.RuneCountInString(s); n == 0 || n > maxTitle {
		f.add(at, "should be 1 to %d characters; it is %d", maxTitle, n)
	}
}

func between(f *faults, at string, n, low, high int) {
	if n < low || n > high {
		f.add(at, "should be %d to %d; it is %d", low, high, n)
	}
}

func atMost(f *faults, at string, n, high int) {
	if n > high {
		f.add(at, "at most %d; there are %d", high, n)
	}
}

func oneOf(f *faults, at, s string, words ...string) {
	for _, w := range words {
		if s == w {
			return
		}
	}
	f.add(at, "%q should be one of %q", clip(s), words)
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
