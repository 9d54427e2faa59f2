package sync

import "slices"

// A promise is a run whose rows were written down as it began, and how far it was told:
// what is delivered of it beyond that is on record already. What is delivered again, from
// an older place of the run, is written down again, and so is everything of a run that the
// server knows nothing of: before it was started, or of a run that a later one followed.
type promise struct {
	run  int64 // when it was given: place.Promised
	told place // up to here
	busy bool  // somebody is being answered from there
}

// promise notes that a run's rows were written down. Whoever began it is answered first.
func (e *Engine) promise(r *run) {
	e.promising.Lock()
	defer e.promising.Unlock()
	e.promises[r.promised()] = promise{run: r.at.Promised, told: *r.at, busy: true}
	r.owed = r.at.Promised
}

// goOn takes up the promise of the run that a place is in, if there is one, to tell on from
// where it was told. One who asks at the same time has none.
func (e *Engine) goOn(r *run) {
	if r.at.Promised == 0 {
		return
	}
	e.promising.Lock()
	defer e.promising.Unlock()
	p := e.promises[r.promised()]
	if p.run != r.at.Promised || p.busy {
		r.retold = &place{Phase: phaseDone}
		return
	}
	r.owed, r.retold = p.run, &p.told
	p.busy = true
	e.promises[r.promised()] = p
}

// rest notes how far the run was told; one that is whole is forgotten.
func (e *Engine) rest(r *run) {
	if r.owed == 0 {
		return
	}
	e.promising.Lock()
	defer e.promising.Unlock()
	p := e.promises[r.promised()]
	switch {
	case p.run != r.owed: // a later run
	case !r.at.inRun():
		delete(e.promises, r.promised())
	default:
		if p.told.before(r.at) {
			p.told = *r.at
		}
		p.busy = false
		e.promises[r.promised()] = p
	}
}

// before says whether a place comes before another one of the same run.
func (p *place) before(o *place) bool {
	if p.Phase != o.Phase {
		return p.Phase < o.Phase
	}
	if p.Scope != o.Scope {
		return p.Scope < o.Scope
	}
	return p.After < o.After
}

// foreseen says whether what the run delivers of the scope, where it stands, is among
// what foresee counts and was not told before: changes in the scopes kept and the whole of
// those gained. A repair, a redelivery and a back-fill are written down as they are
// delivered.
func (r *run) foreseen(scope string) bool {
	switch r.at.Phase {
	case phaseKept, phaseRecentFirst, phaseRecent, phaseFirst, phaseGain:
		return !slices.Contains(r.at.Repair, scope) && (r.retold == nil || !r.at.before(r.retold))
	}
	return false
}
