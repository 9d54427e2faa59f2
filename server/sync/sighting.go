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
func (s sighting) audit(ev *core.RequestEvent) error {
	if len(s) == 0 {
		return nil
	}
	actor := hooks.ActorFrom(ev)
	actor.Door = "sync"
	entries := make([]hooks.Entry, 0, len(s))
	for id, n := range s {
		entries = append(entries, hooks.Entry{Verb: "sync", Case: id, Count: n})
	}
	clear(s)
	return hooks.AuditAll(ev.App, actor, entries)
}

// foresee counts, as a run begins, the rows of each case that it is about to deliver:
// they are written down in one commit, before the first byte. A run that is cut
// delivered fewer. Written page by page or block by block, each commit would empty
// every reader's cache, and wait for the disk.
func (e *Engine) foresee(r *run) (sighting, error) {
	counts := sighting{}
	if r.at.Phase == phaseDone {
		return counts, nil
	}
	rows, err := e.stmt.promise.QueryContext(r.ctx, r.user, r.at.Seq, r.at.Until)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var scope string
		var n int
		if err := rows.Scan(&scope, &n); err != nil {
			return nil, err
		}
		if id := collections.CaseOf(scope); id != "" {
			counts[id] += n
		}
	}
	return counts, rows.Err()
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
// who comes back later with an old place in a run is written down page by page.
func (p *place) promised() bool {
	return p.Promised > 0 && time.Now().Unix()-p.Promised < 3600
}
