package sync

import (
	"reflect"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
)

// upsert makes the record, or merges what is said into the one that its author sees, as an
// update would: for a client that does not know whether its create arrived. What equals
// what stands is no change, whoever may change it. Of a record out of their sight it says
// what a create would.
func (j *job) upsert() (contract.Result, error) {
	if j.memo.isUnseen(j.cid, j.m.Record) {
		return j.create()
	}
	if seen, err := j.may(j.c, j.c.ViewRule, j.values, j.m.Record); err != nil {
		return contract.Result{}, err
	} else if !seen {
		return j.create()
	}
	there, err := j.standing(j.cid, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	r, err := j.tx.FindRecordById(j.c, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	draft := r.Clone()
	draft.Load(j.values)
	for name := range j.values {
		if canonical(draft, name) == canonical(r, name) {
			delete(j.values, name)
		}
	}
	switch {
	case len(j.values) == 0:
		return contract.Result{ID: j.m.ID, Verdict: contract.Merged, Rev: there.Seq}, nil
	case j.noun.AppendOnly:
		return contract.Result{}, refuse(contract.RefusedAppendOnly, "")
	}
	return j.update()
}

// compare notes a record that was just made and is not plainly what was sent: a field
// stands otherwise, or the server gave one that nobody could foresee. Notes and tries at
// contact are what was sent.
func (j *job) compare(r *core.Record) {
	if j.noun.Plain {
		return
	}
	sent := core.NewRecord(j.c)
	sent.Load(j.values)
	for _, f := range j.noun.Synced() {
		name := f.GetName()
		if _, said := j.values[name]; !said && (stamps[name] || !j.noun.Owns(name)) {
			continue
		}
		if !same(sent, r, name) {
			j.differ()
			return
		}
	}
}

// stamps are what the server gives every record, and every client knows beforehand.
var stamps = map[string]bool{"author": true, "agency": true}

// compareAll notes a record in which more was changed than was asked.
func (j *job) compareAll(meant, r *core.Record) {
	for _, f := range j.noun.Synced() {
		if !same(meant, r, f.GetName()) {
			j.differ()
			return
		}
	}
}

func (j *job) differ() { j.differs[[2]string{collections.ID(j.noun.Name), j.m.Record}] = true }

func same(a, b *core.Record, field string) bool {
	return reflect.DeepEqual(a.Get(field), b.Get(field)) || canonical(a, field) == canonical(b, field)
}
