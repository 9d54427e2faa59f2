package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Shape is the hash of what a record looks like, from its schema, without words for people,
// without what is about writing it, and without the choices of a list that may grow (M37);
// and the version that its records have it since.
func Shape(raw []byte) (hash string, since int, err error) {
	var s struct {
		Of       map[string]any      `json:"properties"`
		Required []string            `json:"required"`
		Traits   struct{ Since int } `json:"x-holdfast"`
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", 0, err
	}
	for _, p := range s.Of {
		bare(p)
	}
	slices.Sort(s.Required)
	canonical, err := json.Marshal([]any{s.Of, s.Required})
	if err != nil {
		return "", 0, err
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])[:12], s.Traits.Since, nil
}

func bare(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, word := range []string{"description", "readOnly", "x-max-bytes"} {
			delete(v, word)
		}
		if items, ok := v["items"].(map[string]any); ok && v["x-grows"] == true {
			delete(v, "maxItems")
			delete(items, "enum")
		}
		for _, inner := range v {
			bare(inner)
		}
	case []any:
		for _, inner := range v {
			bare(inner)
		}
	}
}
