package workday

import (
	"fmt"
	"math"
	"time"
)

// Within is the last day on which something is still done within n working
// days of day 0: the nth working day after it. Day 0 itself never counts, and
// from a non-working day the next working day is day 1 (domain reference, 2.2).
//
// With n = 0 it is "the same working day": day 0 if that is one, else the next
// working day. A negative n is ErrNegative. When day 0 or the answer lies in a
// year the calendar does not cover, it is ErrOutside.
func (c *Calendar) Within(day0 Day, n int) (Day, error) {
	if n < 0 {
		return Day{}, fmt.Errorf("%d days after %s: %w", n, day0, ErrNegative)
	}
	if !c.Covers(day0) {
		return Day{}, c.outside(day0)
	}
	d := day0
	if n > 0 {
		d = day0.AddDays(1)
	}
	for ; c.Covers(d); d = d.AddDays(1) {
		if !c.works(d) {
			continue
		}
		if n <= 1 {
			return d, nil
		}
		n--
	}
	return Day{}, c.outside(d)
}

// Between counts the working days after a, up to and including b. It is
// negative when b is before a, so that Between(a, b) + Between(b, c) is
// Between(a, c), and Between(day0, Within(day0, n)) is n for n of 1 or more.
// ErrOutside when a or b lies in a year the calendar does not cover.
func (c *Calendar) Between(a, b Day) (int, error) {
	for _, d := range []Day{a, b} {
		if !c.Covers(d) {
			return 0, c.outside(d)
		}
	}
	if b.Before(a) {
		n, err := c.Between(b, a)
		return -n, err
	}
	n := 0
	for d := a.AddDays(1); !d.After(b); d = d.AddDays(1) {
		if c.works(d) {
			n++
		}
	}
	return n, nil
}

// Deadline is the last instant, in Europe/London, that is still within n
// working days of the trigger: the end of the day that [Calendar.Within] gives
// for the trigger's date in London. Its errors are those of Within.
func (c *Calendar) Deadline(trigger time.Time, n int) (time.Time, error) {
	d, err := c.Within(Of(trigger), n)
	if err != nil {
		return time.Time{}, err
	}
	return d.End(), nil
}

// Hours is the instant h clock hours after the trigger. They are elapsed
// hours, counted through nights, weekends and changes of the clock (domain
// reference, 2.2): 24 hours may end at another time of day. A negative h is
// before the trigger; beyond 292 years either way the count stops there.
func Hours(trigger time.Time, h int) time.Time {
	const most = int(math.MaxInt64 / time.Hour)
	return trigger.Add(time.Duration(min(max(h, -most), most)) * time.Hour)
}
