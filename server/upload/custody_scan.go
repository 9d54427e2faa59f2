package upload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/kernel"
	"holdfast/server/upload/inspection"
	"holdfast/server/upload/inspection/clamd"
)

// watch is the malware scanner and when to ask it again.
type watch struct {
	scanner *clamd.Client // nil: nothing is scanned
	news    chan struct{}
	down    time.Duration         // how long to leave the scanner alone
	again   map[string]*postponed // rows that the scanner could not answer for
}

// postponed is a row that the scanner could not take, and when it is asked again.
type postponed struct {
	wait time.Duration
	at   time.Time
}

// Times between two attempts: the first and the longest.
const (
	scanSoon = time.Second
	scanLate = 5 * time.Minute
	scanIdle = time.Minute // between two looks at what waits, when nothing said so
)

func (w *watch) on() bool { return w.scanner != nil }

// kick says that something waits.
func (w *watch) kick() {
	select {
	case w.news <- struct{}{}: // nil without a scanner, and then never ready
	default:
	}
}

// scanWith asks a clamd about everything that comes in, until the app ends. Without
// an address nothing is asked, and rows that were waiting for a scanner go on waiting:
// turning a scanner off must not open what it had not answered for.
func (r *Room) scanWith(address string) error {
	if address == "" {
		var n int
		if err := r.app.ConcurrentDB().NewQuery(`SELECT count(*) FROM evidence WHERE status = 'scanning'`).Row(&n); err != nil {
			return err
		}
		if n > 0 {
			r.app.Logger().Warn("Evidence waits for a malware scanner and none is configured", "rows", n)
		}
		return nil
	}
	client, err := clamd.New(address)
	if err != nil {
		return err
	}
	r.watch = &watch{scanner: client, news: make(chan struct{}, 1), again: map[string]*postponed{}}
	kernel.Beside(r.app, r.scanAll)
	return nil
}

// scanAll looks at what waits whenever something came, and every minute.
func (r *Room) scanAll(ctx context.Context) {
	for ctx.Err() == nil {
		wait := scanIdle
		if err := r.scanWaiting(ctx); err != nil && ctx.Err() == nil {
			r.watch.down = min(max(2*r.watch.down, scanSoon), scanLate)
			wait = r.watch.down
			r.app.Logger().Warn("The malware scanner does not answer; evidence waits for it", "again", wait, "error", err)
		} else {
			r.watch.down = 0
		}
		for _, p := range r.watch.again {
			wait = min(wait, max(time.Until(p.at), scanSoon))
		}
		news := r.watch.news
		if r.watch.down > 0 {
			news = nil // what comes meanwhile does not make a scanner answer sooner
		}
		select {
		case <-ctx.Done():
		case <-news:
		case <-time.After(wait):
		}
	}
}

// scanWaiting asks about every row that waits and is due, the oldest first. An error
// is the scanner's: it is asked again later, about all of them.
func (r *Room) scanWaiting(ctx context.Context) error {
	var rows []struct {
		ID string `db:"id"`
		At string `db:"sealed_at"`
	}
	for after, id := "", ""; ; {
		err := r.app.ConcurrentDB().NewQuery(`SELECT id, sealed_at FROM evidence WHERE status = 'scanning' AND (sealed_at, id) > ({:a}, {:i})
			ORDER BY sealed_at, id LIMIT 100`).Bind(dbx.Params{"a": after, "i": id}).All(&rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			after, id = row.At, row.ID
			if p := r.watch.again[row.ID]; p != nil && time.Now().Before(p.at) {
				continue
			}
			if err := r.scanOne(ctx, row.ID); err != nil {
				return err
			}
		}
		if len(rows) < 100 {
			return nil
		}
		rows = nil
	}
}

// scanOne asks about one row. What the scanner says it cannot take waits on its own,
// so that it holds up nobody else.
func (r *Room) scanOne(ctx context.Context, id string) error {
	row, err := r.app.FindRecordById("evidence", id)
	if err != nil {
		return err
	}
	fs, err := r.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	file, err := fs.GetReader(row.BaseFilesPath() + "/" + row.GetString("file"))
	if err != nil {
		r.postpone(id, fmt.Errorf("opening the original: %w", err))
		return nil
	}
	defer file.Close()
	found, err := r.watch.scanner.Scan(ctx, file)
	if errors.Is(err, clamd.ErrNoVerdict) {
		r.postpone(id, err)
		return nil
	}
	if err != nil {
		return err
	}
	delete(r.watch.again, id)
	return r.scanned(id, found)
}

func (r *Room) postpone(id string, why error) {
	p := r.watch.again[id]
	if p == nil {
		p = &postponed{}
		r.watch.again[id] = p
	}
	p.wait = min(max(2*p.wait, scanSoon), scanLate)
	p.at = time.Now().Add(p.wait)
	r.app.Logger().Warn("Evidence could not be scanned and waits", "evidence", id, "again", p.wait, "error", why)
}

// scanned seals what was found clean and keeps apart what was not, in one
// transaction with its custody. The bytes stay where they are: no door opens them.
func (r *Room) scanned(id, found string) error {
	actor := kernel.Actor{Door: "scanner"}
	return kernel.Within(r.app, actor, func(tx core.App) error {
		row, err := tx.FindRecordById("evidence", id)
		if err != nil {
			return err
		}
		if row.GetString("status") != scanning {
			return nil
		}
		steps, verb := []evidencerules.Step{{Kind: "scanned", Detail: "nothing found"}, {Kind: "sealed"}}, "sealed"
		row.Set("status", sealed)
		row.Set("scan", "clean")
		if found != "" {
			steps, verb = []evidencerules.Step{{Kind: "scanned", Detail: found}, {Kind: "quarantined", Detail: found}}, "quarantined"
			row.Set("status", quarantined)
			row.Set("scan", "infected")
			row.Set("reason", kernel.Short(inspection.Infected+": "+found))
		}
		if err := note(tx, actor, row, verb); err != nil {
			return err
		}
		if err := evidencerules.Custody(tx, row, steps...); err != nil {
			return err
		}
		row.IgnoreUnchangedFields(true)
		return tx.SaveNoValidate(kernel.AsServer(row))
	})
}
