package champion

import (
	"slices"
	"time"
)

// Policy is what an area decides about its scheme; it is data, with a first day
// from which it holds.
type Policy struct {
	From             string // civil day, or empty: from the beginning
	ValidMonths      int    // how long an agreement lasts
	RemindDays       []int  // how many days before the end a champion is reminded
	LinkDays         int    // how long a manager's link works
	StaffPerChampion int    // N of the target: one champion for every N staff
	LeadFrom         int    // from how many champions on an agency needs a lead
	MissedMeetings   int    // so many network meetings missed in a row end it; 0: none do

	// FirstMeetingMonths are within how many months a new champion goes to a network
	// meeting; 0: nobody is asked to.
	FirstMeetingMonths int

	// GroupTargets are how many champions the area wants in each target group, by its
	// number; a group that is not named has no target.
	GroupTargets map[string]int
}

// Usual is the policy of an area that has not decided otherwise: 12 months,
// reminders at 30, 14 and 3 days, a link of 14 days, a lead from three champions, an
// end after two meetings missed in a row, a first meeting within six months (domain
// 4.2, story 6). Each is ours to
// propose and theirs to change.
var Usual = Policy{ValidMonths: 12, RemindDays: []int{30, 14, 3}, LinkDays: 14, StaffPerChampion: 25, LeadFrom: 3, MissedMeetings: 2, FirstMeetingMonths: 6}

// On is the policy that holds on a civil day: the latest that has begun, and of two
// for one day the later in the list. A number that is missing is the usual one.
func On(policies []Policy, day string) Policy {
	best := Usual
	found := false
	for _, p := range policies {
		if p.From <= day && (!found || p.From >= best.From) {
			best, found = p, true
		}
	}
	return best.whole()
}

func (p Policy) whole() Policy {
	fill := func(n *int, usual int) {
		if *n <= 0 {
			*n = usual
		}
	}
	fill(&p.ValidMonths, Usual.ValidMonths)
	fill(&p.LinkDays, Usual.LinkDays)
	fill(&p.StaffPerChampion, Usual.StaffPerChampion)
	fill(&p.LeadFrom, Usual.LeadFrom)
	p.RemindDays = slices.DeleteFunc(slices.Clone(p.RemindDays), func(n int) bool { return n <= 0 })
	if len(p.RemindDays) == 0 {
		p.RemindDays = slices.Clone(Usual.RemindDays)
	}
	slices.Sort(p.RemindDays)
	p.RemindDays = slices.Compact(p.RemindDays)
	slices.Reverse(p.RemindDays)
	return p
}

// Until is the last day on which an agreement given on a day is valid: so many
// months on, and where that month has no such day, its last.
func (p Policy) Until(day string) string { return monthsOn(day, p.ValidMonths) }

func monthsOn(day string, months int) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	first := time.Date(d.Year(), d.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), last)-1).Format(time.DateOnly)
}

// Extended is the last day after a renewal: counted from the end of the running
// time when that is still ahead, so that nobody loses days by renewing early.
func (p Policy) Extended(until, day string) string {
	if until > day && until <= p.Until(day) {
		return p.Until(until)
	}
	return p.Until(day)
}

// Reminder is one reminder of a champion's end. Sent is false for one that was
// overtaken: the server was away and a later one is due already.
type Reminder struct {
	Days int
	Sent bool
}

// Due are the reminders whose day has come for an end, with the latest alone to be
// sent; a champion whose time is over gets none. Whoever writes them down once
// sends each once, also when the server was away on the day itself.
func (p Policy) Due(until, today string) []Reminder {
	end, err := time.Parse(time.DateOnly, until)
	if err != nil || today > until {
		return nil
	}
	var due []Reminder
	for _, n := range p.RemindDays {
		if end.AddDate(0, 0, -n).Format(time.DateOnly) <= today {
			due = append(due, Reminder{Days: n})
		}
	}
	if len(due) > 0 {
		due[len(due)-1].Sent = true
	}
	return due
}

// Met is what is recorded of a champion at one network meeting.
type Met struct {
	Missed bool
	Held   time.Time
	Known  time.Time // since when it is on record
}

// MissedOut reports whether the latest meetings, the latest first, are all missed, as
// many as end a champion's time; the answer is the last of them to be on record.
func (p Policy) MissedOut(met []Met) (last Met, out bool) {
	if p.MissedMeetings <= 0 || len(met) < p.MissedMeetings {
		return Met{}, false
	}
	last = met[0]
	for _, m := range met[:p.MissedMeetings] {
		if !m.Missed {
			return Met{}, false
		}
		if m.Known.After(last.Known) {
			last.Known = m.Known
		}
	}
	return last, true
}

// Midnight is the first instant after a civil day, in a place; where the clocks go
// forward at midnight, the first that there is.
func Midnight(day string, place *time.Location) (time.Time, error) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, err
	}
	return time.Date(d.Year(), d.Month(), d.Day()+1, 0, 0, 0, 0, place), nil
}
