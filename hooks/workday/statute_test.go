package workday_test

import (
	"maps"
	"testing"
	"time"

	"holdfast/hooks/workday"
)

// fixed is a holiday with a date of its own. At the weekend it moves to the
// next weekday that is not itself a holiday: by schedule 1 to the Banking and
// Financial Dealings Act 1971 for some, by the 2007 Act for St Andrew's Day, by
// yearly proclamation under section 1(2) and (3) for the rest.
type fixed struct {
	title string
	month time.Month
	day   int
}

var (
	newYear    = fixed{"New Year’s Day", time.January, 1}
	second     = fixed{"2nd January", time.January, 2}
	stPatrick  = fixed{"St Patrick’s Day", time.March, 17}
	boyne      = fixed{"Battle of the Boyne (Orangemen’s Day)", time.July, 12}
	stAndrew   = fixed{"St Andrew’s Day", time.November, 30}
	christmas  = fixed{"Christmas Day", time.December, 25}
	boxing     = fixed{"Boxing Day", time.December, 26}
	everywhere = []string{"england-and-wales", "scotland", "northern-ireland"}
)

var fixedIn = map[string][]fixed{
	"england-and-wales": {newYear, christmas, boxing},
	"scotland":          {newYear, second, stAndrew, christmas, boxing},
	"northern-ireland":  {newYear, stPatrick, boyne, christmas, boxing},
}

// proclaimed is what a proclamation changed for one year.
type proclaimed struct {
	off, on, title string // off: the usual holiday given up, or none
	in             []string
}

var proclamations = []proclaimed{
	{"2020-05-04", "2020-05-08", "Early May bank holiday (VE day)", everywhere},
	{"2022-05-30", "2022-06-02", "Spring bank holiday", everywhere},
	{"", "2022-06-03", "Platinum Jubilee bank holiday", everywhere},
	{"", "2022-09-19", "Bank Holiday for the State Funeral of Queen Elizabeth II", everywhere},
	{"", "2023-05-08", "Bank holiday for the coronation of King Charles III", everywhere},
	// Proclamation of 3 February 2026, for Scotland only.
	{"", "2026-06-15", "World Cup bank holiday", []string{"scotland"}},
}

// The bundled files hold exactly the holidays of the statutory pattern and the
// proclamations: a slip in a date or a title fails here, by name.
func TestBundleIsTheStatutoryPattern(t *testing.T) {
	for key, c := range bundled(t) {
		t.Run(key, func(t *testing.T) {
			want := map[workday.Day]string{}
			for year := bundleFrom; year <= bundleThrough; year++ {
				maps.Copy(want, statutory(t, key, year))
			}
			for d, title := range want {
				if got := c.Holidays[d]; got != title {
					t.Errorf("%s: the file has %q, the pattern %q", d, got, title)
				}
			}
			for d, title := range c.Holidays {
				if _, there := want[d]; !there {
					t.Errorf("%s: the file has %q, the pattern no holiday", d, title)
				}
			}
		})
	}
}

// statutory are the holidays of one division in one year.
func statutory(t *testing.T, division string, year int) map[workday.Day]string {
	t.Helper()
	easter := easterSunday(year)
	days := map[workday.Day]string{
		easter.AddDays(-2):            "Good Friday",
		firstMonday(year, time.May):   "Early May bank holiday",
		lastMonday(year, time.May):    "Spring bank holiday",
		lastMonday(year, time.August): "Summer bank holiday",
		easter.AddDays(1):             "Easter Monday",
	}
	if division == "scotland" { // schedule 1, paragraph 2
		delete(days, easter.AddDays(1))
		delete(days, lastMonday(year, time.August))
		days[firstMonday(year, time.August)] = "Summer bank holiday"
	}
	for _, p := range proclamations {
		for _, in := range p.in {
			if in != division || day(t, p.on).Year() != year {
				continue
			}
			if p.off != "" {
				if _, there := days[day(t, p.off)]; !there {
					t.Fatalf("%s gave up %s, which is no holiday", p.title, p.off)
				}
				delete(days, day(t, p.off))
			}
			days[day(t, p.on)] = p.title
		}
	}
	var moved []fixed
	for _, f := range fixedIn[division] {
		d := civil(year, f.month, f.day)
		if weekend(d) {
			moved = append(moved, f)
			continue
		}
		days[d] = f.title
	}
	for _, f := range moved {
		d := civil(year, f.month, f.day)
		for _, taken := days[d]; weekend(d) || taken; _, taken = days[d] {
			d = d.AddDays(1)
		}
		days[d] = f.title + " (substitute day)"
	}
	return days
}

// paschalMoon is the date of the paschal full moon by golden number, 1900 to
// 2199: days after 21 March, from the tables annexed to the Calendar (New
// Style) Act 1750. Easter is the Sunday after it.
var paschalMoon = [19]int{24, 13, 2, 21, 10, 28, 18, 7, 26, 15, 4, 23, 12, 1, 20, 9, 27, 17, 6}

func easterSunday(year int) workday.Day {
	d := civil(year, time.March, 21+paschalMoon[year%19]).AddDays(1)
	for d.Weekday() != time.Sunday {
		d = d.AddDays(1)
	}
	return d
}

func firstMonday(year int, month time.Month) workday.Day {
	d := civil(year, month, 1)
	for d.Weekday() != time.Monday {
		d = d.AddDays(1)
	}
	return d
}

func lastMonday(year int, month time.Month) workday.Day {
	d := civil(year, month+1, 0)
	for d.Weekday() != time.Monday {
		d = d.AddDays(-1)
	}
	return d
}

func weekend(d workday.Day) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}
