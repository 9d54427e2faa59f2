package sync

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// ownOf is the agency that a mutation which is kept was written for alone, or empty. It is
// asked of what the author knew: the scope that they lost, the scopes of the record that
// they have held, and what the mutation says; where none of them tells, it is their own.
// Of where a record is that they never saw, what they can read must say nothing.
func (b *batch) ownOf(m contract.Mutation, lost string) (string, error) {
	noun := collections.ByName(m.Collection)
	if noun == nil || !noun.Own() {
		return "", nil
	}
	if own := collections.AgencyOf(lost); own != "" {
		return own, nil
	}
	agency, err := b.agencyFor(collections.CaseOf(lost))
	if err != nil {
		return "", err
	}
	r, err := b.wouldBe(noun, m, agency)
	if err != nil {
		return "", err
	}
	var held []string
	if m.Op != "create" {
		err := kernel.Query(b.tx, `SELECT DISTINCT f.scope FROM sync_feed f JOIN sync_grants g ON g.scope = f.scope AND g."user" = {:u}
			WHERE f.record = {:r} AND f.collection = {:c} ORDER BY f.seq DESC`).
			Bind(dbx.Params{"u": b.user.Id, "r": m.Record, "c": collections.ID(noun.Name)}).Column(&held)
		if err != nil {
			return "", fmt.Errorf("asking where a record was: %w", err)
		}
	}
	says := makes(m) || len(held) == 0
	for name := range m.Set {
		says = says || strings.Contains(noun.Sync.Scope, "{r}."+name)
	}
	if says {
		scope, err := b.scopeOf(noun, r)
		if err != nil {
			return "", err
		}
		held = append(held, scope)
	}
	for _, scope := range held {
		switch own := collections.AgencyOf(scope); {
		case contract.IsRecordID(own):
			return own, nil
		case own != "": // what it says is no agency
			return agency, nil
		}
	}
	return "", nil
}

// agencyFor is the agency that the author worked for on a case: the one they held its own
// scope with last, since they may have moved; else their present one.
func (b *batch) agencyFor(id string) (string, error) {
	var scopes []string
	if id != "" {
		err := kernel.Query(b.tx, `SELECT scope FROM sync_grants WHERE "user" = {:u} AND scope >= {:from} AND scope < {:to} ORDER BY since DESC LIMIT 1`).
			Bind(dbx.Params{"u": b.user.Id, "from": "case:" + id + "/agency:", "to": "case:" + id + "/agency;"}).Column(&scopes)
		if err != nil {
			return "", fmt.Errorf("asking whom somebody worked for: %w", err)
		}
	}
	if len(scopes) > 0 {
		return collections.AgencyOf(scopes[0]), nil
	}
	return b.user.GetString("agency"), nil
}

// wouldBe is the record that a create would have made, as far as it can be read: what does
// not fit its field is left out, as if it had not been said.
func (b *batch) wouldBe(noun *collections.Noun, m contract.Mutation, agency string) (*core.Record, error) {
	c, err := b.tx.FindCachedCollectionByNameOrId(noun.Name)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(c)
	for _, name := range slices.Sorted(maps.Keys(m.Set)) {
		var v any
		if f := c.Fields.GetByName(name); f != nil && name != core.FieldNameId && kernel.Misfit(f, m.Set[name], &v) == "" {
			r.Set(name, v)
		}
	}
	kernel.Stamp(r, b.user.Id, agency)
	return r, nil
}

// scopeOf is the scope that a record which is not stored would be in.
func (b *batch) scopeOf(noun *collections.Noun, r *core.Record) (string, error) {
	values, err := r.DBExport(b.tx)
	if err != nil {
		return "", err
	}
	params, columns := dbx.Params{}, []string{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		params["would_"+name] = values[name]
		columns = append(columns, "{:would_"+name+"} AS [["+name+"]]")
	}
	var scope string
	err = kernel.Query(b.tx, `SELECT coalesce(`+strings.ReplaceAll(noun.Sync.Scope, "{r}", "w")+`, '') FROM (SELECT `+strings.Join(columns, ", ")+`) w`).
		Bind(params).Row(&scope)
	if err != nil {
		return "", fmt.Errorf("asking where %s would be: %w", noun.Name, err)
	}
	return scope, nil
}
