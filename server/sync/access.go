package sync

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
)

// may answers a collection's API rule for one stored record, in one query. A
// record that does not exist and one that the user may not reach cost the same
// query and give the same answer.
func may(tx core.App, c *core.Collection, rule *string, info *core.RequestInfo, record string) (bool, error) {
	if rule == nil {
		return false, nil
	}
	query := tx.ConcurrentDB().Select("(1)").From(c.Name).AndWhere(dbx.HashExp{c.Name + ".id": record})
	return passes(tx, c, *rule, info, query)
}

// mayCreate answers a create rule for values that are not stored yet, the way
// PocketBase's own create does: as a row that exists for one query.
func mayCreate(tx core.App, r *core.Record, info *core.RequestInfo) (bool, error) {
	c := r.Collection()
	if c.CreateRule == nil {
		return false, nil
	}
	values, err := r.DBExport(tx)
	if err != nil {
		return false, err
	}
	trial := *c
	trial.Id, trial.Name = c.Id+"_trial", c.Name+"_trial"
	params := dbx.Params{}
	var columns []string
	for name, value := range values {
		params["trial_"+name] = value
		columns = append(columns, "{:trial_"+name+"} AS [["+name+"]]")
	}
	query := tx.ConcurrentDB().Select("(1)").
		PreFragment(fmt.Sprintf("WITH {{%s}} AS (SELECT %s)", trial.Name, strings.Join(columns, ", "))).
		From(trial.Name).AndBind(params)
	return passes(tx, &trial, *c.CreateRule, info, query)
}

func passes(tx core.App, c *core.Collection, rule string, info *core.RequestInfo, query *dbx.SelectQuery) (bool, error) {
	resolver := core.NewRecordFieldResolver(tx, c, info, true)
	where, err := search.FilterData(rule).BuildExpr(resolver)
	if err != nil {
		return false, fmt.Errorf("the rule of %s: %w", c.Name, err)
	}
	query.AndWhere(where)
	if err := resolver.UpdateQuery(query); err != nil {
		return false, err
	}
	var found []int
	if err := query.Limit(1).Column(&found); err != nil {
		return false, err
	}
	return len(found) > 0, nil
}

// asker is the request that rules see: who pushes, and nothing of the request
// itself, which is the same for every mutation in it.
func asker(user *core.Record, body map[string]any) *core.RequestInfo {
	return &core.RequestInfo{
		Context: core.RequestInfoContextDefault, Method: "POST", Auth: user,
		Query: map[string]string{}, Headers: map[string]string{}, Body: body,
	}
}
