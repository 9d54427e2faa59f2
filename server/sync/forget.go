package sync

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
)

// forgetNightly marks the days, and forgets in the quiet hours what is old enough.
func (e *Engine) forgetNightly() error {
	if err := e.markDay(time.Now()); err != nil {
		return err
	}
	return e.app.Cron().Add("sync-forget", "23 2 * * *", func() {
		if err := e.night(time.Now()); err != nil {
			e.app.Logger().Error("Forgetting what is old enough; the next night goes on", "error", err)
		}
	})
}

// atOnce is how many rows one transaction forgets: a push that comes meanwhile waits
// for so many and no more. What a night did not get to, the next one does.
const atOnce = 500

// night marks the day, raises the horizon, and forgets what lies beyond it, a few rows
// at a time.
//
// What is never forgotten: rights that ended (the design promises that what a user
// could see at any past position stays answerable, and whether work was done in good
// faith is asked of them), and verdicts of a user who has any device that lives: for
// as long as a phone may send a mutation again, it counts once. A verdict answers any
// of its user's phones, so it is kept for the last of them.
func (e *Engine) night(at time.Time) error {
	if err := e.markDay(at); err != nil {
		return err
	}
	if err := e.forgetEach(deadDevices, nil, redeliveries); err != nil {
		return err
	}
	mark, found, err := e.farBack(at)
	if err != nil || !found {
		return err
	}
	if err := e.raise(mark.Seq); err != nil {
		return err
	}
	old := dbx.Params{"seq": mark.Seq, "at": mark.At, "n": mark.N}
	for _, s := range []string{removals, tombstones, days, strays} {
		if err := e.forgetAll(s, old); err != nil {
			return err
		}
	}
	if err := e.forgetEach(deadUsers, old, otherIDs); err != nil { // before the verdicts: by these the dead are found
		return err
	}
	return e.forgetEach(deadUsers, old, verdicts)
}

// Each of these takes at most {:most} rows, found by an index on their age: the cost
// follows what goes, whatever stays.
const (
	removals = `DELETE FROM sync_feed WHERE (scope, seq) IN (
		SELECT scope, seq FROM sync_feed WHERE gone = 1 AND seq <= {:seq} ORDER BY seq LIMIT {:most})`
	tombstones = `DELETE FROM sync_tombstones WHERE (record, collection) IN (
		SELECT record, collection FROM sync_tombstones WHERE at <= {:at} LIMIT {:most})`
	days   = `DELETE FROM sync_days WHERE n IN (SELECT n FROM sync_days WHERE n < {:n} LIMIT {:most})`
	strays = `DELETE FROM sync_aliases WHERE (record, collection) IN (
		SELECT record, collection FROM sync_aliases WHERE "user" = '' AND at <= {:at} LIMIT {:most})`
	otherIDs = `DELETE FROM sync_aliases WHERE (record, collection) IN (
		SELECT record, collection FROM sync_aliases WHERE "user" = {:who} AND at <= {:at} LIMIT {:most})`
	verdicts = `DELETE FROM sync_verdicts WHERE ("user", id) IN (
		SELECT "user", id FROM sync_verdicts WHERE "user" = {:who} AND at <= {:at} LIMIT {:most})`
	redeliveries = `DELETE FROM sync_again WHERE n IN (SELECT n FROM sync_again WHERE device = {:who} LIMIT {:most})`
)

// lives are the states of a device that may still send.
const lives = `status IN ('active', 'locked', 'wipe')`

// Those of whom something is kept and who have no living device: one look-up each,
// however much is kept of them.
const (
	deadDevices = `WITH RECURSIVE kept(who) AS (SELECT min(device) FROM sync_again
		UNION ALL SELECT (SELECT min(device) FROM sync_again WHERE device > kept.who) FROM kept WHERE kept.who IS NOT NULL)
		SELECT who FROM kept WHERE who IS NOT NULL AND NOT EXISTS (SELECT 1 FROM devices WHERE id = kept.who AND ` + lives + `)`
	deadUsers = `WITH RECURSIVE kept(who) AS (SELECT min("user") FROM sync_verdicts
		UNION ALL SELECT (SELECT min("user") FROM sync_verdicts WHERE "user" > kept.who) FROM kept WHERE kept.who IS NOT NULL)
		SELECT who FROM kept WHERE who IS NOT NULL AND NOT EXISTS (SELECT 1 FROM devices WHERE "user" = kept.who
			AND (` + lives + ` OR status = 'ended' AND unixepoch(updated) > {:at}))`
)

// forgetEach forgets what is kept of each of the dead.
func (e *Engine) forgetEach(dead string, old dbx.Params, statement string) error {
	var all []string
	if err := e.app.ConcurrentDB().NewQuery(dead).Bind(old).Column(&all); err != nil {
		return fmt.Errorf("looking for the dead: %w", err)
	}
	for _, who := range all {
		params := dbx.Params{"who": who}
		for name, v := range old {
			params[name] = v
		}
		if err := e.forgetAll(statement, params); err != nil {
			return err
		}
	}
	return nil
}

// forgetAll repeats a statement until nothing is left for it.
func (e *Engine) forgetAll(statement string, old dbx.Params) error {
	for {
		n, err := e.forgetSome(statement, old)
		if err != nil || n < atOnce {
			return err
		}
	}
}

// forgetSome forgets a few rows in a transaction of their own.
func (e *Engine) forgetSome(statement string, old dbx.Params) (int64, error) {
	params := dbx.Params{"most": atOnce}
	for name, v := range old {
		params[name] = v
	}
	gone, err := e.app.NonconcurrentDB().NewQuery(statement).Bind(params).Execute()
	if err != nil {
		return 0, fmt.Errorf("forgetting: %w", err)
	}
	return gone.RowsAffected()
}
