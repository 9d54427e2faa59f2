package packs_test

import (
	"encoding/json"
	"slices"
	"testing"

	"holdfast/collections/packs"
)

func TestCalendarsAreTheThreeDivisionsInOrder(t *testing.T) {
	var keys []string
	for _, c := range packs.Calendars() {
		keys = append(keys, c.Key)
		var body struct{ Key, Division string }
		if err := json.Unmarshal(c.Body, &body); err != nil {
			t.Fatalf("%s: %v", c.Key, err)
		}
		if body.Key != c.Key || body.Division != c.Key {
			t.Errorf("file %s.json holds calendar %q of division %q", c.Key, body.Key, body.Division)
		}
	}
	if want := []string{"england-and-wales", "northern-ireland", "scotland"}; !slices.Equal(keys, want) {
		t.Errorf("keys are %v, want %v", keys, want)
	}
}

func TestCalendarBytesAreTheCallersOwn(t *testing.T) {
	packs.Calendars()[0].Body[0] = 'x'
	if got := packs.Calendars()[0].Body[0]; got != '{' {
		t.Errorf("a caller's change is in the next caller's bytes: first byte %q", got)
	}
}
