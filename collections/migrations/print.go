package migrations

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Print is a step as a file that people review: every field, rule and index on a line.
func Print(s Step) []byte {
	var b bytes.Buffer
	var parts []string
	list := func(key string, items []string) {
		if len(items) > 0 {
			parts = append(parts, " "+text(key)+": [\n  "+strings.Join(items, ",\n  ")+"\n ]")
		}
	}
	var add, change []string
	for _, c := range s.Add {
		add = append(add, printed(c, "fields"))
	}
	for _, c := range s.Change {
		change = append(change, c.printed())
	}
	list("add", add)
	list("change", change)
	list("drop", each(s.Drop))
	list("lose", each(s.Lose))
	b.WriteString("{\n" + strings.Join(parts, ",\n") + "\n}\n")
	return b.Bytes()
}

func (c Change) printed() string {
	out := Shape{"collection": c.Collection}
	if len(c.Options) > 0 {
		out["options"] = c.Options
	}
	if len(c.Set) > 0 {
		out["set"] = c.Set
	}
	for key, names := range map[string][]string{"drop": c.Drop, "lose": c.Lose, "indexes": c.Indexes} {
		if len(names) > 0 {
			out[key] = names
		}
	}
	if c.Unindexed {
		out["unindexed"] = true
	}
	return printed(out, "set")
}

// first are the keys by which a reader knows what a line is of; where a field stands is last.
var first = []string{"collection", "name", "id", "type"}

// printed is an object with each key on a line, and of its lists each item.
func printed(s Shape, fields string) string {
	var lines []string
	for _, key := range keys(s) {
		line := text(key) + ": "
		switch value := s[key].(type) {
		case []string:
			line += "[\n    " + strings.Join(each(value), ",\n    ") + "\n   ]"
		case Shape:
			var inner []string
			for _, k := range keys(value) {
				inner = append(inner, text(k)+": "+text(value[k]))
			}
			line += "{\n    " + strings.Join(inner, ",\n    ") + "\n   }"
		default:
			if key != fields && key != "indexes" {
				line += text(value)
				break
			}
			var items []string
			if key == "indexes" {
				items = each(s.indexes())
			} else if set, is := value.([]Shape); is {
				items = oneLine(set)
			} else {
				items = oneLine(s.fields())
			}
			line += "[\n    " + strings.Join(items, ",\n    ") + "\n   ]"
		}
		lines = append(lines, line)
	}
	return "{" + strings.Join(lines, ",\n   ") + "}"
}

func oneLine(fields []Shape) (out []string) {
	for _, f := range fields {
		var parts []string
		for _, key := range keys(f) {
			parts = append(parts, text(key)+": "+text(f[key]))
		}
		out = append(out, "{"+strings.Join(parts, ", ")+"}")
	}
	return out
}

func keys(s Shape) []string {
	rest := slices.Sorted(maps.Keys(s))
	var out []string
	for _, key := range first {
		if i := slices.Index(rest, key); i >= 0 {
			out, rest = append(out, key), slices.Delete(rest, i, i+1)
		}
	}
	if i := slices.Index(rest, "after"); i >= 0 {
		rest = append(slices.Delete(rest, i, i+1), "after")
	}
	return append(out, rest...)
}

func each(list []string) (out []string) {
	for _, s := range list {
		out = append(out, text(s))
	}
	return out
}

// text is a value as JSON, with & and < as they are.
func text(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err) // what came from JSON goes into JSON
	}
	return strings.TrimSpace(b.String())
}
