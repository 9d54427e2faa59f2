package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

func (j *job) do() (contract.Result, error) {
	switch j.m.Op {
	case "create":
		return j.create()
	case "update":
		return j.update()
	case "upsert":
		return j.upsert()
	}
	return j.remove()
}

// makes says whether a mutation makes a record where there is none.
func makes(m contract.Mutation) bool { return m.Op == "create" || m.Op == "upsert" }

// job is one mutation under way.
type job struct {
	*batch
	noun   *collections.Noun
	c      *core.Collection
	cid    string
	m      contract.Mutation
	values map[string]any
	record *core.Record // of a create, as it was sent
	led    bool         // it names the record by an id that its phone gave it, and has not seen it
}

// create makes the record. One that exists already, from another mutation, is
// never silently overwritten: every difference is a conflict.
func (j *job) create() (contract.Result, error) {
	if err := j.parents(); err != nil {
		return contract.Result{}, err
	}
	if !j.memo.isUnseen(j.cid, j.m.Record) {
		there, err := j.standing(j.cid, j.m.Record)
		if err != nil {
			return contract.Result{}, err
		}
		if there.Seq > 0 || there.Buried {
			return j.recreate(there)
		}
	}
	r := j.record
	ok, err := j.mayCreate(r, j.values)
	if err != nil {
		return contract.Result{}, err
	}
	if !ok {
		return contract.Result{}, refuse(contract.NotAllowed, "")
	}
	if out, met, err := j.meet(); met || err != nil {
		return out, err
	}
	if err := j.tx.Save(j.dated(r)); err != nil {
		return contract.Result{}, fmt.Errorf("creating %s: %w", j.noun.Name, err)
	}
	j.compare(r)
	made := contract.Result{ID: j.m.ID, Verdict: contract.Applied}
	if j.plainly {
		j.made[[2]string{j.cid, r.Id}] = j.m.ID
		return made, nil // its rev is read with the others' (place)
	}
	there, err := j.standing(j.cid, r.Id)
	made.Rev = there.Seq
	return made, err
}

// dated lets the hooks know when the phone made the mutation: by its clock, corrected by
// how far that was out as the phone sent. A phone that told no time says nothing.
func (j *job) dated(r *core.Record) core.Model {
	at, ok := clock.Read(j.m.RecordedAt)
	if !ok {
		return r
	}
	if j.skew != nil {
		at = at.Add(time.Duration(*j.skew) * time.Second)
	}
	dated, err := types.ParseDateTime(at)
	if err != nil {
		return r
	}
	return kernel.Recorded(r, dated)
}

// recreate answers a create whose record is there, or was.
func (j *job) recreate(there stand) (contract.Result, error) {
	seen, err := j.may(j.c, j.c.ViewRule, j.values, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	if !seen || there.Seq == 0 {
		// What they buried themselves is deleted to them, though it is there for others.
		if holds, err := j.holds(there.Scope); err != nil || holds || there.Buried {
			return contract.Result{}, orRefuse(err, contract.RefusedDeleted)
		}
		return contract.Result{}, refuse(contract.NotAllowed, "")
	}
	if j.noun.AppendOnly {
		return contract.Result{}, refuse(contract.RefusedAppendOnly, "")
	}
	r, err := j.tx.FindRecordById(j.c, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	may, err := j.may(j.c, j.c.UpdateRule, j.values, r.Id)
	if err != nil {
		return contract.Result{}, err
	}
	return j.write(r, there, j.beside(r, may, false), nil, true)
}

// update merges the mutation's fields into the record, field by field.
func (j *job) update() (contract.Result, error) {
	if err := j.reachable(j.c.UpdateRule); err != nil {
		return contract.Result{}, j.behind(err)
	}
	r, err := j.tx.FindRecordById(j.c, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	there, err := j.standing(j.cid, r.Id)
	if err != nil {
		return contract.Result{}, err
	}
	others, err := j.others(r)
	if err != nil {
		return contract.Result{}, err
	}
	draft := r.Clone()
	draft.Load(j.values)
	var edits []edit
	for _, name := range slices.Sorted(maps.Keys(j.values)) {
		e := edit{Field: name, New: canonical(draft, name), Now: canonical(r, name), Foreign: others[name], Policy: j.noun.Sync.Policy[name]}
		if w, ok := j.m.Was[name]; ok {
			was := canonicalOf(r, name, w)
			e.Was = &was
		}
		edits = append(edits, e)
	}
	return j.write(r, there, edits, slices.Sorted(maps.Keys(others)), len(others) > 0 || j.led)
}

// write merges edits into a record that is there, and keeps what is contested.
func (j *job) write(r *core.Record, there stand, edits []edit, others []string, shared bool) (contract.Result, error) {
	m := mergeFields(edits, j.noun.Sync.Groups, others...)
	out := contract.Result{ID: j.m.ID, Verdict: contract.Applied, Rev: there.Seq}
	if shared {
		out.Verdict = contract.Merged
	}
	if len(m.Apply) > 0 {
		for name, v := range m.Apply {
			var value any
			if err := json.Unmarshal([]byte(v), &value); err != nil {
				return out, err
			}
			r.Set(name, value)
		}
		meant := r.Clone()
		if err := j.tx.Save(j.dated(r.IgnoreUnchangedFields(true))); err != nil {
			return out, fmt.Errorf("updating %s: %w", j.noun.Name, err)
		}
		j.compareAll(meant, r)
		after, err := j.standing(j.cid, r.Id)
		if err != nil {
			return out, err
		}
		out.Rev = after.Seq
		if collections.AgencyOf(there.Scope) == "" { // else it was written as the agency's own
			there.Scope = after.Scope
		}
		if err := j.own(j.cid, r.Id, out.Rev, mergedOf(edits, m)); err != nil {
			return out, err
		}
	}
	if len(m.Conflicts) == 0 {
		return out, nil
	}
	mine, now := map[string]string{}, map[string]string{}
	for _, e := range edits {
		if slices.Contains(m.Conflicts, e.Field) {
			mine[e.Field], now[e.Field] = e.New, e.Now
		}
	}
	out.Verdict, out.Fields = contract.Conflict, m.Conflicts
	var err error
	out.Conflict, err = j.conflict(j.m, there.Scope, out.Rev, m.Conflicts, mine, now)
	return out, err
}

// mergedOf are the fields that were applied as something else than the worker wrote.
func mergedOf(edits []edit, m merged) []string {
	out := []string{}
	for _, e := range edits {
		if v, ok := m.Apply[e.Field]; ok && v != e.New {
			out = append(out, e.Field)
		}
	}
	return out
}

// remove deletes the record, unless that would destroy an edit that its author has
// not seen. A record that the server never saw leaves a tombstone.
func (j *job) remove() (contract.Result, error) {
	if j.noun.AppendOnly {
		return contract.Result{}, refuse(contract.RefusedAppendOnly, "")
	}
	there, err := j.standing(j.cid, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	ever, err := j.everSaw(j.cid, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	if !ever { // it is answered like one that does not exist, however often
		if waits, err := j.awaited(); err != nil || waits {
			return contract.Result{}, orRefuse(err, contract.RefusedNotFound)
		}
		delete(j.memo.unseen, [2]string{j.cid, j.m.Record})
		return contract.Result{ID: j.m.ID, Verdict: contract.Applied}, j.bury(j.cid, j.m.Record)
	}
	if there.Gone {
		if holds, err := j.holds(there.Scope); err != nil || !holds {
			return contract.Result{}, orRefuse(err, contract.RefusedNotFound)
		}
		return contract.Result{ID: j.m.ID, Verdict: contract.Applied, Rev: there.Seq}, nil // deleted already
	}
	if err := j.reachable(j.c.DeleteRule); err != nil {
		return contract.Result{}, err
	}
	r, err := j.tx.FindRecordById(j.c, j.m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	others, err := j.others(r)
	if err != nil {
		return contract.Result{}, err
	}
	if len(others) > 0 {
		fields := slices.Sorted(maps.Keys(others))
		now := map[string]string{}
		for _, f := range fields {
			now[f] = canonical(r, f)
		}
		id, err := j.conflict(j.m, there.Scope, there.Seq, fields, map[string]string{}, now)
		return contract.Result{ID: j.m.ID, Verdict: contract.Conflict, Rev: there.Seq, Conflict: id, Fields: fields}, err
	}
	if err := j.tx.Delete(r); err != nil {
		return contract.Result{}, err
	}
	after, err := j.standing(j.cid, r.Id)
	return contract.Result{ID: j.m.ID, Verdict: contract.Applied, Rev: after.Seq}, err
}

// reachable asks the view rule, then the rule of the deed. A record that does not
// exist and one out of sight get the same answer by the same work.
func (j *job) reachable(rule *string) error {
	seen, err := j.may(j.c, j.c.ViewRule, j.values, j.m.Record)
	if err != nil {
		return err
	}
	if !seen {
		there, err := j.standing(j.cid, j.m.Record)
		if err != nil {
			return err
		}
		holds, err := j.holds(there.Scope)
		if err != nil || (holds && there.Gone) {
			return orRefuse(err, contract.RefusedDeleted)
		}
		return refuse(contract.RefusedNotFound, "")
	}
	if rule != nil && j.c.ViewRule != nil && *rule == *j.c.ViewRule {
		return nil
	}
	switch ok, err := j.may(j.c, rule, j.values, j.m.Record); {
	case err != nil:
		return err
	case !ok && j.noun.AppendOnly:
		return refuse(contract.RefusedAppendOnly, "")
	case !ok:
		return refuse(contract.NotAllowed, "")
	}
	return nil
}

func orRefuse(err error, code contract.Code) error {
	if err != nil {
		return err
	}
	return refuse(code, "")
}

// canonical is a field's value as JSON in its one form.
func canonical(r *core.Record, field string) string {
	raw, err := json.Marshal(r.Get(field))
	if err != nil {
		return "null"
	}
	return string(raw)
}

// canonicalOf brings a value that a client tells into the field's one form.
func canonicalOf(r *core.Record, field string, value json.RawMessage) string {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return string(value)
	}
	like := r.Clone()
	like.Set(field, v)
	return canonical(like, field)
}
