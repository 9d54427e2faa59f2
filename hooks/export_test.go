package hooks

import "github.com/pocketbase/pocketbase/tools/types"

// SetNow stops the clock at an instant until restore is called.
func SetNow(at types.DateTime) (restore func()) {
	was := now
	now = func() types.DateTime { return at }
	return func() { now = was }
}
