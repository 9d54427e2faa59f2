package lineage

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections/migrations"
)

// What a store keeps of its own history.
func init() {
	migrations.Lay("1765000001_lineage",
		// Each run, by when it began: since is the last position that those before it gave out.
		`CREATE TABLE IF NOT EXISTS sync_runs (run INTEGER PRIMARY KEY, mark TEXT NOT NULL UNIQUE, since INTEGER NOT NULL, epoch TEXT NOT NULL)`,
		// The epochs that it had, why each began, and those of which it only heard.
		`CREATE TABLE IF NOT EXISTS sync_epochs (epoch TEXT PRIMARY KEY, at INTEGER NOT NULL, why TEXT NOT NULL,
		lost INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`)
}

// The clock of positions: so many a millisecond since then can any branch have given out.
const Pace = 64

var dawn = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Floor is what a run that begins now begins above: nothing that was given out before, by
// this branch or another, lies higher.
func Floor(at time.Time) int64 { return at.Sub(dawn).Milliseconds() * Pace }

// First begins a store's first run, once.
func First(db dbx.Builder) error {
	var runs int
	if err := db.NewQuery(`SELECT count(*) FROM sync_runs`).Row(&runs); err != nil || runs > 0 {
		return err
	}
	epoch, err := present(db)
	if err != nil {
		return err
	}
	return begin(db, epoch, 0)
}

// present is the epoch that the database names as its own, known from then on: one set by
// hand, or by an earlier build, is an epoch too.
func present(db dbx.Builder) (epoch string, err error) {
	if _, err := db.NewQuery(`INSERT OR IGNORE INTO sync_meta (name, value) VALUES ('epoch', {:v})`).Bind(dbx.Params{"v": epochName()}).Execute(); err != nil {
		return "", err
	}
	if err := db.NewQuery(`SELECT value FROM sync_meta WHERE name = 'epoch'`).Row(&epoch); err != nil {
		return "", err
	}
	_, err = db.NewQuery(`INSERT INTO sync_epochs (epoch, at, why, told) VALUES ({:e}, {:at}, '', 1) ON CONFLICT (epoch) DO UPDATE SET lost = 0`).
		Bind(dbx.Params{"e": epoch, "at": time.Now().Unix()}).Execute()
	return epoch, err
}

// begin begins a run, above all that any branch can have given out.
func begin(db dbx.Builder, epoch string, above int64) error {
	if _, err := db.NewQuery(`INSERT INTO sync_runs (mark, since, epoch) SELECT {:m}, seq, {:e} FROM sync_counter`).
		Bind(dbx.Params{"m": security.RandomString(24), "e": epoch}).Execute(); err != nil {
		return fmt.Errorf("beginning a run: %w", err)
	}
	_, err := db.NewQuery(`UPDATE sync_counter SET seq = max(seq, {:floor}, {:above}) + 1`).
		Bind(dbx.Params{"floor": Floor(time.Now()), "above": above}).Execute()
	return err
}

func epochName() string {
	return security.RandomStringWithAlphabet(12, "abcdefghijklmnopqrstuvwxyz0123456789")
}
