package signin

import (
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/migrations"
	"holdfast/hooks/tally"
)

// How long somebody is known at an address, and at how many.
const (
	knownFor = 90 * 24 * time.Hour
	knownAt  = 20
)

// Who came in from where.
func init() {
	migrations.Lay("1765000001_known", `CREATE TABLE IF NOT EXISTS sign_in_known (
		account TEXT NOT NULL, place TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, place)) WITHOUT ROWID`)
}

// cameIn reports whether the account signed in from there of late; in doubt it did not.
func cameIn(app core.App, account, address string, at time.Time) bool {
	var one int
	err := app.ConcurrentDB().NewQuery(`SELECT 1 FROM sign_in_known WHERE account = {:a} AND place = {:p} AND at > {:t}`).
		Bind(dbx.Params{"a": account, "p": tally.Place(address), "t": at.Add(-knownFor).Unix()}).Row(&one)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		app.Logger().Error("Who signed in from where cannot be read", "error", err)
	}
	return err == nil
}

func rememberPlace(app core.App, account, address string, at time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		if _, err := db.NewQuery(`INSERT INTO sign_in_known (account, place, at) VALUES ({:a}, {:p}, {:t}) ON CONFLICT DO UPDATE SET at = excluded.at`).
			Bind(dbx.Params{"a": account, "p": tally.Place(address), "t": at.Unix()}).Execute(); err != nil {
			return fmt.Errorf("remembering where somebody signed in: %w", err)
		}
		_, err := db.NewQuery(`DELETE FROM sign_in_known WHERE account = {:a} AND place NOT IN (
			SELECT place FROM sign_in_known WHERE account = {:a} ORDER BY at DESC LIMIT {:n})`).Bind(dbx.Params{"a": account, "n": knownAt}).Execute()
		return err
	})
}

// ProxyUnknown reports whether requests come through a proxy that the settings do not
// name. Seen by the first, it is known until the server starts again; found says that it
// is seen now, and is answered with whether that is news.
func ProxyUnknown(app core.App, found bool) bool {
	seen := app.Store().GetOrSet("holdfast.proxy", func() any { return new(atomic.Bool) }).(*atomic.Bool)
	if found {
		return !seen.Swap(true)
	}
	return seen.Load()
}
