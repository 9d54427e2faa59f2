package pathway

import (
	"fmt"
	"slices"
	"time"
)

// course is what the way of a family has come to that no single event says: working
// together and lapsing, what each adult says, a move away, what was called off.
type course struct {
	engagedIn string    // the state that the last agreed plan led to
	engagedAt time.Time // and when
	lapsedAt  time.Time // the last missed contact that ended working together
	lapsedBy  string
	cycles    int    // how often it did
	released  bool   // a review has said that the watching is over
	first     *Event // the first missed contact since the last plan
	missed    int    // missed contacts since the last plan or review
	run       int    // and since the last plan

	sayings []saying
	tries   map[string]*reach
	away    away

	off     int // appointments the family called off in a row
	offBy   string
	offOnce map[string]bool
}

// courseFacts is what each kind of accepted event adds to the course, beside its fact.
var courseFacts = map[string]func(*ledger, *Event){
	attempt:                           (*ledger).onTheWay,
	"appointment.missed":              (*ledger).onTheWay,
	"appointment.kept_child_seen":     func(l *ledger, _ *Event) { l.course.off = 0 },
	"appointment.kept_child_not_seen": func(l *ledger, _ *Event) { l.course.off = 0 },
	"appointment.cancelled_by_family": (*ledger).calledOff,
	"attempts.reset":                  func(l *ledger, _ *Event) { l.course.first, l.course.missed, l.course.run = nil, 0, 0 },
	"engagement.reviewed":             (*ledger).reviewed,
	"consent.given":                   func(l *ledger, e *Event) { l.says(e, true) },
	"plan.agreed":                     func(l *ledger, e *Event) { l.says(e, true) },
	"consent.refused":                 func(l *ledger, e *Event) { l.says(e, false) },
	"consent.withdrawn":               func(l *ledger, e *Event) { l.says(e, false) },
	"family.moved":                    func(l *ledger, _ *Event) { l.course.away = away{moved: true} },
	"new_address.checked":             func(l *ledger, e *Event) { l.course.away.lost = e.text("result") == "not_found" },
	"new_area.told": func(l *ledger, e *Event) {
		if e.text("service") == "social_care" {
			l.course.away.told = true
			if !l.course.away.taken {
				l.course.away.by = append(slices.Clone(l.course.away.by), e.By)
			}
		}
	},
	"new_area.accepted": func(l *ledger, e *Event) { l.course.away.taken, l.course.away.by = true, []string{e.By} },
}

// follow lets an accepted event count on the course, before it does steps and starts clocks.
func (l *ledger) follow(e *Event, kind *reading, row *Transition) {
	if kind.course != nil {
		kind.course(l, e)
	}
	l.lapse(e, row)
}

// onTheWay is a try at contact: whom it was at, whether it was called off or kept, and
// whether it is one more missed contact since the last plan.
func (l *ledger) onTheWay(e *Event) {
	switch e.text("outcome") {
	case "child_seen":
		l.course.off = 0
	case "cancelled_by_family":
		l.calledOff(e)
	}
	l.triedAt(e)
	if ok, _ := l.counts(e); ok {
		l.course.missed++
		l.course.run++
		if l.course.first == nil {
			l.course.first = e
		}
	}
}

// engage begins working together again, where an agreed plan has just led to it: what
// follows a missed contact is asked for anew from here on.
func (l *ledger) engage(e *Event) {
	if e.Kind != "plan.agreed" {
		return
	}
	c := &l.course
	c.engagedIn, c.engagedAt = l.at().Key, l.moment(e)
	c.released, c.first, c.missed, c.run = false, nil, 0, 0
	for i := range l.timers {
		if l.t.Timers[i].Again == "lapse" {
			l.timers[i].matched = 0
		}
	}
}

// lapse counts a missed contact that leads back from working together again.
func (l *ledger) lapse(e *Event, row *Transition) {
	if row == nil || row.To != back || l.at().Key != l.course.engagedIn {
		return
	}
	if ok, _ := l.counts(e); ok {
		l.course.cycles++
		l.course.lapsedAt, l.course.lapsedBy = l.moment(e), e.ID
	}
}

// reviewed: only a review that says so ends the watching.
func (l *ledger) reviewed(e *Event) {
	on, said := e.Data["continue"].(bool)
	l.course.released, l.course.missed = said && !on, 0
}

// lapsedSince says whether what once did a step was before the last plan, where its clock
// starts anew for each that lapses.
func (l *ledger) lapsedSince(step int) bool {
	timer, timed := l.t.index.timer[l.t.Steps[step].Timer]
	return timed && l.t.Timers[timer].Again == "lapse" && l.steps[step].lastAt.Before(l.course.engagedAt)
}

// lapses holds for a missed contact that ends working together: any while the watch was not
// ended by a review that says so, however long ago its time was up; after such a review, so
// many running.
func lapses(s *scene, p *Params) string {
	if _, running, _ := s.over(p.Timer, s.now); !running {
		return "The clock for this has not started."
	}
	if n := s.course.missed + 1; s.course.released && n < p.Attempts {
		return fmt.Sprintf("A review has ended the watching; after it %s running would go back.", number(p.Attempts, "missed contact", "missed contacts"))
	}
	return ""
}

// watchGoesOn holds for a review that does not say that the watching is over.
func watchGoesOn(s *scene, _ *Params) string {
	if s.course.released {
		return "The review says that the watching is over."
	}
	return ""
}

// cycles holds for a missed contact that lapses for at least so many times.
func cycles(s *scene, p *Params) string {
	if s.e != nil && s.e.ID == s.course.lapsedBy && s.course.cycles >= p.Attempts {
		return ""
	}
	return fmt.Sprintf("This is for a family that has started and stopped %s.", number(p.Attempts, "time", "times"))
}

// seenAgain says what is missing to work together again: that each child was seen since the
// last lapse, and not too long ago.
func (s *scene) seenAgain(days int) string {
	var oldest time.Time
	for id := range s.home() {
		if at := s.saw(id); oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	if oldest.IsZero() {
		return "" // no child is of the household
	}
	on := s.said(oldest)
	if oldest.Before(s.course.lapsedAt) {
		return "First see every child again: last seen on " + on + ", before the last missed contact."
	}
	if c := s.reckon(dayOf(oldest), days); c.err == nil && s.now.After(c.end) {
		return fmt.Sprintf("First see every child again: last seen on %s, more than %s ago.", on, number(days, "working day", "working days"))
	}
	return ""
}

// said is a day as people say it, with the year where it is not this one.
func (s *scene) said(t time.Time) string {
	if t, now := t.In(london), s.now.In(london); t.Year() != now.Year() {
		return t.Format("2 January 2006")
	}
	return t.In(london).Format("2 January")
}

// seenSince holds once every child was seen since a clock started.
func seenSince(s *scene, p *Params) string {
	if i, ok := s.t.index.timer[p.Timer]; ok && s.timers[i].running {
		for id := range s.home() {
			if s.saw(id).Before(s.timers[i].start) {
				return "A child of the household has still to be seen since then."
			}
		}
	}
	return ""
}
