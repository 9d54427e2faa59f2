package sync

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks"
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

func (s sighting) write(app core.App, actor hooks.Actor) error {
	entries := make([]hooks.Entry, 0, len(s))
	for id, n := range s {
		entries = append(entries, hooks.Entry{Verb: "sync", Case: id, Count: n})
	}
	clear(s)
	return hooks.AuditRead(app, actor, entries...)
}

// foresee writes down, before the first byte of a run, how many rows of each case it is
// about to deliver; a run that is cut delivered fewer.
func (e *Engine) foresee(ev *core.RequestEvent, r *run) error {
	if r.at.Phase == phaseDone || r.at.promised() {
		return nil
	}
	if news, err := r.news(); err != nil || !news {
		return err
	}
	rows, err := e.stmt.promise.QueryContext(r.ctx, r.user, r.at.Seq, r.at.Until)
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
	r.at.Promised = time.Now().Unix()
	return counts.audit(ev)
}

// foreseen says whether what the run delivers of the scope, where it stands, is among
// what foresee counts: changes in the scopes kept and the whole of those gained. A
// repair, a redelivery and a back-fill are written down as they are delivered.
func (p *place) foreseen(scope string) bool {
	switch p.Phase {
	case phaseKept, phaseFirst, phaseGain:
		return !slices.Contains(p.Repair, scope)
	}
	return false
}

// promised says whether the run was written down as it began. It holds for an hour:
// who comes back later with an old place in a run is written down again.
func (p *place) promised() bool {
	return p.Promised > 0 && time.Now().Unix()-p.Promised < 3600
}
