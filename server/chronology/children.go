package chronology

import (
	"slices"

	"holdfast/hooks/chronology"
	"holdfast/hooks/family"
)

// children are those of the case that is read, as a reader tells them apart.
type children struct {
	names map[string]string // by the record that stands for each
	one   map[string]string // that record, by each of a child's
	only  string            // the one child of the case, where there is but one
}

// meet reads who the children of the case are, and takes the child that is asked about
// under whichever of their records.
func (r *reading) meet() error {
	names, one, err := family.ChildrenNamed(r.App, r.caseID)
	if err != nil {
		return err
	}
	r.children = children{names: names, one: one}
	for id := range names {
		if len(names) == 1 {
			r.children.only = id
		}
	}
	if stands := one[r.filter.Child]; stands != "" {
		r.filter.Child = stands
	}
	return nil
}

// settle names each child of a row by the one record that stands for them. A child's own
// words that name nobody are the only child's.
func (r *reading) settle(row *chronology.Row) {
	for i, id := range row.Children {
		if stands := r.children.one[id]; stands != "" {
			row.Children[i] = stands
		}
	}
	slices.Sort(row.Children)
	row.Children = slices.Compact(row.Children)
	if row.Voice && len(row.Children) == 0 && r.children.only != "" {
		row.Children = []string{r.children.only}
	}
}
