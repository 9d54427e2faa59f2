package champion

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func on(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAnAgencyThatGoesToZeroShowsTheNextDay(t *testing.T) {
	agencies := []Agency{{ID: "a", Name: "A", Headcount: 30}, {ID: "b", Name: "B", Headcount: 0}}
	steps := []Step{
		{Registration: "1", Agency: "a", To: Submitted, At: on("2026-01-01")},
		{Registration: "1", Agency: "a", To: Active, At: on("2026-02-01"), Groups: []string{"3", "8"}},
		{Registration: "1", Agency: "a", To: Lapsed, At: on("2026-03-02")},
		{Registration: "1", Agency: "a", To: Renewed, At: on("2026-05-01"), Groups: []string{"3"}},
	}
	for day, want := range map[string]string{
		"2025-12-31": "0 0 2 2", "2026-01-15": "0 0 2 2", "2026-02-01": "1 0 2 1",
		"2026-03-01": "1 0 2 1", "2026-03-02": "0 1 2 2", "2026-06-01": "1 0 2 1",
	} {
		c := Usual.Cover(agencies, nil, Standing(steps, on(day).Add(23*time.Hour))[0], day)[0]
		if got := fmt.Sprint(c.Serving, c.Lapsed, c.Target, c.Gap()); got != want {
			t.Errorf("at the end of %s: %s, want %s", day, got, want)
		}
	}
	wants := Usual
	wants.GroupTargets = map[string]int{"3": 4, "5": 0}
	g := wants.CoverGroups(Standing(steps, on("2026-02-02"))[0])
	if got := fmt.Sprint(g[2], g[2].Gap(), g[4], g[7], g[7].Gap()); got != "{3 1 4 true} 3 {5 0 0 true} {8 1 0 false} 0" {
		t.Error(got)
	}
}

func TestATargetSetByHandHoldsFromItsDay(t *testing.T) {
	a := []Agency{{ID: "a", Headcount: 100}}
	targets := []Target{{"a", "2026-06-01", 9}, {"a", "2026-02-01", 0}, {"zz", "2026-02-01", 7}}
	for day, want := range map[string]int{"2026-01-31": 4, "2026-02-01": 0, "2026-05-31": 0, "2026-06-01": 9} {
		if got := Usual.Cover(a, targets, nil, day)[0].Target; got != want {
			t.Errorf("on %s the target is %d, want %d", day, got, want)
		}
	}
}

// Read at once or told day by day: the same registrations stand.
func TestStandingIsWhatWalkingTheDaysGives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		start := on("2026-01-01")
		var steps []Step
		for i := range rapid.IntRange(0, 30).Draw(rt, "n") {
			steps = append(steps, Step{
				Registration: fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "r")), Seq: int64(i),
				To: rapid.SampledFrom(Statuses).Draw(rt, "to"), At: start.Add(time.Duration(rapid.IntRange(0, 200).Draw(rt, "h")) * time.Hour),
			})
		}
		var moments []time.Time
		for _, h := range slices.Sorted(slices.Values(rapid.SliceOfN(rapid.IntRange(-10, 210), 1, 5).Draw(rt, "at"))) {
			moments = append(moments, start.Add(time.Duration(h)*time.Hour))
		}
		shuffled := rapid.Permutation(steps).Draw(rt, "as read")
		for i, got := range Standing(shuffled, moments...) {
			want := map[string]Step{}
			for h := start; !h.After(moments[i]); h = h.Add(time.Hour) {
				for _, s := range steps {
					if s.At.Equal(h) {
						want[s.Registration] = s
					}
				}
			}
			if len(got) != len(want) {
				rt.Fatalf("%d stand, want %d", len(got), len(want))
			}
			for _, s := range got {
				if s.Seq != want[s.Registration].Seq {
					rt.Fatalf("%+v, want %+v", s, want[s.Registration])
				}
			}
		}
	})
}
