package sync

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// meet joins a new record to the one that is of the same thing by a key of its noun: two
// phones without signal record what the same two people are to one another, and neither
// is to find the other in its way (trap T36). There is nothing to meet where it answers
// no id. One that its author may not see is no business of theirs: they are refused as
// whoever has no right to make one.
func (j *job) meet() (out contract.Result, met bool, err error) {
	keys := j.noun.Keys()
	if len(j.noun.Repeats) > 0 {
		return j.repeat()
	}
	if len(keys) == 0 {
		return out, false, nil
	}
	made := j.record.Clone()
	if err := kernel.AsMade(j.tx, made, j.user); err != nil {
		return out, false, err
	}
	there, err := j.alike(keys, made)
	if there == nil || err != nil {
		return out, false, err
	}
	seen, err := j.may(j.c, j.c.ViewRule, j.values, there.Id)
	if err != nil {
		return out, false, err
	}
	if !seen {
		return out, false, refuse(contract.NotAllowed, "")
	}
	if j.noun.CaseField != "" && made.GetString(j.noun.CaseField) != there.GetString(j.noun.CaseField) {
		return out, false, nil // it names what is not of its case, and is refused for that
	}
	may, err := j.may(j.c, j.c.UpdateRule, j.values, there.Id)
	if err != nil {
		return out, false, err
	}
	stand, err := j.standing(j.cid, there.Id)
	if err != nil {
		return out, false, err
	}
	if err := j.alias(j.m, there.Id); err != nil {
		return out, false, err
	}
	j.m.Record = there.Id
	out, err = j.write(there, stand, j.beside(there, may, true), nil, true)
	return out, true, err
}

// repeat answers who records once more what they recorded already, by what makes the two one
// (Repeats): the first stands as it is, and the second goes by its id.
func (j *job) repeat() (out contract.Result, met bool, err error) {
	made := j.record.Clone()
	if err := kernel.AsMade(j.tx, made, j.user); err != nil {
		return out, false, err
	}
	there, err := j.alike([]collections.Key{{Fields: j.noun.Repeats}}, made)
	if there == nil || err != nil {
		return out, false, err
	}
	stand, err := j.standing(j.cid, there.Id)
	if err != nil {
		return out, false, err
	}
	if err := j.alias(j.m, there.Id); err != nil {
		return out, false, err
	}
	j.m.Record = there.Id
	return contract.Result{ID: j.m.ID, Verdict: contract.Merged, Rev: stand.Seq}, true, nil
}

// alike is the record that a new one is the same as by one of the keys, or nil.
func (j *job) alike(keys []collections.Key, made *core.Record) (*core.Record, error) {
	for _, k := range keys {
		is := dbx.HashExp{}
		for _, f := range k.Fields {
			is[f] = made.GetString(f)
		}
		query := j.tx.RecordQuery(j.c).AndWhere(is).Limit(1)
		if k.Where != "" {
			query.AndWhere(dbx.NewExp(k.Where))
		}
		there := core.NewRecord(j.c)
		switch err := query.One(there); {
		case err == nil:
			return there, nil
		case !errors.Is(err, sql.ErrNoRows):
			return nil, fmt.Errorf("looking for a record of the same thing: %w", err)
		}
	}
	return nil, nil
}

// beside are the fields of a create next to those of a record that is there: what they
// say differently somebody else wrote, whoever it was. Where the two are of the same
// thing and no more (fills), what one of them leaves empty says nothing against the
// other. Of a record that its author may not change everything different is contested.
func (j *job) beside(there *core.Record, may, fills bool) (edits []edit) {
	draft := there.Clone()
	draft.Load(j.values)
	for name := range j.values {
		e := edit{Field: name, New: canonical(draft, name), Now: canonical(there, name), Foreign: true}
		if may {
			e.Policy = j.noun.Sync.Policy[name]
		}
		if fills && (empty(e.New) || empty(e.Now) && slices.Contains(j.noun.Fixed, name)) {
			continue
		}
		e.Foreign = !(fills && may && empty(e.Now))
		edits = append(edits, e)
	}
	slices.SortFunc(edits, func(a, b edit) int { return strings.Compare(a.Field, b.Field) })
	return edits
}

// others are the fields that somebody else changed since the mutation's base. Who names a
// record by the id that they gave it themselves has not seen it yet, whatever their base
// says: what stands in it is somebody else's, but for what this device wrote.
func (j *job) others(r *core.Record) (map[string]bool, error) {
	if !j.led {
		return j.foreign(j.cid, r.Id, j.m.Base)
	}
	var mine []string
	err := kernel.Query(j.tx, `SELECT field FROM sync_fields WHERE record = {:r} AND collection = {:c} AND device = {:d}`).
		Bind(dbx.Params{"r": r.Id, "c": j.cid, "d": j.device}).Column(&mine)
	if err != nil {
		return nil, fmt.Errorf("asking who wrote what: %w", err)
	}
	out := map[string]bool{}
	for _, f := range j.noun.Synced() {
		if name := f.GetName(); !j.noun.Owns(name) && !slices.Contains(mine, name) && !empty(canonical(r, name)) {
			out[name] = true
		}
	}
	return out, nil
}

// empty is a value that says nothing; a flag and a number always say something.
func empty(value string) bool { return value == `""` || value == "null" || value == "[]" }
