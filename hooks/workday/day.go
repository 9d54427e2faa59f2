package workday

import (
	"cmp"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // a server without zone files must still know British Summer Time
)

// dayForm is the only text form of a [Day]: ISO 8601, four-digit year.
const dayForm = time.DateOnly

// London is where days begin and end, for all of the house (domain reference, 2.2).
var London = loadLondon()

// Day is a civil date with no time and no zone. Days are comparable with ==
// and usable as map keys. The zero Day is no day at all: it is before every
// other, no calendar covers it, and it has no text form.
type Day struct {
	year  int16
	month time.Month
	day   int8
}

// ParseDay reads "2026-12-17". Any other form, a date that does not exist and
// the year 0000 are errors.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(dayForm, s)
	if err != nil || civil(t).IsZero() {
		return Day{}, fmt.Errorf("%q is not a date of the form 2026-12-17", s)
	}
	return civil(t), nil
}

// Of is the date in Europe/London at the instant t; the zero Day outside the
// years 1 to 9999.
func Of(t time.Time) Day { return civil(t.In(London)) }

// Start is the first instant of the day in Europe/London.
func (d Day) Start() time.Time {
	return time.Date(int(d.year), d.month, int(d.day), 0, 0, 0, 0, London)
}

// End is the last instant of the day in Europe/London, 23:59:59.999: instants
// are kept to the millisecond, so one later belongs to the next day.
func (d Day) End() time.Time {
	return time.Date(int(d.year), d.month, int(d.day), 23, 59, 59, int(999*time.Millisecond), London)
}

// AddDays is the date n calendar days later, or earlier when n is negative. A
// date outside the years 1 to 9999 is the zero Day, and so is any date
// counted from the zero Day.
func (d Day) AddDays(n int) Day {
	const allDays = 9999 * 366
	if d.IsZero() || n > allDays || n < -allDays {
		return Day{}
	}
	return civil(d.utc().AddDate(0, 0, n))
}

// Year is the calendar year; 0 for the zero Day.
func (d Day) Year() int { return int(d.year) }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// IsZero reports whether d is no day at all.
func (d Day) IsZero() bool { return d == Day{} }

// Before reports whether d is earlier than e.
func (d Day) Before(e Day) bool { return d.Compare(e) < 0 }

// After reports whether d is later than e.
func (d Day) After(e Day) bool { return d.Compare(e) > 0 }

// Compare is -1 when d is before e, 0 when they are the same day, +1 after.
func (d Day) Compare(e Day) int {
	return cmp.Or(cmp.Compare(d.year, e.year), cmp.Compare(d.month, e.month), cmp.Compare(d.day, e.day))
}

// String is the date as "2026-12-17".
func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }

// MarshalText writes "2026-12-17", also as a JSON value or member name. The
// zero Day is an error: leave the member out (omitzero) instead.
func (d Day) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, errors.New("no day: the zero Day has no text form")
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [ParseDay] reads.
func (d *Day) UnmarshalText(text []byte) error {
	parsed, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// utc is midnight UTC of the date: arithmetic on dates must not meet a zone.
func (d Day) utc() time.Time {
	return time.Date(int(d.year), d.month, int(d.day), 0, 0, 0, 0, time.UTC)
}

func civil(t time.Time) Day {
	year, month, day := t.Date()
	if year < 1 || year > 9999 {
		return Day{}
	}
	return Day{int16(year), month, int8(day)}
}

func loadLondon() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic("workday: " + err.Error()) // time/tzdata is linked in: the zone is always found
	}
	return zone
}
