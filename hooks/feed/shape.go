package feed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// shape is how a noun's records travel now: the fields that its collection really
// has, in declared order.
type shape struct {
	noun   *collections.Noun
	fields []core.Field
}

// shapes are those of the nouns whose collections exist, in declared order, as the app
// remembers its collections.
func shapes(app core.App) []shape {
	return shapesOf(func(id string) *core.Collection {
		c, err := app.FindCachedCollectionByNameOrId(id)
		if err != nil {
			return nil
		}
		return c
	})
}

// shapesNow are those in the middle of a schema change, which the app does not remember
// yet.
func shapesNow(tx core.App) ([]shape, error) {
	all, err := tx.FindAllCollections()
	if err != nil {
		return nil, fmt.Errorf("reading the collections: %w", err)
	}
	byID := map[string]*core.Collection{}
	for _, c := range all {
		byID[c.Id] = c
	}
	return shapesOf(func(id string) *core.Collection { return byID[id] }), nil
}

func shapesOf(find func(id string) *core.Collection) []shape {
	var out []shape
	for _, n := range collections.All() {
		if n.Sync == nil {
			continue
		}
		c := find(collections.ID(n.Name))
		if c == nil || !placed(n, c) {
			continue
		}
		s := shape{noun: n}
		for _, f := range n.Synced() {
			if present := c.Fields.GetByName(f.GetName()); present != nil {
				s.fields = append(s.fields, present)
			}
		}
		out = append(out, s)
	}
	return out
}

// placed says whether the collection has the fields that the noun's scope is read from: in
// a store of an earlier build, on its way to this one, it may not have them yet.
func placed(n *collections.Noun, c *core.Collection) bool {
	for _, f := range n.Fields {
		name := f.GetName()
		if c.Fields.GetByName(name) == nil && (strings.Contains(n.Sync.Scope, "{r}."+name) || strings.Contains(n.Sync.Scope, "{r}."+quote(name))) {
			return false
		}
	}
	return true
}

func (s shape) has(field string) bool {
	return slices.ContainsFunc(s.fields, func(f core.Field) bool { return f.GetName() == field })
}

// object builds one row's JSON in SQLite, every field in its one canonical form: the
// same keys always, no field absent, flags as true and false (trap T26).
func (s shape) object(row string) string {
	parts := []string{`'id', ` + row + `.id`}
	for _, f := range s.fields {
		parts = append(parts, quoteText(f.GetName())+", "+value(f, row+"."+quote(f.GetName())))
	}
	return "json_object(" + strings.Join(parts, ", ") + ")"
}

func value(f core.Field, column string) string {
	multiple := false
	if m, ok := f.(core.MultiValuer); ok {
		multiple = m.IsMultiple()
	}
	switch {
	case f.Type() == core.FieldTypeBool:
		return `json(CASE WHEN ` + column + ` THEN 'true' ELSE 'false' END)`
	case f.Type() == core.FieldTypeJSON:
		return structured(column, "null")
	case multiple:
		return structured(column, "[]")
	case f.Type() == core.FieldTypeNumber:
		return column
	}
	return `coalesce(` + column + `, '')`
}

// structured is a column that holds JSON. What is none, written past PocketBase,
// travels as the text that it is: it stops neither a write nor a pull.
func structured(column, empty string) string {
	return fmt.Sprintf(`json(CASE WHEN coalesce(%[1]s, '') = '' THEN '%[2]s' WHEN json_valid(%[1]s) THEN %[1]s ELSE json_quote(%[1]s) END)`, column, empty)
}
