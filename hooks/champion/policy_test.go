package champion

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func TestAnAgreementLastsTwelveMonths(t *testing.T) {
	for day, want := range map[string]string{"2026-11-20": "2027-11-20", "2024-02-29": "2025-02-28", "2026-01-31": "2027-01-31", "no day": ""} {
		if got := Usual.Until(day); got != want {
			t.Errorf("from %s until %s, want %s", day, got, want)
		}
	}
	if p := (Policy{ValidMonths: 1}); p.Until("2026-01-31") != "2026-02-28" {
		t.Error(p.Until("2026-01-31"))
	}
}

func TestRenewingEarlyLosesNoDay(t *testing.T) {
	for _, c := range []struct{ until, day, want string }{
		{"2026-12-20", "2026-11-20", "2027-12-20"}, // a month early
		{"2026-11-20", "2026-11-20", "2027-11-20"},
		{"2026-03-01", "2026-11-20", "2027-11-20"}, // long lapsed
		{"", "2026-11-20", "2027-11-20"},
		{"2030-01-01", "2026-11-20", "2027-11-20"}, // a day that no policy gave
	} {
		if got := Usual.Extended(c.until, c.day); got != c.want {
			t.Errorf("%s renewed on %s: %s, want %s", c.until, c.day, got, c.want)
		}
	}
}

func TestEachReminderHasItsDay(t *testing.T) {
	for today, want := range map[string]string{
		"2026-11-19": "[]", "2026-11-20": "[{30 true}]", "2026-12-05": "[{30 true}]",
		"2026-12-06": "[{30 false} {14 true}]", "2026-12-17": "[{30 false} {14 false} {3 true}]",
		"2026-12-20": "[{30 false} {14 false} {3 true}]", "2026-12-21": "[]",
	} {
		if got := fmt.Sprint(Usual.Due("2026-12-20", today)); got != want {
			t.Errorf("on %s: %s, want %s", today, got, want)
		}
	}
}

// However long the server was away and whenever it came back: each reminder is
// written once, and no two are sent on one day.
func TestRemindersAreSentOnceEach(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		end := time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC)
		written, sent := map[int]bool{}, 0
		up := rapid.SliceOfN(rapid.Bool(), 41, 41).Draw(rt, "up")
		for i, running := range up {
			if !running {
				continue
			}
			today := 0
			for _, r := range Usual.Due("2026-12-20", end.AddDate(0, 0, i-40).Format(time.DateOnly)) {
				if !written[r.Days] {
					written[r.Days] = true
					if r.Sent {
						today++
					}
				}
			}
			if sent += today; today > 1 {
				rt.Fatalf("%d reminders on one day", today)
			}
		}
		if sent > 3 {
			rt.Fatalf("%d reminders", sent)
		}
		all := true
		for _, u := range up[10:] {
			all = all && u
		}
		if all && sent != 3 {
			rt.Fatalf("the server was always there and %d reminders were sent", sent)
		}
	})
}

func TestMidnightFollowsTheClocks(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2026-03-28": "2026-03-29T00:00:00Z", // the night the clocks go forward
		"2026-03-29": "2026-03-29T23:00:00Z", // summer: midnight is 23:00 UTC
		"2026-07-01": "2026-07-01T23:00:00Z",
		"2026-10-24": "2026-10-24T23:00:00Z",
		"2026-10-25": "2026-10-26T00:00:00Z", // the day of 25 hours
		"2026-12-31": "2027-01-01T00:00:00Z",
	} {
		if got, err := Midnight(day, london); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("after %s: %s, want %s (%v)", day, got.UTC(), want, err)
		}
	}
}

func TestThePolicyThatHasBegunHolds(t *testing.T) {
	all := []Policy{{From: "2026-06-01", ValidMonths: 24, RemindDays: []int{7, 60, 7, -1}}, {From: "2025-01-01", ValidMonths: 6}}
	for day, want := range map[string]int{"2024-01-01": 12, "2025-01-01": 6, "2026-05-31": 6, "2026-06-01": 24} {
		if got := On(all, day).ValidMonths; got != want {
			t.Errorf("on %s %d months, want %d", day, got, want)
		}
	}
	if p := On(all, "2026-06-02"); fmt.Sprint(p.RemindDays) != "[60 7]" || p.LinkDays != 14 || p.StaffPerChampion != 25 {
		t.Errorf("%+v", p)
	}
}
