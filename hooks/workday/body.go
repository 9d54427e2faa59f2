package workday

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody bounds what Parse will read, in bytes. A calendar of 21 years is 20 kB.
const maxBody = 1 << 20

// week is the order in which a body lists weekend days.
var week = []time.Weekday{
	time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday,
}

// body is the JSON form of a calendar, in the order of its canonical text.
type body struct {
	Key      string    `json:"key"`
	Division string    `json:"division"`
	Title    string    `json:"title"`
	Version  int       `json:"version"`
	From     int       `json:"from"`
	Through  int       `json:"through"`
	Weekend  []string  `json:"weekend"`
	Holidays []bodyDay `json:"holidays"`
	Closures []bodyDay `json:"closures"`
}

type bodyDay struct {
	Date  string `json:"date"`
	Title string `json:"title"`
}

// Parse reads a calendar from its JSON body:
//
//	{
//	  "key": "calderdale",
//	  "division": "england-and-wales",
//	  "title": "Calderdale",
//	  "version": 3,
//	  "from": 2026,
//	  "through": 2028,
//	  "weekend": ["saturday", "sunday"],
//	  "holidays": [{"date": "2026-12-25", "title": "Christmas Day"}],
//	  "closures": [{"date": "2026-12-24", "title": "Council offices shut"}]
//	}
//
// All nine members must be there and no other; the lists may be empty and come
// in any order. Refused, with ErrBody and the member's name: an unknown, missing
// or repeated member, a date that does not exist, is there twice in one list or
// lies outside the years, a weekend of all seven days, through before from, and
// a body of more than 1 MiB. A closure may fall on a holiday: a council lists
// its shutdown as it is.
func Parse(raw []byte) (*Calendar, error) {
	if len(raw) > maxBody {
		return nil, refused("body", "is larger than 1 MiB")
	}
	if !utf8.Valid(raw) {
		return nil, refused("body", "is not UTF-8 text")
	}
	m, err := readMembers("body", raw,
		"key", "division", "title", "version", "from", "through", "weekend", "holidays", "closures")
	if err != nil {
		return nil, err
	}
	c := &Calendar{}
	var weekend []string
	var holidays, closures []json.RawMessage
	for _, field := range []struct {
		name string
		into any
	}{
		{"key", &c.Key},
		{"division", &c.Division},
		{"title", &c.Title},
		{"version", &c.Version},
		{"from", &c.From},
		{"through", &c.Through},
		{"weekend", &weekend},
		{"holidays", &holidays},
		{"closures", &closures},
	} {
		if err := readValue(field.name, m[field.name], field.into); err != nil {
			return nil, err
		}
	}
	if c.Weekend, err = readWeekend(weekend); err != nil {
		return nil, err
	}
	if c.Holidays, err = readDays("holidays", holidays); err != nil {
		return nil, err
	}
	if c.Closures, err = readDays("closures", closures); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return c, nil
}

// Body is the canonical body: the members in the order [Parse] shows, weekend
// days from Monday, lists by date, no white space, no escapes but JSON's own.
// Two calendars that answer alike and read alike have the same canonical body.
func (c *Calendar) Body() []byte {
	b := body{
		c.Key, c.Division, c.Title, c.Version, c.From, c.Through,
		[]string{},
		bodyDays(c.Holidays), bodyDays(c.Closures),
	}
	for _, w := range week {
		if slices.Contains(c.Weekend, w) {
			b.Weekend = append(b.Weekend, weekdayName(w))
		}
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil {
		panic("workday: " + err.Error()) // strings and whole numbers always encode
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// Hash is the SHA-256 of the canonical body, in 64 lower-case hex digits. A
// phone and a server with the same hash hold the same calendar.
func (c *Calendar) Hash() string {
	sum := sha256.Sum256(c.Body())
	return hex.EncodeToString(sum[:])
}

// MarshalJSON writes the canonical body, of a Calendar as of a pointer to one.
func (c Calendar) MarshalJSON() ([]byte, error) { return c.Body(), nil }

// UnmarshalJSON reads what [Parse] reads.
func (c *Calendar) UnmarshalJSON(raw []byte) error {
	parsed, err := Parse(raw)
	if err != nil {
		return err
	}
	*c = *parsed
	return nil
}

func readWeekend(names []string) ([]time.Weekday, error) {
	weekend := make([]time.Weekday, 0, len(names))
	for _, name := range names {
		i := slices.IndexFunc(week, func(w time.Weekday) bool { return weekdayName(w) == name })
		if i < 0 {
			return nil, refused("weekend", fmt.Sprintf("%q is not a day of the week in lower case", name))
		}
		weekend = append(weekend, week[i])
	}
	return weekend, nil
}

func readDays(member string, entries []json.RawMessage) (map[Day]string, error) {
	days := make(map[Day]string, len(entries))
	for i, entry := range entries {
		at := fmt.Sprintf("%s[%d]", member, i)
		m, err := readMembers(at, entry, "date", "title")
		if err != nil {
			return nil, err
		}
		var e bodyDay
		if err := readValue(at+".date", m["date"], &e.Date); err != nil {
			return nil, err
		}
		if err := readValue(at+".title", m["title"], &e.Title); err != nil {
			return nil, err
		}
		d, err := ParseDay(e.Date)
		if err != nil {
			return nil, refused(at+".date", err.Error())
		}
		if _, twice := days[d]; twice {
			return nil, refused(at+".date", d.String()+" is there twice")
		}
		days[d] = e.Title
	}
	return days, nil
}

func bodyDays(days map[Day]string) []bodyDay {
	list := make([]bodyDay, 0, len(days))
	for _, d := range sortedDays(days) {
		list = append(list, bodyDay{d.String(), days[d]})
	}
	return list
}

func sortedDays(days map[Day]string) []Day {
	return slices.SortedFunc(maps.Keys(days), Day.Compare)
}

func weekdayName(w time.Weekday) string { return strings.ToLower(w.String()) }
