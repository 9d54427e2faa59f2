package sync

import (
	"slices"
	"time"

	contract "holdfast/mobile-contract"

	"holdfast/collections"
)

// Window: a worker's families of late come before their archive. It orders what is gained
// and leaves nothing out.
//
// Which case is of late is asked anew for each page, of rows up to the run's bound. Such
// rows only become fewer: one that is written again goes beyond the bound. So a case can
// leave the window under way, and then comes, whole, with the rest; none can enter it.

// since is the position from which a change is of the window; 0 without one.
func (e *Engine) since(months int) (seq int64, err error) {
	if months == 0 {
		return 0, nil
	}
	err = e.app.ConcurrentDB().NewQuery(`SELECT coalesce(max(seq), 0) + 1 FROM sync_days WHERE at <= {:at}`).
		Bind(map[string]any{"at": time.Now().AddDate(0, -months, 0).Unix()}).Row(&seq)
	return seq, err
}

// lately are the scopes gained, as the window parts them.
type lately struct{ recent, others []string }

const recentSQL = `SELECT g.scope FROM sync_grants g WHERE g."user" = ?1 AND g.until IS NULL AND g.since > ?2 AND g.since <= ?3
	AND EXISTS (SELECT 1 FROM sync_feed f WHERE f.scope = g.scope AND f.seq >= ?4 AND f.seq <= ?3)`

func (r *run) parted() (*lately, error) {
	if r.lately != nil {
		return r.lately, nil
	}
	all, err := r.gains()
	if err != nil {
		return nil, err
	}
	if r.at.Window == 0 {
		r.lately = &lately{others: all}
		return r.lately, nil
	}
	db, err := pool(r.engine.app)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(r.ctx, recentSQL, r.user, r.at.Seq, r.at.Until, r.at.Window)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	changed := map[string]bool{} // cases; a case is of late when any of its scopes is
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		changed[collections.CaseOf(s)] = true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	l := &lately{}
	for _, s := range all {
		of := collections.CaseOf(s)
		if (of == "" || changed[of]) && !slices.Contains(r.at.Repair, s) {
			l.recent = append(l.recent, s)
		} else {
			l.others = append(l.others, s)
		}
	}
	r.lately = l
	return l, nil
}

// fromHere leaves out the scopes that the place has behind it in this phase.
func (r *run) fromHere(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s < r.at.Scope })
}

// others are the scopes gained that come last, and those to be delivered once more.
func (r *run) others() ([]string, error) {
	l, err := r.parted()
	if err != nil {
		return nil, err
	}
	return r.andRepair(r.fromHere(l.others))
}

func (r *run) recentFirst() error {
	if r.at.Window == 0 || len(r.at.First) == 0 {
		return nil
	}
	return r.ofLate(r.firstText())
}

func (r *run) recentRest() error {
	if r.at.Window == 0 {
		return nil
	}
	return r.ofLate(r.restText())
}

func (r *run) ofLate(text string) error {
	l, err := r.parted()
	if err != nil {
		return err
	}
	return r.gained(r.fromHere(l.recent), text)
}

// tellRecent notes that what the window asked for was told whole, and says so where the
// rest follows in the same answer.
func (r *run) tellRecent() error {
	if r.at.Window == 0 || r.at.Phase != phaseRecent+1 {
		return nil
	}
	r.recent = true
	if r.mark == nil {
		return nil
	}
	return r.mark()
}

// speaks is the contract version that the run delivers.
func (r *run) speaks() int { return r.at.Speaks }

// versions are what an answer says of the contract.
func (e *Engine) versions(speaks int) contract.Versions {
	return contract.Versions{Speaks: speaks, Version: e.speaks, Oldest: e.oldest}
}
