package hooks

import (
	"math"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Fits reports whether a decoded JSON value is of the field's type. PocketBase
// casts instead ("abc" becomes the number 0), and what a worker recorded would be
// lost without a word. Null is every type's empty value.
func Fits(f core.Field, value any) bool {
	if value == nil {
		return true
	}
	switch f.Type() {
	case core.FieldTypeJSON:
		return true
	case core.FieldTypeBool:
		_, ok := value.(bool)
		return ok
	case core.FieldTypeNumber:
		_, ok := value.(float64)
		return ok
	case core.FieldTypeDate, core.FieldTypeAutodate:
		s, ok := value.(string)
		if !ok {
			return false
		}
		d, err := types.ParseDateTime(s)
		return s == "" || (err == nil && !d.IsZero())
	}
	if isList(f) {
		list, ok := value.([]any)
		for _, v := range list {
			if _, text := v.(string); !text {
				return false
			}
		}
		return ok
	}
	s, ok := value.(string)
	return ok && !strings.ContainsRune(s, 0)
}

func isList(f core.Field) bool {
	m, ok := f.(core.MultiValuer)
	return ok && m.IsMultiple()
}

// takesPart reports whether PocketBase does to the field what the key's sign asks: it adds
// to and takes from a number and a list. With any other, it drops the key.
func takesPart(f core.Field, key string) bool {
	setter, ok := f.(core.SetterFinder)
	return ok && (isList(f) || f.Type() == core.FieldTypeNumber) && setter.FindSetter(key) != nil
}

// fitsPart reports whether a value can be added to the field or taken from it.
func fitsPart(f core.Field, value any) bool {
	if one, ok := value.(string); ok && isList(f) {
		value = []any{one}
	}
	return Fits(f, value)
}

// fromForm is the value that a form's texts stand for in a field, as JSON would have it;
// where they stand for none it is what does not fit.
func fromForm(f core.Field, values []string) any {
	if f == nil || f.Type() == core.FieldTypeJSON {
		return nil
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	if isList(f) && len(values) == 1 && (values[0] == "" || strings.HasPrefix(values[0], "[")) {
		return nil // none, or a list as JSON, which PocketBase reads
	}
	if isList(f) || len(values) > 1 {
		return list
	}
	switch {
	case values[0] == "":
		return nil
	case f.Type() == core.FieldTypeBool:
		if yes, err := strconv.ParseBool(values[0]); err == nil {
			return yes
		}
	case f.Type() == core.FieldTypeNumber:
		if n, err := strconv.ParseFloat(values[0], 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n
		}
	}
	return values[0]
}
