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

// contest is a conflict that a person settles, beside the record that it is about.
type contest struct {
	*batch
	decision
	kept         *core.Record
	noun         *collections.Noun
	r            *core.Record // nil when it is gone, or out of sight
	there        stand
	fields       []string
	ours, theirs map[string]json.RawMessage
}

// settle writes what a person chose, as an ordinary write of theirs. It never writes over
// what they have not seen: where the record moved on from what the conflict shows, the
// conflict is brought up to date and stays open. What they wrote themselves is kept beside
// it when they are not there to write it again.
func (b *batch) settle(d decision) (contract.Result, error) {
	c, err := b.contest(d)
	if err != nil {
		return contract.Result{}, err
	}
	chosen, err := c.chosen()
	if err != nil {
		return contract.Result{}, err
	}
	if c.kept.GetString("status") != "open" {
		return c.tooLate(chosen)
	}
	moved, err := c.moved(chosen)
	if err != nil {
		return contract.Result{}, err
	}
	if len(moved) > 0 {
		return c.movedOn(moved, chosen)
	}
	out := contract.Result{ID: d.ID, Verdict: contract.Applied, Conflict: d.Record}
	if d.Choice != "theirs" {
		w := contract.Mutation{ID: c.kept.GetString("mutation"), Collection: c.noun.Name, Record: c.kept.GetString("record"), Op: "update", Set: chosen, RecordedAt: d.RecordedAt, Base: c.there.Seq}
		if c.deletes() {
			w.Op, w.Set = "delete", nil
		}
		if _, err := b.apply(w); err != nil {
			return contract.Result{}, err
		}
		b.name(w)
	}
	c.kept.Set("status", "settled")
	c.kept.Set("choice", d.Choice)
	c.kept.Set("settled_by", b.user.Id)
	c.kept.Set("settled_at", serverTime())
	// The choice may have moved the record, and this with it: where it is stays as it is.
	return c.saved(out)
}

// contest reads a conflict that the user sees, and how its record stands.
func (b *batch) contest(d decision) (*contest, error) {
	kept, err := b.deciding("sync_conflicts", d.Record)
	if err != nil {
		return nil, err
	}
	c := &contest{batch: b, decision: d, kept: kept, noun: collections.ByName(kept.GetString("collection"))}
	if c.noun == nil {
		return nil, refuse(contract.RefusedUnknownCollection, "")
	}
	for name, into := range map[string]any{"fields": &c.fields, "ours": &c.ours, "theirs": &c.theirs} {
		if err := json.Unmarshal([]byte(kept.GetString(name)), into); err != nil {
			return nil, fmt.Errorf("reading a conflict: %w", err)
		}
	}
	cid, record := collections.ID(c.noun.Name), kept.GetString("record")
	if c.there, err = b.standing(cid, record); err != nil {
		return nil, err
	}
	of, err := b.tx.FindCachedCollectionByNameOrId(cid)
	if err != nil {
		return nil, err
	}
	if seen, err := b.may(of, of.ViewRule, nil, record); err != nil || !seen {
		return c, err
	}
	c.r, err = b.tx.FindRecordById(of, record)
	return c, err
}

// deletes says that the choice is to delete the record.
func (c *contest) deletes() bool { return c.Choice == "ours" && c.kept.GetString("op") == "delete" }

// chosen are the values that the person wants to stand.
func (c *contest) chosen() (map[string]json.RawMessage, error) {
	switch c.Choice {
	case "ours":
		return c.ours, nil
	case "theirs":
		return c.theirs, nil
	}
	for _, name := range slices.Sorted(maps.Keys(c.Values)) {
		if !slices.Contains(c.fields, name) {
			return nil, refuse(contract.RefusedInvalid, "").of(map[string]contract.FieldProblem{name: {Code: "not_contested", Message: "Two people did not write this field differently."}})
		}
	}
	return c.Values, nil
}

// moved are the fields in conflict that hold by now neither what the person saw nor what
// they want.
func (c *contest) moved(chosen map[string]json.RawMessage) (out []string, err error) {
	if c.Choice == "theirs" || c.r == nil {
		return nil, nil // nothing is written over
	}
	seen, anew := c.theirs, false
	if c.Seen != nil {
		seen = c.Seen
	} else if c.Base > 0 { // the conflict was brought up to date since
		err := kernel.Query(c.tx, `SELECT EXISTS (SELECT 1 FROM sync_fields WHERE record = {:r} AND collection = {:c} AND field = 'theirs' AND seq > {:b})`).
			Bind(dbx.Params{"r": c.kept.Id, "c": collections.ID("sync_conflicts"), "b": c.Base}).Row(&anew)
		if err != nil {
			return nil, fmt.Errorf("asking what a person saw of a conflict: %w", err)
		}
	}
	fields := c.fields
	if c.deletes() { // it would take every field with it
		var since []string
		err := kernel.Query(c.tx, `SELECT field FROM sync_fields WHERE record = {:r} AND collection = {:c} AND seq > {:b}`).
			Bind(dbx.Params{"r": c.r.Id, "c": c.r.Collection().Id, "b": int64(c.kept.GetFloat("rev"))}).Column(&since)
		if err != nil {
			return nil, fmt.Errorf("asking what changed since a conflict: %w", err)
		}
		fields = append(slices.Clone(fields), since...)
		slices.Sort(fields)
		fields = slices.Compact(fields)
	}
	for _, f := range fields {
		stands := canonical(c.r, f)
		if want, ok := chosen[f]; ok && stands == canonicalOf(c.r, f, want) {
			continue
		}
		if was, ok := seen[f]; anew || !ok || stands != canonicalOf(c.r, f, was) {
			out = append(out, f)
		}
	}
	return out, nil
}

// movedOn brings the conflict up to date, so that every phone sees what stands.
func (c *contest) movedOn(moved []string, chosen map[string]json.RawMessage) (contract.Result, error) {
	out := contract.Result{ID: c.ID, Verdict: contract.Conflict, Conflict: c.Record, Fields: moved, Code: string(contract.MovedOn), Message: contract.Of(contract.MovedOn).Title}
	if c.Choice == "other" && !c.Online {
		var err error
		if out.Conflict, err = c.beside(moved, chosen); err != nil {
			return out, err
		}
	}
	fields := slices.Concat(c.fields, moved)
	slices.Sort(fields)
	fields = slices.Compact(fields)
	c.kept.Set("fields", fields)
	c.kept.Set("theirs", raw(c.stands(fields)))
	c.kept.Set("rev", c.there.Seq)
	return c.saved(out)
}

// tooLate is the answer to a second choice: it is the first one's, or what it says
// differently is contested in its turn.
func (c *contest) tooLate(chosen map[string]json.RawMessage) (contract.Result, error) {
	out := contract.Result{ID: c.ID, Verdict: contract.Merged, Conflict: c.Record}
	if c.Choice != "other" && c.kept.GetString("choice") == c.Choice || c.r == nil && (c.deletes() || c.Choice == "theirs") {
		return c.orSettled(out)
	}
	if c.r == nil {
		return out, refuse(contract.RefusedDeleted, c.saidBy(c.kept))
	}
	var differs []string
	for f, want := range chosen {
		if canonical(c.r, f) != canonicalOf(c.r, f, want) {
			differs = append(differs, f)
		}
	}
	if c.deletes() {
		differs = slices.Clone(c.fields)
	}
	slices.Sort(differs)
	if len(differs) == 0 {
		return c.orSettled(out)
	}
	out.Verdict, out.Fields, out.Code, out.Message = contract.Conflict, differs, string(contract.AlreadySettled), contract.Of(contract.AlreadySettled).Title
	if said := c.saidBy(c.kept); said != "" {
		out.Message = said
	}
	there, err := c.batch.standing(collections.ID("sync_conflicts"), c.kept.Id)
	if out.Rev = there.Seq; err != nil || c.Online {
		return out, err
	}
	out.Conflict, err = c.beside(differs, chosen)
	return out, err
}

// orSettled tells who waits for the answer that there was nothing left to settle.
func (c *contest) orSettled(out contract.Result) (contract.Result, error) {
	if c.Online {
		out.Verdict, out.Code, out.Message = contract.Conflict, string(contract.AlreadySettled), c.saidBy(c.kept)
	}
	there, err := c.batch.standing(collections.ID("sync_conflicts"), c.kept.Id)
	out.Rev = there.Seq
	return out, err
}

// beside keeps what a person chose as a conflict of its own with what stands.
func (c *contest) beside(fields []string, chosen map[string]json.RawMessage) (string, error) {
	mine := map[string]string{}
	for _, f := range fields {
		if v, ok := chosen[f]; ok && !c.deletes() {
			mine[f] = canonicalOf(c.r, f, v)
		}
	}
	m := contract.Mutation{ID: c.ID, Collection: c.noun.Name, Record: c.r.Id, Op: "update", RecordedAt: c.RecordedAt, Base: c.there.Seq}
	if c.deletes() {
		m.Op = "delete"
	}
	return c.conflict(m, c.there.Scope, c.there.Seq, fields, mine, c.stands(fields))
}

// stands are the values that the record has now.
func (c *contest) stands(fields []string) map[string]string {
	now := map[string]string{}
	for _, f := range fields {
		if c.r != nil {
			now[f] = canonical(c.r, f)
		}
	}
	return now
}

// saved writes the conflict, and answers with its rev.
func (c *contest) saved(out contract.Result) (contract.Result, error) {
	if err := c.tx.Save(kernel.AsServer(c.kept.IgnoreUnchangedFields(true))); err != nil {
		return out, fmt.Errorf("writing a conflict: %w", err)
	}
	there, err := c.batch.standing(collections.ID("sync_conflicts"), c.kept.Id)
	out.Rev = there.Seq
	return out, err
}
