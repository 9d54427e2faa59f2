package kernel

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// InDomain binds a rule of the practice.
func InDomain(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
	return &hook.Handler[*core.RecordEvent]{Priority: OrderDomain, Func: f}
}

// Order of the hooks on one write; lower runs first (outermost).
const (
	OrderDoor   = -1000 // the transaction and who is writing
	OrderSchema = -900  // the feed steps aside for a schema change
	OrderGuard  = -500  // what may not be
	OrderStamp  = -400  // who and when
	OrderDomain = -300  // what the practice asks for
	OrderAudit  = 900   // last before the row is written
	orderWrite  = 1000  // where the row is written
)
