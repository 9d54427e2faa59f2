package migrations

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Shape is a collection, or a field of one, as comparable data.
type Shape map[string]any

func (s Shape) name() string { return fmt.Sprint(s["name"]) }

func (s Shape) clone() Shape { return maps.Clone(s) }

func (s Shape) fields() (out []Shape) {
	list, _ := s["fields"].([]any)
	for _, f := range list {
		switch f := f.(type) {
		case map[string]any:
			out = append(out, f)
		case Shape:
			out = append(out, f)
		}
	}
	return out
}

func (s Shape) setFields(fields []Shape) {
	list := make([]any, len(fields))
	for i, f := range fields {
		list[i] = map[string]any(f)
	}
	s["fields"] = list
}

func (s Shape) indexes() (out []string) {
	list, _ := s["indexes"].([]any)
	for _, ix := range list {
		out = append(out, fmt.Sprint(ix))
	}
	return out
}

// Of is a collection's shape.
func Of(c *core.Collection) (Shape, error) {
	s, err := collections.Shape(c)
	return s, err
}

// Nouns are the shapes that the declarations ask for.
func Nouns() (all []Shape, err error) {
	for _, n := range collections.All() {
		s, err := Of(n.Collection())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// full is a frozen collection with what was left out.
func (s Shape) full() (Shape, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	c := &core.Collection{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name(), err)
	}
	return Of(c)
}

// short is a collection without what says nothing: zero values, and ids of fields, which
// follow from their names. Of how accounts sign in all is said.
func (s Shape) short() Shape {
	out := Shape{}
	for key, value := range s {
		if value != nil && value != false && !isEmpty(value) || s["type"] == core.CollectionTypeAuth {
			out[key] = value
		}
	}
	var fields []Shape
	for _, f := range s.fields() {
		fields = append(fields, shortField(f))
	}
	out.setFields(fields)
	return out
}

func shortField(f Shape) Shape {
	blank := blanks()[fmt.Sprint(f["type"])]
	out := Shape{}
	for key, value := range f {
		if none, known := blank[key]; key != "id" && (!known || !alike(value, none)) {
			out[key] = value
		}
	}
	return out
}

// blanks are a field of each kind of which nothing is said, not even its name.
var blanks = sync.OnceValue(func() map[string]Shape {
	out := map[string]Shape{}
	for kind, made := range core.Fields {
		raw, err := json.Marshal(made())
		if err == nil {
			blank := Shape{}
			err = json.Unmarshal(raw, &blank)
			out[kind] = blank
		}
		if err != nil {
			panic(err) // PocketBase stores them so
		}
	}
	return out
})

func isEmpty(value any) bool {
	list, is := value.([]any)
	return is && len(list) == 0
}

func alike(a, b any) bool { return reflect.DeepEqual(a, b) }
