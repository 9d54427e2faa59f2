package sync

import (
	"regexp"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks"
	contract "holdfast/mobile-contract"
)

// memo remembers, for the length of one push, what was asked of the store, and
// forgets it as soon as a write could have changed the answer: a hundred notes on
// one case ask once whether it may be written on.
type memo struct {
	tx     core.App
	place  hooks.Place
	rules  map[string]bool    // a rule and all that it looks at -> what it said
	unseen map[[2]string]bool // records that the server never saw
}

// begin reads which records of the push the server never saw, nor this user deleted.
func (m *memo) begin(user string, all []contract.Mutation) error {
	wanted := [][2]string{}
	for _, x := range all {
		if x.Op == "create" {
			wanted = append(wanted, [2]string{collections.ID(x.Collection), x.Record})
		}
	}
	var fresh []struct {
		Collection string `db:"c"`
		Record     string `db:"r"`
	}
	err := hooks.Query(m.tx, `SELECT value->>0 AS c, value->>1 AS r FROM json_each({:rows})
		WHERE NOT EXISTS (SELECT 1 FROM sync_feed f WHERE f.record = value->>1 AND f.collection = value->>0)
		AND NOT EXISTS (SELECT 1 FROM sync_tombstones t WHERE t.record = value->>1 AND t.collection = value->>0 AND t."user" = {:u})`).
		Bind(dbx.Params{"rows": encode(wanted), "u": user}).All(&fresh)
	if err != nil {
		return err
	}
	m.catchUp()
	m.unseen = map[[2]string]bool{}
	for _, f := range fresh {
		m.unseen[[2]string{f.Collection, f.Record}] = true
	}
	return nil
}

// isUnseen says that the server has no trace of the record.
func (m *memo) isUnseen(cid, record string) bool {
	m.catchUp()
	return m.unseen[[2]string{cid, record}]
}

// remember answers a rule from memory, or asks and keeps what it said.
func (m *memo) remember(key string, ask func() (bool, error)) (bool, error) {
	m.catchUp()
	if said, ok := m.rules[key]; ok {
		return said, nil
	}
	said, err := ask()
	if err == nil {
		m.rules[key] = said
	}
	return said, err
}

// catchUp forgets what the writes since the last question could have changed.
func (m *memo) catchUp() {
	written, undone := m.place.Read(m.tx)
	if m.rules == nil || undone {
		m.rules = map[string]bool{}
	}
	for _, r := range written {
		delete(m.unseen, [2]string{r.Collection().Id, r.Id})
		if ruling()[r.Collection().Id] {
			clear(m.rules)
		}
	}
}

// ruling are the collections that some rule can look into beside the record that it
// is asked about: those that records point at, and those that point back.
var ruling = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, n := range collections.All() {
		for _, f := range n.Fields {
			if rel, ok := f.(*core.RelationField); ok {
				out[rel.CollectionId] = true
			}
		}
		for _, rule := range []string{n.Rules.Read, n.Rules.Create, n.Rules.Update, n.Rules.Delete, n.Rules.Auth} {
			for _, m := range lookedInto.FindAllStringSubmatch(rule, -1) {
				out[collections.ID(m[1]+m[2])] = true
			}
		}
	}
	return out
})

var lookedInto = regexp.MustCompile(`(?:@collection\.(\w+))|(?:(\w+?)_via_\w+)`)

// looksAt are the values of the record that a rule can look at, as one key.
func looksAt(rule string, r *core.Record) string {
	values := map[string]any{}
	for _, word := range words.FindAllString(rule, -1) {
		if f := r.Collection().Fields.GetByName(word); f != nil {
			values[word] = r.Get(word)
		}
	}
	return encode(values)
}

var words = regexp.MustCompile(`\w+`)
