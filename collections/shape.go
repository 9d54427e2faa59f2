package collections

import (
	"encoding/json"

	"github.com/pocketbase/pocketbase/core"
)

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
