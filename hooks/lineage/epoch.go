package lineage

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Why an epoch began.
const (
	OlderCopy = "copy"     // a mark outside the database tells of a later history
	Swapped   = "swapped"  // under a server that ran
	Phone     = "phone"    // showed a later history
	Renewed   = "renewed"  // a phone had renewed its sign-in more often
	Base      = "base"     // a phone said that it had seen a later state of a record: an earlier build took that for proof
	Restored  = "restored" // by the command
	NewKeys   = "keys"     // were made in place of lost ones
)

// Says is why an epoch began, in words for the operator.
func Says(why string) string {
	switch why {
	case OlderCopy:
		return "When the server started, its database was an older copy than the one that was here last, or that of another store."
	case Swapped:
		return "The database was changed for an older copy while the server ran. Stop the server before a copy is put back."
	case Phone:
		return "A phone has seen a later history than this database holds: an older copy was put back."
	case Renewed:
		return "A phone has renewed its sign-in more often than this database knows: an older copy was put back."
	case Base:
		return "A phone has seen a later state of a record than this database holds: an older copy was put back."
	case Restored:
		return "A copy was put back with holdfast restore."
	case NewKeys:
		return "New keys were made in place of lost ones."
	}
	return "A new history began."
}

// New begins a new epoch for certain: every place that was given out before belongs to the
// old one, and phones offer again what they had acknowledged.
func New(app core.App, why string) error {
	return app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		if err := First(db); err != nil {
			return err
		}
		_, err := anew(db, why, 0)
		return err
	})
}

// Restore begins a new epoch in a copy that takes the place of the store in a folder: above
// all that is known there to have been given out.
func Restore(db *dbx.DB, dir string) error {
	return db.Transactional(func(tx *dbx.Tx) error {
		if err := First(tx); err != nil {
			return err
		}
		m := marksIn(dir)
		above, _, err := marked(tx, m.read())
		if err == nil {
			_, err = anew(tx, Restored, above)
		}
		return err
	})
}

func anew(db dbx.Builder, why string, above int64) (string, error) {
	epoch := epochName()
	if _, err := db.NewQuery(`INSERT INTO sync_epochs (epoch, at, why) VALUES ({:e}, {:at}, {:w})`).
		Bind(dbx.Params{"e": epoch, "at": time.Now().Unix(), "w": why}).Execute(); err != nil {
		return "", fmt.Errorf("beginning a new epoch: %w", err)
	}
	if _, err := db.NewQuery(`UPDATE sync_meta SET value = {:e} WHERE name = 'epoch'`).Bind(dbx.Params{"e": epoch}).Execute(); err != nil {
		return "", fmt.Errorf("beginning a new epoch: %w", err)
	}
	return epoch, begin(db, epoch, above)
}

// lose remembers an epoch that this database never had, so that it begins one new epoch
// and no more.
func lose(db dbx.Builder, p Place) error {
	_, err := db.NewQuery(`INSERT OR IGNORE INTO sync_epochs (epoch, at, why, lost, told) VALUES ({:e}, {:at}, '', 1, 1)`).
		Bind(dbx.Params{"e": p.Epoch, "at": time.Now().Unix()}).Execute()
	return err
}

// Begun is an epoch that began because the history before it was lost.
type Begun struct {
	Epoch string `db:"epoch"`
	At    int64  `db:"at"` // Unix seconds
	Why   string `db:"why"`
}

// Last is the present epoch, and why it began; a store's first has no reason.
func Last(db dbx.Builder) (b Begun, err error) {
	err = db.NewQuery(`SELECT e.epoch, e.at, e.why FROM sync_epochs e WHERE e.epoch = (SELECT epoch FROM sync_runs WHERE run = (SELECT max(run) FROM sync_runs))`).One(&b)
	return b, err
}

// Untold are the epochs of which nobody was told yet; they are told of once.
func Untold(tx core.App) (all []Begun, err error) {
	if err = tx.NonconcurrentDB().NewQuery(`SELECT epoch, at, why FROM sync_epochs WHERE told = 0 ORDER BY at`).All(&all); err != nil || len(all) == 0 {
		return nil, err
	}
	_, err = tx.NonconcurrentDB().NewQuery(`UPDATE sync_epochs SET told = 1 WHERE told = 0`).Execute()
	return all, err
}
