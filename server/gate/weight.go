package gate

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// weight is about how many bytes records have as JSON: their texts, and a little for the
// name of each field.
func weight(records []*core.Record) (bytes int) {
	for _, r := range records {
		for _, f := range r.Collection().Fields {
			if f.GetHidden() {
				continue
			}
			bytes += len(f.GetName()) + 8
			switch v := r.Get(f.GetName()).(type) {
			case string:
				bytes += len(v)
			case types.JSONRaw:
				bytes += len(v)
			case []string:
				for _, s := range v {
					bytes += len(s) + 3
				}
			case types.DateTime:
				bytes += 24
			}
		}
	}
	return bytes
}
