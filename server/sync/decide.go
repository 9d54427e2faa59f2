package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// decides says that a mutation is no edit but what a person decided of a conflict or of a
// refused mutation: it waits in an outbox like any edit, is judged like any, and has its
// verdict for good (trap T33).
func decides(m contract.Mutation) bool {
	return m.Op == "update" && (m.Collection == "sync_conflicts" || m.Collection == "sync_refusals")
}

// decision is one of them as it was sent.
type decision struct {
	ID, Record string
	RecordedAt string
	Base       int64
	Seen       map[string]json.RawMessage // theirs, as the person saw it
	Choice     string
	Values     map[string]json.RawMessage
	Online     bool // its sender waits for the answer, and has what they wrote before them
}

// read takes a decision out of a mutation, held to what one may say.
func (d *decision) read(m contract.Mutation) error {
	*d = decision{ID: m.ID, Record: m.Record, RecordedAt: m.RecordedAt, Base: m.Base}
	name, words := "choice", []string{"ours", "theirs", "other"}
	if m.Collection == "sync_refusals" {
		name, words = "action", []string{"resend", "withdraw"}
	}
	for _, field := range slices.Sorted(maps.Keys(m.Set)) {
		var into any = &d.Values
		switch field {
		case name:
			into = &d.Choice
		case "values":
		default:
			return refuseField(contract.RefusedUnknownField, field)
		}
		if json.Unmarshal(m.Set[field], into) != nil {
			return refuseField(contract.RefusedWrongType, field)
		}
	}
	if !slices.Contains(words, d.Choice) || d.Choice == "other" && len(d.Values) == 0 {
		return refuseField(contract.RefusedInvalid, name)
	}
	if seen, ok := m.Was["theirs"]; ok && json.Unmarshal(seen, &d.Seen) != nil {
		return refuseField(contract.RefusedWrongType, "theirs")
	}
	return nil
}

// mutation is the decision as a phone would hand it in.
func (d decision) mutation(noun string) contract.Mutation {
	name := "choice"
	if noun == "sync_refusals" {
		name = "action"
	}
	m := contract.Mutation{ID: d.ID, Collection: noun, Record: d.Record, Op: "update", Set: map[string]json.RawMessage{name: json.RawMessage(encode(d.Choice))}}
	if len(d.Values) > 0 {
		m.Set["values"] = json.RawMessage(encode(d.Values))
	}
	if len(d.Seen) > 0 {
		m.Was = map[string]json.RawMessage{"theirs": json.RawMessage(encode(d.Seen))}
	}
	return m
}

// decide judges what a person decided.
func (b *batch) decide(m contract.Mutation) (contract.Result, error) {
	var d decision
	if err := d.read(m); err != nil {
		return contract.Result{}, err
	}
	if m.Collection == "sync_refusals" {
		return b.takeUp(d)
	}
	return b.settle(d)
}

// deciding is the record that is decided about, if the user sees it. A foreign one and a
// missing one are the same.
func (b *batch) deciding(noun, id string) (*core.Record, error) {
	c, err := b.tx.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return nil, err
	}
	seen, err := b.may(c, c.ViewRule, nil, id)
	if err != nil {
		return nil, err
	}
	if !seen {
		return nil, refuse(contract.RefusedNotFound, "")
	}
	return b.tx.FindRecordById(c, id)
}

// takeUp corrects a refused mutation and judges it again as the user's own, or withdraws
// it; either way it stays on the record. One that somebody sent again before is judged
// once more where this person says something else of it: it merges, or is contested, like
// any edit.
func (b *batch) takeUp(d decision) (contract.Result, error) {
	kept, err := b.deciding("sync_refusals", d.Record)
	if err != nil {
		return contract.Result{}, err
	}
	status := kept.GetString("status")
	switch author := kept.GetString("user") == b.user.Id; {
	case status == "held":
		return contract.Result{}, refuse(contract.RefusedNotFound, "")
	case status == "withdrawn" && d.Choice == "withdraw":
		return contract.Result{ID: d.ID, Verdict: contract.Merged, Refusal: d.Record}, nil
	case status == "withdrawn", status == "settled" && d.Choice == "withdraw":
		return contract.Result{}, refuse(contract.AlreadySettled, b.saidBy(kept))
	case d.Choice == "withdraw" && !author:
		return contract.Result{}, refuse(contract.NotAllowed, "Only its author withdraws it.")
	case kept.GetString("code") == string(contract.RefusedOtherAuthor) && !author:
		return contract.Result{}, refuse(contract.NotAllowed, "Only its author can say that they recorded it.")
	}
	m, err := keptMutation(kept)
	if err != nil && d.Choice != "withdraw" {
		return contract.Result{}, refuse(contract.Malformed, "It is not of the form of a mutation: record it anew, and withdraw this.")
	}
	m.ID = kept.GetString("mutation") // of what came under another's id, its own
	if d.Choice == "withdraw" {
		if err := b.markAll(m.ID, b.user.Id, "withdrawn", b.user.Id); err != nil {
			return contract.Result{}, err
		}
		return contract.Result{ID: d.ID, Verdict: contract.Applied, Refusal: d.Record}, nil
	}
	if status == "settled" && len(d.Values) == 0 {
		there, err := b.standing(collections.ID(m.Collection), m.Record)
		return contract.Result{ID: d.ID, Verdict: contract.Merged, Rev: there.Seq, Refusal: d.Record}, err
	}
	if m.Set == nil {
		m.Set = map[string]json.RawMessage{}
	}
	maps.Copy(m.Set, d.Values)
	all, err := b.alongWith(m, kept)
	if err != nil {
		return contract.Result{}, err
	}
	result, err := b.applyAll(all, kept)
	if err != nil {
		return result, err
	}
	result.ID, result.Refusal = d.ID, d.Record
	return result, nil
}

// saidBy says who settled or withdrew it.
func (b *batch) saidBy(kept *core.Record) string {
	name := b.nameOf(kept.GetString("settled_by"))
	switch {
	case name == "":
		return ""
	case kept.GetString("status") == "withdrawn":
		return name + " withdrew it."
	}
	return name + " settled it before you."
}

// nameOf is what somebody is called; empty for nobody.
func (b *batch) nameOf(user string) string {
	r, err := b.tx.FindRecordById("users", user)
	if err != nil {
		return ""
	}
	return r.GetString("name")
}

// markAll gives every copy of a refusal its new status, and who brought it about; by is
// empty where nobody did but the parent that came.
func (b *batch) markAll(mutation, author, status, by string) error {
	copies, err := b.tx.FindAllRecords("sync_refusals", dbx.HashExp{"mutation": mutation, "user": author})
	if err != nil {
		return err
	}
	for _, r := range copies {
		r.Set("status", status)
		r.Set("waits_for", "")
		r.Set("settled_by", by)
		if err := b.tx.Save(kernel.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}

// settleAll marks every copy of a refusal settled and keeps the new verdict.
func (b *batch) settleAll(mutation, author string, result contract.Result) error {
	if err := b.markAll(mutation, author, "settled", b.user.Id); err != nil {
		return err
	}
	if _, mine := b.known[mutation]; mine && author == b.user.Id {
		b.known[mutation], b.anew = result, true // it came in this push
	}
	owner, err := b.tx.FindRecordById("users", author)
	if err != nil {
		return fmt.Errorf("whose a mutation was: %w", err)
	}
	return newBatch(b.engine, b.tx, owner, b.device).store(mutation, result)
}
