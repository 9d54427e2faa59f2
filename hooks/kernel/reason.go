package kernel

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/pathway"
)

// Substantial are the reasons for which a word will not do, by noun: what takes something
// back, takes somebody elsewhere or lifts what protects. Whoever reads later that a try
// counts nowhere, or that a child is of another family, has nothing else to go by. What
// raises a guard, or says no, is heard in any words.
var Substantial = map[string][]string{
	"attempt_withdrawals": {"because"},
	"person_moves":        {"because"},
	"person_joins":        {"because"},
	"evidence_disposals":  {"reason"},
	"evidence_exceptions": {"reason"},
	"evidence_holds":      {"lift_reason"},
}

// BindReasons holds these to the one judgement of what a reason is, whoever writes.
func BindReasons(app core.App) {
	for noun, fields := range Substantial {
		h := &hook.Handler[*core.RecordEvent]{Priority: OrderGuard - 1, Func: func(e *core.RecordEvent) error {
			for _, f := range fields {
				why := e.Record.GetString(f)
				if !IsServer(e.Record) && Changed(e.Record, f) && why != "" && !pathway.Substance(why) {
					return Wrong(f, "too_short", pathway.TooShort)
				}
			}
			return e.Next()
		}}
		Creating(app, noun).Bind(h)
		if !slices.Contains([]string{"attempt_withdrawals", "person_moves", "person_joins"}, noun) {
			Updating(app, noun).Bind(h)
		}
	}
}
