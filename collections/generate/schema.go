package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	contract "holdfast/mobile-contract"
)

// messageSchema describes one wire type; the other wire types in it are references.
func messageSchema(t reflect.Type, say comments) (*jsonschema.Schema, error) {
	if t.Kind() == reflect.Map {
		return looseSchema(t, say), nil
	}
	others := map[reflect.Type]*jsonschema.Schema{reflect.TypeFor[json.RawMessage](): {}}
	for _, m := range messages {
		if m != t {
			others[m] = &jsonschema.Schema{Ref: m.Name() + ".json"}
		}
	}
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: others})
	if err != nil {
		return nil, fmt.Errorf("the schema of %s: %w", t.Name(), err)
	}
	s.Description = say[t.Name()]
	refine(s, t, t.Name(), say)
	return s, nil
}

// refine carries over what the Go type cannot say: limits, values, what must be
// there, and what each field is for.
func refine(s *jsonschema.Schema, t reflect.Type, path string, say comments) {
	s.Required = nil
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.Properties[name]
		switch {
		case t == reflect.TypeFor[contract.SignInAnswer]() && name == "record":
			*p = jsonschema.Schema{Ref: "StockRecord.json"}
		case f.Type == reflect.TypeFor[json.RawMessage]():
			p.Type = "object"
		case f.Type.Kind() == reflect.Slice:
			p.Type, p.Types = "array", nil // never null: an empty list is []
		case f.Type.Kind() == reflect.Pointer:
			orNull(p, omitted(f))
		}
		if f.Type.Kind() == reflect.Struct && f.Type.Name() == "" {
			refine(p, f.Type, path+"."+f.Name, say)
		}
		p.Description = say[path+"."+f.Name]
		limit(p, f)
		if values := valuesOf(path + "." + name); values != nil {
			p.Enum = values
		}
		if form := forms[name]; form != "" && f.Type.Kind() == reflect.String {
			p.Pattern = form
		}
		if mandatory(t, f) {
			s.Required = append(s.Required, name)
		}
	}
}

// orNull is what may be missing: left out where it would be null, or one or the other. A
// reference is never told beside a type, since a reader would have to take both.
func orNull(p *jsonschema.Schema, leftOut bool) {
	switch {
	case p.Ref != "" && leftOut:
		p.Type, p.Types = "", nil
	case p.Ref != "":
		*p = jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Ref: p.Ref}, {Type: "null"}}}
	case leftOut && len(p.Types) > 0:
		p.Type, p.Types = p.Types[len(p.Types)-1], nil
	}
}

func omitted(f reflect.StructField) bool {
	return strings.Contains(f.Tag.Get("json"), "omit") // omitempty, omitzero
}

// mandatory says whether a message without the field is malformed: in a request
// what validation demands, in an answer whatever is never left out.
func mandatory(t reflect.Type, f reflect.StructField) bool {
	for _, o := range reflect.VisibleFields(t) {
		if _, request := o.Tag.Lookup("validate"); request {
			return slices.Contains(strings.Split(f.Tag.Get("validate"), ","), "required")
		}
	}
	return !omitted(f)
}

// forms of text that have one, by the field's name on the wire.
var forms = map[string]string{
	"server_time": `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$`,
	"hash":        `^[0-9a-f]{16}$`,
}

// known are the values of fields that take no others and whose Go type is text.
var known = map[string][]string{
	"Change.op":                 {"put", "drop"},
	"Result.verdict":            {contract.Applied, contract.Merged, contract.Conflict, contract.Refused, contract.Held, contract.Later},
	"StatusAnswer.Device.state": {"active", "locked", "wipe"},
	"WipedAnswer.state":         {"wiped"},
	"CollectionTerm.create":     {contract.MayNever, contract.MayDepends, contract.MayAlways},
	"CollectionTerm.update":     {contract.MayNever, contract.MayDepends, contract.MayAlways},
	"CollectionTerm.delete":     {contract.MayNever, contract.MayDepends, contract.MayAlways},
}

func valuesOf(path string) []any {
	var out []any
	values := known[path]
	if path == "FieldProblem.code" || path == "FieldCode.code" {
		for _, c := range contract.FieldCodes {
			values = append(values, c.Code)
		}
	}
	if path == "Result.code" {
		for _, p := range refusalCodes() {
			values = append(values, string(p.Code))
		}
	}
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

// refusalCodes are the reasons that a refused or held mutation can have.
func refusalCodes() []contract.Problem {
	var out []contract.Problem
	for _, p := range contract.Problems {
		if p.Status == 0 || p.Code == contract.Malformed || p.Code == contract.NotAllowed || p.Code == contract.Internal || p.Code == contract.MovedOn || p.Code == contract.AlreadySettled || p.Code == contract.RefusedIDReused {
			out = append(out, p)
		}
	}
	return out
}

// errorSchema is PocketBase's error with the contract's code.
func errorSchema() *jsonschema.Schema {
	var codes []any
	for _, p := range contract.Problems {
		codes = append(codes, string(p.Code))
	}
	text := func(d string) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Description: d} }
	code := text("What went wrong, for ever under this name; a client decides by it.")
	code.Enum = codes
	return &jsonschema.Schema{
		Type: "object", Description: "Every error answer: PocketBase's shape with a stable data.code.",
		Properties: map[string]*jsonschema.Schema{
			"status":  {Type: "integer", Minimum: jsonschema.Ptr(400.0), Maximum: jsonschema.Ptr(599.0)},
			"message": text("For a person; it may change."),
			"data": {
				Type: "object", Required: []string{"code"},
				Properties: map[string]*jsonschema.Schema{
					"code":   code,
					"order":  text("With device_wipe: what the receipt must name."),
					"errors": {Types: []string{"null", "object"}, Description: "What is wrong with which field.", AdditionalProperties: &jsonschema.Schema{Ref: "FieldProblem.json"}},
				},
				PropertyOrder: []string{"code", "order", "errors"},
			},
		},
		PropertyOrder: []string{"status", "message", "data"},
		Required:      []string{"status", "message", "data"},
	}
}

// always are the members that a record of PocketBase's own doors has at any rate.
var always = map[reflect.Type][]string{
	reflect.TypeFor[KeptRecord](): {"id", "collectionId", "collectionName", "status"},
}

// looseSchema is of what has members that no type of ours names.
func looseSchema(t reflect.Type, say comments) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Description: say[t.Name()]}
	for _, name := range always[t] {
		if s.Properties == nil {
			s.Properties = map[string]*jsonschema.Schema{}
		}
		s.Properties[name] = &jsonschema.Schema{Type: "string"}
	}
	s.PropertyOrder, s.Required = always[t], always[t]
	return s
}
