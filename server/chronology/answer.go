package chronology

import (
	"encoding/json"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/chronology"
	contract "holdfast/mobile-contract"
)

// merged is every source of the case, from where the reader stands.
func (r *reading) merged(batch int) chronology.Source {
	open := make([]chronology.Source, len(sources))
	for i := range sources {
		open[i] = r.open(i, batch)
	}
	return chronology.Merge(open, r.order)
}

// page is one page as JSON.
func page(r *reading) (answer, error) {
	p, err := chronology.Cut(r.merged(r.limit+1), r.filter, r.limit, maxLookedAt)
	if err != nil {
		return answer{}, err
	}
	rows, err := r.named(p.Rows)
	if err != nil {
		return answer{}, err
	}
	out := contract.ChronologyAnswer{Rows: rows, More: p.More}
	if p.More {
		out.Next = p.Next.String()
	}
	body, err := json.Marshal(out)
	return answer{kind: "application/json", body: body, rows: len(rows)}, err
}

// patterns is what happened again and again. It reads the whole case: that is its
// point.
func patterns(r *reading) (answer, error) {
	found, rows, err := r.patterns()
	if err != nil {
		return answer{}, err
	}
	out := contract.PatternsAnswer{Patterns: make([]contract.ChronologyPattern, len(found))}
	for i, p := range found {
		refs := make([]contract.ChronologyRef, len(p.Rows))
		for j, ref := range p.Rows {
			refs[j] = contract.ChronologyRef(ref)
		}
		out.Patterns[i] = contract.ChronologyPattern{
			Tag: p.Tag, Kind: p.Kind, Count: p.Count, First: p.First, Last: p.Last, LongestGap: p.LongestGap, Rows: refs,
		}
	}
	body, err := json.Marshal(out)
	return answer{kind: "application/json", body: body, rows: rows}, err
}

func (r *reading) patterns() (found []chronology.Pattern, rows int, err error) {
	r.order, r.after = chronology.Oldest, chronology.Place{}
	all := r.merged(maxRows)
	counted := func() (chronology.Row, bool, error) {
		row, more, err := all()
		for more && err == nil && row.On > today() { // what is planned has not happened again yet
			row, more, err = all()
		}
		if more && r.filter.Admits(&row) {
			rows++
		}
		return row, more, err
	}
	found, err = chronology.Patterns(counted, r.filter)
	return found, rows, err
}

// everything is the whole chronology that is asked for, oldest first unless asked
// otherwise: what a table or a printed page holds.
func (r *reading) everything() ([]contract.ChronologyRow, error) {
	if r.ask.Get("order") == "" {
		r.order = chronology.Oldest
	}
	all := r.merged(maxRows)
	var rows []chronology.Row
	for {
		row, more, err := all()
		if err != nil {
			return nil, err
		}
		if !more {
			return r.named(rows)
		}
		if r.filter.Admits(&row) {
			rows = append(rows, row)
		}
	}
}

// named puts names to the children and agencies of rows, each looked up once.
func (r *reading) named(rows []chronology.Row) ([]contract.ChronologyRow, error) {
	ids, seen := []any{}, map[string]bool{}
	for i := range rows {
		if id := rows[i].Agency; id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	agencies, err := r.names("agencies", dbx.HashExp{"id": ids})
	if err != nil {
		return nil, err
	}
	out := make([]contract.ChronologyRow, len(rows))
	for i := range rows {
		row := &rows[i]
		c := contract.ChronologyRow{
			Kind: row.Kind, ID: row.ID, On: row.On, Until: row.Until, Words: row.Words, Source: row.Source, Method: row.Method, Impact: row.Impact,
			Action: row.Action, Children: []contract.Named{}, Tags: append([]string{}, row.Tags...),
		}
		if len(row.Key) > len("2006-01-02") {
			c.At = row.Key
		}
		if row.Agency != "" {
			c.Agency = &contract.Named{ID: row.Agency, Name: agencies[row.Agency]}
		}
		for _, id := range row.Children {
			if name, ours := r.children.names[id]; ours { // a child of another case is not named here
				c.Children = append(c.Children, contract.Named{ID: id, Name: name})
			}
		}
		out[i] = c
	}
	return out, nil
}

func (r *reading) names(noun string, of dbx.Expression) (map[string]string, error) {
	var rows []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	if err := r.App.ConcurrentDB().Select("id", "name").From(noun).Where(of).All(&rows); err != nil {
		return nil, err
	}
	out := make(map[string]string, len(rows))
	for _, n := range rows {
		out[n.ID] = n.Name
	}
	return out, nil
}
