package reply_test

import (
	"encoding/json"
	"strings"
	"testing"

	"holdfast/hooks/reply"
)

func TestWhatIsNoTextIsFoundInRawJSON(t *testing.T) {
	for raw, why := range map[string]string{
		`{"a":"café 😀 \ud83d\ude00 \\ud800 \u00e9"}`: "",
		`"\"\\"`:                       "",
		"\"caf\xe9\"":                  "not UTF-8",
		"\"\xed\xa0\x80\"":             "not UTF-8", // a surrogate in UTF-8's clothes
		`"nul\u0000"`:                  "NUL",
		"\"nul\x00\"":                  "NUL",
		`"\ud800"`:                     "surrogate",
		`"\ud800x\udc00"`:              "surrogate",
		`"\uDC00"`:                     "surrogate",
		`{"\ud83d":1}`:                 "surrogate",
		`"\ud83d\ud83d\ude00"`:         "surrogate",
		strings.Repeat("[", 65):        "deeper",
		strings.Repeat(`{"a":`, 70):    "deeper",
		`"` + strings.Repeat("[", 99):  "",
		"[" + strings.Repeat("1,", 99): "values",
	} {
		err := reply.JSON([]byte(raw), 90)
		if (err == nil) != (why == "") || (err != nil && !strings.Contains(err.Error(), why)) {
			t.Errorf("%q: %v, wanted %q", raw, err, why)
		}
	}
}

// Whatever the check lets pass, Go reads without replacing a letter.
func FuzzSoundJSONIsReadAsItIsWritten(f *testing.F) {
	for _, seed := range []string{`"\ud83d\ude00"`, `"\ud800"`, "\"\xff\"", `{"a":["\\u0000",1]}`, `"�"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var v any
		if reply.JSON([]byte(raw), 0) != nil || json.Unmarshal([]byte(raw), &v) != nil {
			return
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Count(raw, "\uFFFD") + strings.Count(strings.ToLower(raw), `\ufffd`)
		if got := strings.Count(string(again), "\uFFFD") + strings.Count(string(again), `\ufffd`); got > said {
			t.Errorf("%q is read as %q", raw, again)
		}
		if strings.Contains(string(again), `\u0000`) && !strings.Contains(string(again), `\\u0000`) {
			t.Errorf("%q holds a NUL", raw)
		}
	})
}
