package feed

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// catchUp gives the feed what it lacks of some nouns: rows that were written, and rows
// and rights that went, while no trigger watched. Where only the noun's shape changed,
// what its records look like is made anew and their positions stay: who learns the new
// shape asks for it, nobody else downloads anything (trap T18).
func catchUp(tx core.App, all []shape, nouns []*collections.Noun) error {
	for _, n := range nouns {
		if n.Sync == nil {
			continue
		}
		steps := vanished
		if i := slices.IndexFunc(all, func(s shape) bool { return s.noun == n }); i >= 0 {
			same, err := sameShape(tx, all[i])
			if err != nil {
				return err
			}
			steps = all[i].missed(same)
		}
		if err := execute(tx, steps, dbx.Params{"cid": collections.ID(n.Name)}); err != nil {
			return fmt.Errorf("catching up on %s: %w", n.Name, err)
		}
	}
	return execute(tx, leftovers, nil)
}

func execute(tx core.App, steps []string, params dbx.Params) error {
	for _, s := range steps {
		if _, err := tx.NonconcurrentDB().NewQuery(s).Bind(params).Execute(); err != nil {
			return err
		}
	}
	return nil
}

// raise lifts the counter above every position that a bulk step handed out.
const raise = `UPDATE sync_counter SET seq = max(seq, (SELECT coalesce(max(seq), 0) FROM sync_feed))`

// vanished are the steps for a noun whose collection is not there, or not yet.
var vanished = []string{
	next,
	`UPDATE sync_feed SET gone = 1, seq = ` + here + ` + n.i FROM (
		SELECT scope AS s, seq AS q, row_number() OVER () AS i FROM sync_feed WHERE collection = {:cid} AND gone = 0) n
		WHERE sync_feed.scope = n.s AND sync_feed.seq = n.q`,
	raise,
}

// missed are the steps that bring the feed level with the noun's table.
func (s shape) missed(same bool) []string {
	table, scope, object := quote(s.noun.Name), scopeOf(s.noun, "r"), s.object("r")
	moved := func(gone, where string) string {
		return `UPDATE sync_feed SET gone = ` + gone + `, seq = ` + here + ` + n.i FROM (
			SELECT f.scope AS s, f.seq AS q, row_number() OVER () AS i FROM sync_feed f
			LEFT JOIN ` + table + ` r ON r.id = f.record
			LEFT JOIN sync_bodies b ON b.seq = f.seq
			WHERE f.collection = {:cid} AND f.gone = 0 AND ` + where + `) n
		WHERE sync_feed.scope = n.s AND sync_feed.seq = n.q`
	}
	steps := []string{next, moved("1", `(r.id IS NULL OR `+scope+` IS NOT f.scope)`), raise}
	if same {
		steps = append(steps, moved("0", `b.body IS NOT `+object), raise)
	} else {
		steps = append(steps, `DELETE FROM sync_bodies WHERE seq IN (SELECT seq FROM sync_feed WHERE collection = {:cid})`)
	}
	return append(steps,
		`INSERT INTO sync_feed (scope, seq, collection, record, gone)
			SELECT `+scope+`, `+here+` + row_number() OVER (ORDER BY r.rowid), {:cid}, r.id, 0 FROM `+table+` r
			WHERE `+scope+` IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sync_feed f
				WHERE f.record = r.id AND f.collection = {:cid} AND f.scope = `+scope+` AND f.gone = 0)
			ON CONFLICT (record, collection, scope) DO UPDATE SET seq = excluded.seq, gone = 0`,
		raise,
		`INSERT INTO sync_bodies (seq, body) SELECT f.seq, `+object+` FROM `+table+` r
			JOIN sync_feed f ON f.record = r.id AND f.collection = {:cid} AND f.gone = 0
			WHERE NOT EXISTS (SELECT 1 FROM sync_bodies b WHERE b.seq = f.seq)`,
		`INSERT INTO sync_meta (name, value) VALUES (`+quoteText(s.key())+`, `+quoteText(s.sum())+`)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
}

// leftovers are the steps after every noun's own: bodies of what went, and rights.
var leftovers = []string{
	`DELETE FROM sync_bodies WHERE seq NOT IN (SELECT seq FROM sync_feed WHERE gone = 0)`,
	next,
	`UPDATE sync_grants SET until = ` + here + ` WHERE until IS NULL AND NOT EXISTS (
		SELECT 1 FROM ` + entitled + ` e WHERE e."user" = sync_grants."user" AND e.scope = sync_grants.scope)`,
	`INSERT INTO sync_grants ("user", scope, since) SELECT e."user", e.scope, ` + here + ` FROM ` + entitled + ` e
		WHERE NOT EXISTS (SELECT 1 FROM sync_grants g WHERE g."user" = e."user" AND g.scope = e.scope AND g.until IS NULL)`,
}

// key is where the shape is kept in which the noun's bodies were made.
func (s shape) key() string { return "shape " + s.noun.Name }

func (s shape) sum() string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s.object("r")))) }

// sameShape says whether the noun's bodies were made in its present shape.
func sameShape(tx core.App, s shape) (bool, error) {
	var made []string
	err := tx.NonconcurrentDB().NewQuery(`SELECT value FROM sync_meta WHERE name = {:n}`).Bind(dbx.Params{"n": s.key()}).Column(&made)
	return len(made) == 1 && made[0] == s.sum(), err
}
