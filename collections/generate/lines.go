package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// wide is how many characters an object or a list may take to stand on one line.
const wide = 140

// inLines is JSON in which each object and list that fits on a line stands on one: a
// property that changes is a line of a diff, not eight.
func inLines(raw json.RawMessage) ([]byte, error) {
	var out bytes.Buffer
	err := lay(&out, raw, "", "")
	out.WriteByte('\n')
	return out.Bytes(), err
}

// lay writes a value and what stands before it on its line.
func lay(out *bytes.Buffer, raw json.RawMessage, indent, before string) error {
	out.WriteString(indent + before)
	line, err := oneLine(raw)
	if err != nil {
		return err
	}
	if len(indent+before+line) <= wide || raw[0] != '{' && raw[0] != '[' {
		out.WriteString(line)
		return nil
	}
	parts, err := partsOf(raw)
	if err != nil {
		return err
	}
	out.WriteByte(raw[0])
	for i, p := range parts {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		if err := lay(out, p.value, indent+"  ", p.key); err != nil {
			return err
		}
	}
	out.WriteString("\n" + indent + string(raw[len(raw)-1]))
	return nil
}

func oneLine(raw json.RawMessage) (string, error) {
	if raw[0] != '{' && raw[0] != '[' {
		return string(raw), nil
	}
	parts, err := partsOf(raw)
	if err != nil {
		return "", err
	}
	var all []string
	for _, p := range parts {
		line, err := oneLine(p.value)
		if err != nil {
			return "", err
		}
		all = append(all, p.key+line)
	}
	return string(raw[0]) + strings.Join(all, ", ") + string(raw[len(raw)-1]), nil
}

// part is one value of an object, with its key and colon, or of a list.
type part struct {
	key   string
	value json.RawMessage
}

func partsOf(raw json.RawMessage) (parts []part, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		var p part
		if raw[0] == '{' {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			text, err := json.Marshal(key)
			if err != nil {
				return nil, err
			}
			p.key = string(text) + ": "
		}
		if err := d.Decode(&p.value); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}
