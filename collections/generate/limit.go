package main

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	contract "holdfast/mobile-contract"
)

// patterns of the contract's own kinds of text; vectors/ids.json holds them against
// the server.
var patterns = map[string]string{
	"mutation_id": contract.MutationIDForm,
	"record_id":   contract.RecordIDForm,
}

// limit carries a field's validate tag over to its schema, where the words mean
// the same in both. After dive they are about the items.
func limit(s *jsonschema.Schema, f reflect.StructField) {
	kind := f.Type.Kind()
	if kind == reflect.Pointer {
		kind = f.Type.Elem().Kind()
	}
	for _, word := range strings.Split(f.Tag.Get("validate"), ",") {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "required":
			if kind == reflect.String {
				s.MinLength = jsonschema.Ptr(1)
			}
		case "min", "max":
			bound(s, kind, name, value)
		case "gte":
			s.Minimum = number(value)
		case "lte":
			s.Maximum = number(value)
		case "oneof":
			for _, v := range strings.Fields(value) {
				s.Enum = append(s.Enum, v)
			}
			s.MinLength = nil
		case "dive":
			if s = s.Items; s == nil || s.Ref != "" {
				return
			}
			kind = f.Type.Elem().Kind()
		default:
			if p := patterns[name]; p != "" {
				s.Pattern, s.MinLength = p, nil
			}
		}
	}
}

func bound(s *jsonschema.Schema, kind reflect.Kind, name, value string) {
	n, err := strconv.Atoi(value)
	if err != nil {
		panic("a limit that is no number: " + value)
	}
	switch {
	case kind == reflect.String && name == "min":
		s.MinLength = &n
	case kind == reflect.String:
		s.MaxLength = &n
	case name == "min":
		s.MinItems = &n
	default:
		s.MaxItems = &n
	}
}

func number(value string) *float64 {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		panic("a limit that is no number: " + value)
	}
	return &n
}
