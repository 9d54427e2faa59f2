package kernel

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

func ServerOnly(e *core.RecordEvent) error {
	if !IsServer(e.Record) {
		return Wrong("id", "server_owned", "Only the server writes these records.")
	}
	return e.Next()
}

// Wrong is the refusal of one field, with a code for a phone and words for a person.
func Wrong(field, code, words string) error {
	return validation.Errors{field: validation.NewError(code, words)}
}
