package main

import (
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// momentForm is PocketBase's form of a time; an optional one may be empty.
const momentForm = `\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}Z`

// recordSchema describes a noun's record as a pull delivers it: every field always
// there, in its one form. What a writer must know besides is under x-holdfast.
func recordSchema(n *collections.Noun) *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type: "object", Title: n.Name,
		Properties:           map[string]*jsonschema.Schema{"id": {Type: "string", Pattern: patterns["record_id"]}},
		PropertyOrder:        []string{"id"},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		Extra:                map[string]any{"x-holdfast": traits(n)},
	}
	for _, f := range n.Synced() {
		p := fieldSchema(f)
		p.ReadOnly = n.Owns(f.GetName())
		s.Properties[f.GetName()] = p
		s.PropertyOrder = append(s.PropertyOrder, f.GetName())
	}
	s.Required = s.PropertyOrder
	return s
}

// traits is what decides how a noun's records are written and merged.
func traits(n *collections.Noun) map[string]any {
	out := map[string]any{"since": n.Sync.Since, "writes": writes(n), "append_only": n.AppendOnly}
	if owned := owned(n); len(owned) > 0 {
		out["server"] = owned
	}
	if len(n.Fixed) > 0 {
		out["fixed"] = n.Fixed
	}
	if len(n.Sync.Groups) > 0 {
		out["groups"] = n.Sync.Groups
	}
	if len(n.Sync.Policy) > 0 {
		out["policies"] = n.Sync.Policy
	}
	if n.CaseField != "" {
		out["case_field"] = n.CaseField
	}
	return out
}

// owned are the fields of the server's own that a client may see at all.
func owned(n *collections.Noun) (out []string) {
	for _, f := range n.Synced() {
		if n.Owns(f.GetName()) {
			out = append(out, f.GetName())
		}
	}
	return out
}

// writes are the operations that a phone may try at all; whether one record may be
// written is for the server to say.
func writes(n *collections.Noun) []string {
	out := []string{}
	if n.Auth { // accounts are not written by push
		return out
	}
	if n.Rules.Create != "" {
		out = append(out, "create")
	}
	if n.Rules.Update != "" && !n.AppendOnly {
		out = append(out, "update")
	}
	if n.Rules.Delete != "" && !n.AppendOnly {
		out = append(out, "delete")
	}
	return out
}

func fieldSchema(f core.Field) *jsonschema.Schema {
	switch f := f.(type) {
	case *core.TextField:
		s := &jsonschema.Schema{Type: "string", Pattern: f.Pattern, Extra: when(f)}
		if f.Max > 0 {
			s.MaxLength = &f.Max
		}
		if f.Required {
			s.MinLength = jsonschema.Ptr(1)
		}
		return s
	case *core.EmailField:
		return &jsonschema.Schema{Type: "string"}
	case *core.BoolField:
		return &jsonschema.Schema{Type: "boolean"}
	case *core.NumberField:
		s := &jsonschema.Schema{Type: "number", Minimum: f.Min, Maximum: f.Max}
		if f.OnlyInt {
			s.Type = "integer"
		}
		return s
	case *core.DateField:
		s := &jsonschema.Schema{Type: "string", Pattern: "^(" + momentForm + ")?$", Extra: when(f)}
		if f.Required {
			s.Pattern = "^" + momentForm + "$"
		}
		return s
	case *core.SelectField:
		return selectSchema(f)
	case *core.RelationField:
		return relationSchema(f)
	case *core.JSONField:
		return &jsonschema.Schema{Description: "Any JSON value.", Extra: map[string]any{"x-max-bytes": f.MaxSize}}
	}
	panic("no schema for a field of type " + f.Type())
}

// when says what a day or a moment is of, and so which ones are taken (M182).
func when(f core.Field) map[string]any {
	if w := collections.WhenOf(f); w != "" {
		return map[string]any{"x-when": w}
	}
	return nil
}

func selectSchema(f *core.SelectField) *jsonschema.Schema {
	values := slices.Clone(f.Values)
	if f.IsMultiple() {
		return &jsonschema.Schema{Type: "array", MaxItems: &f.MaxSelect, Items: &jsonschema.Schema{Type: "string", Enum: texts(values)}}
	}
	if !f.Required {
		values = append([]string{""}, values...)
	}
	return &jsonschema.Schema{Type: "string", Enum: texts(values)}
}

func relationSchema(f *core.RelationField) *jsonschema.Schema {
	to := collections.ByID(f.CollectionId)
	s := &jsonschema.Schema{Type: "string", Pattern: patterns["record_id"], Extra: map[string]any{"x-to": to.Name}}
	if !f.Required {
		s.Pattern = `^([a-z0-9]{15})?$`
	}
	return s
}

func texts(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
