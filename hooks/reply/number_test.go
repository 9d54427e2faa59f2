package reply_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/hooks/reply"
)

func TestWhichJSONAFieldTakes(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for raw, why := range map[string]string{
		`{"a":[1,-2.50,0.1,1e3,0.30000000000000004,9007199254740992,-0,0.000]}`: "",
		`"447700900123456789012"`:    "", // as text it keeps them
		`[447700900123456789012]`:    "digits",
		`9007199254740993`:           "digits",
		`-9007199254740994`:          "digits", // no reader is wrong about it, and the next is lost
		`0.1234567890123456789`:      "digits",
		`1e400`:                      "digits",
		`{"a":1e300}`:                "digits",
		`1.0000000000000000000`:      "",
		`100000000000000000000e-5`:   "",
		`{"1e999":"1e999 \" 1e999"}`: "",
		deep(32):                     "",
		deep(33):                     "deeper than 32",
	} {
		err := reply.Field([]byte(raw))
		if (err == nil) != (why == "") || (err != nil && !strings.Contains(err.Error(), why)) {
			t.Errorf("%s: %v, wanted %q", raw, err, why)
		}
	}
}

// Whatever a phone writes from a number of its own, is taken, and comes back as it was.
func TestEveryNumberThatAPhoneHoldsIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(-1<<53, 1<<53).Draw(t, "f")
		for _, form := range []byte{'e', 'f', 'g'} {
			text := strconv.FormatFloat(f, form, -1, 64)
			if err := reply.Field([]byte(text)); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var back float64
			if json.Unmarshal([]byte(text), &back) != nil || back != f {
				t.Fatal(text)
			}
		}
	})
}
