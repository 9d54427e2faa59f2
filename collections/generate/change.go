package main

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	contract "holdfast/mobile-contract"
)

// carried are the schemas in which one of the records stands: a change is a put of one
// collection's record or a drop, and which of them is told by op and collection, so that
// a generated client's compiler knows the record.
func carried(schemas map[string]*jsonschema.Schema) {
	change := schemas["Change"]
	drop := variant(change, "drop", "")
	delete(drop.Properties, "record")
	drop.PropertyOrder = slices.DeleteFunc(drop.PropertyOrder, func(name string) bool { return name == "record" })
	drop.Required = []string{"op"}
	drop.Description = "A record that leaves the phone or, without an id, everything of a scope."
	put := &jsonschema.Schema{Description: "A record as it stands, by its collection."}
	for _, n := range synced() {
		one := variant(change, "put", n.Name)
		one.Title = recordName(n.Name, "Put")
		one.Properties["record"] = &jsonschema.Schema{Ref: "records/" + n.Name + ".json"}
		one.Required = []string{"scope", "collection", "id", "op", "rev", "record"}
		put.OneOf = append(put.OneOf, one)
	}
	schemas["Put"], schemas["Drop"] = put, drop
	schemas["Change"] = &jsonschema.Schema{
		Description: change.Description, OneOf: []*jsonschema.Schema{{Ref: "Put.json"}, {Ref: "Drop.json"}},
	}
}

// variant is a change of one kind and, where it names one, of one collection.
func variant(change *jsonschema.Schema, op, collection string) *jsonschema.Schema {
	s := *change
	s.Description = ""
	s.Properties = maps.Clone(change.Properties)
	s.PropertyOrder = slices.Clone(change.PropertyOrder)
	s.Properties["op"] = only(op)
	if collection != "" {
		s.Properties["collection"] = only(collection)
	}
	return &s
}

func only(value string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Const: jsonschema.Ptr[any](value)}
}

// recordName is CaseMembersRecord for case_members.
func recordName(collection, suffix string) string {
	var b strings.Builder
	for _, part := range strings.Split(collection, "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String() + suffix
}

// changeTypes writes a change as the union that it is.
func changeTypes(out *bytes.Buffer, say comments) {
	members := map[bool]string{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[contract.Change]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		kind := fieldType(f, "Change", say, "  ")
		switch name {
		case "op":
			members[true] += "  op: \"put\";\n"
			members[false] += "  op: \"drop\";\n"
		case "collection":
			members[true] += "  collection: C;\n"
			members[false] += "  collection?: string;\n"
		case "record":
			members[true] += "  record: Records[C];\n"
		default:
			members[true] += fmt.Sprintf("  %s: %s;\n", name, kind)
			members[false] += fmt.Sprintf("  %s?: %s;\n", name, kind)
		}
	}
	fmt.Fprintf(out, "/** A record of one collection as it stands. */\nexport interface PutOf<C extends CollectionName> {\n%s}\n\n", members[true])
	out.WriteString("/** A record as it stands: collection tells which record it is. */\nexport type Put = { [C in CollectionName]: PutOf<C> }[CollectionName];\n\n")
	fmt.Fprintf(out, "/** A record that leaves the phone or, without an id, everything of a scope. */\nexport interface Drop {\n%s}\n\n", members[false])
	remark(out, "", say["Change"])
	out.WriteString("export type Change = Put | Drop;\n\n")
}
