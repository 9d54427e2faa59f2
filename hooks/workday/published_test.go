package workday_test

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"

	"holdfast/hooks/workday"
)

// What GOV.UK really listed, year by year, is the judge of the pattern: the
// file was read from copies of its data and never written from ours.
func TestBundleIsWhatGOVUKListed(t *testing.T) {
	raw, err := os.ReadFile("testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	var published struct {
		Divisions map[string]map[string][]workday.Day
	}
	if err := json.Unmarshal(raw, &published); err != nil {
		t.Fatal(err)
	}
	for key, c := range bundled(t) {
		for year := bundleFrom; year <= 2028; year++ {
			var got []workday.Day
			for d := range c.Holidays {
				if d.Year() == year {
					got = append(got, d)
				}
			}
			slices.SortFunc(got, workday.Day.Compare)
			if want := published.Divisions[key][strconv.Itoa(year)]; !slices.Equal(got, want) {
				t.Errorf("%s %d:\ngot       %v\npublished %v", key, year, got, want)
			}
		}
	}
}
