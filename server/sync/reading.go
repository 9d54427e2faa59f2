package sync

import (
	"maps"
	"slices"
	stdsync "sync"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// reading is what a mutation says, held to its collection: what can be known of it
// without asking the store, and so before its turn to write comes.
type reading struct {
	c      *core.Collection
	values map[string]any
	record *core.Record // of a create, to be saved once
	err    error        // why it cannot be
}

// readAhead reads the mutations of a push while its transaction begins. Whoever asks for
// them waits until they are read; a reading that breaks, breaks there.
func readAhead(app core.App, all []contract.Mutation) func() map[string]*reading {
	read := stdsync.OnceValue(func() map[string]*reading { return readAll(app, all) })
	go func() {
		defer func() { _ = recover() }()
		read()
	}()
	return read
}

// readAll reads the mutations of a push, each id's first.
func readAll(app core.App, all []contract.Mutation) map[string]*reading {
	out := make(map[string]*reading, len(all))
	for _, m := range all {
		noun := collections.ByName(m.Collection)
		if noun == nil || noun.Sync == nil || noun.Auth || out[m.ID] != nil {
			continue // refused in its turn, or not the first of its id
		}
		if c, err := app.FindCachedCollectionByNameOrId(noun.Name); err == nil {
			out[m.ID] = newReading(noun, c, m)
		}
	}
	return out
}

func newReading(noun *collections.Noun, c *core.Collection, m contract.Mutation) *reading {
	r := &reading{c: c}
	if m.Op == "delete" {
		return r
	}
	if r.err = r.read(noun, m); r.err == nil && makes(m) {
		r.record = core.NewRecord(c)
		r.record.Load(r.values)
		r.record.Set("id", m.Record)
	}
	return r
}

// read holds the mutation's fields to the collection's: every one known, not the
// server's, of its type.
func (r *reading) read(noun *collections.Noun, m contract.Mutation) error {
	r.values = make(map[string]any, len(m.Set))
	for _, name := range slices.Sorted(maps.Keys(m.Set)) {
		f := r.c.Fields.GetByName(name)
		switch {
		case f == nil || name == core.FieldNameId || f.GetHidden() || f.Type() == core.FieldTypeAutodate:
			return refuseField(contract.RefusedUnknownField, name)
		case noun.Owns(name):
			return refuseField(contract.RefusedServerOwned, name)
		}
		var v any
		if why := hooks.Misfit(f, m.Set[name], &v); why != "" {
			if err := reply.JSON(m.Set[name], 0); err != nil {
				return unsound(name, err)
			}
			return misfit(name, why)
		}
		r.values[name] = v
	}
	for name, was := range m.Was {
		if err := reply.Bounded(was, 0, reply.DeepestField); err != nil {
			return unsound(name, err)
		}
	}
	return nil
}

// misfit is a refusal of one field that says why.
func misfit(field, why string) *refusal {
	return refuse(contract.RefusedWrongType, "").of(map[string]contract.FieldProblem{field: {Code: string(contract.RefusedWrongType), Message: why}})
}
