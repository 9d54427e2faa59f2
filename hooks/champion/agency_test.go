package champion

import (
	"fmt"
	"testing"
)

func TestPartnersAreWhatTheyWereThen(t *testing.T) {
	now := []AgencyLine{{Agency{ID: "b", Headcount: 9}, true, on("2026-01-01")}, {Agency{ID: "a", Headcount: 90}, false, on("2026-01-01")}}
	lines := []AgencyLine{
		{Agency{ID: "a", Headcount: 20}, true, on("2026-02-01")},
		{Agency{ID: "a", Headcount: 90}, true, on("2026-03-01")},
		{Agency{ID: "a", Headcount: 90}, false, on("2026-05-01")},
	}
	for day, want := range map[string]string{
		"2025-01-01": "b9 a20 ", "2026-02-28": "b9 a20 ", "2026-03-01": "b9 a90 ", "2026-04-30": "b9 a90 ", "2026-05-01": "b9 ",
	} {
		got := ""
		for _, a := range Partners(now, lines, on(day)) {
			got += fmt.Sprint(a.ID, a.Headcount, " ")
		}
		if got != want {
			t.Errorf("on %s: %q, want %q", day, got, want)
		}
	}
}
