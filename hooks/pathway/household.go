package pathway

import (
	"iter"
	"slices"
	"strings"
	"time"
)

// Child is a child of the household, as far as what is asked of a day goes. LastSeenOn is
// the last day any agency saw the child, as known outside this history; sightings in the
// history are added to it; SeenAt is when others saw the child, each time;
// SeenBefore what somebody said of it, which is no sighting: an unseen child is unseen since then, at the least. Born is a day of birth that has come, Expected the day one is
// expected; a child of whom neither is known counts as one who can be seen.
type Child struct {
	ID         string      `json:"id"`
	Name       string      `json:"name,omitempty"` // as people say it
	LastSeenOn string      `json:"last_seen_on,omitempty"`
	LastSeenBy string      `json:"last_seen_by,omitempty"` // by whose word
	SeenElseOn string      `json:"seen_else_on,omitempty"` // the last day by anybody else's
	SeenAt     []time.Time `json:"seen_at,omitempty"`
	SeenBefore string      `json:"seen_before,omitempty"`
	Since      string      `json:"since,omitempty"`       // the day they joined the household
	Until      string      `json:"until,omitempty"`       // the day they left it, or died
	Born       string      `json:"born,omitempty"`        //
	Expected   string      `json:"expected,omitempty"`    //
	CareLeaver bool        `json:"care_leaver,omitempty"` // a child until 25
	Also       []string    `json:"also,omitempty"`        // ids of records that were joined to this one
}

// Ages and days that the law and nature give.
const (
	adult       = 18  // Children Act 1989, s105
	leftCare    = 25  // Children and Social Work Act 2017, s3
	pregnancy   = 280 // days
	overdueDays = 21  // after which a child who was expected has been born, recorded or not
)

// Seeable says whether the child can be seen on a day, and so must be.
func (c *Child) Seeable(day string) bool { return c.Concerned(day) && !c.unborn(day) }

// Concerned says whether what is decided on a day is decided about the child: one of the
// household, born or not, who is not grown up.
func (c *Child) Concerned(day string) bool { return c.home(day) && !c.grown(day) }

// home says whether the child was of the household on a day; whoever left it and came
// back later was not in between.
func (c *Child) home(day string) bool {
	since := c.since()
	if c.Until != "" && since > c.Until { // came back
		return day < c.Until || day >= since
	}
	return reached(since, day) && (c.Until == "" || day < c.Until)
}

// since is the day from which a child counts; one whom nobody recorded before the birth
// counts from that.
func (c *Child) since() string {
	switch {
	case c.Since != "":
		return c.Since
	case c.Expected != "":
		return addDays(c.Expected, -pregnancy)
	}
	return c.Born
}

func (c *Child) unborn(day string) bool {
	switch {
	case c.Born != "":
		return day < c.Born
	case c.Expected != "":
		return day <= addDays(c.Expected, overdueDays)
	}
	return false
}

func (c *Child) grown(day string) bool {
	born, err := time.Parse(dayForm, c.Born)
	if err != nil {
		return false
	}
	age := adult
	if c.CareLeaver {
		age = leftCare
	}
	return day >= born.AddDate(age, 0, 0).Format(dayForm)
}

// saw is when a child was last seen by then, by whoever recorded it and wherever.
func (s *scene) saw(id string) time.Time {
	last := s.sawAt[id]
	for i := range s.c.Children {
		if s.c.Children[i].ID != id {
			continue
		}
		for _, at := range s.c.Children[i].SeenAt {
			if at.After(last) && !at.After(s.now) {
				last = at
			}
		}
	}
	return last
}

// seenSinceOpened says whether a child was seen on the day of the opening or later.
func (s *scene) seenSinceOpened(id string) bool {
	at := s.saw(id)
	return s.openedOn == "" || !at.IsZero() && dayOf(at) >= s.openedOn
}

// home is the ids of the children who must be seen on that day.
func (s *scene) home() iter.Seq[string] { return s.which((*Child).Seeable) }

func (s *scene) which(is func(*Child, string) bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range s.c.Children {
			if c := &s.c.Children[i]; is(c, s.today()) && !yield(c.ID) {
				return
			}
		}
	}
}

// meant is the one record of each child whom ids name, under whichever of their records.
// None at all is the child of a household that has but one to see.
func (l *ledger) meant(ids []string, day string) []string {
	if len(ids) == 0 {
		return l.only(day)
	}
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = l.known(id)
	}
	return out
}

func (l *ledger) known(id string) string {
	for i := range l.c.Children {
		for _, also := range l.c.Children[i].Also {
			if also == id {
				return l.c.Children[i].ID
			}
		}
	}
	return id
}

// only is the one child who could be seen on a day; nobody where there are several.
func (l *ledger) only(day string) (one []string) {
	for i := range l.c.Children {
		if c := &l.c.Children[i]; c.Seeable(day) {
			if one != nil {
				return nil
			}
			one = []string{c.ID}
		}
	}
	return one
}

// missing are the children whom an assessment does not speak of, on a day.
func (l *ledger) missing(a *assessment, day string) (list []*Child) {
	for i := range l.c.Children {
		if c := &l.c.Children[i]; c.Concerned(day) && !a.about[c.ID] {
			list = append(list, c)
		}
	}
	return list
}

// maySignOff is G6 again: a child who joined since it was written is not signed over.
func (l *ledger) maySignOff(e *Event) string {
	if l.assessed == nil {
		return "" // the template says what comes first
	}
	for _, c := range l.missing(l.assessed, dayOf(l.moment(e))) {
		name := c.Name
		if name == "" {
			name = "A child"
		}
		if since, err := time.Parse(dayForm, c.since()); err == nil {
			name += " joined on " + since.Format("Monday 2 January") + " and"
		}
		return name + " is not in it: write down what it means for " + orThem(c.Name) + ", and submit it again."
	}
	return ""
}

func orThem(name string) string {
	if name == "" {
		return "them"
	}
	return name
}

// askOfJoined opens what an assessment did once a child has joined whom it does not speak
// of: the writing and the signing, each with its clock from the day that child joined.
func (l *ledger) askOfJoined(now time.Time) {
	if l.assessed == nil || l.at().Ends != "" {
		return
	}
	joined := ""
	for _, c := range l.missing(l.assessed, dayOf(now)) {
		if day := max(c.since(), l.openedOn); joined == "" || day < joined {
			joined = day
		}
	}
	at, err := startOf(joined)
	if err != nil {
		return
	}
	at = later(at, l.opened)
	for _, kind := range []string{"risk_assessment.submitted", "risk_assessment.signed_off"} {
		for _, act := range l.t.index.acts[kind] {
			for _, s := range l.t.index.does[act] {
				l.reopen(s, at)
			}
		}
	}
}

// reopen asks for a step of an assessment again, with its clock anew. One that an assessment
// does among other things, such as telling a manager, is done.
func (l *ledger) reopen(s int, at time.Time) {
	other := func(act string) bool { return !strings.HasPrefix(act, "risk_assessment.") }
	if !l.steps[s].created || l.steps[s].doneBy == "" || slices.ContainsFunc(l.t.Steps[s].Done.On, other) {
		return
	}
	l.steps[s] = task{created: true, start: at}
	if i, timed := l.t.index.timer[l.t.Steps[s].Timer]; timed {
		l.timers[i] = clock{matched: l.timers[i].matched, running: true, start: at}
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
