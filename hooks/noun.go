package hooks

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// creating, updating and deleting bind hooks for records of the named nouns. PocketBase
// asks each tagged hook of each record whether it is meant: a hundred and sixty of them
// were a fifth of what it takes to save one. Here a record's own are looked up.
func creating(app core.App, nouns ...string) ofNouns { return of(app, "creating", nouns) }
func updating(app core.App, nouns ...string) ofNouns { return of(app, "updating", nouns) }
func deleting(app core.App, nouns ...string) ofNouns { return of(app, "deleting", nouns) }

// ofNouns are the hooks of some nouns' records on one kind of write.
type ofNouns struct {
	app   core.App
	kind  string
	nouns []string
}

func of(app core.App, kind string, nouns []string) ofNouns { return ofNouns{app, kind, nouns} }

// byNoun are the hooks of one order on one kind of write, by noun, each in the order
// they were bound.
type byNoun map[string]*hook.Hook[*core.RecordEvent]

// Bind adds a hook, as PocketBase's Bind does, in the handler's order among all hooks.
func (o ofNouns) Bind(h *hook.Handler[*core.RecordEvent]) {
	type key struct {
		kind  string
		order int
	}
	orders := o.app.Store().GetOrSet("holdfast.hooks", func() any { return map[key]byNoun{} }).(map[key]byNoun)
	at := key{o.kind, h.Priority}
	if orders[at] == nil {
		orders[at] = byNoun{}
		all := map[string]*hook.TaggedHook[*core.RecordEvent]{
			"creating": o.app.OnRecordCreate(), "updating": o.app.OnRecordUpdate(), "deleting": o.app.OnRecordDelete(),
		}[o.kind]
		all.Bind(&hook.Handler[*core.RecordEvent]{Priority: h.Priority, Func: orders[at].run})
	}
	for _, noun := range slices.Compact(slices.Sorted(slices.Values(o.nouns))) {
		if orders[at][noun] == nil {
			orders[at][noun] = &hook.Hook[*core.RecordEvent]{}
		}
		orders[at][noun].Bind(&hook.Handler[*core.RecordEvent]{Func: h.Func})
	}
}

// BindFunc adds a hook of no particular order.
func (o ofNouns) BindFunc(f func(*core.RecordEvent) error) {
	o.Bind(&hook.Handler[*core.RecordEvent]{Func: f})
}

func (n byNoun) run(e *core.RecordEvent) error {
	own, ok := n[e.Record.Collection().Name]
	if !ok {
		return e.Next()
	}
	after := *e // goes on where this hook stands, when the noun's own are done
	return own.Trigger(e, func(*core.RecordEvent) error { return after.Next() })
}
