package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// aliased says whether any record goes by another's id: hardly any store has one, and
// then no push asks. It only ever becomes true.
type aliased struct{ any atomic.Bool }

func (a *aliased) load(app core.App) error {
	var any bool
	if err := app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM sync_aliases)`).Row(&any); err != nil {
		return fmt.Errorf("asking whether any record has another id: %w", err)
	}
	a.any.Store(any)
	return nil
}

// aliases are the records of one push that stand under another id than a phone gave
// them: collection id and record -> the record that stands.
type aliases map[[2]string]string

// alias remembers that what a mutation made is the record that stood there already. What
// its phone still has queued for it is then led there, today or in a year: for as long as
// the verdict is remembered that said so (see night).
func (b *batch) alias(m contract.Mutation, stands string) error {
	cid := collections.ID(m.Collection)
	_, err := kernel.Query(b.tx, `INSERT INTO sync_aliases (collection, record, stands, "user", at) VALUES ({:c}, {:r}, {:s}, {:u}, {:at})
		ON CONFLICT (collection, record) DO UPDATE SET stands = excluded.stands, "user" = excluded."user", at = excluded.at`).
		Bind(dbx.Params{"c": cid, "r": m.Record, "s": stands, "u": b.user.Id, "at": time.Now().Unix()}).Execute()
	if err != nil {
		return fmt.Errorf("keeping the id that a phone gave: %w", err)
	}
	b.engine.aliased.any.Store(true)
	if b.aliases == nil {
		b.aliases = aliases{}
	}
	b.aliases[[2]string{cid, m.Record}] = stands
	b.renamed = append(b.renamed, [2]string{cid, m.Record})
	return nil
}

// savepoint is one of the batch's: what is taken back goes by no other id.
func (b *batch) savepoint(fn func() error) error {
	before := len(b.renamed)
	err := kernel.Savepoint(b.tx, fn)
	if err != nil {
		for _, key := range b.renamed[before:] {
			delete(b.aliases, key)
		}
		b.renamed = b.renamed[:before]
	}
	return err
}

// askAliases reads at once which of the mutations' records stand under another id.
func (b *batch) askAliases(all []contract.Mutation) error {
	if b.aliases == nil {
		b.aliases = aliases{}
	}
	if !b.engine.aliased.any.Load() {
		return nil
	}
	ids := map[string]bool{}
	for _, m := range all {
		ids[m.Record] = true
		for _, f := range links(m) {
			for _, id := range named(decoded(m.Set[f.Name])) {
				ids[id] = true
			}
		}
	}
	asked := make([]string, 0, len(ids))
	for id := range ids {
		asked = append(asked, id)
	}
	var rows []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Stands     string `db:"stands"`
	}
	err := kernel.Query(b.tx, `SELECT collection, record, stands FROM sync_aliases WHERE record IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"ids": encode(asked)}).All(&rows)
	if err != nil {
		return fmt.Errorf("asking which records have another id: %w", err)
	}
	for _, r := range rows {
		b.aliases[[2]string{r.Collection, r.Record}] = r.Stands
	}
	return nil
}

// led is the mutation as it is of the records that stand: its own and those that it
// points at. It answers whether that is another than was sent.
func (b *batch) led(m contract.Mutation) (contract.Mutation, bool, error) {
	if b.aliases == nil { // one by itself
		if err := b.askAliases([]contract.Mutation{m}); err != nil {
			return m, false, err
		}
	}
	if len(b.aliases) == 0 {
		return m, false, nil
	}
	to, other := b.aliases[[2]string{collections.ID(m.Collection), m.Record}]
	if other {
		m.Record = to
	}
	for _, f := range links(m) {
		ids, changed := named(decoded(m.Set[f.Name])), false
		for i, id := range ids {
			if to, ok := b.aliases[[2]string{f.CollectionId, id}]; ok {
				ids[i], changed = to, true
			}
		}
		if !changed {
			continue
		}
		other = true
		m.Set = maps.Clone(m.Set)
		var value any = ids
		if !f.IsMultiple() {
			value = ids[0]
		}
		m.Set[f.Name] = json.RawMessage(encode(value))
	}
	return m, other, nil
}

// links are the fields of what a mutation sets that point at synced records.
func links(m contract.Mutation) (out []*core.RelationField) {
	n := collections.ByName(m.Collection)
	if n == nil || n.Sync == nil {
		return nil
	}
	for _, f := range n.Fields {
		if rel, ok := f.(*core.RelationField); ok && m.Set[rel.Name] != nil {
			if to := collections.ByID(rel.CollectionId); to != nil && to.Sync != nil {
				out = append(out, rel)
			}
		}
	}
	return out
}
