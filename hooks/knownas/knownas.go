package knownas

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Person is what a record says of who somebody is. Days are YYYY-MM-DD or empty.
type Person struct {
	ID, Name, CalledBy string
	Child              bool
	Born, Expected     string
	Order              int // of birth, among those of one birth; 0 where nobody wrote it down
}

// As is what one person is called where nobody else is near: what they answer to, or the
// whole name, or words for one who has none.
func (p Person) As(today string) string {
	switch {
	case strings.TrimSpace(p.CalledBy) != "":
		return strings.TrimSpace(p.CalledBy)
	case strings.TrimSpace(p.Name) != "":
		return strings.TrimSpace(p.Name)
	}
	return p.words(today)
}

// Whole is the whole name, or the same words.
func (p Person) Whole(today string) string {
	if strings.TrimSpace(p.Name) == "" {
		return p.As(today)
	}
	return strings.TrimSpace(p.Name)
}

func (p Person) words(today string) string {
	expected := p.Expected
	if expected == "" && p.Born > today {
		expected = p.Born
	}
	switch who := map[bool]string{true: "Child", false: "Adult"}[p.Child]; {
	case expected != "" && (p.Born == "" || p.Born > today):
		return "Unborn baby, expected in " + said(expected, "January 2006")
	case p.Born != "":
		return who + ", born " + said(p.Born, "2 January 2006") + ", name not known"
	default:
		return who + ", name not known"
	}
}

// Apart is what several people are called in one list, in their order, no two alike: by
// what they answer to, then by the whole name, then by what else is on record of them.
func Apart(people []Person, today string) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.As(today)
	}
	alike(out, func(i int) string { return people[i].Whole(today) })
	alike(out, func(i int) string {
		if p := people[i]; p.Order > 0 {
			return out[i] + ", " + ordinal(p.Order) + " born"
		}
		return out[i]
	})
	alike(out, func(i int) string {
		if p := people[i]; p.Born != "" && !strings.Contains(out[i], "born") {
			return out[i] + ", born " + said(p.Born, "2 January 2006")
		}
		return out[i]
	})
	for range 2 { // somebody may be called what the first number made of another
		alike(out, func(i int) string { return out[i] + fmt.Sprintf(" (%d)", place(people, i, out[i], out)) })
	}
	return out
}

// In is what people are called in a sentence that goes to somebody: what they answer to,
// or the whole name where two would be called alike. Nobody's birth is told there.
func In(people []Person, today string) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.As(today)
	}
	alike(out, func(i int) string { return people[i].Whole(today) })
	return out
}

// alike says anew those who would be called the same.
func alike(names []string, anew func(int) string) {
	count := map[string]int{}
	for _, n := range names {
		count[key(n)]++
	}
	said := slices.Clone(names)
	for i, n := range names {
		if count[key(n)] > 1 {
			said[i] = anew(i)
		}
	}
	copy(names, said)
}

// place is somebody's place, from one, among those of one name: by the record, so that it
// stays with them.
func place(people []Person, i int, name string, names []string) int {
	n := 1
	for j := range people {
		if key(names[j]) == key(name) && people[j].ID < people[i].ID {
			n++
		}
	}
	return n
}

// key is a name as far as a reader tells it from another.
func key(name string) string {
	return cases.Fold().String(norm.NFC.String(strings.Join(strings.Fields(name), " ")))
}

func ordinal(n int) string {
	if words := []string{"", "first", "second", "third", "fourth", "fifth", "sixth"}; n < len(words) {
		return words[n]
	}
	return fmt.Sprintf("%dth", n)
}

func said(day, form string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format(form)
}
