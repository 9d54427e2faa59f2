package workday_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"holdfast/collections/packs"
	"holdfast/hooks/workday"
)

// calderdale is a small calendar in canonical form; the tests spoil it.
const calderdale = `{"key":"calderdale","division":"england-and-wales","title":"Calderdale","version":3,` +
	`"from":2026,"through":2027,"weekend":["saturday","sunday"],` +
	`"holidays":[{"date":"2026-12-25","title":"Christmas Day"},{"date":"2026-12-28","title":"Boxing Day (substitute day)"}],` +
	`"closures":[{"date":"2026-12-24","title":"Offices shut"}]}`

func TestParseReadsEveryMember(t *testing.T) {
	c, err := workday.Parse([]byte(calderdale))
	if err != nil {
		t.Fatal(err)
	}
	if c.Key != "calderdale" || c.Division != "england-and-wales" || c.Title != "Calderdale" ||
		c.Version != 3 || c.From != 2026 || c.Through != 2027 {
		t.Errorf("read as %+v", c)
	}
	if !maps.Equal(c.Holidays, map[workday.Day]string{
		day(t, "2026-12-25"): "Christmas Day", day(t, "2026-12-28"): "Boxing Day (substitute day)",
	}) || !maps.Equal(c.Closures, map[workday.Day]string{day(t, "2026-12-24"): "Offices shut"}) {
		t.Errorf("read as %v and %v", c.Holidays, c.Closures)
	}
	for date, want := range map[string]bool{
		"2026-12-23": true, "2026-12-24": false, "2026-12-25": false, "2026-12-26": false, "2026-12-28": false, "2026-12-29": true,
	} {
		if got, err := c.IsWorking(day(t, date)); err != nil || got != want {
			t.Errorf("%s: working is %v, %v", date, got, err)
		}
	}
	if got := string(c.Body()); got != calderdale {
		t.Errorf("the canonical body is\n%s\nwant\n%s", got, calderdale)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"unknown member", `"version":3`, `"version":3,"notes":""`, `unknown member "notes"`},
		{"member in another case", `"key"`, `"Key"`, `unknown member "Key"`},
		{"member twice", `"version":3`, `"version":3,"version":4`, `member "version" is there twice`},
		{"member missing", `"through":2027,`, ``, `member "through" is missing`},
		{"null", `"Calderdale"`, `null`, "title: must not be null"},
		{"text for a number", `"version":3`, `"version":"3"`, "version: "},
		{"a fraction", `"version":3`, `"version":3.5`, "version: "},
		{"version zero", `"version":3`, `"version":0`, "version: must be a whole number from 1"},
		{"version beyond JavaScript", `"version":3`, `"version":9007199254740993`, "version: must be"},
		{"key with a space", `"calderdale"`, `"calder dale"`, "key: must be"},
		{"key empty", `"calderdale"`, `""`, "key: must be"},
		{"key too long", `"calderdale"`, `"` + strings.Repeat("x", 65) + `"`, "key: must be"},
		{"division in capitals", `"england-and-wales"`, `"England"`, "division: must be"},
		{"title empty", `"Calderdale"`, `""`, "title: must be"},
		{"title of nothing but a space", `"Calderdale"`, `" "`, "title: must be"},
		{"title of two lines", `"Calderdale"`, `"Calder\ndale"`, "title: must be"},
		{"title that is broken text", `"Calderdale"`, `"Calder\ud800dale"`, "title: must be"},
		{"title too long", `"Calderdale"`, `"` + strings.Repeat("é", 201) + `"`, "title: must be"},
		{"from before 1900", `"from":2026`, `"from":1899`, "from: must be a year"},
		{"through after 2199", `"through":2027`, `"through":2200`, "through: must be a year"},
		{"through before from", `"through":2027`, `"through":2025`, "through: 2025 is before from, 2026"},
		{"weekend of all seven days", `["saturday","sunday"]`, `["monday","tuesday","wednesday","thursday","friday","saturday","sunday"]`, "weekend: all seven days"},
		{"weekend day in capitals", `"saturday"`, `"Saturday"`, `weekend: "Saturday" is not`},
		{"weekend day twice", `"saturday"`, `"sunday"`, "weekend: Sunday is there twice"},
		{"date twice", `"2026-12-28"`, `"2026-12-25"`, "holidays[1].date: 2026-12-25 is there twice"},
		{"date that does not exist", `"2026-12-28"`, `"2027-02-29"`, `holidays[1].date: "2027-02-29" is not a date`},
		{"date before the years", `"2026-12-24"`, `"2025-12-24"`, "closures, entry 1 by date (2025-12-24): is outside the years 2026 to 2027"},
		{"date after the years", `"2026-12-28"`, `"2028-12-28"`, "holidays, entry 2 by date (2028-12-28): is outside"},
		{"holiday without a title", `"Christmas Day"`, `""`, "holidays, entry 1 by date (2026-12-25): must have a title"},
		{"holiday with a note", `"title":"Christmas Day"`, `"title":"Christmas Day","notes":""`, `holidays[0]: unknown member "notes"`},
		{"holiday that is a text", `{"date":"2026-12-24","title":"Offices shut"}`, `"2026-12-24"`, "closures[0]: must be a JSON object"},
		{"not an object", calderdale, `[]`, "body: must be a JSON object"},
		{"nothing", calderdale, ``, "body: must be a JSON object"},
		{"cut off", `"closures":[{"date":"2026-12-24","title":"Offices shut"}]}`, `"closures":[]`, "body: is not finished"},
		{"text after it", `"Offices shut"}]}`, `"Offices shut"}]} {}`, "body: has text after the object"},
		{"not UTF-8", `Calderdale`, "Calder\xffdale", "body: is not UTF-8"},
		{"too large", calderdale, calderdale + strings.Repeat(" ", 1<<20), "body: is larger than 1 MiB"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if strings.Count(calderdale, tc.old) == 0 {
				t.Fatalf("the body has no %s", tc.old)
			}
			c, err := workday.Parse([]byte(strings.Replace(calderdale, tc.old, tc.new, 1)))
			if !errors.Is(err, workday.ErrBody) || c != nil {
				t.Fatalf("got %v, %v; want ErrBody", c, err)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("says %q, want %q in it", err, tc.want)
			}
		})
	}
}

func TestAClosureMayFallOnAHoliday(t *testing.T) {
	both := strings.Replace(calderdale, `"2026-12-24"`, `"2026-12-25"`, 1)
	c, err := workday.Parse([]byte(both))
	if err != nil {
		t.Fatal(err)
	}
	if working, err := c.IsWorking(day(t, "2026-12-25")); err != nil || working {
		t.Errorf("working is %v, %v", working, err)
	}
}

func TestHashIsOfTheMeaningNotTheSpelling(t *testing.T) {
	spellings := []string{
		calderdale,
		"\n " + strings.ReplaceAll(calderdale, ",", " ,\n\t") + "\n",
		strings.Replace(calderdale, `["saturday","sunday"]`, `["sunday","saturday"]`, 1),
		strings.Replace(calderdale, `Calderdale"`, `C\u0061lderdale"`, 1),
		strings.Replace(calderdale, `{"date":"2026-12-24","title":"Offices shut"}`, `{"title":"Offices shut","date":"2026-12-24"}`, 1),
	}
	var hashes []string
	for _, s := range spellings {
		c, err := workday.Parse([]byte(s))
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		hashes = append(hashes, c.Hash())
	}
	if len(slices.Compact(hashes)) != 1 || len(hashes[0]) != 64 {
		t.Errorf("hashes differ: %v", hashes)
	}
	for _, other := range []string{
		strings.Replace(calderdale, `"version":3`, `"version":4`, 1),
		strings.Replace(calderdale, `"through":2027`, `"through":2028`, 1),
		strings.Replace(calderdale, `,"sunday"]`, `]`, 1),
		strings.Replace(calderdale, `Offices shut`, `Offices closed`, 1),
	} {
		c, err := workday.Parse([]byte(other))
		if err != nil {
			t.Fatal(err)
		}
		if c.Hash() == hashes[0] {
			t.Errorf("another calendar has the same hash: %s", other)
		}
	}
}

func TestCalendarIsItsBodyInJSON(t *testing.T) {
	type record struct {
		Calendar *workday.Calendar `json:"calendar"`
	}
	var r record
	if err := json.Unmarshal([]byte(`{"calendar":`+calderdale+`}`), &r); err != nil {
		t.Fatal(err)
	}
	if raw, err := json.Marshal(r); err != nil || string(raw) != `{"calendar":`+calderdale+`}` {
		t.Errorf("written as %s, %v", raw, err)
	}
	if raw, err := json.Marshal(*r.Calendar); err != nil || string(raw) != calderdale {
		t.Errorf("a calendar that is no pointer is written as %s, %v", raw, err)
	}
	if err := json.Unmarshal([]byte(`{"calendar":{"key":"calderdale"}}`), &r); !errors.Is(err, workday.ErrBody) {
		t.Errorf("a half calendar: got %v, want ErrBody", err)
	}
	if r.Calendar.Version != 3 {
		t.Error("a refused body changed the calendar")
	}
}

// Whatever the bytes, Parse answers, and what it accepts it writes and reads again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(calderdale))
	for _, pack := range packs.Calendars() {
		f.Add(pack.Body)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := workday.Parse(raw)
		if err != nil {
			if !errors.Is(err, workday.ErrBody) || c != nil {
				t.Fatalf("got %v, %v", c, err)
			}
			return
		}
		again, err := workday.Parse(c.Body())
		if err != nil || again.Hash() != c.Hash() {
			t.Fatalf("accepted, but its body is refused or another: %v\n%s", err, c.Body())
		}
	})
}
