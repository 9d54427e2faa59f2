package hooks_test

import (
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
)

// setNow stops the clock at an instant until restore is called.
func setNow(at types.DateTime) (restore func()) {
	was := kernel.Now
	kernel.Now = func() types.DateTime { return at }
	return func() { kernel.Now = was }
}
