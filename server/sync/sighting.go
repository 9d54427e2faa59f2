package sync

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// sighting counts what is delivered of each case, for the audit log.
type sighting map[string]int

func (s sighting) add(n entry) {
	if n.put {
		if id := collections.CaseOf(n.scope); id != "" {
			s[id]++
		}
	}
}

// audit writes the sighting down before it is delivered, and starts a new one.
func (s sighting) audit(ev *core.RequestEvent) error { return s.write(ev.App, byPhone(ev)) }

func (s sighting) write(app core.App, actor kernel.Actor) error {
	entries := make([]kernel.Entry, 0, len(s))
	for id, n := range s {
		entries = append(entries, kernel.Entry{Verb: "sync", Case: id, Count: n})
	}
	clear(s)
	return kernel.AuditRead(app, actor, entries...)
}

// foresee writes down, before the first byte of a run, how many rows of each case it is
// about to deliver; a run that is cut delivered fewer.
func (e *Engine) foresee(ev *core.RequestEvent, r *run) error {
	if r.at.Phase == phaseDone || r.at.Promised > 0 {
		return nil
	}
	if news, err := r.news(); err != nil || !news {
		return err
	}
	rows, err := r.promiseRows()
	if err != nil {
		return err
	}
	defer rows.Close()
	counts := sighting{}
	for rows.Next() {
		var scope string
		var n int
		if err := rows.Scan(&scope, &n); err != nil {
			return err
		}
		if id := collections.CaseOf(scope); id != "" && n > 0 {
			counts[id] += n
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	r.at.Promised = time.Now().UnixNano()
	e.promise(r)
	return counts.audit(ev)
}
