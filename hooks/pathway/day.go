package pathway

import (
	"fmt"
	"time"

	"holdfast/hooks/workday"
)

const dayForm = "2006-01-02"

// london is where days begin and end (domain 2.2).
var london = workday.London

// dayOf is the local date of an instant.
func dayOf(t time.Time) string {
	year, month, day := t.In(london).Date()
	if year < 0 || year > 9999 {
		return t.In(london).Format(dayForm) // no date of this form
	}
	two := func(n int) (byte, byte) { return byte('0' + n/10), byte('0' + n%10) }
	b := [len(dayForm)]byte{4: '-', 7: '-'}
	b[0], b[1] = two(year / 100)
	b[2], b[3] = two(year % 100)
	b[5], b[6] = two(int(month))
	b[8], b[9] = two(day)
	return string(b[:])
}

// isDay says whether s is a date, in the one form used here.
func isDay(s string) bool {
	if len(s) != len(dayForm) {
		return false
	}
	_, err := time.Parse(dayForm, s)
	return err == nil
}

// startOf and endOf are the first and the last millisecond of a local day.
func startOf(day string) (time.Time, error) {
	t, err := time.ParseInLocation(dayForm, day, london)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the day %q: %w", day, err)
	}
	return t, nil
}

func endOf(day string) (time.Time, error) {
	t, err := startOf(day)
	if err != nil {
		return time.Time{}, err
	}
	return t.AddDate(0, 0, 1).Add(-time.Millisecond), nil
}

// addDays is the day n calendar days later; "" for a day that is none.
func addDays(day string, n int) string {
	t, err := time.Parse(dayForm, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, n).Format(dayForm)
}

// band is the part of the day a try fell in: morning, afternoon from 12, evening
// from 17 (G1: vary the times).
func band(t time.Time) int {
	switch h := t.In(london).Hour(); {
	case h < 12:
		return 0
	case h < 17:
		return 1
	}
	return 2
}
