package champion

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTheFirstMeetingIsWithinSixMonths(t *testing.T) {
	for since, want := range map[string]string{"2026-05-28": "2026-11-28", "2026-08-31": "2027-02-28", "2027-08-31": "2028-02-29", "": "", "no day": ""} {
		if got := Usual.FirstMeetingBy(since); got != want {
			t.Errorf("since %s by %s, want %s", since, got, want)
		}
	}
	asked := Usual
	asked.FirstMeetingMonths = 0
	if by, late := asked.FirstMeetingBy("2026-05-28"), asked.LateSince("2026-11-28"); by != "" || late != "" {
		t.Errorf("nobody is asked: by %q, late since %q", by, late)
	}
}

// Told one by one or by the day they began: the same champions are late.
func TestLateSinceIsWhatTheDaysSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := Policy{FirstMeetingMonths: rapid.IntRange(1, 24).Draw(rt, "months")}
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		since := start.AddDate(0, 0, rapid.IntRange(0, 1500).Draw(rt, "since")).Format(time.DateOnly)
		by, err := time.Parse(time.DateOnly, p.FirstMeetingBy(since))
		if err != nil {
			rt.Fatal(err)
		}
		today := by.AddDate(0, 0, rapid.SampledFrom([]int{-400, -31, -3, -2, -1, 0, 1, 2, 3, 31, 400}).Draw(rt, "days on")).Format(time.DateOnly)
		if late, said := p.FirstMeetingBy(since) < today, since < p.LateSince(today); late != said {
			rt.Fatalf("%d months since %s on %s: late %v, by the day they began %v (%s)", p.FirstMeetingMonths, since, today, late, said, p.LateSince(today))
		}
	})
}
