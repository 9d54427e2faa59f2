package migrations

import "slices"

// Between is the step that leads from some collections to others. What goes is refused by a
// store that holds it, unless lose names it: a collection, or collection.field.
func Between(was, now []Shape, lose ...string) (step Step) {
	ids := map[any]Shape{}
	for _, s := range was {
		ids[s["id"]] = s
	}
	for _, s := range now {
		before, known := ids[s["id"]]
		delete(ids, s["id"])
		if !known {
			step.Add = append(step.Add, s.short())
		} else if c := between(before, s, lose); c != nil {
			step.Change = append(step.Change, *c)
		}
	}
	for _, s := range was {
		if ids[s["id"]] == nil {
			continue
		}
		if slices.Contains(lose, s.name()) {
			step.Lose = append(step.Lose, s.name())
		} else {
			step.Drop = append(step.Drop, s.name())
		}
	}
	return step
}

// between is what changed of one collection, or nil.
func between(was, now Shape, lose []string) *Change {
	c := Change{Collection: was.name(), Options: Shape{}}
	lost := func(field string) bool { return slices.Contains(lose, was.name()+"."+field) }
	for key, value := range now {
		if key != "fields" && key != "indexes" && !alike(was[key], value) {
			c.Options[key] = value
		}
	}
	for key := range was {
		if _, still := now[key]; !still {
			c.Options[key] = nil
		}
	}
	if !alike(was["indexes"], now["indexes"]) {
		c.Indexes = now.indexes()
		c.Unindexed = len(c.Indexes) == 0
	}
	stand := was.fields()
	for _, f := range was.fields() {
		i := at(now.fields(), f.name())
		if i >= 0 && now.fields()[i]["type"] == f["type"] {
			continue
		}
		if lost(f.name()) {
			c.Lose = append(c.Lose, f.name())
		} else {
			c.Drop = append(c.Drop, f.name())
		}
		stand = slices.DeleteFunc(stand, func(s Shape) bool { return s.name() == f.name() })
	}
	after := ""
	for i, f := range now.fields() {
		j := at(stand, f.name())
		set := shortField(f)
		switch {
		case j != i: // it comes, or moves
			set["after"] = after
			if j >= 0 {
				stand = slices.Delete(stand, j, j+1)
			}
			stand = slices.Insert(stand, i, f)
			c.Set = append(c.Set, set)
		case !alike(shortField(stand[j]), set):
			if narrower(stand[j], f) && lost(f.name()) {
				c.Lose = append(c.Lose, f.name())
			}
			c.Set = append(c.Set, set)
		}
		after = f.name()
	}
	if len(c.Options)+len(c.Set)+len(c.Drop)+len(c.Lose)+len(c.Indexes) == 0 && !c.Unindexed {
		return nil
	}
	return &c
}

// narrower reports whether a field that held several keeps only one.
func narrower(was, now Shape) bool {
	before, _ := was["maxSelect"].(float64)
	after, _ := now["maxSelect"].(float64)
	return before > 1 && after <= 1
}

// Gone is what a step takes away where it holds nothing.
func (s Step) Gone() (out []string) {
	for _, c := range s.Change {
		for _, field := range c.Drop {
			out = append(out, c.Collection+"."+field)
		}
	}
	return append(out, s.Drop...)
}
