package sync

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// verdict is one that was given before.
type verdict struct {
	ID      string `db:"id"`
	Result  string `db:"result"`
	Device  string `db:"device"`
	Meaning []byte `db:"meaning"` // of what it was given for; nil when that was not kept
}

// recall reads the verdicts that were given before, and tells apart what comes under the
// id of something else: that is kept beside it, under a key of its own.
func (b *batch) recall(all []contract.Mutation) error {
	ids := make([]string, len(all))
	for i, m := range all {
		ids[i] = m.ID
	}
	given, err := b.verdicts(ids)
	if err != nil {
		return err
	}
	stands := make(map[string][]byte, len(all)) // what each id stands for
	for _, v := range given {
		stands[v.ID] = v.Meaning
	}
	var others []string
	b.of = make(map[string]*element, len(b.elements))
	for i, e := range b.elements {
		if meant, there := stands[e.ID]; !there {
			stands[e.ID] = e.meaning
		} else if meant != nil && !e.means(meant) {
			e = e.beside()
			all[i].ID = e.ID
			others = append(others, e.ID)
		}
		b.of[e.ID] = e
	}
	if len(others) > 0 {
		more, err := b.verdicts(others)
		if err != nil {
			return err
		}
		given = append(given, more...)
	}
	for _, v := range given {
		var r contract.Result
		if err := json.Unmarshal([]byte(v.Result), &r); err != nil {
			return err
		}
		b.known[v.ID], b.old[v.ID] = r, true
	}
	return b.takeOver(all, given)
}

func (b *batch) verdicts(ids []string) (given []verdict, err error) {
	err = kernel.Query(b.tx, `SELECT id, result, device, meaning FROM sync_verdicts WHERE "user" = {:u} AND id IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"u": b.user.Id, "ids": encode(ids)}).All(&given)
	if err != nil {
		return nil, fmt.Errorf("reading verdicts: %w", err)
	}
	return given, nil
}

// takeOver counts as this device's own what it hands in again and another device of the
// same user handed in first: a phone whose sign-in ended, and what comes behind it was
// recorded on top of it (trap T19).
func (b *batch) takeOver(all []contract.Mutation, given []verdict) error {
	elsewhere := map[string]string{} // mutation -> device
	for _, v := range given {
		if v.Device != b.device && b.known[v.ID].Rev > 0 {
			elsewhere[v.ID] = v.Device
		}
	}
	if len(elsewhere) == 0 {
		return nil
	}
	var rows [][]any
	for _, m := range all {
		if device, ok := elsewhere[m.ID]; ok {
			rows = append(rows, []any{m.Record, collections.ID(m.Collection), b.known[m.ID].Rev, device})
		}
	}
	_, err := kernel.Query(b.tx, `UPDATE sync_fields SET device = {:d} FROM (
			SELECT value->>0 AS record, value->>1 AS collection, value->>2 AS seq, value->>3 AS device FROM json_each({:rows})) h
		WHERE sync_fields.record = h.record AND sync_fields.collection = h.collection AND sync_fields.seq = h.seq AND sync_fields.device = h.device`).
		Bind(dbx.Params{"d": b.device, "rows": encode(rows)}).Execute()
	if err != nil {
		return fmt.Errorf("taking over what another phone of theirs changed: %w", err)
	}
	return nil
}

// beside is the element as what came under the id of something else.
func (e *element) beside() *element {
	other := *e
	other.ID, other.why = keptApart(e.ID, e.meaning), refuse(contract.RefusedIDReused, "")
	return &other
}

// unfit is why a mutation is not applied, whatever it says; nil for all others.
func (b *batch) unfit(id string) *refusal {
	if e := b.of[id]; e != nil {
		return e.why
	}
	return nil
}

// meaning is what a verdict remembers of what it was given for.
func (b *batch) meaning(id string) any {
	if e := b.of[id]; e != nil {
		return e.meaning
	}
	return nil
}
