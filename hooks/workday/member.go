package workday

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// readMembers takes a JSON object apart. Unlike a plain decode it refuses
// members in another case and members given twice, which a phone would read
// differently from a server.
func readMembers(at string, raw []byte, names ...string) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, refused(at, "must be a JSON object")
	}
	m := make(map[string]json.RawMessage, len(names))
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, refused(at, err.Error())
		}
		name, _ := token.(string)
		if !slices.Contains(names, name) {
			return nil, refused(at, fmt.Sprintf("unknown member %q", name))
		}
		if _, twice := m[name]; twice {
			return nil, refused(at, fmt.Sprintf("member %q is there twice", name))
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, refused(at+"."+name, err.Error())
		}
		m[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, refused(at, "is not finished")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, refused(at, "has text after the object")
	}
	for _, name := range names {
		if _, there := m[name]; !there {
			return nil, refused(at, fmt.Sprintf("member %q is missing", name))
		}
	}
	return m, nil
}

func readValue(at string, raw json.RawMessage, into any) error {
	if string(raw) == "null" {
		return refused(at, "must not be null")
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return refused(at, err.Error())
	}
	return nil
}
