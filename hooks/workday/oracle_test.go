package workday_test

import (
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"

	"holdfast/hooks/workday"
)

// What package gb of rickar/cal v2.1.13 models of each division. It has one
// list for the United Kingdom, without the holidays of one nation, but with the
// Scottish date of the summer holiday.
var oracle = map[string][]*cal.Holiday{
	"england-and-wales": gb.Holidays,
	"northern-ireland":  gb.Holidays,
	"scotland": {
		gb.NewYear, gb.GoodFriday, gb.EarlyMay, gb.VEDay, gb.CoronationDay, gb.SpringHoliday,
		gb.SpringHoliday2022, gb.PlatinumJubilee, gb.SummerHolidayScotland, gb.ChristmasDay, gb.BoxingDay,
	},
}

// unmodelled are the days on which we are right and rickar/cal is not, each
// with its reason.
var unmodelled = []struct {
	name   string
	in     []string
	on     func(year int) (workday.Day, bool)
	reason string
}{
	{
		"State funeral of Queen Elizabeth II", everywhere, once("2022-09-19"),
		"proclaimed on 10 September 2022 for the whole kingdom; package gb has the jubilee of that year but not this",
	},
	{
		"World Cup bank holiday",
		[]string{"scotland"},
		once("2026-06-15"),
		"proclaimed on 3 February 2026 for Scotland; package gb has no Scottish list",
	},
	{
		"2nd January",
		[]string{"scotland"},
		secondJanuary,
		"schedule 1, paragraph 2 of the 1971 Act; package gb has no Scottish list",
	},
	{
		"St Andrew's Day",
		[]string{"scotland"},
		orMonday(time.November, 30),
		"St Andrew's Day Bank Holiday (Scotland) Act 2007; package gb has no Scottish list",
	},
	{
		"St Patrick's Day",
		[]string{"northern-ireland"},
		orMonday(time.March, 17),
		"schedule 1, paragraph 3 of the 1971 Act; package gb has no Northern Irish list",
	},
	{
		"Battle of the Boyne",
		[]string{"northern-ireland"},
		orMonday(time.July, 12),
		"proclaimed every year for Northern Ireland; package gb has no Northern Irish list",
	},
}

// Day by day over every year of the bundle, an independent library agrees with
// each calendar, but for the days named above, where it must disagree.
func TestBundleAgreesWithRickarCal(t *testing.T) {
	for key, c := range bundled(t) {
		t.Run(key, func(t *testing.T) {
			theirs := cal.NewBusinessCalendar()
			theirs.AddHoliday(oracle[key]...)
			reasons := reasonsIn(key)
			days := 0
			for d := civil(bundleFrom, 1, 1); d.Year() <= bundleThrough; d = d.AddDays(1) {
				days++
				ours, err := c.IsWorking(d)
				if err != nil {
					t.Fatal(err)
				}
				reason, explained := reasons[d]
				switch agree := ours == theirs.IsWorkday(d.Start()); {
				case !agree && !explained:
					t.Errorf("%s (%s): working day for us is %v, for rickar/cal %v", d, d.Weekday(), ours, !ours)
				case agree && explained:
					t.Errorf("%s: rickar/cal agrees by now; drop the exception: %s", d, reason)
				case explained && ours:
					t.Errorf("%s should be a holiday: %s", d, reason)
				}
			}
			if want := 7670; days != want {
				t.Errorf("compared %d days, want %d", days, want)
			}
		})
	}
}

func reasonsIn(division string) map[workday.Day]string {
	reasons := map[workday.Day]string{}
	for _, u := range unmodelled {
		for _, in := range u.in {
			for year := bundleFrom; year <= bundleThrough && in == division; year++ {
				if d, there := u.on(year); there {
					reasons[d] = u.name + ": " + u.reason
				}
			}
		}
	}
	return reasons
}

func once(date string) func(int) (workday.Day, bool) {
	return func(year int) (workday.Day, bool) {
		d, err := workday.ParseDay(date)
		return d, err == nil && d.Year() == year
	}
}

// orMonday is the date, or the Monday after it when it is at the weekend.
func orMonday(month time.Month, dayOfMonth int) func(int) (workday.Day, bool) {
	return func(year int) (workday.Day, bool) {
		d := civil(year, month, dayOfMonth)
		for weekend(d) {
			d = d.AddDays(1)
		}
		return d, true
	}
}

// secondJanuary is the second of the two Scottish days of the New Year, by the
// weekday of 1 January. The first is New Year's Day's own, which rickar/cal has.
func secondJanuary(year int) (workday.Day, bool) {
	dayOfMonth := map[time.Weekday]int{
		time.Friday:   4, // 2 January on a Saturday: Monday the 4th
		time.Saturday: 4, // Monday the 3rd is New Year's Day's: Tuesday the 4th
		time.Sunday:   3, // Monday the 2nd and Tuesday the 3rd, whichever stands for which
	}[civil(year, time.January, 1).Weekday()]
	return civil(year, time.January, max(dayOfMonth, 2)), true
}
