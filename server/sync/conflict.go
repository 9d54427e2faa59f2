package sync

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// conflict keeps the worker's values beside the ones that stay, in the record's
// scope, so that both phones see them and a person can settle it.
func (b *batch) conflict(m contract.Mutation, scope string, rev int64, fields []string, mine, theirs map[string]string) (string, error) {
	c, err := b.tx.FindCachedCollectionByNameOrId("sync_conflicts")
	if err != nil {
		return "", err
	}
	r := core.NewRecord(c)
	id := idOf("conflict", b.user.Id, m.ID)
	if twice, err := b.tx.CountRecords(c, dbx.HashExp{"id": id}); err != nil || twice == 0 {
		r.Id = id // the same again, when a restored server judges the mutation anew
	}
	r.Load(collections.Home(scope, b.user.Id))
	r.Set("user", b.user.Id)
	r.Load(map[string]any{
		"collection": m.Collection, "record": m.Record, "op": m.Op, "mutation": m.ID,
		"ours": raw(mine), "theirs": raw(theirs), "fields": fields, "base": m.Base, "rev": rev,
		"recorded_at": instant(m.RecordedAt), "status": "open",
	})
	if b.skew != nil {
		r.Set("clock_skew", *b.skew)
	}
	if err := b.tx.Save(kernel.AsServer(r)); err != nil {
		return "", fmt.Errorf("keeping a conflict: %w", err)
	}
	return r.Id, nil
}

// idOf is the id of what sync keeps of a mutation. What a person decided of it finds it
// also after the mutation was judged anew.
func idOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	id := new(big.Int).SetBytes(sum[:]).Text(36)
	return id[len(id)-core.DefaultIdLength:]
}

// instant is a phone's time as a field keeps it: the text that is no time is none.
func instant(text string) any {
	if at, ok := clock.Read(text); ok {
		return at
	}
	return ""
}

func raw(values map[string]string) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(values))
	for k, v := range values {
		out[k] = json.RawMessage(v)
	}
	return out
}

// stand is where a record is now: its scope and rev, and whether it is there.
type stand struct {
	Scope  string
	Seq    int64
	Gone   bool
	Buried bool // deleted by this user before the server ever saw it
}

// standing answers where a record is, the live row before the ones it left.
func (b *batch) standing(cid, record string) (s stand, err error) {
	if err := b.place(); err != nil {
		return s, err
	}
	err = kernel.Query(b.tx, `SELECT coalesce(f.scope, ''), coalesce(f.seq, 0), coalesce(f.gone, 0),
		EXISTS (SELECT 1 FROM sync_tombstones t WHERE t.record = {:r} AND t.collection = {:c} AND t."user" = {:u})
		FROM (SELECT 1) LEFT JOIN sync_feed f ON f.record = {:r} AND f.collection = {:c}
		AND f.seq = (SELECT CASE WHEN min(o.gone) = 0 THEN max(o.seq) FILTER (WHERE o.gone = 0) ELSE max(o.seq) END
			FROM sync_feed o WHERE o.record = {:r} AND o.collection = {:c})`).
		Bind(dbx.Params{"r": record, "c": cid, "u": b.user.Id}).Row(&s.Scope, &s.Seq, &s.Gone, &s.Buried)
	return s, err
}

// holds reports whether the user holds the scope now.
func (b *batch) holds(scope string) (bool, error) {
	var n int
	err := kernel.Query(b.tx, `SELECT count(*) FROM sync_grants WHERE "user" = {:u} AND scope = {:s} AND until IS NULL`).
		Bind(dbx.Params{"u": b.user.Id, "s": scope}).Row(&n)
	return n > 0, err
}

// foreign are the fields of a record that somebody else changed after a base; what
// this device itself changed is no news to it (trap T19).
func (b *batch) foreign(cid, record string, base int64) (map[string]bool, error) {
	var fields []string
	err := kernel.Query(b.tx, `SELECT field FROM sync_fields WHERE record = {:r} AND collection = {:c} AND seq > {:b} AND device != {:d}`).
		Bind(dbx.Params{"r": record, "c": cid, "b": base, "d": b.device}).Column(&fields)
	out := map[string]bool{}
	for _, f := range fields {
		out[f] = true
	}
	return out, err
}

// own marks the fields that this device just changed as its own, but for those that were
// merged: what they hold of others it has not seen, and what it still has queued is merged
// with that too.
func (b *batch) own(cid, record string, rev int64, merged []string) error {
	_, err := kernel.Query(b.tx, `UPDATE sync_fields SET device = {:d} WHERE record = {:r} AND collection = {:c} AND seq = {:s}
		AND field NOT IN (SELECT value FROM json_each({:m}))`).
		Bind(dbx.Params{"d": b.device, "r": record, "c": cid, "s": rev, "m": encode(merged)}).Execute()
	return err
}
