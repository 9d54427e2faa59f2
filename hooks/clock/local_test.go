package clock_test

import (
	"testing"
	"time"

	"holdfast/hooks/clock"
)

func TestWhichInstantADayAndAnHourAre(t *testing.T) {
	for said, want := range map[[2]string]string{
		{"2026-12-01", "09:30"}:    "2026-12-01T09:30:00Z",
		{"2026-07-01", "23:30"}:    "2026-07-01T22:30:00Z",
		{"2026-12-01", "9.30am"}:   "2026-12-01T09:30:00Z",
		{"2026-12-01", "9:30 PM"}:  "2026-12-01T21:30:00Z",
		{"2026-12-01", "2pm"}:      "2026-12-01T14:00:00Z",
		{"2027-03-28", "00:59"}:    "2027-03-28T00:59:00Z",
		{"2027-03-28", "01:00"}:    clock.NoHour, // the clocks go forward
		{"2027-03-28", "1.59am"}:   clock.NoHour,
		{"2027-03-28", "02:00"}:    "2027-03-28T01:00:00Z",
		{"2027-10-31", "01:30"}:    "2027-10-31T00:30:00Z", // comes twice: the first
		{"2027-10-31", "02:00"}:    "2027-10-31T02:00:00Z",
		{"2027-02-29", "09:30"}:    clock.NoTime,
		{"27-04-01", "09:30"}:      clock.NoTime,
		{"2026-12-01", "24:00"}:    clock.NoTime,
		{"2026-12-01", "13:00 pm"}: clock.NoTime,
		{"2026-12-01", ""}:         clock.NoTime,
		{"", ""}:                   clock.NoTime,
	} {
		at, why := clock.Local(said[0], said[1])
		if got := at.UTC().Format(time.RFC3339); why != want && (why != "" || got != want) {
			t.Errorf("%v: %s %q, want %s", said, got, why, want)
		}
	}
}

func TestAMomentNamesItsZone(t *testing.T) {
	for text, want := range map[string]bool{
		"2026-07-01T23:30:00+01:00": true, "2026-07-01 23:30:00.000Z": true, "2026-07-01t22:30:00z": false, "2026-07-01T22:30:00+24:00": false, "2026-07-01T22:30:00,5Z": false, "2026-07-01 23:30:00+01:00": true,
		"2026-07-01T23:30:00": false, "2026-07-01 23:30:00": false, "2026-11-29": false, "2026-02-30T10:00:00Z": false, "1764400000": false,
		"2026-07-01T24:30:00Z": false, "0000-01-01T00:00:00Z": false, " ": false, "01/07/2026": false, "2026-07-01": false, "2026-07-01T23:30:00 Europe/London": false,
	} {
		if _, ok := clock.Moment(text); ok != want {
			t.Errorf("%q is one: %v", text, ok)
		}
	}
}
