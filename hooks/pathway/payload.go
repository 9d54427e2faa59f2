package pathway

import (
	"slices"
	"strings"
)

// payload says what is missing from an event's data, or is not what its kind may
// hold, one sentence each. A wrong payload makes an event attempted, not lost.
func payload(k *Kind, e *Event) []Reason {
	var reasons []Reason
	for i := range k.Members {
		m := &k.Members[i]
		v, given := e.Data[m.Name]
		if !given || v == nil || blank(v) {
			if m.Required {
				reasons = append(reasons, Reason{Code: "data", Text: "Give " + words(m.Name) + "."})
			}
			continue
		}
		if shape := shapes[m.Form]; !shape.holds(e, m.Name) {
			reasons = append(reasons, Reason{Code: "data", Text: "Give " + words(m.Name) + " as " + shape.as + "."})
			continue
		}
		for _, word := range wordsOf(m, e) {
			if !slices.Contains(m.OneOf, word) {
				reasons = append(reasons, Reason{
					Code: "data", Text: "Choose " + words(m.Name) + " from: " + strings.Join(m.OneOf, ", ") + ".",
				})
				break
			}
		}
	}
	return reasons
}

// shape is what the value of a member may be.
type shape struct {
	as    string
	holds func(*Event, string) bool
}

var shapes = map[string]shape{
	"text": {"text", func(e *Event, m string) bool { _, ok := e.Data[m].(string); return ok }},
	"flag": {"yes or no", func(e *Event, m string) bool { _, ok := e.Data[m].(bool); return ok }},
	"day":  {"a day, YYYY-MM-DD", func(e *Event, m string) bool { return isDay(e.text(m)) }},
	"ids":  {"a list", func(e *Event, m string) bool { return len(e.ids(m)) > 0 }},
	"impact": {"a list with an entry for each child", func(e *Event, m string) bool {
		return len(e.entries(m)) > 0
	}},
	"moves": {"a list of what moved", func(e *Event, m string) bool { return len(e.entries(m)) > 0 }},
	"names": {"names by name", func(e *Event, m string) bool { _, ok := e.Data[m].(map[string]any); return ok }},
	"days":  {"days by name", func(e *Event, m string) bool { _, ok := e.Data[m].(map[string]any); return ok }},
}

func blank(v any) bool {
	s, ok := v.(string)
	return ok && strings.TrimSpace(s) == ""
}

func wordsOf(m *Member, e *Event) []string {
	switch {
	case m.OneOf == nil:
		return nil
	case m.Form == "ids":
		return e.ids(m.Name)
	}
	return []string{e.text(m.Name)}
}

// words is a member's name as a person would say it.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }
