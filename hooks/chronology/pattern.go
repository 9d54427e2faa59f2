package chronology

import (
	"cmp"
	"slices"
	"strings"
)

// Pattern is the same thing again and again, whatever lies between.
type Pattern struct {
	Tag        string // the tag; empty where it is of the same kind only
	Kind       string // the kind, where there is no tag
	Count      int
	First      string // days
	Last       string
	LongestGap int   // in days, between two that follow one another
	Rows       []Ref // the first hundred
}

// Ref names a row.
type Ref struct{ Kind, ID, On string }

const maxRefs = 100

// daily are the kinds of record that everybody writes: many of them say that people work,
// not that something recurs.
var daily = map[string]bool{"note": true, "entry": true, "letter": true, "evidence": true, "event": true, "seen": true, "notice": true}

// Patterns groups rows, given oldest first, by each of their tags, or by their kind
// where they have none. What happened once is no pattern.
func Patterns(s Source, f Filter) ([]Pattern, error) {
	found := map[[2]string]*Pattern{}
	for {
		r, more, err := s()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		if !f.Admits(&r) {
			continue
		}
		if len(r.Tags) == 0 && !daily[r.Kind] {
			add(found, "", r.Kind, &r)
		}
		for _, tag := range r.Tags {
			add(found, tag, "", &r)
		}
	}
	out := []Pattern{}
	for _, p := range found {
		if p.Count > 1 {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b Pattern) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Tag, b.Tag), strings.Compare(a.Kind, b.Kind))
	})
	return out, nil
}

func add(found map[[2]string]*Pattern, tag, kind string, r *Row) {
	p, there := found[[2]string{tag, kind}]
	if !there {
		p = &Pattern{Tag: tag, Kind: kind, First: r.On, Last: r.On}
		found[[2]string{tag, kind}] = p
	}
	p.Count++
	p.LongestGap = max(p.LongestGap, days(p.Last, r.On))
	p.Last = max(p.Last, r.On)
	if len(p.Rows) < maxRefs {
		p.Rows = append(p.Rows, Ref{r.Kind, r.ID, r.On})
	}
}
