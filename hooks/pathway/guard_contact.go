package pathway

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// attemptsMade is G1: enough tries, in enough ways, on different days and at
// different times, and the contact held against the referral, before a final letter.
func attemptsMade(s *scene, p *Params) string {
	m := &s.missed
	var lacks []string
	lack := func(have, want int, one, many string) {
		if have < want {
			lacks = append(lacks, number(want-have, one, many))
		}
	}
	lack(m.count, p.Attempts, "more try at contact", "more tries at contact")
	lack(bits.OnesCount32(m.methods), p.Methods, "more method", "more methods")
	lack(bits.OnesCount32(m.weekdays), p.Weekdays, "more day of the week", "more days of the week")
	lack(bits.OnesCount32(m.bands), p.Bands, "more part of the day", "more parts of the day")
	if p.ContactChecked && !s.checked {
		lacks = append(lacks, "a check of the contact details against the referral")
	}
	if lacks == nil {
		return ""
	}
	return "First record " + list(lacks) + "."
}

// referrerContacted is G2: the referrer was spoken to, or it is on the record why there is
// none to speak to.
func referrerContacted(s *scene, _ *Params) string {
	if s.referrer {
		return ""
	}
	return "First speak to the referrer, or record why there is none to speak to."
}

// barriersChecked is G3: what may stand in a family's way is looked at before
// anybody describes the family, or writes the final letter.
func barriersChecked(s *scene, p *Params) string {
	var left []string
	for _, area := range p.Areas {
		if !s.barriers[area] {
			left = append(left, words(area))
		}
	}
	if left == nil {
		return ""
	}
	return "First look at what may stand in the family's way; still to check: " + strings.Join(left, ", ") + "."
}

// missedContact is what counts as a missed contact (G13).
func missedContact(s *scene, _ *Params) string {
	switch ok, why := s.counts(s.e); {
	case ok:
		return ""
	case why != "":
		return why
	}
	return "This is not a missed contact."
}

// accessFailed is a child not seen when one should have been (T8): the opening of
// such a pathway, or a later try. Whether the contact was confirmed is no matter
// here: the child was not seen.
func accessFailed(s *scene, _ *Params) string {
	if s.e == nil || s.e.Kind == opened || s.e.Kind == "appointment.kept_child_not_seen" || s.e.Kind == "appointment.missed" {
		return ""
	}
	switch s.e.text("outcome") {
	case "no_answer", "not_home", "refused_entry", "child_withheld", "not_brought":
		return ""
	}
	return "This is not a visit at which a child went unseen."
}

// familyReached holds for a try that reached somebody of the family: no message, no wrong
// number, nobody beside them, no post that lies on the mat, and no other who passes it on.
// What is no try holds as well.
func familyReached(s *scene, _ *Params) string {
	if s.e == nil || s.e.Kind != attempt {
		return ""
	}
	const say = "Reach somebody of the family themselves."
	switch s.e.text("outcome") {
	case "reached", "child_seen", "refused_entry", "child_withheld", "cancelled_by_family":
	default:
		return say
	}
	method := s.e.text("method")
	if who := s.e.text("person"); method == "via_professional" || slices.Contains(byPost, method) || who != "" && !s.ofFamily(who) {
		return say
	}
	return ""
}

// ofFamily says whether somebody is an adult or a child of the case, as far as its adults
// are known.
func (s *scene) ofFamily(id string) bool {
	return len(s.c.Adults) == 0 || slices.ContainsFunc(s.c.Adults, func(a Adult) bool { return a.ID == id }) ||
		slices.ContainsFunc(s.c.Children, func(c Child) bool { return c.ID == s.known(id) })
}

// differentTry is a try by another method, on another day of the week or at another
// part of the day than the first that was missed since the last plan (T2).
func differentTry(s *scene, _ *Params) string {
	first := s.course.first
	if s.e == nil || first == nil || first == s.e || s.e.text("outcome") == "cancelled_by_service" {
		return "Try another method or another time."
	}
	a, b := first.OccurredAt.In(london), s.e.OccurredAt.In(london)
	if methodOf(first) == methodOf(s.e) && a.Weekday() == b.Weekday() && band(a) == band(b) {
		return "Try another method or another time."
	}
	return ""
}

// withinTimer holds while a clock is running and its time is not up (T11: the watch
// after re-engaging).
func withinTimer(s *scene, p *Params) string {
	over, running, on := s.over(p.Timer, s.now)
	switch {
	case !running:
		return "The clock for this has not started."
	case over:
		return "The time for this ended on " + on + "."
	}
	return ""
}

// childrenSeen: no household counts as re-engaged while a child has not been seen
// since the pathway opened; nor, where the template gives working days, since the last
// missed contact that ended working together, and within so many of them.
func childrenSeen(s *scene, p *Params) string {
	n := 0
	for id := range s.home() {
		if !s.seenSinceOpened(id) {
			n++
		}
	}
	if n == 0 && p.WorkingDays > 0 {
		return s.seenAgain(p.WorkingDays)
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("First see every child: %s of the household still to be seen since the pathway opened.", number(n, "child", "children"))
}

// allChildrenSeen is childrenSeen with the event itself taken in (template C: the
// sighting that completes the household).
func allChildrenSeen(s *scene, p *Params) string {
	if s.e == nil {
		return ""
	}
	today := map[string]bool{}
	mark(today, s.sighted(s.e))
	for id := range s.home() {
		if !today[id] && !s.seenSinceOpened(id) {
			return "A child of the household has still to be seen since the pathway opened."
		}
	}
	return ""
}

// list joins words as a person would: a, b and c.
func list(items []string) string {
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + " and " + items[n-1]
	}
	return items[0]
}
