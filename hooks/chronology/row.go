package chronology

import (
	"slices"
	"time"
)

// Row is one thing that happened, in words the family may read (domain 10).
type Row struct {
	Kind     string   // what kind of record it is: attempt, note, meeting …
	ID       string   // that record's id
	Key      string   // when, as text that sorts: a day, or a day and a time in UTC
	On       string   // the local day, YYYY-MM-DD; the first of a period
	Until    string   // the last day of a period, or empty
	Words    string   // what happened
	Method   string   // how a child told it: words, drawing, play …, or empty
	Voice    bool     // a child's own: said, or shown by other means
	Source   string   // what it rests on: seen_by_worker, said_by_child …, or empty
	Impact   string   // positive, negative or neutral, for the child
	Action   string   // what was done about it
	Agency   string   // id of the agency that recorded it
	Children []string // ids of the children it names; none means the household
	Tags     []string

	place int // of its source among the sources
}

// Filter is what a reader asks for; an empty member asks nothing.
type Filter struct {
	Child, Kind, Agency, Tag, Impact string
	Voice                            bool   // only what is a child's own
	From, Until                      string // days, both included
}

// Admits says whether a row is asked for. What names no child concerns the whole
// household, and so each child of it; a period is asked for by any day of it.
func (f Filter) Admits(r *Row) bool {
	is := func(asked, have string) bool { return asked == "" || asked == have }
	last := max(r.On, r.Until)
	return (!f.Voice || r.Voice) && is(f.Kind, r.Kind) && is(f.Agency, r.Agency) && is(f.Impact, r.Impact) &&
		(f.Tag == "" || slices.Contains(r.Tags, f.Tag)) &&
		(f.Child == "" || len(r.Children) == 0 || slices.Contains(r.Children, f.Child)) &&
		(f.From == "" || last >= f.From) && (f.Until == "" || r.On <= f.Until)
}

// days is how many days lie between two, 0 where either is none.
func days(from, to string) int {
	a, err := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	if err != nil || err2 != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}
