package gate

import (
	"net/url"
	"os"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

var (
	operators = []string{"=", "!=", ">", ">=", "<", "<=", "~", "!~", "?=", "?!=", "?>", "?>=", "?<", "?<=", "?~", "?!~"}
	modifiers = []string{"", ":length", ":each", ":lower", ":isset", ":changed"}
)

// joins are the steps that PocketBase would follow from a collection's records to others:
// forward by a relation of its own, and backwards by one of theirs.
func joins(all map[string]*core.Collection) map[string]map[string]string {
	out := map[string]map[string]string{} // collection id -> step -> collection id
	step := func(from, name, to string) {
		if out[from] == nil {
			out[from] = map[string]string{}
		}
		out[from][name] = to
	}
	for _, c := range all {
		for _, f := range c.Fields {
			if rel, ok := f.(*core.RelationField); ok {
				step(c.Id, rel.Name, rel.CollectionId)
				step(rel.CollectionId, c.Name+"_via_"+rel.Name, c.Id)
			}
		}
	}
	return out
}

// Every path of one and two joins, from every collection, with every field at its end,
// every operator and every modifier, on either side, as a sort and as an expand: refused.
// It is made of the collections, so that a new one is covered.
func TestNoPathLeadsToOtherRows(t *testing.T) {
	all := map[string]*core.Collection{}
	for _, n := range collections.All() {
		c := n.Collection()
		all[c.Id] = c
	}
	steps := joins(all)
	tried, paths, each := 0, 0, len(operators)*2 // over the fields and the paths, each with each
	if os.Getenv("HOLDFAST_SOAK") != "" {
		each = len(operators) * len(modifiers)
	}
	try := func(c *core.Collection, path string, end *core.Collection) {
		paths++
		for i := range max(len(end.Fields), each) {
			name := path + "." + end.Fields[i%len(end.Fields)].GetName() + modifiers[(i/len(operators)+paths)%len(modifiers)]
			filter := name + " " + operators[i%len(operators)] + " 'canary%'"
			if i%3 == 0 {
				filter = "id != '' && ('canary' " + operators[i%len(operators)] + " " + name + " || id = '')"
			}
			if list(c, url.Values{"filter": {filter}}) == nil {
				t.Fatalf("%s may be filtered by %s", c.Name, filter)
			}
			tried++
		}
		for _, name := range []string{path, path + ".id", "-" + path + ".created"} {
			if list(c, url.Values{"sort": {name}}) == nil && (path == "" || c.Fields.GetByName(name) == nil) {
				t.Fatalf("%s may be sorted by %s", c.Name, name)
			}
		}
		if _, err := relation(c, url.Values{"expand": {path}}); err == nil && c.Fields.GetByName(path) == nil {
			t.Fatalf("%s may be expanded by %s", c.Name, path)
		}
	}
	for _, c := range all {
		for first, to := range steps[c.Id] {
			try(c, first, all[to])
			for second, end := range steps[to] {
				try(c, first+"."+second, all[end])
			}
		}
		// Within its own rows: no modifier, nothing hidden.
		for _, f := range c.Fields {
			for _, m := range modifiers[1:] {
				if list(c, url.Values{"filter": {f.GetName() + m + " = 1"}}) == nil {
					t.Errorf("%s may be filtered by %s%s", c.Name, f.GetName(), m)
				}
			}
			for _, o := range operators {
				err := list(c, url.Values{"filter": {f.GetName() + o + "'x'"}, "sort": {f.GetName()}})
				address := c.IsAuth() && f.GetName() == core.FieldNameEmail
				if (err == nil) == (f.GetHidden() || f.Type() == core.FieldTypePassword || address) {
					t.Errorf("%s by its own %s: %v", c.Name, f.GetName(), err)
				}
			}
		}
	}
	if paths < 5_000 || tried < 200_000 {
		t.Errorf("only %d paths, tried in %d ways", paths, tried)
	}
	t.Logf("%d paths, tried in %d ways", paths, tried)
}
