package workday

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The years a calendar may cover. They bound every count, whatever the data.
const (
	earliestYear = 1900
	latestYear   = 2199
)

// Limits on the text of a calendar.
const (
	maxKey   = 64  // bytes of a key or division
	maxTitle = 200 // characters of a title
)

var (
	// ErrOutside: the question, or its answer, lies in a year that the calendar
	// does not cover.
	ErrOutside = errors.New("outside the years the calendar covers")

	// ErrNegative: a number of working days below zero.
	ErrNegative = errors.New("negative number of working days")

	// ErrBody: the calendar itself is refused. The message names the member.
	ErrBody = errors.New("calendar refused")
)

var keyForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Calendar says which days are working days for one area, for whole years. A
// day is a working day unless it is a weekend day, a holiday or a closure. Read
// one with [Parse]; after that it is only read, from any goroutine.
type Calendar struct {
	Key      string         // names the calendar: "england-and-wales", "calderdale"
	Division string         // whose bank holidays these are, as GOV.UK names it: "scotland"
	Title    string         // for people
	Version  int            // from 1; a timer keeps the version it was computed under
	From     int            // first year covered
	Through  int            // last year covered
	Weekend  []time.Weekday // never working; may be empty, never all seven
	Holidays map[Day]string // bank and public holidays, with their titles
	Closures map[Day]string // days when the area is shut, with their titles; may repeat a holiday
}

// Validate refuses a calendar that could mislead: ErrBody, naming the member.
func (c *Calendar) Validate() error {
	switch {
	case !isKey(c.Key):
		return refused("key", "must be lower-case words joined by hyphens, at most 64 letters")
	case !isKey(c.Division):
		return refused("division", "must be lower-case words joined by hyphens, at most 64 letters")
	case !isTitle(c.Title):
		return refused("title", "must be 1 to 200 printable characters")
	case c.Version < 1 || c.Version > 1<<31-1:
		return refused("version", "must be a whole number from 1")
	case c.From < earliestYear || c.From > latestYear:
		return refused("from", "must be a year from 1900 to 2199")
	case c.Through < earliestYear || c.Through > latestYear:
		return refused("through", "must be a year from 1900 to 2199")
	case c.Through < c.From:
		return refused("through", fmt.Sprintf("%d is before from, %d", c.Through, c.From))
	}
	if err := validateWeekend(c.Weekend); err != nil {
		return err
	}
	if err := c.validateDays("holidays", c.Holidays); err != nil {
		return err
	}
	return c.validateDays("closures", c.Closures)
}

// Covers reports whether the day lies in the years the calendar knows.
func (c *Calendar) Covers(d Day) bool {
	year := d.Year()
	return year >= max(c.From, earliestYear) && year <= min(c.Through, latestYear)
}

// IsWorking reports whether the day is a working day. ErrOutside in a year the
// calendar does not cover.
func (c *Calendar) IsWorking(d Day) (bool, error) {
	if !c.Covers(d) {
		return false, c.outside(d)
	}
	return c.works(d), nil
}

// works is IsWorking for a day already known to be covered.
func (c *Calendar) works(d Day) bool {
	if slices.Contains(c.Weekend, d.Weekday()) {
		return false
	}
	_, holiday := c.Holidays[d]
	_, closed := c.Closures[d]
	return !holiday && !closed
}

func (c *Calendar) outside(d Day) error {
	return fmt.Errorf("%s: calendar %s, version %d: %w, %d to %d", d, c.Key, c.Version, ErrOutside, c.From, c.Through)
}

func (c *Calendar) validateDays(member string, days map[Day]string) error {
	for i, d := range sortedDays(days) {
		at := fmt.Sprintf("%s, entry %d by date (%s)", member, i+1, d)
		switch {
		case !c.Covers(d):
			return refused(at, fmt.Sprintf("is outside the years %d to %d", c.From, c.Through))
		case !isTitle(days[d]):
			return refused(at, "must have a title of 1 to 200 printable characters")
		}
	}
	return nil
}

func validateWeekend(weekend []time.Weekday) error {
	var seen [7]bool
	for _, w := range weekend {
		switch {
		case w < time.Sunday || w > time.Saturday:
			return refused("weekend", fmt.Sprintf("%d is not a day of the week", int(w)))
		case seen[w]:
			return refused("weekend", w.String()+" is there twice")
		}
		seen[w] = true
	}
	if len(weekend) == len(seen) {
		return refused("weekend", "all seven days: there would be no working day")
	}
	return nil
}

func isKey(s string) bool { return len(s) <= maxKey && keyForm.MatchString(s) }

// isTitle keeps out what two JSON writers may spell differently (control
// characters, line separators, broken text), so that one calendar has one hash.
func isTitle(s string) bool {
	if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > maxTitle {
		return false
	}
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func refused(member, why string) error { return fmt.Errorf("%w: %s: %s", ErrBody, member, why) }
