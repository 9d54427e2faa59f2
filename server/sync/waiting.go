package sync

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lineage"
	contract "holdfast/mobile-contract"
)

// patient holds, in a replay, what is said of a record that is not there for who says it:
// it was acknowledged, so the record was there, and whoever made it has yet to offer it
// again. So does a decision wait for what it is about. Of a record out of sight it is the
// same, by the same work. For as long as something may wait after a restore, so does what
// says it without a base in any push: an offer whose answer was lost on the way is often
// sent again among what is new.
func (b *batch) patient(m contract.Mutation, why *refusal) (*refusal, error) {
	if why == nil || why.waits != "" || b.anothers(m) {
		return why, nil
	}
	if !b.replay {
		if m.Base != 0 || m.Op == "delete" {
			return why, nil
		}
		if healing, err := b.isHealing(); err != nil || !healing {
			return why, err
		}
	}
	switch {
	case why.code == contract.RefusedNotFound && len(why.fields) == 0:
	case m.Op == "upsert" && (why.code == contract.RefusedInvalid || why.code == contract.NotAllowed): // it makes no whole record
		c, err := b.tx.FindCachedCollectionByNameOrId(m.Collection)
		if err != nil {
			return nil, err
		}
		if seen, err := b.may(c, c.ViewRule, nil, m.Record); err != nil || seen {
			return why, err
		}
	default:
		return why, nil
	}
	m, _, err := b.led(m)
	if err != nil {
		return nil, err
	}
	held := refuse(contract.RefusedOrphan, "It waits for the record that it changes.")
	held.waits = collections.ID(m.Collection) + "/" + m.Record
	return held, nil
}

// isHealing says whether the store was put back so lately that phones still bring again
// what it lost.
func (b *batch) isHealing() (bool, error) {
	if b.healing == nil {
		began, err := lineage.Last(b.tx.ConcurrentDB())
		if err != nil {
			return false, fmt.Errorf("asking when the history began anew: %w", err)
		}
		lately := began.Why != "" && time.Since(time.Unix(began.At, 0)) < contract.HeldDays*24*time.Hour
		b.healing = &lately
	}
	return *b.healing, nil
}

// awaited says whether a delete of what its author never saw waits for it: in a replay it
// was there, unless it is their own and was refused.
func (j *job) awaited() (bool, error) {
	if !j.replay {
		return false, nil
	}
	own, err := j.tx.CountRecords("sync_refusals", dbx.HashExp{"record": j.m.Record, "collection": j.noun.Name, "user": j.user.Id, "op": []any{"create", "upsert"}, "handover": false})
	return own == 0, err
}

// release applies the mutations that waited for what has just come, each as its
// author's. What another phone had said of the record itself goes in when this push is
// through (catchUp): behind all that its own phone said of it.
func (b *batch) release(m contract.Mutation) error {
	if !makes(m) || !b.held {
		return nil
	}
	var waiting []string
	err := kernel.Query(b.tx, `SELECT id FROM sync_refusals WHERE waits_for = {:w} AND status = 'held' AND NOT handover ORDER BY rowid`).
		Bind(dbx.Params{"w": collections.ID(m.Collection) + "/" + m.Record}).Column(&waiting)
	if err != nil {
		return fmt.Errorf("asking what waits: %w", err)
	}
	_, err = b.free(waiting, func(w waiter) bool { return w.ofIt && w.device != b.device })
	return err
}

// catchUp applies what waits for a record that its author sees by now, or knows to be
// deleted, whoever brought it and by whichever door.
func (b *batch) catchUp() error {
	for range 10 { // one can bring what another waits for
		if !b.held {
			return nil
		}
		var waiting []string
		err := kernel.Query(b.tx, `SELECT r.id FROM sync_refusals r WHERE r.waits_for > '' AND r.status = 'held' AND NOT r.handover AND EXISTS (
			SELECT 1 FROM sync_feed f JOIN sync_grants g ON g."user" = r."user" AND g.scope = f.scope AND g.until IS NULL
			WHERE f.record = substr(r.waits_for, instr(r.waits_for, '/') + 1) AND f.collection = substr(r.waits_for, 1, instr(r.waits_for, '/') - 1)
			AND (f.gone = 0 OR NOT EXISTS (SELECT 1 FROM sync_feed o WHERE o.record = f.record AND o.collection = f.collection AND o.gone = 0))
			AND NOT EXISTS (SELECT 1 FROM sync_refusals t WHERE t.id = f.record AND t.status = 'held')) ORDER BY r.rowid`).Column(&waiting)
		if err != nil {
			return fmt.Errorf("asking what waits: %w", err)
		}
		if moved, err := b.free(waiting, nil); err != nil || !moved {
			return err
		}
	}
	return nil
}

// waiter is what waits together: one mutation, or those of one group.
type waiter struct {
	user, device string
	ofIt         bool // one of them waits for the record that it changes
	ms           []contract.Mutation
	kept         []*core.Record
}

// free judges again what waited, but for what is left, and tells whether any of it moved on.
func (b *batch) free(ids []string, left func(waiter) bool) (moved bool, err error) {
	var all []*waiter
	groups := map[[3]string]*waiter{}
	for _, id := range ids {
		r, err := b.tx.FindRecordById("sync_refusals", id)
		if err != nil {
			return false, err
		}
		m, err := keptMutation(r)
		if err != nil {
			return false, err
		}
		var push string // a group is of one push
		if m.Group != "" {
			if push, err = b.pushOf(r); err != nil {
				return false, err
			}
		}
		key := [3]string{r.GetString("user"), m.Group, push}
		w := groups[key]
		if w == nil || m.Group == "" {
			w = &waiter{user: key[0], device: r.GetString("device")}
			groups[key] = w
			all = append(all, w)
		}
		w.ofIt = w.ofIt || r.GetString("waits_for") == collections.ID(m.Collection)+"/"+r.GetString("record")
		w.ms, w.kept = append(w.ms, m), append(w.kept, r)
	}
	for _, w := range all {
		if left != nil && left(*w) {
			continue
		}
		on, err := b.again(w)
		if err != nil {
			return false, err
		}
		moved = moved || on
	}
	return moved, nil
}

// pushOf tells the push in which what is kept came from that of any other.
func (b *batch) pushOf(kept *core.Record) (push string, err error) {
	err = kernel.Query(b.tx, `SELECT coalesce(max(v.seq), '') || '/' || {:d} FROM sync_verdicts v WHERE v."user" = {:u} AND v.id = {:m}`).
		Bind(dbx.Params{"d": kept.GetString("device"), "u": kept.GetString("user"), "m": kept.GetString("mutation")}).Row(&push)
	if err != nil {
		return "", fmt.Errorf("asking in which push a mutation came: %w", err)
	}
	return push, nil
}

// again judges what waited as its author's.
func (b *batch) again(w *waiter) (moved bool, err error) {
	if r, err := b.tx.FindRecordById("sync_refusals", w.kept[0].Id); err != nil || r.GetString("status") != "held" {
		return false, err // it went in with another
	}
	author, err := b.tx.FindRecordById("users", w.user)
	if err != nil {
		return false, err
	}
	actor := kernel.Actor{User: author, Device: w.device, Door: "sync"}
	err = kernel.Within(b.tx, actor, func(tx core.App) error {
		late := newBatch(b.engine, tx, author, actor.Device)
		late.replay = w.ofIt
		if skew := int64(w.kept[0].GetInt("clock_skew")); skew != 0 { // what was measured as it came
			late.skew = &skew
		}
		var results []contract.Result
		results, moved, err = late.retry(w)
		for i, m := range w.ms {
			if _, mine := b.known[m.ID]; err == nil && mine && author.Id == b.user.Id {
				b.known[m.ID] = results[i]
			}
		}
		return err
	})
	return moved, err
}

// retry judges kept mutations again and settles their refusals when they stand now. Where
// they wait for what they waited for before, nothing is written.
func (b *batch) retry(w *waiter) (results []contract.Result, moved bool, err error) {
	results = make([]contract.Result, len(w.ms))
	members := make([]int, len(w.ms))
	for i := range members {
		members[i] = i
	}
	culprit, why, err := b.judge(w.ms, members, results)
	if err != nil {
		return nil, false, err
	}
	for i, m := range w.ms {
		switch reason := why; {
		case why == nil:
			err = b.markAll(m.ID, w.user, "settled", "")
		default:
			if i != culprit {
				reason = beside(why)
			}
			if r := w.kept[i]; reason.waits != "" && reason.waits == r.GetString("waits_for") {
				results[i] = contract.Result{ID: m.ID, Verdict: contract.Held, Code: r.GetString("code"), Message: r.GetString("message"), Refusal: r.Id}
				continue
			}
			results[i], err = b.quarantine(m, reason)
		}
		if err != nil {
			return nil, false, err
		}
		if err := b.store(m.ID, results[i]); err != nil {
			return nil, false, err
		}
		if err := b.tellAgain(m); err != nil {
			return nil, false, err
		}
		moved = true
	}
	if why != nil {
		return results, moved, nil
	}
	for _, m := range w.ms {
		if err := b.release(m); err != nil {
			return nil, false, err
		}
	}
	return results, moved, nil
}
