package sync

import (
	"maps"
	"regexp"
	"strings"
	stdsync "sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// question is what may be asked of one collection by a rule: of one stored record, of
// several, of values that are not stored yet.
type question struct {
	of   *core.Collection // as it is cached: another one after every change of the schema
	kind string
	rule string
}

// asked is a question as SQL for one asker: only the records differ from one time to the
// next.
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
	w, err := b.engine.worded.find(b.user, q, build)
	if err != nil {
		return nil, err
	}
	a := &asked{query: b.tx.ConcurrentDB().NewQuery(w.text), params: maps.Clone(w.params)}
	if !strings.Contains(q.rule, "@request.body") {
		b.questions[q] = a
	}
	return a, nil
}

// wording keeps questions as SQL from one push to the next: putting a rule into words
// costs a small push more than asking it.
type wording struct {
	stdsync.Mutex
	known map[asking]worded
}

// asking is all that a question's SQL depends on.
type asking struct {
	question
	user, seen string // who asks, and what the rule sees of them
}

// worded is a question as SQL.
type worded struct {
	text   string
	params dbx.Params
}

// wordedAtMost is how many are kept, each of some 2 KiB: those of about 300 people. When
// there are more, all are forgotten.
const wordedAtMost = 3000

// find words a question, or remembers how it was worded for the same asker.
func (w *wording) find(user *core.Record, q question, build func() (*dbx.Query, error)) (worded, error) {
	names, lasting := seenOf(q.rule)
	key := asking{question: q, user: user.Collection().Id + " " + user.Id}
	if lasting {
		values := make([]any, len(names))
		for i, name := range names {
			values[i] = user.Get(name)
		}
		key.seen = encode(values)
		w.Lock()
		known, ok := w.known[key]
		w.Unlock()
		if ok {
			return known, nil
		}
	}
	built, err := build()
	if err != nil {
		return worded{}, err
	}
	made := worded{built.SQL(), built.Params()}
	if lasting {
		w.Lock()
		defer w.Unlock()
		if w.known == nil || len(w.known) >= wordedAtMost {
			w.known = map[asking]worded{}
		}
		w.known[key] = made
	}
	return made, nil
}

// seenOf are the fields of the asker that a rule looks at. A rule that looks at anything
// else of the request, or at the time, does not last: its SQL holds what it saw.
func seenOf(rule string) (names []string, lasting bool) {
	for _, m := range macros.FindAllStringSubmatch(rule, -1) {
		switch {
		case m[1] != "":
			names = append(names, m[1])
		case !strings.HasPrefix(m[0], "@collection."):
			return nil, false
		}
	}
	return names, true
}

var macros = regexp.MustCompile(`@(?:request\.auth\.(\w+)|[\w.]+)`)
