package sync

import (
	"database/sql/driver"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks"
	contract "holdfast/mobile-contract"
)

// askAhead asks for the whole push at once what its new records will be asked for one
// by one: whether their author sees what they belong to, and may make them. The memo
// keeps each answer until a write could have changed it, as if it had been asked alone.
func (b *batch) askAhead(all []contract.Mutation) error {
	parents := map[*collections.Noun]map[string]bool{}
	trials := map[*collections.Noun]map[string]*core.Record{}
	alike := map[string]bool{}
	for _, m := range all {
		n := collections.ByName(m.Collection)
		if m.Op != "create" || n == nil || n.Sync == nil || n.Auth {
			continue
		}
		for _, f := range n.Fields {
			rel, ok := f.(*core.RelationField)
			if !ok {
				continue
			}
			if to := collections.ByID(rel.CollectionId); to != nil && to.Sync != nil {
				for _, id := range named(decoded(m.Set[rel.Name])) {
					if parents[to] == nil {
						parents[to] = map[string]bool{}
					}
					parents[to][id] = true
				}
			}
		}
		if err := b.trial(trials, alike, n, m); err != nil {
			return err
		}
	}
	for to, ids := range parents {
		if err := b.seeAll(to, slices.Sorted(maps.Keys(ids))); err != nil {
			return err
		}
	}
	for n, records := range trials {
		if err := b.mayCreateAll(n, records); err != nil {
			return err
		}
	}
	return nil
}

// decoded is a JSON value as Go has it; nil when it is none.
func decoded(raw json.RawMessage) (v any) {
	_ = json.Unmarshal(raw, &v)
	return v
}

// seeAll asks the noun's view rule of several records.
func (b *batch) seeAll(n *collections.Noun, ids []string) error {
	c, err := b.tx.FindCachedCollectionByNameOrId(n.Name)
	if err != nil || c.ViewRule == nil || len(ids) < 2 {
		return err
	}
	query := b.tx.ConcurrentDB().Select("[[" + c.Name + ".id]]").From(c.Name).
		AndWhere(dbx.NewExp("[["+c.Name+".id]] IN (SELECT value FROM json_each({:asked}))", dbx.Params{"asked": encode(ids)}))
	if err := narrow(b.tx, c, *c.ViewRule, b.user, nil, query); err != nil {
		return err
	}
	var seen []string
	if err := query.Column(&seen); err != nil {
		return err
	}
	hooks.Found(b.tx, c.Id, seen)
	for _, id := range ids {
		b.memo.know(n, *c.ViewRule, id, true, slices.Contains(seen, id))
	}
	return nil
}

// trial notes a record as it would be made, once for all those that look the same to
// the rule. It holds only the fields that the rule looks at.
func (b *batch) trial(trials map[*collections.Noun]map[string]*core.Record, alike map[string]bool, n *collections.Noun, m contract.Mutation) error {
	c, err := b.tx.FindCachedCollectionByNameOrId(n.Name)
	if err != nil || c.CreateRule == nil || strings.Contains(*c.CreateRule, "@request.body") {
		return err
	}
	sent := n.Name
	for _, name := range firsts(*c.CreateRule) {
		sent += "\n" + string(m.Set[name])
	}
	if alike[sent] {
		return nil
	}
	alike[sent] = true
	r := core.NewRecord(c)
	for _, name := range firsts(*c.CreateRule) {
		if raw, ok := m.Set[name]; ok && c.Fields.GetByName(name) != nil {
			r.Set(name, decoded(raw))
		}
	}
	r.Set("id", m.Record)
	if trials[n] == nil {
		trials[n] = map[string]*core.Record{}
	}
	trials[n][looksAt(*c.CreateRule, r)] = r
	return nil
}

// mayCreateAll asks the noun's create rule of several records that are not stored yet,
// as rows that exist for one query.
func (b *batch) mayCreateAll(n *collections.Noun, records map[string]*core.Record) error {
	if len(records) < 2 {
		return nil
	}
	var columns []string
	rows := [][]any{}
	keys := slices.Sorted(maps.Keys(records))
	for _, key := range keys {
		values, err := records[key].DBExport(b.tx)
		if err != nil {
			return err
		}
		if columns == nil { // those that the rule can look at
			first := firsts(*records[key].Collection().CreateRule)
			maps.DeleteFunc(values, func(name string, _ any) bool { return name != core.FieldNameId && !slices.Contains(first, name) })
			columns = slices.Sorted(maps.Keys(values))
		}
		row := []any{len(rows)}
		for _, name := range columns {
			v := values[name]
			if valuer, ok := v.(driver.Valuer); ok {
				if v, err = valuer.Value(); err != nil {
					return err
				}
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	c := records[keys[0]].Collection()
	trial := *c
	trial.Id, trial.Name = c.Id+"_trial", c.Name+"_trial"
	picks := []string{"value->>0 AS [[trial]]"}
	for i, name := range columns {
		picks = append(picks, "value->>"+strconv.Itoa(i+1)+" AS [["+name+"]]")
	}
	query := b.tx.ConcurrentDB().Select("[[" + trial.Name + ".trial]]").
		PreFragment("WITH {{" + trial.Name + "}} AS MATERIALIZED (SELECT " + strings.Join(picks, ", ") + " FROM json_each({:asked}))").
		From(trial.Name).AndBind(dbx.Params{"asked": encode(rows)})
	if err := narrow(b.tx, &trial, *c.CreateRule, b.user, nil, query); err != nil {
		return err
	}
	var may []int
	if err := query.Column(&may); err != nil {
		return err
	}
	for i, key := range keys {
		b.memo.know(n, *c.CreateRule, key, false, slices.Contains(may, i))
	}
	return nil
}
