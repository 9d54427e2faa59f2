package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// place reads at once the positions of the plain records that were just made. It comes
// before anything that could write one of them again: a rev of theirs that holds somebody
// else's word would tell their phone that it had read that.
func (b *batch) place() error {
	if len(b.made) == 0 {
		return nil
	}
	var places []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Seq        int64  `db:"seq"`
	}
	err := kernel.Query(b.tx, `SELECT f.collection, f.record, f.seq FROM json_each({:made}) m
		CROSS JOIN sync_feed f ON f.record = m.value->>1 AND f.collection = m.value->>0 AND f.gone = 0`).
		Bind(dbx.Params{"made": encode(slices.Collect(maps.Keys(b.made)))}).All(&places)
	if err != nil {
		return fmt.Errorf("reading the positions of what was made: %w", err)
	}
	for _, p := range places {
		id := b.made[[2]string{p.Collection, p.Record}]
		r := b.known[id]
		r.Rev = p.Seq
		b.known[id] = r
	}
	clear(b.made)
	return nil
}

// record keeps the push's verdicts and the records it named, in its transaction.
func (b *batch) record() error {
	seq, err := feed.Head(b.tx.ConcurrentDB())
	if err != nil {
		return err
	}
	verdicts, named := make([][]any, len(b.given)), make([][]any, len(b.named))
	for i, id := range b.given {
		kept, err := json.Marshal(b.known[id])
		if err != nil {
			return err
		}
		verdicts[i] = []any{b.user.Id, id, b.device, time.Now().Unix(), seq, string(kept), b.recorded[id], b.skew, b.meaning(id)}
	}
	rows := verdictRows
	if b.held || b.anew {
		rows = laterRows
	}
	if err := rows.Write(b.tx, verdicts); err != nil {
		return fmt.Errorf("keeping verdicts: %w", err)
	}
	if err := b.forget(); err != nil {
		return fmt.Errorf("clearing what was delivered again: %w", err)
	}
	if err := b.takenOn(); err != nil {
		return fmt.Errorf("settling what waited for its author: %w", err)
	}
	for i, n := range b.named {
		named[i] = []any{b.device, n[0], n[1]}
	}
	return againRows.Write(b.tx, named)
}

var (
	verdictColumns = []string{"user", "id", "device", "at", "seq", "result", "recorded_at", "skew", "meaning" + kernel.Bytes}
	verdictRows    = kernel.NewRows("sync_verdicts", verdictColumns, "")
	laterRows      = kernel.NewRows("sync_verdicts", verdictColumns, laterVerdict+", recorded_at = excluded.recorded_at, skew = excluded.skew, meaning = excluded.meaning") // while any waits: one that was sent here may have been applied, and its verdict kept
	againRows      = kernel.NewRows("sync_again", []string{"device", "collection", "record"}, "")
)

// laterVerdict replaces the one that a mutation was given when it was held.
const laterVerdict = `ON CONFLICT ("user", id) DO UPDATE SET result = excluded.result, seq = excluded.seq`

// name marks the mutation's record to be delivered to its device again.
func (b *batch) name(m contract.Mutation) {
	if n := collections.ByName(m.Collection); n != nil && n.Sync != nil && contract.IsRecordID(m.Record) {
		b.named = append(b.named, [2]string{collections.ID(n.Name), m.Record})
	}
}

// store keeps a verdict; a held mutation's is replaced when it is settled.
func (b *batch) store(id string, r contract.Result) error { return b.storeFor(id, r, nil) }

// storeFor is the same of one that was not given before, with what it is given for.
func (b *batch) storeFor(id string, r contract.Result, meaning any) error {
	kept, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = kernel.Query(b.tx, `INSERT INTO sync_verdicts ("user", id, device, at, seq, result, meaning)
		VALUES ({:u}, {:id}, {:d}, {:at}, (SELECT seq FROM sync_counter), {:r}, {:meaning}) `+laterVerdict).
		Bind(dbx.Params{"meaning": meaning, "u": b.user.Id, "id": id, "d": b.device, "at": time.Now().Unix(), "r": string(kept)}).Execute()
	if err != nil {
		return fmt.Errorf("keeping a verdict: %w", err)
	}
	return nil
}
