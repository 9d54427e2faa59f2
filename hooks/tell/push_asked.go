package tell

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/collections/migrations"
	"holdfast/hooks/kernel"
)

// How far each browser and phone was rung for what its person is asked: a position in the
// feed, moved in the transaction that writes the ringing. A new one begins where the feed
// stands: it is rung for what comes.
func init() {
	migrations.Lay("1765200010_push_told", `CREATE TABLE IF NOT EXISTS push_told (
		subscription TEXT PRIMARY KEY, upto INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`)
}

// beginsTold has a new subscription rung for what comes, and forgets those that are no more.
func beginsTold(tx core.App, subscription string) error {
	for _, say := range []string{
		`DELETE FROM push_told WHERE subscription NOT IN (SELECT id FROM push_subscriptions)`,
		`INSERT INTO push_told (subscription, upto) VALUES ({:s}, (SELECT coalesce(max(seq), 0) FROM sync_feed)) ON CONFLICT (subscription) DO NOTHING`,
	} {
		if _, err := tx.NonconcurrentDB().NewQuery(say).Bind(dbx.Params{"s": subscription}).Execute(); err != nil {
			return fmt.Errorf("from when on a subscription is rung: %w", err)
		}
	}
	return nil
}

// Quiet says whether a time of day lies in the hours in which a person is not rung. They may
// go over midnight; without both there are none.
func Quiet(from, until, at string) bool {
	switch {
	case from == "" || until == "" || from == until:
		return false
	case from < until:
		return at >= from && at < until
	}
	return at >= from || at < until
}

// RingAsked rings the browsers and phones of those who wanted so and are asked for something
// new, once for all that is new; those in their quiet hours when these are over. A danger
// is rung by itself, and knows no quiet hours (bring).
func RingAsked(app core.App, at time.Time) error {
	var all []struct {
		ID    string `db:"id"`
		User  string `db:"user"`
		From  string `db:"quiet_from"`
		Until string `db:"quiet_until"`
		New   int64  `db:"new"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT s.id, s."user", s.quiet_from, s.quiet_until, max(f.seq) AS new FROM push_subscriptions s
			JOIN users u ON u.id = s."user" AND u.active
			JOIN requests r ON r."user" = s."user" AND r.standing = 'waiting' AND r.acknowledged_at = ''
			JOIN sync_feed f ON f.record = r.id AND f.collection = {:requests} AND f.gone = 0
			LEFT JOIN push_told t ON t.subscription = s.id
		WHERE s.asked AND f.seq > coalesce(t.upto, 0) GROUP BY s.id ORDER BY s.id`).
		Bind(dbx.Params{"requests": collections.ID("requests")}).All(&all)
	if err != nil {
		return fmt.Errorf("who is rung for what they are asked: %w", err)
	}
	clock := at.In(kernel.London).Format("15:04")
	var faults []error
	for _, s := range all {
		if Quiet(s.From, s.Until, clock) {
			continue
		}
		faults = append(faults, app.RunInTransaction(func(tx core.App) error {
			if _, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO push_told (subscription, upto) VALUES ({:s}, {:n}) ON CONFLICT (subscription) DO UPDATE SET upto = max(upto, excluded.upto)`).
				Bind(dbx.Params{"s": s.ID, "n": s.New}).Execute(); err != nil {
				return err
			}
			return Post(tx, Mail{Reason: fmt.Sprint("asked/push/", s.ID, "/", s.New), Kind: "asked", Collection: "users", Record: s.User, Channel: "push", Address: s.ID})
		}))
	}
	return errors.Join(faults...)
}
