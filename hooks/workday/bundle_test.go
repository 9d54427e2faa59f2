package workday_test

import (
	"testing"
	"time"

	"holdfast/collections/packs"
	"holdfast/hooks/workday"
)

// The years that the bundled calendars promise.
const (
	bundleFrom    = 2015
	bundleThrough = 2035
)

// bundled are the calendars of collections/packs by key, parsed.
func bundled(t testing.TB) map[string]*workday.Calendar {
	t.Helper()
	calendars := map[string]*workday.Calendar{}
	for _, pack := range packs.Calendars() {
		c, err := workday.Parse(pack.Body)
		if err != nil {
			t.Fatalf("mobile-contract/packs/calendars/%s.json: %v", pack.Key, err)
		}
		calendars[c.Key] = c
	}
	return calendars
}

func england(t testing.TB) *workday.Calendar { return bundled(t)["england-and-wales"] }

func day(t testing.TB, s string) workday.Day {
	t.Helper()
	d, err := workday.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// civil is the day of year, month and day of month; the month may overflow.
func civil(year int, month time.Month, dayOfMonth int) workday.Day {
	return workday.Of(time.Date(year, month, dayOfMonth, 12, 0, 0, 0, time.UTC))
}

func TestBundleCoversTheYearsItPromises(t *testing.T) {
	for _, key := range []string{"england-and-wales", "scotland", "northern-ireland"} {
		c, there := bundled(t)[key]
		if !there {
			t.Fatalf("no bundled calendar %s", key)
		}
		if c.From != bundleFrom || c.Through != bundleThrough || c.Division != key {
			t.Errorf("%s: division %s, %d to %d", key, c.Division, c.From, c.Through)
		}
		if len(c.Closures) != 0 {
			t.Errorf("%s: a bundled calendar has no closures, they are an area's own: %v", key, c.Closures)
		}
	}
}
