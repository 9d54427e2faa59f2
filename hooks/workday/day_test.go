package workday_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/hooks/workday"
)

func TestParseDayTakesOneForm(t *testing.T) {
	for _, s := range []string{"0001-01-01", "2024-02-29", "2026-12-17", "9999-12-31"} {
		if got := day(t, s).String(); got != s {
			t.Errorf("%s came back as %s", s, got)
		}
	}
	for _, s := range []string{
		"", "2026", "2026-2-1", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32",
		"0000-01-01", "10000-01-01", "-001-01-01", "17/12/2026", "20261217", "2026-12-17T00:00:00Z",
		" 2026-12-17", "2026-12-17 ", "２０２６-12-17",
	} {
		if d, err := workday.ParseDay(s); err == nil || !d.IsZero() || !strings.Contains(err.Error(), s) {
			t.Errorf("%q: got %v, %v; want an error that shows it", s, d, err)
		}
	}
}

func TestDayInJSON(t *testing.T) {
	type step struct {
		Due   workday.Day            `json:"due"`
		Seen  workday.Day            `json:"seen,omitzero"`
		Notes map[workday.Day]string `json:"notes,omitempty"`
	}
	const text = `{"due":"2026-12-17","notes":{"2026-12-18":"seen"}}`
	var s step
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	if s.Due != day(t, "2026-12-17") || !s.Seen.IsZero() || s.Notes[day(t, "2026-12-18")] != "seen" {
		t.Errorf("read as %+v", s)
	}
	raw, err := json.Marshal(s)
	if err != nil || string(raw) != text {
		t.Errorf("written as %s, %v", raw, err)
	}
	for _, bad := range []string{`{"due":""}`, `{"due":"2026-02-30"}`, `{"due":20261217}`} {
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
	if raw, err := json.Marshal(step{}); err == nil {
		t.Errorf("a day that is none was written as %s", raw)
	}
}

func TestAddDaysEndsWhereTheDatesEnd(t *testing.T) {
	for _, tc := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-02-28", 1, "2024-02-29"},
		{"2024-02-28", 2, "2024-03-01"},
		{"2027-01-01", -1, "2026-12-31"},
		{"2026-03-28", 1, "2026-03-29"}, // a day of 23 hours follows
		{"2026-03-29", 1, "2026-03-30"},
		{"2026-10-25", 1, "2026-10-26"}, // after a day of 25 hours
		{"0001-01-01", 3652058, "9999-12-31"},
	} {
		if got := day(t, tc.from).AddDays(tc.n); got != day(t, tc.want) {
			t.Errorf("%s + %d: got %s, want %s", tc.from, tc.n, got, tc.want)
		}
	}
	for _, got := range []workday.Day{
		day(t, "9999-12-31").AddDays(1),
		day(t, "0001-01-01").AddDays(-1),
		day(t, "2026-12-17").AddDays(1 << 62),
		day(t, "2026-12-17").AddDays(-1 << 62),
		workday.Day{}.AddDays(1000),
	} {
		if !got.IsZero() {
			t.Errorf("got %s, want no day", got)
		}
	}
}

func TestOfIsTheDateInLondon(t *testing.T) {
	for at, want := range map[string]string{
		"2026-12-17T23:59:59.999Z":  "2026-12-17",
		"2026-07-01T22:59:59.999Z":  "2026-07-01",
		"2026-07-01T23:00:00Z":      "2026-07-02",
		"2026-03-29T00:30:00Z":      "2026-03-29",
		"2026-03-29T23:00:00Z":      "2026-03-30", // the clocks went forward that morning
		"2026-10-24T23:00:00Z":      "2026-10-25",
		"2026-10-25T23:30:00Z":      "2026-10-25", // the clocks went back that morning
		"2026-07-02T06:30:00+09:00": "2026-07-01",
	} {
		if got := workday.Of(instant(t, at)); got != day(t, want) {
			t.Errorf("%s: got %s, want %s", at, got, want)
		}
	}
	// A year that no date can show must not come back as one that it can.
	for _, year := range []int{-1, 0, 10000, 2026 + 1<<16} {
		if got := workday.Of(time.Date(year, 6, 1, 12, 0, 0, 0, time.UTC)); !got.IsZero() {
			t.Errorf("year %d: got %s, want no day", year, got)
		}
	}
}

func TestDaysOfTheClockChangeAreShorterAndLonger(t *testing.T) {
	for date, want := range map[string]time.Duration{
		"2026-03-28": 24 * time.Hour,
		"2026-03-29": 23 * time.Hour,
		"2026-10-24": 24 * time.Hour,
		"2026-10-25": 25 * time.Hour,
	} {
		d := day(t, date)
		if got := d.End().Sub(d.Start()) + time.Millisecond; got != want {
			t.Errorf("%s has %v, want %v", date, got, want)
		}
	}
	if got := utc(day(t, "2026-07-01").Start()); got != "2026-06-30T23:00:00.000Z" {
		t.Errorf("1 July starts at %s", got)
	}
	if got := day(t, "2026-07-01").End().Format(time.RFC3339Nano); got != "2026-07-01T23:59:59.999+01:00" {
		t.Errorf("1 July ends at %s", got)
	}
}

func TestDaysAreInOrder(t *testing.T) {
	inOrder := []workday.Day{
		{}, day(t, "0001-01-01"), day(t, "2025-12-31"), day(t, "2026-01-31"), day(t, "2026-02-01"), day(t, "2026-02-02"),
	}
	for i, a := range inOrder {
		for j, b := range inOrder {
			if a.Before(b) != (i < j) || a.After(b) != (i > j) || (a == b) != (i == j) {
				t.Errorf("%s and %s are out of order", a, b)
			}
		}
	}
}

// Every day from 1900 to 2199: what is written is read again, a day starts when
// the one before ends, its instants have its date, and the order is that of AddDays.
func TestDayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := civil(1900, 1, 1)
		d := first.AddDays(rapid.IntRange(0, 109572).Draw(t, "days after 1900-01-01"))
		n := rapid.IntRange(-40000, 40000).Draw(t, "n")
		if parsed, err := workday.ParseDay(d.String()); err != nil || parsed != d {
			t.Fatalf("%s was read as %s, %v", d, parsed, err)
		}
		if next := d.AddDays(1).Start(); !next.Equal(d.End().Add(time.Millisecond)) {
			t.Fatalf("%s ends %v, the next day starts %v", d, d.End(), next)
		}
		if workday.Of(d.Start()) != d || workday.Of(d.End()) != d {
			t.Fatalf("%s starts on %s and ends on %s", d, workday.Of(d.Start()), workday.Of(d.End()))
		}
		e := d.AddDays(n)
		if e.AddDays(-n) != d || d.Before(e) != (n > 0) || d.After(e) != (n < 0) {
			t.Fatalf("%s + %d = %s", d, n, e)
		}
		if want := (int(d.Weekday()) + n%7 + 7) % 7; int(e.Weekday()) != want {
			t.Fatalf("%s is a %s, %d days later a %s", d, d.Weekday(), n, e.Weekday())
		}
	})
}
