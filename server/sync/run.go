package sync

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// run is one stretch of a run of pages: it fills a page from where the place
// stands, and moves the place.
type run struct {
	engine *Engine
	ctx    context.Context
	user   string
	device string
	at     *place
	now    moment // as it was asked
	left   int    // entries that the page still takes
	most   int    // bytes that it takes, none for any number
	said   int    // bytes that are in it
	emit   func(entry) error
	owed   int64                      // the promise that is kept here
	retold *place                     // up to here it was told before
	tally  map[string]*contract.Tally // of scopes delivered whole since this run began

	ahead        *ahead   // read once
	gainedScopes []string // read once
	dropped      map[[2]string]bool
	lately       *lately // read once

	recent bool         // what the window asked for was told whole
	mark   func() error // says the place at once, where that can be said
}

// runFrom is a run from a place.
func (e *Engine) runFrom(ctx context.Context, user, device string, at *place) (*run, error) {
	now, err := e.now(ctx, device)
	if err != nil {
		return nil, err
	}
	if at.Epoch == "" {
		at.Epoch = now.Epoch
	}
	return &run{engine: e, ctx: ctx, user: user, device: device, at: at, now: now}, nil
}

// ahead is what is new after a position, as it was read.
type ahead struct {
	after int64
	heads []head
}

// begin opens a run when none is under way: its bound is the position of now, so
// that it ends, however fast others write.
func (r *run) begin(ask contract.PullRequest) error {
	if r.at.inRun() {
		return nil
	}
	seq, again := r.now.Seq, r.now.again
	r.at.Until, r.at.AgainUntil, r.at.Mark = seq, again, r.now.Mark
	var err error
	if r.at.Repair, err = r.held(ask.Repair); err != nil {
		return err
	}
	r.at.First, r.at.Expand = known(ask.First), ask.Expand
	if r.at.Window, err = r.engine.since(ask.Window); err != nil {
		return err
	}
	r.want(ask.Collections)
	r.at.Speaks = ask.Contract
	if r.at.Speaks == 0 || r.at.Speaks > r.engine.speaks {
		r.at.Speaks = r.engine.speaks
	}
	if r.at.Seq == 0 {
		r.at.Contract, r.at.Again = r.at.Speaks, again
	}
	r.at.enter(phaseLost)
	if seq == r.at.Seq && again == r.at.Again && r.at.Contract == r.at.Speaks && len(r.at.Repair) == 0 && len(r.at.added()) == 0 {
		r.at.enter(phaseDone) // nothing happened anywhere
	}
	return nil
}

// fill emits entries until the page is full or the run is whole. done is true when
// it is whole.
func (r *run) fill() (done bool, err error) {
	idle := r.at.Phase == phaseDone
	phases := []func() error{r.lost, r.kept, r.shape, r.again, r.recentFirst, r.recentRest, r.first, r.gain}
	r.recent = r.at.Window > 0 && r.at.Phase > phaseRecent
	for r.at.Phase < phaseDone {
		if err := phases[r.at.Phase](); err != nil {
			if errors.Is(err, errStop) {
				return false, nil
			}
			return false, err
		}
		r.at.enter(r.at.Phase + 1)
		if err := r.tellRecent(); err != nil {
			return false, err
		}
	}
	if !idle { // what it read may have been forgotten under it
		old, err := r.engine.beyond(r.at)
		if err != nil {
			return false, err
		}
		if old {
			return false, reply.Error(contract.PositionOld, "")
		}
	}
	r.at.finish()
	return true, nil
}

// say emits one entry, or stops before it when the page is full.
func (r *run) say(e entry) error {
	one := [2]string{e.collection, e.record}
	gone := !e.put && e.record != ""
	if gone && r.dropped[one] {
		return nil // it left two scopes, or this device named it too
	}
	size := e.size()
	if r.left == 0 || r.most > 0 && r.said > 0 && r.said+size > r.most { // one has room in any page
		return errStop
	}
	r.left--
	r.said += size
	if gone {
		if r.dropped == nil {
			r.dropped = map[[2]string]bool{}
		}
		r.dropped[one] = true
	}
	return r.emit(e)
}

// lost says which scopes the user lost: one line for a whole scope, or one a
// record for a client that knows no scopes. Its content is never repeated.
func (r *run) lost() error {
	if r.at.Seq == 0 {
		return nil
	}
	scopes, err := names(r.ctx, r.engine.stmt.lost, r.user, r.at.Seq, r.at.Until, r.at.Scope)
	if err != nil {
		return err
	}
	if scopes, err = r.andRepair(scopes); err != nil {
		return err
	}
	for _, scope := range scopes {
		if scope != r.at.Scope {
			r.at.Scope, r.at.After = scope, 0
		}
		switch {
		case r.at.Expand:
			if err := r.scopeByScope([]string{scope}, dropsSQL(among(r.at.Wants)), r.at.Until); err != nil {
				return err
			}
		case r.at.Wants != nil:
			if err := r.dropEach(scope); err != nil {
				return err
			}
		case r.at.After == 0:
			if err := r.say(entry{scope: scope}); err != nil {
				return err
			}
			r.at.After = 1
		}
	}
	return nil
}

// news says whether anything changed in the scopes kept, or any was gained.
func (r *run) news() (bool, error) {
	heads, err := r.heads()
	if err != nil || len(heads) > 0 {
		return true, err
	}
	gains, err := r.gains()
	return len(gains) > 0, err
}

// heads are the scopes kept that have something new from where the place stands.
func (r *run) heads() ([]head, error) {
	var err error
	after := r.at.Seq
	if r.at.Phase == phaseKept {
		after = max(r.at.After, r.at.Seq)
	}
	if r.ahead == nil || r.ahead.after != after {
		r.ahead = &ahead{after: after}
		r.ahead.heads, err = r.engine.heads(r.ctx, r.user, after, r.at.Seq, r.at.Until)
	}
	return r.ahead.heads, err
}

// gains are the scopes gained, all of them.
func (r *run) gains() ([]string, error) {
	var err error
	if r.gainedScopes == nil {
		r.gainedScopes = []string{}
		r.gainedScopes, err = names(r.ctx, r.engine.stmt.gained, r.user, r.at.Seq, r.at.Until, "")
	}
	return r.gainedScopes, err
}

// mostAhead is about how many rows of the kept scopes are read before they are told, of
// all together: what a stream holds in memory, however much has changed.
const mostAhead = 4 * contract.StreamMark

// kept says what changed in the scopes that the user still holds, by seq.
func (r *run) kept() error {
	heads, err := r.heads()
	if err != nil || len(heads) == 0 {
		return err
	}
	heads = slices.DeleteFunc(heads, func(h head) bool { return slices.Contains(r.at.Repair, h.scope) }) // it comes whole
	if len(heads) == 0 {
		return nil
	}
	m, err := r.engine.newMerge(r.ctx, r.user, r.newsText(), heads, r.at.Until, min(r.left+1, mostAhead))
	if err != nil {
		return err
	}
	for {
		scope, row, ok, err := m.next()
		if err != nil || !ok {
			return err
		}
		if err := r.tell(scope, row); err != nil {
			return err
		}
		r.at.After = row.seq
	}
}

// shape delivers once more, to a client that learned a newer contract, the records
// whose shape changed since, and no others (traps T17 and T18); and whole, to one that
// asks for more collections than before, what was added.
func (r *run) shape() error {
	anew := r.at.anew()
	if len(anew) == 0 {
		return nil
	}
	scopes, err := names(r.ctx, r.engine.stmt.kept, r.user, r.at.Seq, r.at.Scope)
	if err != nil {
		return err
	}
	scopes = slices.DeleteFunc(scopes, func(s string) bool { return slices.Contains(r.at.Repair, s) }) // it comes whole
	return r.scopeByScope(scopes, liveSQL(among(anew)), r.at.Seq)
}

// first and gain deliver the whole of the scopes gained.
func (r *run) first() error {
	if len(r.at.First) == 0 {
		return nil
	}
	all, err := r.others()
	if err != nil {
		return err
	}
	return r.gained(all, r.firstText())
}

func (r *run) gain() error {
	all, err := r.others()
	if err != nil {
		return err
	}
	return r.gained(all, r.restText())
}

func (r *run) gained(scopes []string, text string) error {
	if r.tally != nil {
		for _, s := range scopes {
			if r.tally[s] == nil {
				r.tally[s] = &contract.Tally{}
			}
		}
	}
	return r.scopeByScope(scopes, text, r.at.Until)
}

// andRepair adds the scopes to be delivered once more, from where the place stands.
func (r *run) andRepair(scopes []string) ([]string, error) {
	if len(r.at.Repair) == 0 {
		return scopes, nil
	}
	named, err := r.held(r.at.Repair)
	if err != nil {
		return nil, err
	}
	for _, s := range named {
		if s >= r.at.Scope {
			scopes = append(scopes, s)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes), nil
}

// scopeByScope delivers scopes from where the place stands in them. The right is asked
// for with every part: of one that was lost meanwhile, the next run says so.
func (r *run) scopeByScope(scopes []string, text string, until int64) error {
	parts := r.parts(scopes, text, until)
	if r.left > contract.MaxLimit { // a stream: it will tell them all
		parts = beforehand(parts)
	}
	for p := range parts {
		if p.err != nil {
			return p.err
		}
		if p.scope != r.at.Scope {
			r.at.Scope, r.at.After = p.scope, 0
		}
		for _, row := range p.rows {
			if err := r.tell(p.scope, row); err != nil {
				return err
			}
			r.at.After = row.seq
		}
	}
	return nil
}

// part is the next rows of a scope.
type part struct {
	scope string
	rows  []row
	err   error
}

// parts reads scopes from where the place stands now.
func (r *run) parts(scopes []string, text string, until int64) iter.Seq[part] {
	begun, after, bound, size := r.at.Scope, r.at.After, r.at.Until, min(r.left+1, contract.StreamMark)
	return func(yield func(part) bool) {
		for _, scope := range scopes {
			if scope != begun {
				after = 0
			}
			for more := true; more; {
				rows, rest, err := r.engine.chunk(r.ctx, text, r.user, scope, after, until, size, contract.PageBytes, bound)
				if !yield(part{scope, rows, err}) || err != nil {
					return
				}
				if more = rest; more {
					after = rows[len(rows)-1].seq
				}
			}
		}
	}
}

// held are those of the scopes that the user holds: of any other, nothing is said.
func (r *run) held(scopes []string) (out []string, err error) {
	for _, s := range scopes {
		var n int
		if err := r.engine.stmt.holds.QueryRowContext(r.ctx, r.user, s, r.at.Until).Scan(&n); err != nil {
			return nil, fmt.Errorf("asking who holds a scope: %w", err)
		}
		if n > 0 {
			out = append(out, s)
		}
	}
	return out, nil
}

// tell emits a feed row as what it means to this user.
func (r *run) tell(scope string, row row) error {
	e := entry{scope: scope, collection: r.engine.names[row.collection], record: row.record, rev: row.seq}
	switch {
	case row.gone && row.elsewhere:
		return nil // it lives on in another scope that the user holds
	case !row.gone:
		e.put, e.body = true, row.body
		if e.body == "" {
			var err error
			if e.body, err = r.engine.content(r.ctx, e.collection, e.record); err != nil {
				return err
			}
		}
	}
	if err := r.say(e); err != nil {
		return err
	}
	if t := r.tally[scope]; t != nil && e.put {
		t.Add(row.seq)
	}
	return nil
}
