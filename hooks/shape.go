package hooks

import (
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
	multiple := false
	if m, ok := f.(core.MultiValuer); ok {
		multiple = m.IsMultiple()
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
	if multiple {
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
