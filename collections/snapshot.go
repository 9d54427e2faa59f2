package collections

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// Snapshot is every declared collection in the form that a migration freezes:
// without secrets and without what each server makes for itself.
func Snapshot() ([]byte, error) {
	var out []map[string]any
	for _, n := range All() {
		shape, err := Shape(n.Collection())
		if err != nil {
			return nil, fmt.Errorf("freezing %s: %w", n.Name, err)
		}
		out = append(out, shape)
	}
	return json.MarshalIndent(out, "", " ")
}

// Shape is one collection as comparable data: no secrets, no times, no ids of
// fields that PocketBase derives from their names.
func Shape(c *core.Collection) (map[string]any, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	shape := map[string]any{}
	if err := json.Unmarshal(raw, &shape); err != nil {
		return nil, err
	}
	delete(shape, "created")
	delete(shape, "updated")
	dropSecrets(shape)
	return shape, nil
}

func dropSecrets(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "secret")
		for _, inner := range v {
			dropSecrets(inner)
		}
	case []any:
		for _, inner := range v {
			dropSecrets(inner)
		}
	}
}
