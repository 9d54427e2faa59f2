package main

import (
	"reflect"
	"regexp"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// momentForm is PocketBase's form of a time.
const momentForm = `^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}Z$`

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
		if collections.Grows(f) {
			p.Extra = map[string]any{"x-grows": true}
		}
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

// fieldSchema is the form in which a field travels: a list of them where it holds several.
func fieldSchema(f core.Field) *jsonschema.Schema {
	one := valueSchema(f)
	several, ok := f.(core.MultiValuer)
	if !ok || !several.IsMultiple() {
		return one
	}
	list := &jsonschema.Schema{Type: "array", Items: one, MaxItems: most(f)}
	if required(f) {
		list.MinItems = jsonschema.Ptr(1)
	}
	return list
}

// valueSchema is one value of a field. What is not required may be empty, unless it is one
// of several.
func valueSchema(f core.Field) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	switch f := f.(type) {
	case *core.TextField:
		s.Pattern, s.Extra = f.Pattern, when(f)
		if f.Max > 0 {
			s.MaxLength = &f.Max
		}
	case *core.EmailField:
	case *core.BoolField:
		return &jsonschema.Schema{Type: "boolean"}
	case *core.NumberField:
		s = &jsonschema.Schema{Type: "number", Minimum: f.Min, Maximum: f.Max}
		if f.OnlyInt {
			s.Type = "integer"
		}
		return s
	case *core.DateField:
		s.Pattern, s.Extra = momentForm, when(f)
	case *core.SelectField:
		s.Enum = texts(f.Values)
	case *core.RelationField:
		s.Pattern, s.Extra = patterns["record_id"], map[string]any{"x-to": collections.ByID(f.CollectionId).Name}
	case *core.JSONField:
		return &jsonschema.Schema{Description: "Any JSON value.", Extra: map[string]any{"x-max-bytes": f.MaxSize}}
	default:
		panic("no schema for a field of type " + f.Type())
	}
	several, ok := f.(core.MultiValuer)
	switch {
	case ok && several.IsMultiple():
	case !required(f):
		orEmpty(s)
	case s.Enum == nil && matches(s.Pattern, ""):
		s.MinLength = jsonschema.Ptr(1)
	}
	return s
}

// when says what a day or a moment is of, and so which ones are taken (M182).
func when(f core.Field) map[string]any {
	if w := collections.WhenOf(f); w != "" {
		return map[string]any{"x-when": w.Told()}
	}
	return nil
}

// orEmpty lets a text be empty too.
func orEmpty(s *jsonschema.Schema) {
	if s.Pattern != "" && !matches(s.Pattern, "") {
		s.Pattern = "^$|" + s.Pattern
	}
	if s.Enum != nil {
		s.Enum = append([]any{""}, s.Enum...)
	}
}

// most is how many values a field holds at most, for every kind of field that can say so.
func most(f core.Field) *int {
	n := int(reflect.ValueOf(f).Elem().FieldByName("MaxSelect").Int())
	return &n
}

func texts(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// required says whether a field may not be empty, for every kind of field that can say so.
func required(f core.Field) bool {
	v := reflect.ValueOf(f).Elem().FieldByName("Required")
	return v.IsValid() && v.Bool()
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
