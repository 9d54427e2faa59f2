package pathway

import "fmt"

// reach finds states nobody can come to, and states nobody can get out of to an end.
func (t *Template) reach(f *faults) {
	edges := t.edges()
	reached := spread(edges, []int{t.index.begins}) // a way back leads nowhere new
	t.addWaysBack(edges)
	var ends []int
	for s := range t.States {
		if t.States[s].Ends != "" {
			ends = append(ends, s)
		}
	}
	if len(ends) == 0 {
		f.add("states", "none ends the pathway")
	}
	out := spread(turned(edges), ends)
	for s := range t.States {
		at := fmt.Sprintf("states[%d]", s)
		if !reached[s] {
			f.add(at, "%q cannot be reached", t.States[s].Key)
		}
		if !out[s] {
			f.add(at, "%q has no way to an end", t.States[s].Key)
		}
		if t.States[s].Ends != "" && len(edges[s]) > 0 {
			f.add(at, "%q ends the pathway, and has a way on", t.States[s].Key)
		}
		if reached[s] && !t.States[s].Remembers && t.goesBack(s) {
			f.add(at, "%q has an event that goes @back, and does not remember from where", t.States[s].Key)
		}
	}
}

// edges are the moves of the template, but for the ways back.
func (t *Template) edges() []map[int]bool {
	edges := make([]map[int]bool, len(t.States))
	for s := range edges {
		edges[s] = map[int]bool{}
		for _, rows := range t.index.rows[s] {
			for _, r := range rows {
				if to, ok := t.index.state[t.Transitions[r].To]; ok && to != s {
					edges[s][to] = true
				}
			}
		}
	}
	return edges
}

// addWaysBack adds, for a state with a way back, an edge to each that leads in.
func (t *Template) addWaysBack(edges []map[int]bool) {
	in := turned(edges)
	for s := range edges {
		if !t.goesBack(s) {
			continue
		}
		for from := range in[s] {
			edges[s][from] = true
		}
	}
}

func (t *Template) goesBack(s int) bool {
	for _, rows := range t.index.rows[s] {
		for _, r := range rows {
			if t.Transitions[r].To == back {
				return true
			}
		}
	}
	return false
}

func turned(edges []map[int]bool) []map[int]bool {
	out := make([]map[int]bool, len(edges))
	for s := range out {
		out[s] = map[int]bool{}
	}
	for s := range edges {
		for to := range edges[s] {
			out[to][s] = true
		}
	}
	return out
}

func spread(edges []map[int]bool, from []int) []bool {
	seen := make([]bool, len(edges))
	for len(from) > 0 {
		s := from[len(from)-1]
		from = from[:len(from)-1]
		if seen[s] {
			continue
		}
		seen[s] = true
		for to := range edges[s] {
			from = append(from, to)
		}
	}
	return seen
}
