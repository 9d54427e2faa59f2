package main

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/server/demo"
)

// derived is a record of a noun as its declaration asks for it: what a noun has in the
// table of access whose author gave it no better example.
func derived(app core.App, n *collections.Noun, p demo.Person) map[string]any {
	values := map[string]any{}
	for _, f := range n.Fields {
		name := f.GetName()
		if n.Owns(name) {
			continue
		}
		switch f := f.(type) {
		case *core.RelationField:
			if f.Required || name == n.CaseField {
				values[name] = related(app, f.CollectionId, p)
			}
		case *core.SelectField:
			if f.Required {
				values[name] = f.Values[0]
			}
		case *core.NumberField:
			if f.Required {
				values[name] = 1
			}
		case *core.DateField:
			values[name] = "2026-11-20 10:00:00.000Z"
		case *core.TextField:
			if _, isDay := n.Times()[name]; isDay {
				values[name] = "2026-11-20"
			} else if f.Required {
				values[name] = "New"
			}
		}
	}
	return values
}

func related(app core.App, collection string, p demo.Person) string {
	switch collection {
	case collections.ID("cases"):
		return demo.CaseID(1)
	case collections.ID("users"):
		return p.ID
	case collections.ID("agencies"):
		return p.Agency
	}
	var id string
	_ = app.ConcurrentDB().Select("id").From(collections.ByID(collection).Name).OrderBy("rowid").Limit(1).Row(&id)
	return id
}

// derivedTouch is a change of a noun's first words.
func derivedTouch(n *collections.Noun) map[string]any {
	for _, f := range n.Fields {
		if f.Type() == core.FieldTypeText && !n.Owns(f.GetName()) {
			return map[string]any{f.GetName(): "Touched"}
		}
	}
	return map[string]any{}
}

// deriveEmpty gives Fellmoor a record of each noun that has none yet.
func deriveEmpty(t *testing.T, app core.App) {
	t.Helper()
	for _, n := range collections.All() {
		if some, err := app.CountRecords(n.Name); err != nil || some > 0 {
			continue
		}
		if _, err := made(app, n.Name, derived(app, n, demo.Practitioner)); err != nil {
			t.Errorf("%s has no record, and none could be made as it declares itself: give it one in extra: %v", n.Name, err)
		}
	}
}
