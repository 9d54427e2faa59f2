package sync

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/lineage"
	"holdfast/hooks/store"
	contract "holdfast/mobile-contract"
)

// The reading that both protocols share: our own pull (run.go), and the stream that other
// people's client libraries speak (powersync).

// row is one feed row as read. A live one has a body; of one that is gone, elsewhere
// says that it lives on in another scope that the user holds.
type row struct {
	seq                int64
	collection, record string
	gone, elsewhere    bool
	body               string
}

// errEnough ends the reading of a chunk that is large already.
var errEnough = errors.New("enough")

// reading runs a query and hands on its rows.
type reading func(ctx context.Context, text string, args []any, fn func([]driver.Value) error) error

// chunk reads at most limit rows of one scope after a seq, and no more once they have
// most bytes; and none of a scope that the user does not hold now, or holds only since
// after the position bound. more says that it did not come to the end.
func chunk(ctx context.Context, read reading, text, user, scope string, after, until int64, limit, most int, bound int64) (out []row, more bool, err error) {
	out = make([]row, 0, min(limit, 64))
	err = read(ctx, text, []any{user, scope, after, until, limit, bound}, func(v []driver.Value) error {
		r := row{seq: v[0].(int64), collection: v[1].(string), record: v[2].(string)}
		if elsewhere, gone := v[3].(int64); gone {
			r.gone, r.elsewhere = true, elsewhere != 0
		}
		r.body, _ = v[4].(string)
		out = append(out, r)
		if most -= len(r.body); most <= 0 {
			return errEnough
		}
		return nil
	})
	enough := errors.Is(err, errEnough)
	if err != nil && !enough {
		return nil, false, fmt.Errorf("reading scope %s: %w", scope, err)
	}
	return out, enough || len(out) == limit, nil
}

func (e *Engine) chunk(ctx context.Context, text, user, scope string, after, until int64, limit, most int, bound int64) (out []row, more bool, err error) {
	db, err := pool(e.app)
	if err != nil {
		return nil, false, err
	}
	read := func(ctx context.Context, text string, args []any, fn func([]driver.Value) error) error {
		return store.Read(ctx, db, text, args, fn)
	}
	return chunk(ctx, read, text, user, scope, after, until, limit, most, bound)
}

const (
	keptSQL  = `SELECT scope FROM sync_grants WHERE "user" = ?1 AND until IS NULL AND since <= ?2 AND scope >= ?3 ORDER BY scope`
	holdsSQL = `SELECT count(*) FROM sync_grants WHERE "user" = ?1 AND scope = ?2 AND until IS NULL AND since <= ?3`
	headsSQL = `SELECT scope, head FROM (
	SELECT g.scope AS scope, (SELECT f.seq FROM sync_feed f WHERE f.scope = g.scope AND f.seq > ?2 ORDER BY f.seq LIMIT 1) AS head
	FROM sync_grants g WHERE g."user" = ?1 AND g.until IS NULL AND g.since <= ?3)
	WHERE head IS NOT NULL AND head <= ?4`
)

// Reader is the feed to a room that speaks another protocol.
type Reader struct{ engine *Engine }

const readBy = "holdfast.sync"

// ReaderOf is the reader of an app whose engine is open.
func ReaderOf(app core.App) (*Reader, error) {
	e, ok := app.Store().Get(readBy).(*Engine)
	if !ok {
		return nil, errors.New("the sync engine is not open")
	}
	return &Reader{e}, nil
}

// Caller is who asks and from which device.
func (r *Reader) Caller(ev *core.RequestEvent) (user, device string, err error) {
	u, device, err := caller(ev)
	if err != nil {
		return "", "", err
	}
	return u.Id, device, nil
}

// Here is the place of now, held against the history.
func (r *Reader) Here(ctx context.Context, device string) (p lineage.Place, again int64, err error) {
	m, err := r.engine.now(ctx, device)
	return m.Place, m.again, err
}

// Shown takes note of the history that a client shows, sealed: it may prove that this
// store is older than what the client has seen.
func (r *Reader) Shown(history string) error {
	_, err := r.engine.line.Shown(history)
	return err
}

// Seal writes a place as the history that a client keeps.
func (r *Reader) Seal(p lineage.Place) (string, error) { return r.engine.line.Seal(p) }

// Holds says whether a user holds a scope at this moment.
func (r *Reader) Holds(ctx context.Context, user, scope string) (bool, error) {
	var n int
	err := r.engine.stmt.holds.QueryRowContext(ctx, user, scope, int64(1)<<62).Scan(&n)
	return n > 0, err
}

// Audit writes down, before it is delivered, how many rows of each case somebody is about
// to be shown.
func (r *Reader) Audit(ev *core.RequestEvent, cases map[string]int) error {
	return sighting(cases).audit(ev)
}

// Arrived notes that a device has all up to a position.
func (r *Reader) Arrived(user, device string, seq, again int64) error {
	return r.engine.arrived(user, device, &place{Seq: seq, Again: again})
}

// Speaks is the newest contract that is served, and the oldest.
func (r *Reader) Speaks() (newest, oldest int) { return r.engine.speaks, r.engine.oldest }

// Row is one feed row, as whoever holds its scope is told.
type Row struct {
	Seq                int64
	Collection, Record string
	Gone               bool
	Body               string
}

// Snapshot is the feed at one moment, for one user: all that is read of it is of that
// moment, however much is written meanwhile.
type Snapshot struct {
	ctx     context.Context
	engine  *Engine
	conn    *sql.Conn
	user    string
	Epoch   string
	Seq     int64
	Horizon int64 // removals before it may be forgotten
}

// Snapshot reads within one transaction, which nothing is to wait in: what is read goes to
// a slow phone after it.
func (r *Reader) Snapshot(ctx context.Context, user string, do func(*Snapshot) error) error {
	e := r.engine
	e.turns <- struct{}{}
	defer func() { <-e.turns }()
	db, err := pool(e.app)
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
	s := &Snapshot{ctx: ctx, engine: e, conn: conn, user: user}
	err = s.read(`SELECT c.seq, r.epoch, coalesce((`+horizonSQL+`), 0) FROM sync_counter c, sync_runs r WHERE r.run = (SELECT max(run) FROM sync_runs)`, nil, func(v []driver.Value) error {
		s.Seq, s.Epoch, s.Horizon = v[0].(int64), v[1].(string), v[2].(int64)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading how the feed stands: %w", err)
	}
	return do(s)
}

func (s *Snapshot) read(text string, args []any, fn func([]driver.Value) error) error {
	return store.ReadOn(s.ctx, s.conn, text, args, fn)
}

func (s *Snapshot) scopes(text string, args ...any) (out []string, err error) {
	err = s.read(text, args, func(v []driver.Value) error {
		out = append(out, v[0].(string))
		return nil
	})
	return out, err
}

// Held are the scopes that the user holds.
func (s *Snapshot) Held() ([]string, error) { return s.scopes(keptSQL, s.user, s.Seq, "") }

// Changed are those of them in which something is new after a position.
func (s *Snapshot) Changed(after int64) ([]string, error) {
	return s.scopes(headsSQL, s.user, after, s.Seq, s.Seq)
}

// Query reads some collections of a scope: what is new in them, or with Live what lives.
type Query struct{ text string }

// NewQuery prepares the reading of some collections.
func NewQuery(names []string, live bool) Query {
	if live {
		return Query{liveSQL(among(names))}
	}
	return Query{chunkSQL(among(names))}
}

// Rows reads a scope after a position, about most bytes of it; more says that there is more.
func (s *Snapshot) Rows(q Query, scope string, after int64, most int) (out []Row, more bool, err error) {
	read := func(_ context.Context, text string, args []any, fn func([]driver.Value) error) error {
		return s.read(text, args, fn)
	}
	rows, more, err := chunk(s.ctx, read, q.text, s.user, scope, after, s.Seq, contract.StreamMark, most, s.Seq)
	for _, r := range rows {
		row := Row{Seq: r.seq, Collection: s.engine.names[r.collection], Record: r.record, Gone: r.gone, Body: r.body}
		if !r.gone && row.Body == "" {
			if row.Body, err = s.engine.content(s.ctx, row.Collection, row.Record); err != nil {
				return nil, false, err
			}
		}
		out = append(out, row)
	}
	return out, more, err
}

// Synced are the collections that travel.
func Synced() (out []string) {
	for _, n := range collections.All() {
		if n.Sync != nil {
			out = append(out, n.Name)
		}
	}
	return out
}
