package workday_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/hooks/workday"
)

// The properties below hold for any calendar, not only for ours: one, two or
// three covered years, any weekend but all seven days, any holidays and closures.

func anyCalendar(t *rapid.T) *workday.Calendar {
	c := &workday.Calendar{
		Key:      "any",
		Division: "scotland",
		Title:    rapid.StringMatching(`[A-Z][A-Za-z’<&>"\\é☀ ]{0,40}`).Draw(t, "title"),
		Version:  rapid.IntRange(1, 1000).Draw(t, "version"),
		From:     rapid.IntRange(1900, 2197).Draw(t, "from"),
		Holidays: map[workday.Day]string{},
		Closures: map[workday.Day]string{},
	}
	c.Through = c.From + rapid.IntRange(0, 2).Draw(t, "more years")
	c.Weekend = rapid.SliceOfNDistinct(
		rapid.Custom(func(t *rapid.T) time.Weekday { return time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")) }),
		0, 6, rapid.ID).Draw(t, "weekend")
	for _, days := range []map[workday.Day]string{c.Holidays, c.Closures} {
		for range rapid.IntRange(0, 60).Draw(t, "closed days") {
			days[anyDay(t, c)] = "shut"
		}
	}
	return c
}

func anyDay(t *rapid.T, c *workday.Calendar) workday.Day {
	length := int(civil(c.Through, 12, 31).Start().Sub(civil(c.From, 1, 1).Start()).Hours()) / 24
	return civil(c.From, 1, 1).AddDays(rapid.IntRange(0, length).Draw(t, "day of the years"))
}

// open is the plain reading of the rule, apart from the engine's own.
func open(c *workday.Calendar, d workday.Day) bool {
	for _, w := range c.Weekend {
		if d.Weekday() == w {
			return false
		}
	}
	return c.Holidays[d] == "" && c.Closures[d] == ""
}

func TestWithinIsTheNthOpenDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, n := anyCalendar(t), rapid.IntRange(0, 400).Draw(t, "n")
		day0 := anyDay(t, c)
		var want workday.Day
		left := max(n, 1)
		for d := civil(c.From, 1, 1); d.Year() <= c.Through && left > 0; d = d.AddDays(1) {
			counts := d.After(day0) || n == 0 && d == day0
			if counts && open(c, d) {
				left, want = left-1, d
			}
		}
		got, err := c.Within(day0, n)
		if left > 0 {
			if !errors.Is(err, workday.ErrOutside) {
				t.Fatalf("%s + %d: got %s, %v; want ErrOutside", day0, n, got, err)
			}
			return
		}
		if err != nil || got != want {
			t.Fatalf("%s + %d: got %s, %v; want %s", day0, n, got, err, want)
		}
		if working, err := c.IsWorking(got); err != nil || !working {
			t.Fatalf("%s + %d is %s, not a working day (%v)", day0, n, got, err)
		}
		if between, err := c.Between(day0, got); n > 0 && (err != nil || between != n) {
			t.Fatalf("%s + %d is %s, and between them are %d (%v)", day0, n, got, between, err)
		}
	})
}

func TestWithinGoesOnFromWhereItStopped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		day0 := anyDay(t, c)
		a, b := rapid.IntRange(1, 60).Draw(t, "a"), rapid.IntRange(1, 60).Draw(t, "b")
		whole, err := c.Within(day0, a+b)
		if err != nil {
			t.Skip("past the years covered")
		}
		half, err := c.Within(day0, a)
		if err != nil || !half.Before(whole) || !half.After(day0) {
			t.Fatalf("%s + %d is %s, %v; + %d is %s", day0, a, half, err, a+b, whole)
		}
		if got, err := c.Within(half, b); err != nil || got != whole {
			t.Fatalf("%s + %d + %d is %s, %v; want %s", day0, a, b, got, err, whole)
		}
	})
}

func TestAClosureNeverBringsADeadlineForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		day0, n := anyDay(t, c), rapid.IntRange(0, 60).Draw(t, "n")
		before, err := c.Within(day0, n)
		if err != nil {
			t.Skip("past the years covered")
		}
		shut := anyDay(t, c)
		affected := open(c, shut) && !shut.After(before) && (shut.After(day0) || n == 0 && shut == day0)
		c.Closures[shut] = "shut"
		after, err := c.Within(day0, n)
		if errors.Is(err, workday.ErrOutside) && affected {
			return
		}
		if err != nil || after.Before(before) || after.After(before) != affected {
			t.Fatalf("shutting %s moved %s + %d from %s to %s (%v)", shut, day0, n, before, after, err)
		}
	})
}

func TestBetweenAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		x, y, z := anyDay(t, c), anyDay(t, c), anyDay(t, c)
		between := func(a, b workday.Day) int {
			n, err := c.Between(a, b)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if between(x, y)+between(y, z) != between(x, z) || between(x, y) != -between(y, x) {
			t.Fatalf("%s to %s to %s: %d + %d is not %d", x, y, z, between(x, y), between(y, z), between(x, z))
		}
	})
}

func TestDeadlineIsOnTheDayOfWithin(t *testing.T) {
	c := england(t)
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.Int64Range(civil(2015, 1, 1).Start().Unix(), civil(2034, 12, 31).End().Unix()).Draw(t, "second")
		trigger, n := time.Unix(second, 0), rapid.IntRange(0, 60).Draw(t, "n")
		at, err := c.Deadline(trigger, n)
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Within(workday.Of(trigger), n)
		if err != nil || workday.Of(at) != d || workday.Of(at.Add(time.Millisecond)) != d.AddDays(1) || at.Before(trigger) {
			t.Fatalf("%v + %d: the day is %s, %v, the deadline %v", trigger, n, d, err, at)
		}
	})
}

func TestBodyComesBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		raw, err := json.MarshalIndent(c, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		back, err := workday.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if string(back.Body()) != string(c.Body()) || back.Hash() != c.Hash() {
			t.Fatalf("wrote %s\nread  %s", c.Body(), back.Body())
		}
		d := anyDay(t, c)
		back.Closures[d] = "shut once more"
		if back.Hash() == c.Hash() {
			t.Fatal("a new closure did not change the hash")
		}
	})
}
