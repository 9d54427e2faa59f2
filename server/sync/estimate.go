package sync

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// estimate answers about how much a pull would deliver, before a phone begins it. It
// counts what the run would read, by the index that the run reads by, and weighs a few of
// these records; of nobody else's does it know anything.
func (e *Engine) estimate(ev *core.RequestEvent) error {
	user, device, err := caller(ev)
	if err != nil {
		return err
	}
	var ask contract.EstimateRequest
	if err := reply.Decode(ev, contract.MaxPullBytes, &ask); err != nil {
		return err
	}
	if err := e.shown(ask.History); err != nil {
		return err
	}
	at := &place{RegisteredClaims: jwt.RegisteredClaims{Subject: user.Id}, Device: device, Epoch: e.epoch()}
	if ask.Position != nil {
		if at, err = e.unseal(*ask.Position, user.Id, device); err != nil {
			return err
		}
	}
	r, err := e.runFrom(ev.Request.Context(), user.Id, device, at)
	if err != nil {
		return err
	}
	if err := r.begin(contract.PullRequest{Collections: ask.Collections, Window: ask.Window}); err != nil {
		return err
	}
	w, err := r.weigh()
	if err != nil {
		return err
	}
	answer := contract.EstimateAnswer{Total: w.total, Collections: w.collections, Scopes: w.kinds, ServerTime: serverTime()}
	if answer.History, err = e.line.Seal(r.now.Place); err != nil {
		return err
	}
	if r.at.Window > 0 {
		answer.Recent = w.recent
	}
	noCache(ev.Response.Header())
	return ev.JSON(http.StatusOK, answer)
}

// mostWeighed is how many records of a collection are weighed.
const mostWeighed = 16

// weighing is what a run would deliver.
type weighing struct {
	ctx           context.Context
	db            *sql.DB
	weighed       map[string]contract.Amount // collection -> those that were weighed
	parts         []share
	total, recent contract.Amount

	collections, kinds map[string]contract.Amount
}

// share is how much of one collection a scope has to tell.
type share struct {
	scope, collection string
	records           int64
	recent            bool
}

// weigh counts what the run would deliver from where its place stands, scope by scope.
func (r *run) weigh() (*weighing, error) {
	db, err := pool(r.engine.app)
	if err != nil {
		return nil, err
	}
	w := &weighing{ctx: r.ctx, db: db, weighed: map[string]contract.Amount{}, collections: map[string]contract.Amount{}, kinds: map[string]contract.Amount{}}
	parted, err := r.parted()
	if err != nil {
		return nil, err
	}
	for _, some := range []struct {
		scopes []string
		recent bool
	}{{parted.recent, true}, {parted.others, false}} {
		for _, scope := range some.scopes {
			if err := r.count(w, scope, r.at.Wants, 0, r.at.Until, some.recent); err != nil {
				return nil, err
			}
		}
	}
	if r.at.Seq == 0 {
		return w.sum(), nil
	}
	heads, err := r.engine.heads(r.ctx, r.user, r.at.Seq, r.at.Seq, r.at.Until)
	if err != nil {
		return nil, err
	}
	for _, h := range heads {
		if err := r.count(w, h.scope, r.at.Wants, r.at.Seq, r.at.Until, true); err != nil {
			return nil, err
		}
	}
	if anew := r.at.anew(); len(anew) > 0 {
		kept, err := names(r.ctx, r.engine.stmt.kept, r.user, r.at.Seq, "")
		if err != nil {
			return nil, err
		}
		for _, scope := range kept {
			if err := r.count(w, scope, anew, 0, r.at.Seq, true); err != nil {
				return nil, err
			}
		}
	}
	return w.sum(), nil
}

// count adds what a scope has to tell in (after, until], and weighs the latest of each
// collection while few were.
func (r *run) count(w *weighing, scope string, wanted []string, after, until int64, recent bool) error {
	rows, err := w.db.QueryContext(w.ctx, `SELECT f.collection, count(*), max(f.seq) FROM sync_feed f
		WHERE f.scope = ? AND f.seq > ? AND f.seq <= ? AND f.gone = 0 `+among(wanted)+` GROUP BY f.collection`, scope, after, until)
	if err != nil {
		return fmt.Errorf("counting scope %s: %w", scope, err)
	}
	defer rows.Close()
	latest := map[string]int64{}
	for rows.Next() {
		var s share
		var id string
		var last int64
		if err := rows.Scan(&id, &s.records, &last); err != nil {
			return err
		}
		s.scope, s.collection, s.recent = scope, r.engine.names[id], recent
		w.parts = append(w.parts, s)
		latest[s.collection] = last
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for name, seq := range latest {
		if w.weighed[name].Records >= mostWeighed {
			continue
		}
		var records, size int64
		if err := w.db.QueryRowContext(w.ctx, `SELECT count(*), coalesce(sum(size), 0) FROM (SELECT octet_length(b.body) AS size FROM sync_feed f JOIN sync_bodies b ON b.seq = f.seq
			WHERE f.scope = ? AND f.seq > ? AND f.seq <= ? AND f.gone = 0 `+among([]string{name})+` ORDER BY f.seq DESC LIMIT 4)`, scope, after, seq).Scan(&records, &size); err != nil {
			return fmt.Errorf("weighing %s: %w", name, err)
		}
		w.weighed[name] = add(w.weighed[name], records, size)
	}
	return nil
}

// sum puts the shares together.
func (w *weighing) sum() *weighing {
	for _, s := range w.parts {
		each := int64(len(`{"op":"put","scope":"","collection":"","id":"","rev":1000000,"record":},`) + len(s.scope) + len(s.collection) + 15)
		if of := w.weighed[s.collection]; of.Records > 0 {
			each += of.Bytes / of.Records
		}
		w.total = add(w.total, s.records, s.records*each)
		w.collections[s.collection] = add(w.collections[s.collection], s.records, s.records*each)
		w.kinds[kindOf(s.scope)] = add(w.kinds[kindOf(s.scope)], s.records, s.records*each)
		if s.recent {
			w.recent = add(w.recent, s.records, s.records*each)
		}
	}
	return w
}

func add(a contract.Amount, records, bytes int64) contract.Amount {
	return contract.Amount{Records: a.Records + records, Bytes: a.Bytes + bytes}
}

// kindOf names a scope's kind: of a case it says whether it is an agency's own in it.
func kindOf(scope string) string {
	kind, rest, _ := strings.Cut(scope, ":")
	if kind == "case" && strings.Contains(rest, "/") {
		return "case_agency"
	}
	return kind
}
