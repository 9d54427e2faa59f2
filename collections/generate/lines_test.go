package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What fits on a line stands on one, in the order in which it came; what does not is laid out,
// and no text is cut.
func TestWhatFitsOnALineStandsOnOne(t *testing.T) {
	long := strings.Repeat("word ", 30)
	got, err := inLines([]byte(`{"z":{"type":"string","enum":["a","b"]},"a":{"description":"` + long + `","list":[],"none":null,"deep":{"n":1.50,"is":"<&>"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "z": {"type": "string", "enum": ["a", "b"]},
  "a": {
    "description": "` + long + `",
    "list": [],
    "none": null,
    "deep": {"n": 1.50, "is": "<&>"}
  }
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if _, err := inLines([]byte(`{"a":`)); err == nil {
		t.Error("half of an object is written")
	}
}
