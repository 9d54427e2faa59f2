package coordinate

import (
	"slices"
	"time"
)

// filter is one way to narrow a list: to a choice or, of days, from or until one.
type filter struct {
	id, label string // without a label only a link asks for it
	all       string // said of choosing nothing; empty: the first choice is meant
	fixed     []choice
	there     func(*visit) ([]choice, error) // or what there is to choose from; nothing fits another
	is        string                         // the condition, over what was chosen
	cases     map[string]string              // the conditions of choices that have their own
	day       bool
	pageAlone bool // the file is not narrowed by it
}

// choice is one entry of a list to choose from.
type choice struct{ ID, Name string }

// narrowing is the form above a list.
type narrowing struct {
	search
	Caption, Found string
	Filters        []narrower
}

// narrower is one field of it.
type narrower struct {
	field
	All, Most string // Most is the last day that can be chosen
	Options   []choice
}

// Here is the list's own address.
func (n narrowing) Here() string { return n.path }

// narrowed reports whether anything was asked for.
func (n narrowing) narrowed() bool {
	return n.Asked("q") != "" || slices.ContainsFunc(n.Filters, func(f narrower) bool { return f.Value != "" })
}

// read is what the address says of the filter. A choice that is none is passed over.
func (f filter) read(v *visit, s search) (narrower, error) {
	n := narrower{field: field{ID: f.id, Label: f.label, Value: s.Asked(f.id), Kind: "choice"}, All: f.all, Options: f.fixed}
	switch {
	case f.day:
		n.Kind = "date"
		if _, err := time.Parse(time.DateOnly, n.Value); n.Value != "" && err != nil {
			n.Bad = "Enter a day, such as 2026-03-31"
		}
	case f.there != nil:
		var err error
		n.Options, err = f.there(v)
		return n, err
	case f.fixed != nil && !slices.ContainsFunc(f.fixed, func(c choice) bool { return c.ID == n.Value }):
		if n.Value = ""; f.all == "" {
			n.Value = f.fixed[0].ID
		}
	}
	return n, nil
}

// condition is what holds of the rows that are chosen, empty when all are.
func (f filter) condition(chosen string) string {
	if chosen == "" {
		return ""
	}
	if is, ok := f.cases[chosen]; ok {
		return is
	}
	return f.is
}

// always is the same to choose from for everybody.
func always(list []choice) func(*visit) ([]choice, error) {
	return func(*visit) ([]choice, error) { return list, nil }
}

// named are stages to choose from.
func named(stages []stage) (out []choice) {
	for _, s := range stages {
		out = append(out, choice{s.Value, s.Name})
	}
	return out
}

// choices asks the store what there is to choose from: an id and a name in each row,
// of what the visitor sees.
func (v *visit) choices(query string, seen terms) (out []choice, err error) {
	err = v.App.ConcurrentDB().NewQuery(query).Bind(seen.params).All(&out)
	for i := range out {
		out[i].Name = alone(out[i].Name)
	}
	return out, err
}
