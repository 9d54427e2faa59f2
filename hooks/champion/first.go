package champion

import "time"

// FirstMeetingBy is the last day of the months within which somebody who became a
// champion on a day goes to a network meeting (domain 4.2); empty: nobody is asked to.
func (p Policy) FirstMeetingBy(since string) string {
	if p.FirstMeetingMonths <= 0 {
		return ""
	}
	return monthsOn(since, p.FirstMeetingMonths)
}

// LateSince is the day before which somebody must have become a champion for their
// months to be over on a day; empty: nobody's are.
func (p Policy) LateSince(today string) string {
	d, err := time.Parse(time.DateOnly, today)
	if err != nil || p.FirstMeetingMonths <= 0 {
		return ""
	}
	d = d.AddDate(0, -p.FirstMeetingMonths, -4) // a few days before the earliest that it can be
	for p.FirstMeetingBy(d.Format(time.DateOnly)) < today {
		d = d.AddDate(0, 0, 1)
	}
	return d.Format(time.DateOnly)
}
