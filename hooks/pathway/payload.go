package pathway

import (
	"slices"
	"strings"
)

// payload says what is missing from an event's data, or is not what its kind may
// hold, one sentence each. A wrong payload makes an event attempted, not lost.
func payload(k *reading, e *Event) []Reason {
	var reasons []Reason
	found := 0
	for i := range k.Members {
		m := &k.Members[i]
		if found == len(e.Data) && !m.Required {
			continue // all that it holds has been looked at
		}
		v, given := e.Data[m.Name]
		if given {
			found++
		}
		if !given || v == nil || blank(v) {
			if m.Required {
				reasons = append(reasons, Reason{Code: "data", Text: "Give " + words(m.Name) + "."})
			}
			continue
		}
		if shape := &k.shapes[i]; !shape.holds(v) {
			reasons = append(reasons, Reason{Code: "data", Text: "Give " + words(m.Name) + " as " + shape.as + "."})
			continue
		}
		if m.OneOf != nil && !m.allows(v) {
			reasons = append(reasons, Reason{
				Code: "data", Text: "Choose " + words(m.Name) + " from: " + strings.Join(m.OneOf, ", ") + ".",
			})
		}
	}
	return reasons
}

// shape is what the value of a member may be.
type shape struct {
	as    string
	holds func(any) bool
}

var shapes = map[string]shape{
	"text":   {"text", is[string]},
	"flag":   {"yes or no", is[bool]},
	"day":    {"a day, YYYY-MM-DD", func(v any) bool { s, _ := v.(string); return isDay(strings.TrimSpace(s)) }},
	"ids":    {"a list", func(v any) bool { return len(idsIn(v)) > 0 }},
	"impact": {"a list with an entry for each child", func(v any) bool { return len(entriesIn(v)) > 0 }},
	"moves":  {"a list of what moved", func(v any) bool { return len(entriesIn(v)) > 0 }},
	"names":  {"names by name", is[map[string]any]},
	"days":   {"days by name", is[map[string]any]},
}

func is[T any](v any) bool { _, ok := v.(T); return ok }

func blank(v any) bool {
	s, ok := v.(string)
	return ok && strings.TrimSpace(s) == ""
}

// allows says whether every word of a value is one that the member may be.
func (m *Member) allows(v any) bool {
	if m.Form != "ids" {
		text, _ := v.(string)
		return slices.Contains(m.OneOf, strings.TrimSpace(text))
	}
	return !slices.ContainsFunc(idsIn(v), func(word string) bool { return !slices.Contains(m.OneOf, word) })
}

// words is a member's name as a person would say it.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }
