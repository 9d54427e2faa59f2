package migrations

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.json
var frozen embed.FS

// Step is what changes at once: collections that come, change and go.
type Step struct {
	Add    []Shape  `json:"add,omitempty"`
	Change []Change `json:"change,omitempty"`
	Drop   []string `json:"drop,omitempty"` // collections that go if they hold nothing
	Lose   []string `json:"lose,omitempty"` // and those that go with what they hold
}

// Change is what changes of one collection.
type Change struct {
	Collection string   `json:"collection"`          // its name until then
	Options    Shape    `json:"options,omitempty"`   // rules, options and the name, as they are from then on
	Set        []Shape  `json:"set,omitempty"`       // fields that are new or different; after says behind which one that comes or moves stands
	Drop       []string `json:"drop,omitempty"`      // fields that go if no record holds anything in them
	Lose       []string `json:"lose,omitempty"`      // and those of which something goes with what they hold
	Indexes    []string `json:"indexes,omitempty"`   // all of them, if any changed
	Unindexed  bool     `json:"unindexed,omitempty"` // none is left
}

// Empty reports whether nothing changes.
func (s Step) Empty() bool { return len(s.Add)+len(s.Change)+len(s.Drop)+len(s.Lose) == 0 }

// Names are the frozen steps in their order.
func Names() []string {
	files, err := fs.Glob(frozen, "*.json")
	if err != nil {
		panic(err)
	}
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".json")
	}
	slices.Sort(files)
	return files
}

// Read is the frozen step of that name.
func Read(name string) (s Step, err error) {
	raw, err := frozen.ReadFile(name + ".json")
	if err != nil {
		return s, err
	}
	return s, s.parse(name, raw)
}

func (s *Step) parse(name string, raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(s); err != nil {
		return fmt.Errorf("the step %s cannot be read: %w", name, err)
	}
	return nil
}

// Before is every collection as the steps before that name lead to it, or all steps where it
// is empty.
func Before(name string) ([]Shape, error) {
	var all []Shape
	for _, n := range Names() {
		if name != "" && n >= name {
			break
		}
		s, err := Read(n)
		if err != nil {
			return nil, err
		}
		if all, err = s.To(all); err != nil {
			return nil, fmt.Errorf("the step %s: %w", n, err)
		}
	}
	return all, nil
}

// To is what a step makes of collections.
func (s Step) To(all []Shape) ([]Shape, error) {
	all = slices.Clone(all)
	for _, add := range s.Add {
		if at(all, add.name()) >= 0 {
			return nil, fmt.Errorf("%s is there already", add.name())
		}
		full, err := add.full()
		if err != nil {
			return nil, err
		}
		all = append(all, full)
	}
	for _, c := range s.Change {
		i := at(all, c.Collection)
		if i < 0 {
			return nil, fmt.Errorf("there is no %s to change", c.Collection)
		}
		changed, err := c.to(all[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Collection, err)
		}
		if all[i], err = changed.full(); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Concat(s.Drop, s.Lose) {
		i := at(all, name)
		if i < 0 {
			return nil, fmt.Errorf("there is no %s to drop", name)
		}
		all = slices.Delete(all, i, i+1)
	}
	return all, nil
}

func at(all []Shape, name string) int {
	return slices.IndexFunc(all, func(s Shape) bool { return s.name() == name })
}

// to is what a change makes of a collection. Fields that stay keep their columns.
func (c Change) to(was Shape) (Shape, error) {
	now := was.clone()
	for key, value := range c.Options {
		now[key] = value
	}
	fields := was.fields()
	for _, name := range c.gone(fields) {
		i := at(fields, name)
		if i < 0 {
			return nil, fmt.Errorf("there is no field %s to drop", name)
		}
		fields = slices.Delete(fields, i, i+1)
	}
	for _, set := range c.Set {
		field := set.clone()
		after, moves := field["after"].(string)
		delete(field, "after")
		i := at(fields, field.name())
		if i >= 0 {
			if fields[i]["type"] != field["type"] {
				return nil, fmt.Errorf("the field %s becomes another kind: drop it too", field.name())
			}
			field["id"] = fields[i]["id"]
			if !moves {
				fields[i] = field
				continue
			}
			fields = slices.Delete(fields, i, i+1)
		}
		behind := at(fields, after)
		if behind < 0 && after != "" || !moves {
			return nil, fmt.Errorf("the field %s stands behind %q, which is not there", field.name(), after)
		}
		fields = slices.Insert(fields, behind+1, field)
	}
	now.setFields(fields)
	if c.Unindexed || len(c.Indexes) > 0 {
		now["indexes"] = texts(c.Indexes)
	}
	return now, nil
}

// gone are the fields that go. One of Lose that only gets narrower stays.
func (c Change) gone(fields []Shape) []string {
	out := slices.Clone(c.Drop)
	for _, name := range c.Lose {
		i, j := at(fields, name), at(c.Set, name)
		if j < 0 || i >= 0 && fields[i]["type"] != c.Set[j]["type"] {
			out = append(out, name)
		}
	}
	return out
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
