package upload

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections/migrations"
)

// The room's own table: which upload is whose and for which row. How far
// it has come stands in the part file alone.
func init() {
	migrations.Lay("1765000001_uploads",
		`CREATE TABLE IF NOT EXISTS uploads (
		id TEXT PRIMARY KEY, evidence TEXT NOT NULL, "user" TEXT NOT NULL, device TEXT NOT NULL DEFAULT '',
		size INTEGER NOT NULL, metadata TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'open',
		opened INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS uploads_user ON uploads ("user", state)`,
		`CREATE INDEX IF NOT EXISTS uploads_state ON uploads (state, ended)`)
}

// States of an upload. Beaten is whole and right, but another was sealed first.
const (
	open        = "open"
	sealed      = "sealed"
	beaten      = "beaten"
	quarantined = "quarantined"
)

// upload is one upload: whose it is, and for which row.
type upload struct {
	ID       string `db:"id"`
	Evidence string `db:"evidence"`
	User     string `db:"user"`
	Device   string `db:"device"`
	Size     int64  `db:"size"`
	Metadata string `db:"metadata"`
	State    string `db:"state"`
	Opened   int64  `db:"opened"` // Unix seconds
	Ended    int64  `db:"ended"`
}

// errQuota says that the user or the device has too much under way.
var errQuota = errors.New("too much under way")

// enter writes a new upload into the ledger, within the quotas.
func enter(app core.App, l *upload) error {
	return app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		var n, bytes int64
		count := `SELECT count(*), coalesce(sum(size), 0) FROM uploads WHERE state = 'open' AND "user" = {:u}`
		if err := db.NewQuery(count).Bind(dbx.Params{"u": l.User}).Row(&n, &bytes); err != nil {
			return err
		}
		if n >= quota.openUser || bytes+l.Size > quota.bytesUser {
			return errQuota
		}
		if l.Device != "" {
			if err := db.NewQuery(count+` AND device = {:d}`).Bind(dbx.Params{"u": l.User, "d": l.Device}).Row(&n, &bytes); err != nil {
				return err
			}
			if n >= quota.openDevice || bytes+l.Size > quota.bytesDevice {
				return errQuota
			}
		}
		l.State, l.Opened = open, time.Now().Unix()
		_, err := db.NewQuery(`INSERT INTO uploads (id, evidence, "user", device, size, metadata, opened)
			VALUES ({:id}, {:e}, {:u}, {:d}, {:s}, {:m}, {:o})`).
			Bind(dbx.Params{"id": l.ID, "e": l.Evidence, "u": l.User, "d": l.Device, "s": l.Size, "m": l.Metadata, "o": l.Opened}).Execute()
		return err
	})
}

// find answers the upload of that id, or nil.
func find(db dbx.Builder, id string) (*upload, error) {
	return read(db.NewQuery(`SELECT * FROM uploads WHERE id = {:id}`).Bind(dbx.Params{"id": id}), id)
}

// findOf answers an upload that a person began, or nil; of somebody else's nothing is read.
func findOf(db dbx.Builder, id, user string) (*upload, error) {
	return read(db.NewQuery(`SELECT * FROM uploads WHERE id = {:id} AND "user" = {:u}`).Bind(dbx.Params{"id": id, "u": user}), id)
}

func read(q *dbx.Query, id string) (*upload, error) {
	var l upload
	err := q.One(&l)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading upload %s: %w", id, err)
	}
	return &l, nil
}

// uploads answers every upload in the ledger.
func uploads(db dbx.Builder) (all []upload, err error) {
	err = db.NewQuery(`SELECT * FROM uploads ORDER BY opened, id`).All(&all)
	return all, err
}

// end writes how an upload ended.
func end(db dbx.Builder, id, state string) error {
	_, err := db.NewQuery(`UPDATE uploads SET state = {:s}, ended = {:t} WHERE id = {:id}`).
		Bind(dbx.Params{"id": id, "s": state, "t": time.Now().Unix()}).Execute()
	return err
}

// strike takes an upload out of the ledger.
func strike(db dbx.Builder, id string) error {
	_, err := db.NewQuery(`DELETE FROM uploads WHERE id = {:id}`).Bind(dbx.Params{"id": id}).Execute()
	return err
}

// newID is an id that cannot be guessed.
func newID() string {
	return security.RandomStringWithAlphabet(26, "abcdefghijklmnopqrstuvwxyz0123456789")
}
