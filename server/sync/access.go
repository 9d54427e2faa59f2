package sync

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"

	"holdfast/collections"
)

// may answers a collection's API rule for one stored record, in one query. A
// record that does not exist and one that the user may not reach cost the same
// query and give the same answer.
func (b *batch) may(c *core.Collection, rule *string, body map[string]any, record string) (bool, error) {
	if rule == nil {
		return false, nil
	}
	a, err := b.ask(question{c, "of one", *rule}, func() (*dbx.Query, error) {
		query := b.tx.ConcurrentDB().Select("(1)").From(c.Name).AndWhere(dbx.NewExp("[[" + c.Name + ".id]] = {:asked}"))
		return b.build(c, *rule, body, query.Limit(1))
	})
	if err != nil {
		return false, err
	}
	return a.answer(dbx.Params{"asked": record})
}

// mayCreate answers a create rule for values that are not stored yet, the way
// PocketBase's own create does: as a row that exists for one query.
func (b *batch) mayCreate(r *core.Record, body map[string]any) (bool, error) {
	c := r.Collection()
	if c.CreateRule == nil {
		return false, nil
	}
	if strings.Contains(*c.CreateRule, "@request.body") || collections.ByName(c.Name) == nil {
		return b.tryCreate(r, body)
	}
	rule := *c.CreateRule
	return b.memo.remember(collections.ByName(c.Name), rule, looksAt(rule, r), false, func() (bool, error) { return b.tryCreate(r, body) })
}

func (b *batch) tryCreate(r *core.Record, body map[string]any) (bool, error) {
	c := r.Collection()
	values, err := r.DBExport(b.tx)
	if err != nil {
		return false, err
	}
	params := dbx.Params{}
	for name, value := range values {
		params["trial_"+name] = value
	}
	a, err := b.ask(question{c, "to make one", *c.CreateRule}, func() (*dbx.Query, error) {
		trial := *c
		trial.Id, trial.Name = c.Id+"_trial", c.Name+"_trial"
		var columns []string
		for _, name := range slices.Sorted(maps.Keys(values)) {
			columns = append(columns, "{:trial_"+name+"} AS [["+name+"]]")
		}
		query := b.tx.ConcurrentDB().Select("(1)").
			PreFragment(fmt.Sprintf("WITH {{%s}} AS (SELECT %s)", trial.Name, strings.Join(columns, ", "))).
			From(trial.Name)
		return b.build(&trial, *c.CreateRule, body, query.Limit(1))
	})
	if err != nil {
		return false, err
	}
	return a.answer(params)
}

// build puts a rule into a query for records.
func (b *batch) build(c *core.Collection, rule string, body map[string]any, query *dbx.SelectQuery) (*dbx.Query, error) {
	if err := narrow(b.tx, c, rule, b.user, body, query); err != nil {
		return nil, err
	}
	return query.Build(), nil
}

// asker is the request that rules see: who pushes, and nothing of the request
// itself, which is the same for every mutation in it.
func asker(user *core.Record, body map[string]any) *core.RequestInfo {
	return &core.RequestInfo{
		Context: core.RequestInfoContextDefault, Method: "POST", Auth: user,
		Query: map[string]string{}, Headers: map[string]string{}, Body: body,
	}
}

// narrow adds a rule to a query for records.
func narrow(app core.App, c *core.Collection, rule string, user *core.Record, body map[string]any, query *dbx.SelectQuery) error {
	resolver := core.NewRecordFieldResolver(app, c, asker(user, body), true)
	where, err := search.FilterData(rule).BuildExpr(resolver)
	if err != nil {
		return fmt.Errorf("the rule of %s: %w", c.Name, err)
	}
	query.AndWhere(where)
	return resolver.UpdateQuery(query)
}
