package feed

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections"
)

// Install puts the capture in place where it is missing or different, and then
// fills in what changed while it was not there. With everything in place it reads
// the list of triggers and nothing else.
func Install(app core.App) error {
	return app.RunInTransaction(func(tx core.App) error {
		for _, statement := range schema {
			if _, err := tx.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
				return fmt.Errorf("feed tables: %w", err)
			}
		}
		if err := firstEpoch(tx); err != nil {
			return err
		}
		stale, err := missing(tx)
		if err != nil || len(stale) == 0 {
			return err
		}
		if err := Remove(tx); err != nil {
			return err
		}
		wanted, err := triggers(tx)
		if err != nil {
			return err
		}
		for _, t := range wanted {
			if _, err := tx.NonconcurrentDB().NewQuery(t.sql).Execute(); err != nil {
				return fmt.Errorf("trigger %s: %w", t.name, err)
			}
		}
		return catchUp(tx)
	})
}

// Remove takes every trigger of ours away, for the length of a schema change in
// the same transaction; Install brings them back.
func Remove(tx core.App) error {
	present, err := installed(tx)
	if err != nil {
		return err
	}
	for name := range present {
		if _, err := tx.NonconcurrentDB().NewQuery("DROP TRIGGER IF EXISTS " + quote(name)).Execute(); err != nil {
			return fmt.Errorf("removing trigger %s: %w", name, err)
		}
	}
	return nil
}

// Check proves that the capture is in place; the error names what is not.
func Check(app core.App) error {
	stale, err := missing(app)
	if err != nil {
		return err
	}
	if len(stale) > 0 {
		return fmt.Errorf("the feed does not capture every change: %s", strings.Join(stale, ", "))
	}
	return nil
}

// missing names the triggers that are absent or not as they should be.
func missing(app core.App) ([]string, error) {
	wanted, err := triggers(app)
	if err != nil {
		return nil, err
	}
	present, err := installed(app)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range wanted {
		if present[t.name] != t.sql {
			out = append(out, t.name)
		}
		delete(present, t.name)
	}
	for name := range present {
		out = append(out, name+" (left over)")
	}
	return out, nil
}

// triggers are all those wanted for the collections that exist now.
func triggers(app core.App) ([]trigger, error) {
	var out []trigger
	for _, n := range collections.All() {
		if n.Sync == nil {
			continue
		}
		columns, err := tracked(app, n)
		if err != nil {
			return nil, err
		}
		if columns != nil {
			out = append(out, captures(n, columns)...)
		}
	}
	return append(out, entitlements()...), nil
}

// tracked are the synced fields that the collection really has now, or nil where
// there is no such collection yet.
func tracked(app core.App, n *collections.Noun) ([]string, error) {
	c, err := app.FindCollectionByNameOrId(collections.ID(n.Name))
	if err != nil {
		return nil, nil
	}
	var out []string
	for _, f := range n.Synced() {
		if c.Fields.GetByName(f.GetName()) != nil {
			out = append(out, f.GetName())
		}
	}
	return out, nil
}

func installed(app core.App) (map[string]string, error) {
	var rows []struct {
		Name string `db:"name"`
		SQL  string `db:"sql"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'hf\_%' ESCAPE '\'`).All(&rows)
	out := map[string]string{}
	for _, r := range rows {
		out[r.Name] = r.SQL
	}
	return out, err
}

// catchUp gives the feed what it lacks: rows that were written, and rows and
// rights that went, while no trigger watched.
func catchUp(tx core.App) error {
	for _, n := range collections.All() {
		if n.Sync == nil {
			continue
		}
		if columns, err := tracked(tx, n); err != nil || columns == nil { // not there yet: a later step brings it
			if err != nil {
				return err
			}
			continue
		}
		scope := scopeOf(n, "r")
		params := dbx.Params{"cid": collections.ID(n.Name)}
		steps := []string{
			next,
			`UPDATE sync_feed SET gone = 1, seq = ` + here + ` + n.i FROM (
				SELECT f.scope AS s, f.seq AS q, row_number() OVER () AS i FROM sync_feed f
				LEFT JOIN ` + quote(n.Name) + ` r ON r.id = f.record
				WHERE f.collection = {:cid} AND f.gone = 0 AND (r.id IS NULL OR ` + scope + ` IS NOT f.scope)) n
			WHERE sync_feed.scope = n.s AND sync_feed.seq = n.q`,
			raise,
			`INSERT INTO sync_feed (scope, seq, collection, record, gone)
			SELECT ` + scope + `, ` + here + ` + row_number() OVER (ORDER BY r.rowid), {:cid}, r.id, 0 FROM ` + quote(n.Name) + ` r
			WHERE ` + scope + ` IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sync_feed f
				WHERE f.record = r.id AND f.collection = {:cid} AND f.scope = ` + scope + ` AND f.gone = 0)
			ON CONFLICT (record, collection, scope) DO UPDATE SET seq = excluded.seq, gone = 0`,
			raise,
		}
		for _, s := range steps {
			if _, err := tx.NonconcurrentDB().NewQuery(s).Bind(params).Execute(); err != nil {
				return fmt.Errorf("catching up on %s: %w", n.Name, err)
			}
		}
	}
	all := []string{
		next,
		`UPDATE sync_grants SET until = ` + here + ` WHERE until IS NULL AND NOT EXISTS (
			SELECT 1 FROM (` + entitled() + `) e WHERE e."user" = sync_grants."user" AND e.scope = sync_grants.scope)`,
		`INSERT INTO sync_grants ("user", scope, since) SELECT e."user", e.scope, ` + here + ` FROM (` + entitled() + `) e
			WHERE NOT EXISTS (SELECT 1 FROM sync_grants g WHERE g."user" = e."user" AND g.scope = e.scope AND g.until IS NULL)`,
	}
	for _, s := range all {
		if _, err := tx.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return fmt.Errorf("catching up on grants: %w", err)
		}
	}
	return nil
}

// raise lifts the counter above every position that a bulk step handed out.
const raise = `UPDATE sync_counter SET seq = max(seq, (SELECT coalesce(max(seq), 0) FROM sync_feed))`

// firstEpoch names this database's history, once.
func firstEpoch(tx core.App) error {
	_, err := tx.NonconcurrentDB().NewQuery(`INSERT OR IGNORE INTO sync_meta (name, value) VALUES ('epoch', {:v})`).
		Bind(dbx.Params{"v": epochName()}).Execute()
	return err
}

// NewEpoch begins a new history, after a restore: every position given out before
// belongs to the old one, and phones offer again what they had acknowledged.
func NewEpoch(app core.App) (string, error) {
	name := epochName()
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE sync_meta SET value = {:v} WHERE name = 'epoch'`).Bind(dbx.Params{"v": name}).Execute()
	if err != nil {
		return "", fmt.Errorf("beginning a new epoch: %w", err)
	}
	return name, nil
}

func epochName() string {
	return security.RandomStringWithAlphabet(12, "abcdefghijklmnopqrstuvwxyz0123456789")
}
