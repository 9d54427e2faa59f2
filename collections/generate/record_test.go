package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// What PocketBase itself makes of a field's value is what travels, so its published type
// is that of such a value: of nothing, and of something. A list that is published as a
// text stops a phone's first sync.
func TestEveryFieldIsPublishedAsItTravels(t *testing.T) {
	_, files := made(t)
	lists := 0
	for _, n := range synced() {
		record := core.NewRecord(n.Collection())
		for _, f := range n.Synced() {
			value, err := f.PrepareValue(record, nil)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			where := n.Name + "." + f.GetName()
			if strings.HasPrefix(string(raw), "[") {
				lists++
				if !strings.Contains(recordField(f), "[]") {
					t.Errorf("%s is a list, and %s in TypeScript", where, recordField(f))
				}
			}
			if required(f) {
				raw = []byte(sample(f, string(raw)))
			}
			if err := validateField(t, files, n, f.GetName(), string(raw)); err != nil {
				t.Errorf("%s travels as %s: %v", where, raw, err)
			}
		}
	}
	if lists < 10 {
		t.Errorf("only %d lists were looked at", lists)
	}
}

// What must be there is not published as something that may be empty.
func TestWhatIsRequiredMayNotBeEmpty(t *testing.T) {
	_, files := made(t)
	looked := 0
	for _, n := range synced() {
		record := core.NewRecord(n.Collection())
		for _, f := range n.Synced() {
			if !required(f) {
				continue
			}
			looked++
			value, _ := f.PrepareValue(record, nil)
			raw, _ := json.Marshal(value)
			if err := validateField(t, files, n, f.GetName(), string(raw)); err == nil {
				t.Errorf("%s.%s is required, and its schema takes %s", n.Name, f.GetName(), raw)
			}
		}
	}
	if looked < 50 {
		t.Errorf("only %d required fields were looked at", looked)
	}
}

// sample is a value of a required field, in the form in which it travels.
func sample(f core.Field, empty string) string {
	switch f := f.(type) {
	case *core.DateField:
		return `"2026-11-20 09:00:00.000Z"`
	case *core.RelationField:
		if f.IsMultiple() {
			return `["abcdefghijklmno"]`
		}
		return `"abcdefghijklmno"`
	case *core.SelectField:
		if f.IsMultiple() {
			return `["` + f.Values[0] + `"]`
		}
		return `"` + f.Values[0] + `"`
	case *core.EmailField:
		return `"somebody@fellmoor.example"`
	case *core.TextField:
		for _, v := range []string{"x", strings.Repeat("0", 64), "a.b", "FM-0001", "at_once", "2026-11-20"} {
			if f.Pattern == "" || matches(f.Pattern, v) {
				return `"` + v + `"`
			}
		}
	}
	return empty
}

func validateField(t *testing.T, files map[string][]byte, n *collections.Noun, name, value string) error {
	t.Helper()
	var whole struct{ Properties map[string]json.RawMessage }
	if err := json.Unmarshal(files[recordFolder+"/"+n.Name+".json"], &whole); err != nil {
		t.Fatal(err)
	}
	one := map[string][]byte{schemaFolder + "/field.json": whole.Properties[name]}
	return validate(t, one, "field", value)
}

// Nobody reads a reference with other words beside it as one type: a member that may be
// null says so as a choice.
func TestNoReferenceStandsBesideAType(t *testing.T) {
	_, files := made(t)
	for path, content := range files {
		var v any
		if strings.HasSuffix(path, ".json") && json.Unmarshal(content, &v) == nil {
			beside(v, func(keys []string) { t.Errorf("%s: a $ref beside %v", path, keys) })
		}
	}
}

func beside(v any, found func([]string)) {
	switch v := v.(type) {
	case object:
		if _, ok := v["$ref"].(string); ok {
			var keys []string
			for key := range v {
				if key != "$ref" && key != "description" {
					keys = append(keys, key)
				}
			}
			if keys != nil {
				found(keys)
			}
		}
		for _, inner := range v {
			beside(inner, found)
		}
	case []any:
		for _, inner := range v {
			beside(inner, found)
		}
	}
}
