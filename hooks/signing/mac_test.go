package signing_test

import (
	"testing"

	"holdfast/server/demo/demotest"
)

// A MAC that somebody cut shorter is easier to hit: of less than 128 bits none counts.
func TestAShortenedMACIsNotTooShort(t *testing.T) {
	keys := load(t, demotest.App(t))
	whole := keys.MAC("link", "somebody")
	for n := range len(whole) + 1 {
		if good := keys.Checks(whole[:n], "link", "somebody"); good != (n >= 16) {
			t.Errorf("%d bytes: %v", n, good)
		}
	}
	if keys.Checks(whole, "link", "somebody else") || keys.Checks(append(whole, 0), "link", "somebody") {
		t.Error("another's, or one that goes on, counts")
	}
}
