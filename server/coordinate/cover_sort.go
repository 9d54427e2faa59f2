package coordinate

import (
	"cmp"
	"slices"
	"strings"
)

// coverColumns are what the tables of coverage can be sorted by. The first is how they
// come: what needs somebody most, which is no column of its own.
var coverColumns = []string{"need", "name", "locality", "agencies", "staff", "active", "target", "gap", "none", "year", "rating"}

// coverOrder says which of two rows comes first by a column.
var coverOrder = map[string]func(a, b coverRow) int{
	"name":     func(a, b coverRow) int { return compareNames(a.Name, b.Name) },
	"locality": func(a, b coverRow) int { return compareNames(a.Locality, b.Locality) },
	"agencies": func(a, b coverRow) int { return a.Agencies - b.Agencies },
	"staff":    func(a, b coverRow) int { return a.Headcount - b.Headcount },
	"active":   func(a, b coverRow) int { return a.Active - b.Active },
	"target":   func(a, b coverRow) int { return a.Target - b.Target },
	"gap":      func(a, b coverRow) int { return a.Gap() - b.Gap() },
	"none":     func(a, b coverRow) int { return a.None - b.None },
	"year":     func(a, b coverRow) int { return (a.Active - a.Before) - (b.Active - b.Before) },
	"rating":   func(a, b coverRow) int { return cmp.Or(toneRank[a.Tone()]-toneRank[b.Tone()], b.Gap()-a.Gap()) },
}

// toneRank puts the worst rating first.
var toneRank = map[string]int{"red": 0, "yellow": 1, "green": 2}

func compareNames(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

// sorted are rows as the address asks for them; rows that are equal there stay as they
// were. The rows themselves are left as they stand.
func sorted[R any](s search, rows []R, as func(R) coverRow) []R {
	order := coverOrder[s.Sort]
	if order == nil {
		return rows
	}
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b R) int {
		if s.Down {
			a, b = b, a
		}
		return order(as(a), as(b))
	})
	return out
}

func (r coverRow) as() coverRow { return r }

// as is a target group as it is sorted: one without a target has no gap and no rating,
// and comes where one that needs nobody does.
func (r groupRow) as() coverRow {
	row := coverRow{Name: r.Name, Active: r.Serving, Target: r.Target, Before: r.Before}
	if !r.Wanted {
		row.Target = -1
	}
	return row
}
