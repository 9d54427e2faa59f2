package sync

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	stdsync "sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// memo remembers, for the length of one push, what was asked of the store, and
// forgets it as soon as a write could have changed the answer: a hundred notes on
// one case ask once whether it may be written on.
type memo struct {
	tx     core.App
	place  kernel.Place
	rules  map[string]answer  // a rule and all that it looks at -> what it said
	unseen map[[2]string]bool // records that the server never saw
}

// begin reads which records of the push the server never saw, nor this user deleted.
func (m *memo) begin(user string, all []contract.Mutation) error {
	wanted := map[string][]string{} // collection -> records
	for _, x := range all {
		if makes(x) {
			cid := collections.ID(x.Collection)
			wanted[cid] = append(wanted[cid], x.Record)
		}
	}
	m.catchUp()
	m.unseen = map[[2]string]bool{}
	for cid, records := range wanted {
		var seen []string
		err := kernel.Query(m.tx, `SELECT value FROM json_each({:rows})
			WHERE EXISTS (SELECT 1 FROM sync_feed f WHERE f.record = value AND f.collection = {:c})
			OR EXISTS (SELECT 1 FROM sync_tombstones t WHERE t.record = value AND t.collection = {:c} AND t."user" = {:u})`).
			Bind(dbx.Params{"rows": encode(records), "c": cid, "u": user}).Column(&seen)
		if err != nil {
			return err
		}
		for _, r := range records {
			m.unseen[[2]string{cid, r}] = true
		}
		for _, r := range seen {
			delete(m.unseen, [2]string{cid, r})
		}
	}
	return nil
}

// isUnseen says that the server has no trace of the record.
func (m *memo) isUnseen(cid, record string) bool {
	m.catchUp()
	return m.unseen[[2]string{cid, record}]
}

// remember answers a rule of the noun from memory, or asks and keeps what it said. A
// rule about a stored record also depends on the noun's own records.
func (m *memo) remember(n *collections.Noun, rule, key string, stored bool, ask func() (bool, error)) (bool, error) {
	m.catchUp()
	key = n.Name + " " + rule + " " + key
	if a, ok := m.rules[key]; ok {
		return a.said, nil
	}
	said, err := ask()
	if err == nil {
		m.rules[key] = answer{said, lookInto(n, rule, stored)}
	}
	return said, err
}

// know keeps an answer that was asked for together with others.
func (m *memo) know(n *collections.Noun, rule, key string, stored, said bool) {
	m.rules[n.Name+" "+rule+" "+key] = answer{said, lookInto(n, rule, stored)}
}

// catchUp forgets what the writes since the last question could have changed.
func (m *memo) catchUp() {
	written, undone := m.place.Read(m.tx)
	if m.rules == nil || undone {
		m.rules = map[string]answer{}
	}
	for _, r := range written {
		cid := r.Collection().Id
		delete(m.unseen, [2]string{cid, r.Id})
		maps.DeleteFunc(m.rules, func(_ string, a answer) bool { return a.into[cid] })
	}
}

// answer is what a rule said, and the collections it looked into.
type answer struct {
	said bool
	into map[string]bool
}

// lookInto are the collections that a rule about a record of the noun can look into:
// those that its paths lead to, by id, and the noun's own where the record is stored.
func lookInto(n *collections.Noun, rule string, stored bool) map[string]bool {
	key := fmt.Sprint(n.Name, stored, rule)
	if into, ok := looked.Load(key); ok {
		return into.(map[string]bool)
	}
	into := map[string]bool{}
	if stored {
		into[collections.ID(n.Name)] = true
	}
	for _, path := range paths.FindAllString(rule, -1) {
		at := n
		steps := strings.Split(path, ".")
		if steps[0] == "@collection" && len(steps) > 1 {
			into[collections.ID(steps[1])] = true
			at, steps = collections.ByName(steps[1]), steps[2:]
		}
		for _, step := range steps {
			if at = follow(at, step); at == nil {
				break
			}
			into[collections.ID(at.Name)] = true
		}
	}
	looked.Store(key, into)
	return into
}

// follow is the noun that one step of a path leads to, nil where it ends.
func follow(n *collections.Noun, step string) *collections.Noun {
	if n == nil {
		return nil
	}
	if back, _, ok := strings.Cut(step, "_via_"); ok {
		return collections.ByName(back)
	}
	for _, f := range n.Fields {
		if rel, ok := f.(*core.RelationField); ok && rel.Name == step {
			return collections.ByID(rel.CollectionId)
		}
	}
	return nil
}

// looksAt are the values of the record that a rule can look at, as one key.
func looksAt(rule string, r *core.Record) string {
	values := map[string]any{}
	for _, first := range firsts(rule) {
		if f := r.Collection().Fields.GetByName(first); f != nil {
			values[first] = r.Get(first)
		}
	}
	return encode(values)
}

// firsts are the names that a rule's paths begin with.
func firsts(rule string) []string {
	if list, ok := begun.Load(rule); ok {
		return list.([]string)
	}
	var list []string
	for _, path := range paths.FindAllString(rule, -1) {
		first, _, _ := strings.Cut(path, ".")
		list = append(list, first)
	}
	slices.Sort(list)
	list = slices.Compact(list)
	begun.Store(rule, list)
	return list
}

// What was read out of rules' texts: there are as many as collections declare.
var (
	looked stdsync.Map // noun, stored and rule -> map[string]bool
	begun  stdsync.Map // rule -> []string
)

var paths = regexp.MustCompile(`@?\w+(?:\.\w+)*`)
