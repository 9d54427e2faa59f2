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
	"holdfast/hooks/quicker"
	contract "holdfast/mobile-contract"
)

// askAhead asks for the whole push at once what its new records will be asked for one
// by one: whether their author sees what they belong to, and may make them. The memo
// keeps each answer until a write could have changed it, as if it had been asked alone.
func (b *batch) askAhead(all []contract.Mutation) error {
	parents := map[*collections.Noun]map[string]bool{}
	trials := map[*collections.Noun]*trials{}
	for _, m := range all {
		n := collections.ByName(m.Collection)
		if !makes(m) || b.unfit(m.ID) != nil || n == nil || n.Sync == nil || n.Auth {
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
		if trials[n] == nil {
			c, err := b.tx.FindCachedCollectionByNameOrId(n.Name)
			if err != nil {
				return err
			}
			trials[n] = newTrials(c)
		}
		if err := trials[n].add(m); err != nil {
			return err
		}
	}
	for to, ids := range parents {
		if err := b.seeAll(to, slices.Sorted(maps.Keys(ids))); err != nil {
			return err
		}
	}
	for n, t := range trials {
		if err := b.mayCreateAll(n, t); err != nil {
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
	a, err := b.ask(question{c, "of several", *c.ViewRule}, func() (*dbx.Query, error) {
		query := b.tx.ConcurrentDB().Select("[[" + c.Name + ".id]] AS one").From(c.Name).
			AndWhere(dbx.NewExp("[[" + c.Name + ".id]] IN (SELECT value FROM json_each({:asked}))"))
		return b.listed(c, *c.ViewRule, query)
	})
	if err != nil {
		return err
	}
	seen, err := list[string](a, encode(ids))
	if err != nil {
		return err
	}
	quicker.Found(b.tx, c.Id, seen)
	for _, id := range ids {
		b.memo.know(n, *c.ViewRule, id, true, slices.Contains(seen, id))
	}
	return nil
}

// listed makes one row of a query's column "one" under a rule: each row that is handed
// over costs more than it takes to find.
func (b *batch) listed(c *core.Collection, rule string, query *dbx.SelectQuery) (*dbx.Query, error) {
	built, err := b.build(c, rule, nil, query)
	if err != nil {
		return nil, err
	}
	return b.tx.ConcurrentDB().NewQuery("SELECT json_group_array(one) FROM (" + built.SQL() + ")").Bind(built.Params()), nil
}

// list reads what was listed.
func list[T any](a *asked, records string) (out []T, err error) {
	var told string
	if err := a.bind(dbx.Params{"asked": records}).Row(&told); err != nil {
		return nil, err
	}
	return out, json.Unmarshal([]byte(told), &out)
}

// trials are records of one collection as they would be made, as far as its create rule
// looks at them: each once, of those that look the same to it.
type trials struct {
	c       *core.Collection
	rule    string // empty when it is not asked ahead
	columns []string
	sample  *core.Record    // takes on one after the other
	alike   map[string]bool // what was sent, as far as the rule looks
	keys    []string        // as the memo knows them
	rows    [][]any
}

func newTrials(c *core.Collection) *trials {
	t := &trials{c: c, sample: core.NewRecord(c), alike: map[string]bool{}}
	if c.CreateRule == nil || strings.Contains(*c.CreateRule, "@request.body") {
		return t
	}
	t.rule = *c.CreateRule
	for _, name := range firsts(t.rule) {
		if name != core.FieldNameId && c.Fields.GetByName(name) != nil {
			t.columns = append(t.columns, name)
		}
	}
	return t
}

func (t *trials) add(m contract.Mutation) error {
	if t.rule == "" {
		return nil
	}
	var sent strings.Builder
	for _, name := range t.columns {
		sent.Write(m.Set[name])
		sent.WriteByte('\n')
	}
	if t.alike[sent.String()] {
		return nil
	}
	t.alike[sent.String()] = true
	t.sample.Set(core.FieldNameId, m.Record)
	row := []any{len(t.rows), m.Record}
	for _, name := range t.columns {
		t.sample.Set(name, decoded(m.Set[name]))
		v, err := t.stored(name)
		if err != nil {
			return err
		}
		row = append(row, v)
	}
	t.keys, t.rows = append(t.keys, looksAt(t.rule, t.sample)), append(t.rows, row)
	return nil
}

// stored is the sample's value of a field as the database would have it.
func (t *trials) stored(name string) (v any, err error) {
	v = t.sample.GetRaw(name)
	if f, ok := t.c.Fields.GetByName(name).(core.DriverValuer); ok {
		if v, err = f.DriverValue(t.sample); err != nil {
			return nil, err
		}
	}
	if valuer, ok := v.(driver.Valuer); ok {
		return valuer.Value()
	}
	return v, nil
}

// mayCreateAll asks the noun's create rule of several records that are not stored yet,
// as rows that exist for one query.
func (b *batch) mayCreateAll(n *collections.Noun, t *trials) error {
	if len(t.rows) < 2 {
		return nil
	}
	a, err := b.ask(question{t.c, "to make several", t.rule}, func() (*dbx.Query, error) {
		trial := *t.c
		trial.Id, trial.Name = t.c.Id+"_trial", t.c.Name+"_trial"
		picks := []string{"value->>0 AS [[trial]]", "value->>1 AS [[id]]"}
		for i, name := range t.columns {
			picks = append(picks, "value->>"+strconv.Itoa(i+2)+" AS [["+name+"]]")
		}
		query := b.tx.ConcurrentDB().Select("[[" + trial.Name + ".trial]] AS one").
			PreFragment("WITH {{" + trial.Name + "}} AS MATERIALIZED (SELECT " + strings.Join(picks, ", ") + " FROM json_each({:asked}))").
			From(trial.Name)
		return b.listed(&trial, t.rule, query)
	})
	if err != nil {
		return err
	}
	may, err := list[int](a, encode(t.rows))
	if err != nil {
		return err
	}
	for i, key := range t.keys {
		b.memo.know(n, t.rule, key, false, slices.Contains(may, i))
	}
	return nil
}
