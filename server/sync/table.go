package sync

import "holdfast/collections/migrations"

// What the engine remembers beside the feed.
func init() {
	migrations.Lay("1765000001_sync",
		// The first verdict on every mutation, for as long as its user's phones live, with
		// when it was recorded by the phone's clock, as the text it sent, and by how many
		// seconds that clock was behind as it was sent (NULL: not measured); and a hash of what
		// it was given for (NULL: by a build that did not ask).
		`CREATE TABLE IF NOT EXISTS sync_verdicts (
		"user" TEXT NOT NULL, id TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL,
		seq INTEGER NOT NULL, result TEXT NOT NULL, recorded_at TEXT NOT NULL DEFAULT '', skew INTEGER, meaning BLOB,
		PRIMARY KEY ("user", id)) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS sync_verdicts_age ON sync_verdicts ("user", at)`,
		// Records that a device's pushes named, to be delivered to it once more.
		`CREATE TABLE IF NOT EXISTS sync_again (
		n INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL)`,
		`CREATE INDEX IF NOT EXISTS sync_again_device ON sync_again (device, n)`,
		// Records deleted before the server ever saw them.
		`CREATE TABLE IF NOT EXISTS sync_tombstones (
		record TEXT NOT NULL, collection TEXT NOT NULL, "user" TEXT NOT NULL, at INTEGER NOT NULL,
		PRIMARY KEY (record, collection)) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS sync_tombstones_at ON sync_tombstones (at)`,
		`CREATE INDEX IF NOT EXISTS sync_tombstones_user ON sync_tombstones ("user", at)`,
		// The ids that phones gave to records of what another record already stood for.
		`CREATE TABLE IF NOT EXISTS sync_aliases (
		collection TEXT NOT NULL, record TEXT NOT NULL, stands TEXT NOT NULL, PRIMARY KEY (record, collection)) WITHOUT ROWID`,
		// Where the counter stood on each day that the server lived: how old a position is.
		`CREATE TABLE IF NOT EXISTS sync_days (
		n INTEGER PRIMARY KEY, day TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, seq INTEGER NOT NULL)`,
		// Which devices have offered again, after a history began anew, what they had
		// been told was safe.
		`CREATE TABLE IF NOT EXISTS sync_replays (
		device TEXT NOT NULL, epoch TEXT NOT NULL, at INTEGER NOT NULL, offered INTEGER NOT NULL, PRIMARY KEY (device, epoch)) WITHOUT ROWID`,
		// How far a device had synced when it last asked.
		`CREATE TABLE IF NOT EXISTS sync_places (device TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID`) // Whose phone gave an other id, and when. Of those from before this nobody knows: they
	// are as young as this step.
	migrations.Lay("1765200001_sync_aliases",
		`ALTER TABLE sync_aliases ADD COLUMN "user" TEXT NOT NULL DEFAULT ''`,
		`ALTER TABLE sync_aliases ADD COLUMN at INTEGER NOT NULL DEFAULT 0`,
		`UPDATE sync_aliases SET at = unixepoch()`,
		`CREATE INDEX IF NOT EXISTS sync_aliases_age ON sync_aliases ("user", at)`)
}
