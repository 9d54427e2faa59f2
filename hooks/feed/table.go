package feed

import "holdfast/collections/migrations"

// The engine's own tables. Positions come from one counter, raised in
// SQLite's single write transaction, so position order is commit order. It starts
// at 1: an empty server already answers a position above 0 (trap T21).
func init() {
	migrations.Lay("1765000001_feed",
		`CREATE TABLE IF NOT EXISTS sync_counter (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL)`,
		`INSERT OR IGNORE INTO sync_counter (one, seq) VALUES (1, 1)`,

		`CREATE TABLE IF NOT EXISTS sync_feed (
		scope TEXT NOT NULL, seq INTEGER NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL,
		gone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (scope, seq)) WITHOUT ROWID`,
		`CREATE UNIQUE INDEX IF NOT EXISTS sync_feed_record ON sync_feed (record, collection, scope)`,
		// What left a scope, by age: how it is found when it is forgotten.
		`CREATE INDEX IF NOT EXISTS sync_feed_gone ON sync_feed (seq) WHERE gone = 1`,

		// What each live record of the feed looks like on the wire, made when it was
		// written: a pull reads it in the feed's order and builds nothing.
		`CREATE TABLE IF NOT EXISTS sync_bodies (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)`,

		// Which field changed when, and by which device when it came by push: what
		// tells a conflict from an edit that nobody else has touched.
		`CREATE TABLE IF NOT EXISTS sync_fields (
		record TEXT NOT NULL, collection TEXT NOT NULL, field TEXT NOT NULL,
		seq INTEGER NOT NULL, device TEXT NOT NULL DEFAULT '', PRIMARY KEY (record, collection, field)) WITHOUT ROWID`,

		// A right is an interval of positions and is never deleted: what a user could
		// see at any past position stays answerable.
		`CREATE TABLE IF NOT EXISTS sync_grants (
		"user" TEXT NOT NULL, scope TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER,
		PRIMARY KEY ("user", scope, since)) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS sync_grants_open ON sync_grants ("user", scope, since) WHERE until IS NULL`,
		`CREATE INDEX IF NOT EXISTS sync_grants_ended ON sync_grants ("user", until) WHERE until IS NOT NULL`,
		`CREATE INDEX IF NOT EXISTS sync_grants_holder ON sync_grants (scope, "user") WHERE until IS NULL`,

		`CREATE TABLE IF NOT EXISTS sync_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
	)
}
