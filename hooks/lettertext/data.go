package lettertext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Data is what one letter is filled with: a value for each field, by the field's
// full name. Marshalled, its members are in order of name, so that the same data
// is the same snapshot.
type Data map[string]Value

// Row is one item of a Rows field, by the item's own field names.
type Row map[string]string

// Value is a text, a list of texts or a list of rows. Nothing else is a value:
// a number or a date is written as text.
type Value struct {
	shape shape
	text  string
	texts []string
	rows  []Row
}

type shape int

const (
	shapeNone shape = iota
	shapeText
	shapeTexts
	shapeRows
)

// One makes the value of a field that is no list.
func One(text string) Value { return Value{shape: shapeText, text: text} }

// Many makes the value of a Names or Texts field.
func Many(texts ...string) Value { return Value{shape: shapeTexts, texts: texts} }

// Table makes the value of a Rows field.
func Table(rows ...Row) Value { return Value{shape: shapeRows, rows: rows} }

// MarshalJSON writes a string, an array of strings or an array of objects.
func (v Value) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	var err error
	switch v.shape {
	case shapeTexts:
		err = enc.Encode(append([]string{}, v.texts...))
	case shapeRows:
		err = enc.Encode(append([]Row{}, v.rows...))
	default:
		err = enc.Encode(v.text)
	}
	return bytes.TrimSpace(b.Bytes()), err
}

// UnmarshalJSON takes what MarshalJSON writes. An empty array is a list without
// items. Anything else is refused.
func (v *Value) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return fmt.Errorf("a letter's value is a text or a list, not null")
	}
	if json.Unmarshal(raw, &v.text) == nil {
		v.shape = shapeText
		return nil
	}
	if json.Unmarshal(raw, &v.texts) == nil {
		v.shape = shapeTexts
		return nil
	}
	if json.Unmarshal(raw, &v.rows) == nil {
		v.texts, v.shape = nil, shapeRows
		return nil
	}
	return fmt.Errorf("a letter's value is a text, a list of texts or a list of rows of texts")
}

// fits reports whether a value has the shape that the field's type asks for. An
// empty list has no items to tell its shape by.
func (v Value) fits(f *Field) bool {
	switch f.Type {
	case Rows:
		return v.shape == shapeRows || v.shape == shapeTexts && len(v.texts) == 0
	case Names, Texts:
		return v.shape == shapeTexts || v.shape == shapeRows && len(v.rows) == 0
	}
	return v.shape == shapeText
}

// Texts are a list's items, a copy; false where the value is given and is no list of texts,
// or is not given at all.
func (v Value) Texts() ([]string, bool) {
	return append([]string{}, v.texts...), v.shape == shapeTexts || v.shape == shapeRows && len(v.rows) == 0
}

// Rows are a table's items, copies; false where there is no table.
func (v Value) Rows() ([]Row, bool) {
	return append([]Row{}, v.rows...), v.shape == shapeRows || v.shape == shapeTexts && len(v.texts) == 0
}

// All is every text of the value.
func (v Value) All() []string {
	list := append([]string{}, v.texts...)
	if v.shape == shapeText {
		list = append(list, v.text)
	}
	for _, row := range v.rows {
		for _, name := range slices.Sorted(maps.Keys(row)) {
			list = append(list, row[name])
		}
	}
	return list
}
