package clock

import (
	"testing"
	"time"
)

func TestATimeIsSaidAsPeopleSayIt(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-19T15:15:00Z": "Thursday 19 November 2026, 3:15pm",
		"2026-07-01T08:00:00Z": "Wednesday 1 July 2026, 9am",
		"2026-06-30T23:00:00Z": "Wednesday 1 July 2026, midnight",
		"2026-12-25T12:00:30Z": "Friday 25 December 2026, midday",
		"2026-12-25T12:01:00Z": "Friday 25 December 2026, 12:01pm",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Said(instant); got != want {
			t.Errorf("%s is said %q, want %q", at, got, want)
		}
	}
	if got := Day("2026-12-04") + Day("soon") + Day("") + Said(time.Time{}); got != "Friday 4 December 2026soon" {
		t.Errorf("%q", got)
	}
}
