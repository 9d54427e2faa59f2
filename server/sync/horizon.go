package sync

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// The horizon is the position before which removals may be forgotten. A position older
// than it is never served as if nothing were missing: its phone compares digests and
// names what differs in repair (trap T12).
//
// Why it is raised before anything is forgotten, and asked again as a run becomes
// whole: a run that read the feed while rows went would otherwise lack their drops and
// say that it is whole. Every row that went did so after the horizon was raised over it.

const horizonSQL = `SELECT CAST(value AS INTEGER) FROM sync_meta WHERE name = 'horizon'`

// horizon is how far back removals are remembered, 0 as long as all are.
func (e *Engine) horizon() (at int64, err error) {
	if err = e.stmt.horizon.QueryRow().Scan(&at); errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return at, err
}

// knownFrom is the position from which a place needs every removal: its own, or its
// run's bound where the run delivers everything else whole.
func (p *place) knownFrom() int64 {
	if p.Mending || p.Seq == 0 {
		return p.Until
	}
	return p.Seq
}

// beyond says whether removals since a place are no longer remembered.
func (e *Engine) beyond(p *place) (bool, error) {
	horizon, err := e.horizon()
	return p.knownFrom() < horizon, err
}

// remembered holds a phone's place to the horizon. One beyond it is served only in a
// pull that repairs: what the phone knows to be equal by digest lacks no removal, and
// what differs comes whole.
func (e *Engine) remembered(p *place, ask contract.PullRequest) error {
	switch old, err := e.beyond(p); {
	case err != nil:
		return err
	case old && len(ask.Repair) == 0:
		return reply.Error(contract.PositionOld, "")
	case old:
		p.mend()
	}
	return nil
}

// mend gives up a run under way and begins the one that repairs.
func (p *place) mend() {
	p.leave()
	p.Seq = max(p.Seq, 1) // from nothing, nothing would be dropped
	p.Mending = true
}

// markDay notes where the counter stands on a day that has no mark yet. Days that the
// server did not live through have none, and the horizon comes later for it.
func (e *Engine) markDay(at time.Time) error {
	_, err := e.app.NonconcurrentDB().NewQuery(`INSERT OR IGNORE INTO sync_days (day, at, seq) SELECT {:day}, {:at}, seq FROM sync_counter`).
		Bind(dbx.Params{"day": at.UTC().Format(time.DateOnly), "at": at.Unix()}).Execute()
	if err != nil {
		return fmt.Errorf("marking the day: %w", err)
	}
	return nil
}

// dayMark is a day that lies far enough back: when it was and where the counter stood.
type dayMark struct {
	N   int64 `db:"n"`
	At  int64 `db:"at"`
	Seq int64 `db:"seq"`
}

// farBack is the latest day that lies so many days back by the clock and after which
// the server has lived through as many: a clock that jumped forgets nothing.
func (e *Engine) farBack(at time.Time) (mark dayMark, found bool, err error) {
	err = e.app.ConcurrentDB().NewQuery(`SELECT n, at, seq FROM sync_days
		WHERE at <= {:at} AND n <= (SELECT max(n) FROM sync_days) - {:days} ORDER BY n DESC LIMIT 1`).
		Bind(dbx.Params{"at": at.AddDate(0, 0, -contract.TombstoneDays).Unix(), "days": contract.TombstoneDays}).One(&mark)
	if errors.Is(err, sql.ErrNoRows) {
		return mark, false, nil
	}
	return mark, err == nil, err
}

// raise lifts the horizon; it never sinks.
func (e *Engine) raise(to int64) error {
	_, err := e.app.NonconcurrentDB().NewQuery(`INSERT INTO sync_meta (name, value) VALUES ('horizon', {:h})
		ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)`).
		Bind(dbx.Params{"h": strconv.FormatInt(to, 10)}).Execute()
	if err != nil {
		return fmt.Errorf("raising the horizon: %w", err)
	}
	return nil
}
