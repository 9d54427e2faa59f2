package knownas_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/hooks/knownas"
)

const today = "2026-11-20"

// Nobody is called by the first word of their name (B11), and twins of one name are told
// apart by what is on record of them.
func TestANameIsNeverTakenApart(t *testing.T) {
	people := []knownas.Person{
		{ID: "a", Name: "Nguyễn Thị Hạnh", Child: true},
		{ID: "b", Name: "Anna Maria Kowalska", CalledBy: "Anna", Child: true},
		{ID: "c", Name: "Anna Sofia Kowalska", CalledBy: "Anna", Child: true},
		{ID: "d", Name: "SMITH, Peter", Child: true},
		{ID: "e", Name: "  Leading Space", Child: true},
		{ID: "f", Expected: "2027-03-10", Child: true},
		{ID: "g", Born: "2025-03-10", Child: true},
		{ID: "h", CalledBy: "Nan's friend"},
	}
	want := []string{
		"Nguyễn Thị Hạnh", "Anna Maria Kowalska", "Anna Sofia Kowalska", "SMITH, Peter", "Leading Space",
		"Unborn baby, expected in March 2027", "Child, born 10 March 2025, name not known", "Nan's friend",
	}
	if got := knownas.Apart(people, today); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for name, c := range map[string]struct {
		twins []knownas.Person
		want  []string
	}{
		"by their order":    {[]knownas.Person{{ID: "b", Name: "Zsa Zsa", Order: 2}, {ID: "a", Name: "zsa  zsa", Order: 1}}, []string{"Zsa Zsa, second born", "zsa  zsa, first born"}},
		"one order is none": {[]knownas.Person{{ID: "b", Name: "Jo", Order: 2}, {ID: "a", Name: "Jo"}}, []string{"Jo, second born", "Jo"}},
		"by their birth":    {[]knownas.Person{{ID: "b", Name: "Jo", Born: "2020-01-02"}, {ID: "a", Name: "Jo", Born: "2022-01-02"}}, []string{"Jo, born 2 January 2020", "Jo, born 2 January 2022"}},
		"by their record":   {[]knownas.Person{{ID: "b", Name: "Jo"}, {ID: "a", Name: "Jo"}}, []string{"Jo (2)", "Jo (1)"}},
		"unborn twins":      {[]knownas.Person{{ID: "b", Expected: "2027-03-10", Order: 2}, {ID: "a", Expected: "2027-03-10", Order: 1}}, []string{"Unborn baby, expected in March 2027, second born", "Unborn baby, expected in March 2027, first born"}},
	} {
		if got := knownas.Apart(c.twins, today); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := knownas.In(people[1:3], today); !slices.Equal(got, want[1:3]) {
		t.Errorf("in a letter: %q", got)
	}
}

// However people are recorded, no two of a list are called alike and nobody is nameless.
func TestNoTwoOfAListAreCalledAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := make([]knownas.Person, rapid.IntRange(0, 6).Draw(t, "people"))
		for i := range people {
			people[i] = knownas.Person{
				ID: string(rune('a' + i)), Name: rapid.SampledFrom([]string{"", " ", "Jo", "jo", "Jo Ray", "Jo (1)"}).Draw(t, "name"),
				CalledBy: rapid.SampledFrom([]string{"", "Jo"}).Draw(t, "called"), Order: rapid.IntRange(0, 2).Draw(t, "order"),
				Born: rapid.SampledFrom([]string{"", "2020-01-02", "2027-03-01"}).Draw(t, "born"),
			}
		}
		names := knownas.Apart(people, today)
		for i := range names {
			names[i] = strings.ToLower(names[i])
		}
		slices.Sort(names)
		if slices.Contains(names, "") || len(slices.Compact(slices.Clone(names))) != len(people) {
			t.Fatalf("%q", names)
		}
	})
}
