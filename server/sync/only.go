package sync

import (
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// Only: a client that replicates each collection by itself (RxDB, WatermelonDB) asks for
// some, and keeps a place for each set that it asks for. The place says what it is good
// for, so that no such place is ever taken for one of everything.

// known are those of the names that are synced collections, each once; nil of none given.
func known(names []string) []string {
	if names == nil {
		return nil
	}
	out := []string{}
	for _, n := range collections.All() {
		if n.Sync != nil && slices.Contains(names, n.Name) {
			out = append(out, n.Name)
		}
	}
	return out
}

// want notes which collections the run delivers. A client that starts from nothing has
// nothing that could be added to.
func (r *run) want(names []string) {
	r.at.Wants = known(names)
	if r.at.Seq == 0 {
		r.at.Only = r.at.Wants
	}
}

// delivers says whether the run delivers a collection.
func (p *place) delivers(name string) bool { return p.Wants == nil || slices.Contains(p.Wants, name) }

// added are the collections that the run delivers and that the place was not good for.
func (p *place) added() (out []string) {
	if p.Only == nil {
		return nil
	}
	for _, n := range collections.All() {
		if n.Sync != nil && p.delivers(n.Name) && !slices.Contains(p.Only, n.Name) {
			out = append(out, n.Name)
		}
	}
	return out
}

// anew are the collections of which the run delivers also what is not new: those added,
// and those whose shape is newer than the contract that the place was given by.
func (p *place) anew() []string {
	out := p.added()
	if p.Contract >= p.Speaks {
		return out
	}
	for _, n := range collections.All() {
		if n.Sync != nil && n.Sync.Since > p.Contract && p.delivers(n.Name) && !slices.Contains(out, n.Name) {
			out = append(out, n.Name)
		}
	}
	return out
}

// dropEach says that a scope is lost, collection by collection: what the client holds of
// others has a place of its own, and may be there by right.
func (r *run) dropEach(scope string) error {
	for i, name := range r.at.Wants {
		if int64(i) < r.at.After {
			continue
		}
		if err := r.say(entry{scope: scope, collection: name}); err != nil {
			return err
		}
		r.at.After = int64(i) + 1
	}
	return nil
}

// newsText reads what changed of a scope kept.
func (r *run) newsText() string {
	if r.at.Wants == nil {
		return chunkText
	}
	return chunkSQL(among(r.at.Wants))
}

// firstText and restText read what of the scopes gained comes first, and what then.
func (r *run) firstText() string {
	return liveSQL(among(slices.DeleteFunc(slices.Clone(r.at.First), func(n string) bool { return !r.at.delivers(n) })))
}

func (r *run) restText() string {
	switch {
	case len(r.at.First) == 0 && r.at.Wants == nil:
		return liveText
	case len(r.at.First) == 0:
		return liveSQL(among(r.at.Wants))
	}
	rest := []string{}
	for _, n := range collections.All() {
		if n.Sync != nil && r.at.delivers(n.Name) && !slices.Contains(r.at.First, n.Name) {
			rest = append(rest, n.Name)
		}
	}
	return liveSQL(among(rest))
}

// promised names the run in the list of promises: places of different collections go on
// side by side.
func (r *run) promised() string {
	if r.at.Wants == nil {
		return r.device
	}
	return r.device + " " + strings.Join(r.at.Wants, " ")
}

// promiseSQL counts what a run delivers of each scope, scope by scope: a join in groups
// takes twice as long.
func promiseSQL(wanted string) string {
	return `SELECT g.scope, (SELECT count(*) FROM sync_feed f WHERE f.scope = g.scope AND f.gone = 0
		AND f.seq > CASE WHEN g.since > ?2 THEN 0 ELSE ?2 END AND f.seq <= ?3 ` + wanted + `)
		FROM sync_grants g WHERE g."user" = ?1 AND g.until IS NULL AND g.since <= ?3`
}

func (r *run) promiseRows() (*sql.Rows, error) {
	if r.at.Wants == nil {
		return r.engine.stmt.promise.QueryContext(r.ctx, r.user, r.at.Seq, r.at.Until)
	}
	db, err := pool(r.engine.app)
	if err != nil {
		return nil, err
	}
	return db.QueryContext(r.ctx, promiseSQL(among(r.at.Wants)), r.user, r.at.Seq, r.at.Until)
}

// arrivedEach notes how far a device has the redeliveries of the collections that its
// place is good for.
func (e *Engine) arrivedEach(device string, at *place) {
	if at.Only == nil {
		return
	}
	for {
		before, there := e.arrivals.Load(device)
		now := map[string]int64{}
		if there {
			now = maps.Clone(*before.(*map[string]int64))
		}
		for _, name := range at.Only {
			now[name] = max(now[name], at.Again)
		}
		if !there {
			if _, there = e.arrivals.LoadOrStore(device, &now); !there {
				return
			}
		} else if e.arrivals.CompareAndSwap(device, before, &now) {
			return
		}
	}
}

// forgetEach clears redeliveries, collection by collection.
func (b *batch) forgetEach() error {
	arrived, ok := b.engine.arrivals.LoadAndDelete(b.device)
	if !ok {
		return nil
	}
	ids := map[string]int64{}
	for name, n := range *arrived.(*map[string]int64) {
		ids[collections.ID(name)] = n
	}
	_, err := kernel.Query(b.tx, `DELETE FROM sync_again WHERE device = {:d} AND EXISTS (
		SELECT 1 FROM json_each({:a}) a WHERE a.key = sync_again.collection AND sync_again.n <= a.value)`).
		Bind(dbx.Params{"d": b.device, "a": encode(ids)}).Execute()
	return err
}
