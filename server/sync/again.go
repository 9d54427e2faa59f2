package sync

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// again delivers once more what this device's pushes named, so that a phone that
// skipped the server's state while its own edit was unsent still converges (trap
// T7). What the run says anyway is not said twice.
func (r *run) again() error {
	if r.at.AgainUntil <= r.at.Again {
		return nil
	}
	named, err := r.engine.named(r, max(r.at.After, r.at.Again))
	if err != nil {
		return err
	}
	for _, n := range named {
		if !r.at.delivers(r.engine.names[n.collection]) {
			continue
		}
		if err := r.redeliver(n); err != nil {
			return err
		}
		r.at.After = n.last
	}
	return nil
}

// naming is a record that pushes named, with the last time they did.
type naming struct {
	last               int64
	collection, record string
}

func (e *Engine) named(r *run, after int64) ([]naming, error) {
	pool, err := pool(e.app)
	if err != nil {
		return nil, err
	}
	rows, err := pool.QueryContext(r.ctx, `SELECT max(n), collection, record FROM sync_again
		WHERE device = ? AND n > ? AND n <= ? GROUP BY collection, record ORDER BY 1`, r.device, after, r.at.AgainUntil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []naming
	for rows.Next() {
		var n naming
		if err := rows.Scan(&n.last, &n.collection, &n.record); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// redeliver says how a named record stands for this user: its content where they
// may see it, else a drop, which says nothing of why.
func (r *run) redeliver(n naming) error {
	pool, err := pool(r.engine.app)
	if err != nil {
		return err
	}
	var scope string
	var seq, since int64
	err = pool.QueryRowContext(r.ctx, `SELECT f.scope, f.seq, g.since FROM sync_feed f
		JOIN sync_grants g ON g."user" = ? AND g.scope = f.scope AND g.until IS NULL
		WHERE f.record = ? AND f.collection = ? AND f.gone = 0`, r.user, n.record, n.collection).Scan(&scope, &seq, &since)
	if errors.Is(err, sql.ErrNoRows) {
		if quiet, err := r.leaveBe(pool, n); err != nil || quiet {
			return err
		}
		return r.say(entry{collection: r.engine.names[n.collection], record: n.record})
	}
	if err != nil {
		return err
	}
	if seq > r.at.Seq || since > r.at.Seq || slices.Contains(r.at.Repair, scope) || slices.Contains(r.at.anew(), r.engine.names[n.collection]) {
		return nil // this run, or the next one, says it in its place
	}
	rows, _, err := r.engine.chunk(r.ctx, chunkText, r.user, scope, seq-1, seq, 1, contract.PageBytes, r.at.Until)
	if err != nil || len(rows) == 0 {
		return err
	}
	return r.tell(scope, rows[0])
}

// leaveBe says that nothing is to be said of a record that is not there for this user:
// what waits for its parent stays on its author's phone, and what left one of their scopes
// is said in its place, by this run or the next one.
func (r *run) leaveBe(pool *sql.DB, n naming) (quiet bool, err error) {
	repaired, err := json.Marshal(r.at.Repair)
	if err != nil {
		return false, err
	}
	err = pool.QueryRowContext(r.ctx, `SELECT
		EXISTS (SELECT 1 FROM sync_refusals WHERE record = ?2 AND collection = ?4 AND "user" = ?1 AND op IN ('create', 'upsert') AND status = 'held' AND NOT handover)
		OR EXISTS (SELECT 1 FROM sync_feed f JOIN sync_grants g ON g."user" = ?1 AND g.scope = f.scope AND g.until IS NULL AND g.since <= ?5
			WHERE f.record = ?2 AND f.collection = ?3 AND f.seq > ?5 AND NOT EXISTS (SELECT 1 FROM json_each(?6) WHERE value = f.scope))`,
		r.user, n.record, n.collection, r.engine.names[n.collection], r.at.Seq, string(repaired)).Scan(&quiet)
	return quiet, err
}

// remember notes that a push of this device named a record.
func remember(tx core.App, device, collection, record string) error {
	_, err := kernel.Query(tx, `INSERT INTO sync_again (device, collection, record) VALUES ({:d}, {:c}, {:r})`).
		Bind(dbx.Params{"d": device, "c": collection, "r": record}).Execute()
	return err
}

// resend notes that a mutation was sent again which has its verdict: its record is to be
// delivered once more, and what its earlier sending asked for is the same.
func (b *batch) resend(m contract.Mutation) {
	if n := collections.ByName(m.Collection); n != nil && n.Sync != nil && contract.IsRecordID(m.Record) {
		b.resent = append(b.resent, [2]string{collections.ID(n.Name), m.Record})
	}
	b.name(m)
}

// forget clears redeliveries that the device has shown it received, by coming back
// with a later position. A push does it, in its own transaction: a pull that wrote
// would wait for the writer and the disk.
func (b *batch) forget() error {
	if len(b.resent) > 0 {
		if _, err := kernel.Query(b.tx, `DELETE FROM sync_again WHERE device = {:d} AND (collection, record) IN (SELECT value->>0, value->>1 FROM json_each({:r}))`).
			Bind(dbx.Params{"d": b.device, "r": encode(b.resent)}).Execute(); err != nil {
			return err
		}
	}
	if err := b.forgetEach(); err != nil {
		return err
	}
	last, ok := b.engine.seen.Load(b.device)
	if !ok || last.(place).Again == 0 || last.(place).Only != nil {
		return nil
	}
	_, err := kernel.Query(b.tx, `DELETE FROM sync_again WHERE device = {:d} AND n <= {:n}`).
		Bind(dbx.Params{"d": b.device, "n": last.(place).Again}).Execute()
	return err
}
