package kernel

import (
	"encoding/json"

	"github.com/pocketbase/pocketbase/core"
)

// Short is as much of a text as a short field takes.
func Short(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200])
	}
	return s
}

// SaveChanged saves a record as the server's work when anything of it changed.
func SaveChanged(tx core.App, r *core.Record) error {
	if !r.IsNew() && len(touched(r, "update")) == 0 {
		return nil
	}
	return tx.Save(AsServer(r.IgnoreUnchangedFields(true)))
}

// Decode reads a JSON field into to; an empty field leaves it as it is.
func Decode(r *core.Record, field string, to any) error {
	s := r.GetString(field)
	if s == "" || s == "null" {
		return nil
	}
	return json.Unmarshal([]byte(s), to)
}
