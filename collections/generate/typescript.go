package main

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// typescript writes the wire's types and the records' for a client in TypeScript.
func typescript(say comments) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "// %s\n\n", generated)
	constants(&out)
	var codes, reasons []string
	for _, p := range contract.Problems {
		if p.Status > 0 {
			codes = append(codes, strconv.Quote(string(p.Code)))
		}
	}
	for _, p := range refusalCodes() {
		reasons = append(reasons, strconv.Quote(string(p.Code)))
	}
	fmt.Fprintf(&out, "/** What an error answer carries as data.code. */\nexport type ErrorCode =\n  | %s;\n\n", strings.Join(codes, "\n  | "))
	fmt.Fprintf(&out, "/** Why a mutation was refused or held. */\nexport type RefusalCode =\n  | %s;\n\n", strings.Join(reasons, "\n  | "))
	out.WriteString("/** Every error answer: PocketBase's shape with a stable code. */\nexport interface ErrorAnswer {\n  status: number;\n  message: string;\n" +
		"  data: { code: ErrorCode | RefusalCode; errors?: Record<string, FieldProblem> | null };\n}\n\n")
	for _, t := range messages {
		if t == reflect.TypeFor[contract.Change]() {
			changeTypes(&out, say)
			continue
		}
		remark(&out, "", say[t.Name()])
		if t.Kind() == reflect.Map {
			fmt.Fprintf(&out, "export type %s = Record<string, unknown>%s;\n\n", t.Name(), members(always[t]))
			continue
		}
		fmt.Fprintf(&out, "export interface %s %s\n\n", t.Name(), structType(t, t.Name(), say, ""))
	}
	recordTypes(&out)
	return out.Bytes()
}

func constants(out *bytes.Buffer) {
	for _, c := range []struct {
		name  string
		value int
	}{
		{"contractVersion", contract.Version}, {"maxMutations", contract.MaxMutations}, {"maxPushBytes", contract.MaxPushBytes},
		{"maxPullBytes", contract.MaxPullBytes}, {"defaultLimit", contract.DefaultLimit}, {"maxLimit", contract.MaxLimit}, {"pageBytes", contract.PageBytes},
		{"heldDays", contract.HeldDays}, {"tombstoneDays", contract.TombstoneDays},
	} {
		fmt.Fprintf(out, "export const %s = %d;\n", c.name, c.value)
	}
	out.WriteByte('\n')
}

func remark(out *bytes.Buffer, indent, text string) {
	if text != "" {
		fmt.Fprintf(out, "%s/** %s */\n", indent, text)
	}
}

func structType(t reflect.Type, path string, say comments, indent string) string {
	var out bytes.Buffer
	out.WriteString("{\n")
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		remark(&out, indent+"  ", say[path+"."+f.Name])
		optional := "?"
		if mandatory(t, f) {
			optional = ""
		}
		fmt.Fprintf(&out, "%s  %s%s: %s;\n", indent, name, optional, fieldType(f, path, say, indent+"  "))
	}
	out.WriteString(indent + "}")
	return out.String()
}

func fieldType(f reflect.StructField, path string, say comments, indent string) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	values := valuesOf(path + "." + name)
	for _, word := range strings.Split(f.Tag.Get("validate"), ",") {
		if list, ok := strings.CutPrefix(word, "oneof="); ok {
			values = texts(strings.Fields(list))
		}
	}
	switch {
	case path+"."+name == "Result.code":
		return "RefusalCode"
	case path+"."+name == "SignInAnswer.record":
		return "StockRecord"
	case values != nil:
		return union(values)
	case f.Type.Kind() == reflect.Struct && f.Type.Name() == "":
		return structType(f.Type, path+"."+f.Name, say, indent)
	}
	if f.Type.Kind() == reflect.Pointer && !omitted(f) {
		return goType(f.Type) + " | null"
	}
	return goType(f.Type)
}

func goType(t reflect.Type) string {
	switch {
	case t.Name() == "RawMessage", t.Kind() == reflect.Interface:
		return "unknown"
	case t.Name() != "" && (t.Kind() == reflect.Struct || t.Kind() == reflect.Map):
		return t.Name()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return goType(t.Elem())
	case reflect.Slice:
		return goType(t.Elem()) + "[]"
	case reflect.Map:
		return "Record<string, " + goType(t.Elem()) + ">"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "number"
	}
	panic("no TypeScript type for " + t.String())
}

func union(values []any) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v.(string))
	}
	return strings.Join(quoted, " | ")
}

// members are those that are there at any rate, all of them texts.
func members(names []string) string {
	if names == nil {
		return ""
	}
	return " & { " + strings.Join(names, ": string; ") + ": string }"
}

// recordTypes writes one interface a noun, and the map from collection to record.
func recordTypes(out *bytes.Buffer) {
	for _, n := range synced() {
		fmt.Fprintf(out, "/** A record of %s as a pull delivers it. */\nexport interface %s {\n  id: string;\n", n.Name, recordName(n.Name, "Record"))
		for _, f := range n.Synced() {
			readonly := ""
			if n.Owns(f.GetName()) {
				readonly = "readonly "
			}
			fmt.Fprintf(out, "  %s%s: %s;\n", readonly, f.GetName(), recordField(f))
		}
		out.WriteString("}\n\n")
	}
	out.WriteString("/** The record that each collection holds. */\nexport interface Records {\n")
	for _, n := range synced() {
		fmt.Fprintf(out, "  %s: %s;\n", n.Name, recordName(n.Name, "Record"))
	}
	out.WriteString("}\n\nexport type CollectionName = keyof Records;\n")
}

func recordField(f core.Field) string {
	s := fieldSchema(f)
	if s.Type == "array" {
		return listOf(valueType(s.Items))
	}
	return valueType(s)
}

func listOf(item string) string {
	if strings.Contains(item, " ") {
		item = "(" + item + ")"
	}
	return item + "[]"
}

func valueType(s *jsonschema.Schema) string {
	switch {
	case s.Enum != nil:
		return union(s.Enum)
	case s.Type == "integer":
		return "number"
	case s.Type == "":
		return "unknown" // JSON
	}
	return s.Type
}
