package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

const tablesFile = "mobile-contract/powersync/tables.js"

// tables writes what an app with PowerSync's library keeps: a table a collection, each
// field with how it lies in SQLite, which knows neither flags nor lists.
func tables() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "// %s\n\n// Each collection's fields: text, integer, real; boolean (an integer there) and json (a text).\nexport const columns = {\n", generated)
	for _, n := range synced() {
		fmt.Fprintf(&out, "  %s: {", n.Name)
		s := recordSchema(n)
		separator := " "
		for _, name := range s.PropertyOrder {
			if name == "id" {
				continue // every table has one
			}
			fmt.Fprintf(&out, "%s%q: %q", separator, name, kindOf(s.Properties[name]))
			separator = ", "
		}
		out.WriteString(" },\n")
	}
	out.WriteString("};\n")
	return out.Bytes()
}

// kindOf is how a field lies in SQLite.
func kindOf(s *jsonschema.Schema) string {
	types := slices.DeleteFunc(append(slices.Clone(s.Types), s.Type), func(t string) bool { return t == "" || t == "null" })
	if len(types) != 1 {
		return "json"
	}
	switch types[0] {
	case "boolean", "integer":
		return types[0]
	case "number":
		return "real"
	case "string":
		return "text"
	}
	return "json"
}
