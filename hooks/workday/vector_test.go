package workday_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"holdfast/hooks/workday"
)

const vectorFile = "../../mobile-contract/vectors/workday.json"

// vectors is the file a phone author runs too: a member this test does not know
// is an error, so that neither side skips what the other checks.
type vectors struct {
	About     []string
	Calendars []json.RawMessage
	Vectors   []vector
}

type vector struct {
	Name  string
	Given given
	When  string
	Then  then
}

type given struct {
	Calendar string      `json:",omitzero"`
	Day0     workday.Day `json:",omitzero"`
	Day      workday.Day `json:",omitzero"`
	A        workday.Day `json:",omitzero"`
	B        workday.Day `json:",omitzero"`
	Trigger  time.Time   `json:",omitzero"`
	Instant  time.Time   `json:",omitzero"`
	N        int         `json:",omitzero"`
	Hours    int         `json:",omitzero"`
	Body     string      `json:",omitzero"`
}

type then struct {
	Day     workday.Day `json:",omitzero"`
	At      string      `json:",omitzero"`
	Working *bool       `json:",omitzero"`
	Days    *int        `json:",omitzero"`
	Body    string      `json:",omitzero"`
	Hash    string      `json:",omitzero"`
	Error   string      `json:",omitzero"`
}

func TestVectors(t *testing.T) {
	raw, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var file vectors
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 130 {
		t.Errorf("%d vectors: some were lost", len(file.Vectors))
	}
	calendars := bundled(t)
	for _, body := range file.Calendars {
		c, err := workday.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		calendars[c.Key] = c
	}
	names := map[string]bool{}
	for _, v := range file.Vectors {
		if names[v.Name] {
			t.Errorf("two vectors are named %q", v.Name)
		}
		names[v.Name] = true
		t.Run(v.When+"/"+v.Name, func(t *testing.T) {
			c := calendars[v.Given.Calendar]
			if c == nil && v.Given.Calendar != "" {
				t.Fatalf("no calendar %q", v.Given.Calendar)
			}
			got, want := text(t, answer(t, c, v)), text(t, v.Then)
			if got != want {
				t.Errorf("given %s\ngot  %s\nwant %s", text(t, v.Given), got, want)
			}
		})
	}
}

// answer asks the engine and puts its answer in the vector's words.
func answer(t *testing.T, c *workday.Calendar, v vector) then {
	t.Helper()
	var got then
	var err error
	switch g := v.Given; v.When {
	case "within":
		got.Day, err = c.Within(g.Day0, g.N)
	case "deadline":
		var at time.Time
		if at, err = c.Deadline(g.Trigger, g.N); err == nil {
			got.At = utc(at)
		}
	case "hours":
		got.At = utc(workday.Hours(g.Trigger, g.Hours))
	case "date":
		got.Day = workday.Of(g.Instant)
	case "working":
		var working bool
		if working, err = c.IsWorking(g.Day); err == nil {
			got.Working = &working
		}
	case "between":
		var days int
		if days, err = c.Between(g.A, g.B); err == nil {
			got.Days = &days
		}
	case "parse":
		var parsed *workday.Calendar
		if parsed, err = workday.Parse([]byte(g.Body)); err == nil {
			got.Body, got.Hash = string(parsed.Body()), parsed.Hash()
		}
	default:
		t.Fatalf("unknown question %q", v.When)
	}
	got.Error = code(t, err)
	return got
}

// code is the vector's word for an error of the engine.
func code(t *testing.T, err error) string {
	t.Helper()
	switch {
	case err == nil:
		return ""
	case errors.Is(err, workday.ErrOutside):
		return "outside"
	case errors.Is(err, workday.ErrNegative):
		return "negative"
	case errors.Is(err, workday.ErrBody):
		return "refused"
	}
	t.Fatalf("an error of no kind: %v", err)
	return ""
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
