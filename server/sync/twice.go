package sync

import (
	"bytes"
	"encoding/json"
)

// twice is the first member that an object names twice, of one that was read into so many.
// JSON lets it, and a reader keeps the last: what stood in the other would be gone without
// a word.
func twice(raw []byte, read int) (name string, ok bool) {
	if membersOf(raw) == read {
		return "", false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	seen := map[string]bool{}
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return "", false // null, or no object
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return "", false
		}
		name, _ = key.(string)
		if seen[name] {
			return name, true
		}
		seen[name] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return "", false
		}
	}
	return "", false
}

// membersOf counts the members of an object that is known to be JSON, without reading them.
func membersOf(raw []byte) (n int) {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ':':
			if depth == 1 {
				n++
			}
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		}
	}
	return n
}
