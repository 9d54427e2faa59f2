package workday_test

import (
	"errors"
	"testing"
	"time"

	"holdfast/hooks/workday"
)

// The examples of the domain reference, section 2.2, word for word.
func TestWithinIsAsTheDomainReferenceCountsIt(t *testing.T) {
	for _, tc := range []struct {
		day0 string
		n    int
		want string
	}{
		{"2026-12-17", 5, "2026-12-24"},
		{"2026-12-17", 10, "2027-01-05"},
		{"2026-12-17", 15, "2027-01-12"},
		{"2027-03-25", 1, "2027-03-30"},
		{"2026-12-26", 2, "2026-12-30"},
		{"2027-12-24", 2, "2027-12-30"},
		{"2026-05-01", 5, "2026-05-11"},
		{"2026-08-28", 1, "2026-09-01"},
	} {
		got, err := england(t).Within(day(t, tc.day0), tc.n)
		if err != nil || got.String() != tc.want {
			t.Errorf("%s + %d: got %s, %v; want %s", tc.day0, tc.n, got, err, tc.want)
		}
	}
}

func TestWithinNoDaysIsTheSameWorkingDay(t *testing.T) {
	for day0, want := range map[string]string{
		"2026-12-17": "2026-12-17",
		"2026-12-19": "2026-12-21", // a Saturday
		"2026-12-25": "2026-12-29", // Christmas Day, a weekend, a substitute day
	} {
		got, err := england(t).Within(day(t, day0), 0)
		if err != nil || got != day(t, want) {
			t.Errorf("%s + 0: got %s, %v; want %s", day0, got, err, want)
		}
	}
}

func TestWithinRefusesRatherThanGuesses(t *testing.T) {
	for _, tc := range []struct {
		name string
		day0 workday.Day
		n    int
		want error
	}{
		{"a negative count", day(t, "2026-12-17"), -1, workday.ErrNegative},
		{"a day before the years covered", day(t, "2014-12-31"), 1, workday.ErrOutside},
		{"a day after the years covered", day(t, "2036-01-01"), 1, workday.ErrOutside},
		{"an answer after the years covered", day(t, "2035-12-31"), 1, workday.ErrOutside},
		{"a count beyond any calendar", day(t, "2026-12-17"), 1 << 62, workday.ErrOutside},
		{"no day at all", workday.Day{}, 1, workday.ErrOutside},
		{"no day at all, no days", workday.Day{}, 0, workday.ErrOutside},
		{"the last day there is", day(t, "9999-12-31"), 1, workday.ErrOutside},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, err := england(t).Within(tc.day0, tc.n); !errors.Is(err, tc.want) || !got.IsZero() {
				t.Errorf("got %s, %v; want no day and %v", got, err, tc.want)
			}
		})
	}
}

// A calendar put together by hand has passed no check; the count must still end.
func TestCountEndsOnACalendarWithoutWorkingDays(t *testing.T) {
	never := &workday.Calendar{From: -1 << 40, Through: 1 << 40}
	for w := time.Sunday; w <= time.Saturday; w++ {
		never.Weekend = append(never.Weekend, w)
	}
	if got, err := never.Within(day(t, "2026-12-17"), 1); !errors.Is(err, workday.ErrOutside) {
		t.Errorf("got %s, %v; want ErrOutside", got, err)
	}
	if _, err := never.Between(day(t, "0001-01-01"), day(t, "9999-12-31")); !errors.Is(err, workday.ErrOutside) {
		t.Errorf("got %v; want ErrOutside", err)
	}
	if never.Validate() == nil {
		t.Error("Validate lets a calendar without working days pass")
	}
}

func TestDeadlineIsTheLastMillisecondInLondon(t *testing.T) {
	for _, tc := range []struct{ name, trigger, want string }{
		{"winter", "2026-12-17T09:00:00Z", "2026-12-18T23:59:59.999Z"},
		{"summer", "2026-06-09T09:00:00Z", "2026-06-10T22:59:59.999Z"},
		{"into summer time", "2026-03-27T09:00:00Z", "2026-03-30T22:59:59.999Z"},
		{"out of summer time", "2026-10-23T09:00:00Z", "2026-10-26T23:59:59.999Z"},
		{"a summer night after 23:00 UTC is tomorrow", "2026-06-09T23:00:00Z", "2026-06-11T22:59:59.999Z"},
		{"a summer night before 23:00 UTC is today", "2026-06-09T22:59:59.999Z", "2026-06-10T22:59:59.999Z"},
		{"a trigger written elsewhere", "2026-06-09T18:30:00-05:00", "2026-06-11T22:59:59.999Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := england(t).Deadline(instant(t, tc.trigger), 1)
			if err != nil || utc(got) != tc.want {
				t.Errorf("got %s, %v; want %s", utc(got), err, tc.want)
			}
		})
	}
}

func TestDeadlineHasTheErrorsOfWithin(t *testing.T) {
	if at, err := england(t).Deadline(instant(t, "2026-06-09T09:00:00Z"), -1); !errors.Is(err, workday.ErrNegative) || !at.IsZero() {
		t.Errorf("got %v, %v", at, err)
	}
	// 31 December 2035, 23:30 in London is still covered; the answer is not.
	if _, err := england(t).Deadline(instant(t, "2035-12-31T23:30:00Z"), 1); !errors.Is(err, workday.ErrOutside) {
		t.Errorf("got %v", err)
	}
}

func TestHoursAreElapsedHours(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		trigger time.Time
		h       int
		want    string // the wall clock in London
	}{
		{"an ordinary day", time.Date(2026, 6, 9, 15, 0, 0, 0, london), 24, "2026-06-10 15:00 BST"},
		{"a weekend is counted", time.Date(2026, 6, 12, 15, 0, 0, 0, london), 24, "2026-06-13 15:00 BST"},
		{"the clocks go forward", time.Date(2026, 3, 28, 20, 0, 0, 0, london), 24, "2026-03-29 21:00 BST"},
		{"the clocks go back", time.Date(2026, 10, 24, 20, 0, 0, 0, london), 24, "2026-10-25 19:00 GMT"},
		{"over both", time.Date(2026, 3, 28, 20, 0, 0, 0, london), 24 * 217, "2026-10-31 20:00 GMT"},
		{"none", time.Date(2026, 6, 9, 15, 0, 0, 0, london), 0, "2026-06-09 15:00 BST"},
		{"before", time.Date(2026, 6, 9, 15, 0, 0, 0, london), -1, "2026-06-09 14:00 BST"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := workday.Hours(tc.trigger, tc.h).Format("2006-01-02 15:04 MST"); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
	// Beyond what a Duration holds the count stops; it must not wrap round.
	trigger := instant(t, "2026-06-09T15:00:00Z")
	if got := workday.Hours(trigger, 1<<62); got.Year() != 2318 {
		t.Errorf("a huge number of hours: got %v", got)
	}
	if got := workday.Hours(trigger, -1<<62); got.Year() != 1734 {
		t.Errorf("a huge number of hours before: got %v", got)
	}
}

func TestBetweenCountsAfterTheFirstThroughTheLast(t *testing.T) {
	c := england(t)
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"2026-06-09", "2026-06-09", 0},
		{"2026-06-09", "2026-06-10", 1},
		{"2026-06-10", "2026-06-09", -1},
		{"2026-06-12", "2026-06-14", 0}, // Friday to Sunday
		{"2026-06-13", "2026-06-15", 1}, // Saturday to Monday
		{"2026-12-17", "2027-01-12", 15},
	} {
		got, err := c.Between(day(t, tc.a), day(t, tc.b))
		if err != nil || got != tc.want {
			t.Errorf("%s to %s: got %d, %v; want %d", tc.a, tc.b, got, err, tc.want)
		}
	}
	for _, outside := range []string{"2014-12-31", "2036-01-01"} {
		if n, err := c.Between(day(t, outside), day(t, "2026-06-09")); !errors.Is(err, workday.ErrOutside) {
			t.Errorf("from %s: got %d, %v; want ErrOutside", outside, n, err)
		}
		if n, err := c.Between(day(t, "2026-06-09"), day(t, outside)); !errors.Is(err, workday.ErrOutside) {
			t.Errorf("to %s: got %d, %v; want ErrOutside", outside, n, err)
		}
	}
}
