package sync

import (
	"maps"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// question is what may be asked of one collection by a rule: of one stored record, of
// several, of values that are not stored yet.
type question struct {
	of   *core.Collection
	kind string
	rule string
}

// asked is a question as SQL: only the records differ from one time to the next.
type asked struct {
	query  *dbx.Query
	params dbx.Params
}

func (a *asked) bind(more dbx.Params) *dbx.Query {
	maps.Copy(a.params, more)
	return a.query.Bind(a.params)
}

// answer says whether there is any row.
func (a *asked) answer(more dbx.Params) (bool, error) {
	var found []int
	if err := a.bind(more).Column(&found); err != nil {
		return false, err
	}
	return len(found) > 0, nil
}

// ask puts a question into SQL, once a push. One that looks into the request's body is
// another each time.
func (b *batch) ask(q question, build func() (*dbx.Query, error)) (*asked, error) {
	if a, ok := b.questions[q]; ok {
		return a, nil
	}
	built, err := build()
	if err != nil {
		return nil, err
	}
	a := &asked{query: b.tx.ConcurrentDB().NewQuery(built.SQL()), params: maps.Clone(built.Params())}
	if !strings.Contains(q.rule, "@request.body") {
		b.questions[q] = a
	}
	return a, nil
}
