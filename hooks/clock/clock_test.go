package clock

import (
	"testing"
	"time"
)

func TestATimeIsReadOrIsNone(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-20T09:00:00Z":         "2026-11-20T09:00:00Z",
		"2026-11-20t09:00:00.5z":       "2026-11-20T09:00:00.5Z",
		"2026-11-20T09:00:00+01:00":    "2026-11-20T08:00:00Z",
		"9999-12-31T23:59:59.999Z":     "9999-12-31T23:59:59.999Z",
		"0001-01-01T00:00:00Z":         "0001-01-01T00:00:00Z",
		"":                             "",
		"yesterday":                    "",
		"+010000-01-01T00:00:00.000Z":  "", // what a script engine writes of the year 10000
		"2026-01-01T23:59:60Z":         "", // a leap second
		"9999-12-31T23:59:59-14:00":    "", // the year 10000 here
		"0001-01-01T00:00:00+14:00":    "", // and the year 0
		"2026-11-20 09:00:00.000Z":     "",
		"2026-11-20T09:00:00.000Z\x00": "",
		"1763629200":                   "",
		"0000-00-00T00:00:00Z":         "",
		"２０２６-11-20T09:00:00Z":         "",
	} {
		got, ok := Read(text)
		if ok != (want != "") || ok && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %v, want %q", text, got, ok, want)
		}
	}
}

func TestASkewIsInWholeSecondsOrNotAtAll(t *testing.T) {
	received := time.Date(2026, 11, 20, 9, 0, 0, 400e6, time.UTC)
	for sent, want := range map[string]int64{
		"2026-11-20T09:00:00.000Z": 0,
		"2026-11-20T08:59:59.900Z": 1,  // half a second and more is one
		"2026-11-20T09:00:01.000Z": -1, // ahead
		"2026-11-20T08:00:00.400Z": 3600,
		"1970-01-01T00:00:00.400Z": received.Unix(),
		"9999-12-31T23:59:59.400Z": received.Unix() - 253402300799,
		"0001-01-01T00:00:00.400Z": received.Unix() + 62135596800,
	} {
		if got := Skew(sent, received); got == nil || *got != want {
			t.Errorf("%s: %v, want %d", sent, got, want)
		}
	}
	for _, sent := range []string{"", "soon", "+010000-01-01T00:00:00.000Z"} {
		if got := Skew(sent, received); got != nil {
			t.Errorf("%q: %d", sent, *got)
		}
	}
}
