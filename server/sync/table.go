package sync

// schema is what the engine remembers beside the feed.
var schema = []string{
	// The first verdict on every mutation, for as long as its user's phones live.
	`CREATE TABLE IF NOT EXISTS sync_verdicts (
		"user" TEXT NOT NULL, id TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL,
		seq INTEGER NOT NULL, result TEXT NOT NULL, PRIMARY KEY ("user", id)) WITHOUT ROWID`,
	`CREATE INDEX IF NOT EXISTS sync_verdicts_at ON sync_verdicts (at)`,
	// Records that a device's pushes named, to be delivered to it once more.
	`CREATE TABLE IF NOT EXISTS sync_again (
		n INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL)`,
	`CREATE INDEX IF NOT EXISTS sync_again_device ON sync_again (device, n)`,
	// Records deleted before the server ever saw them.
	`CREATE TABLE IF NOT EXISTS sync_tombstones (
		record TEXT NOT NULL, collection TEXT NOT NULL, "user" TEXT NOT NULL, at INTEGER NOT NULL,
		PRIMARY KEY (record, collection)) WITHOUT ROWID`,
	// Which devices have offered again, after a history began anew, what they had
	// been told was safe.
	`CREATE TABLE IF NOT EXISTS sync_replays (
		device TEXT NOT NULL, epoch TEXT NOT NULL, at INTEGER NOT NULL, offered INTEGER NOT NULL, PRIMARY KEY (device, epoch)) WITHOUT ROWID`,
	// How far a device had synced when it last asked.
	`CREATE TABLE IF NOT EXISTS sync_places (device TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID`,
}
