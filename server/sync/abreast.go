package sync

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks"
	contract "holdfast/mobile-contract"
)

// longest is how many mutations share a savepoint at most. SQLite copies each page
// that a savepoint first touches: one for many copies it once; and as long as it lasts,
// rows are written on one processor while the next mutations are judged on another.
// Where one of them is refused, what the others did is done again, and the next
// savepoint is half as long: no push does more than twice its work.
const longest = 128

// plain counts the mutations, from the first on, that can share a savepoint: new
// ones, of no group, and none twice. None can while somebody's child is held, since
// each of them could be its parent.
func (b *batch) plain(all []contract.Mutation, most int, done []bool) int {
	if b.held {
		return 0
	}
	seen := map[string]bool{}
	for i, m := range all[:min(most, len(all))] {
		if _, known := b.known[m.ID]; known || done[i] || m.Group != "" || seen[m.ID] || b.anothers(m) || decides(m) || b.unfit(m.ID) != nil {
			return i
		}
		seen[m.ID] = true
	}
	return min(most, len(all))
}

// stopped is a mutation that the engine refused, and why. It does so before it writes
// anything of it (see refusal): those before it stand, and it need not be judged again.
type stopped struct {
	id  string
	why *refusal
}

// abreast applies mutations in one savepoint, and answers how many stand: all that come
// before one that is stopped. Where that is by a hook or the database, which may be after
// something was written, they are done again without it, and it is for the caller to
// judge it alone.
func (b *batch) abreast(ms []contract.Mutation) (int, error) {
	results := make([]contract.Result, len(ms))
	stood := 0
	late := [][2]string{}
	times := map[[2]string]int{}
	for _, m := range ms {
		times[[2]string{m.Collection, m.Record}]++
	}
	all := func() (err error) {
		for i, m := range ms {
			if n := collections.ByName(m.Collection); n == nil || !n.Plain {
				if err := hooks.ReadUnread(b.tx); err != nil {
					return err
				}
			}
			b.late = times[[2]string{m.Collection, m.Record}] == 1 // else the next one moves it on
			if results[i], err = b.apply(m); err != nil {
				if why := new(refusal); errors.As(err, &why) {
					b.stopped = &stopped{m.ID, why}
					return nil
				}
				return err
			}
			if results[i].Rev == 0 && makes(m) {
				late = append(late, [2]string{collections.ID(m.Collection), m.Record})
			}
			stood++
		}
		return nil
	}
	unwritten := false
	b.stopped = nil
	err := b.savepoint(func() (err error) {
		if b.single {
			return all()
		}
		unwritten, err = hooks.Gathered(b.tx, all)
		return err
	})
	b.late = false
	if unwritten { // which one it was is not known
		b.single = true
		return b.abreast(ms)
	}
	if err != nil {
		b.stopped = nil
		if stood > 0 {
			return b.abreast(ms[:stood])
		}
		return 0, nil
	}
	revs, err := b.revs(late)
	if err != nil {
		return 0, err
	}
	for i, m := range ms[:stood] {
		if results[i].Rev == 0 {
			results[i].Rev = revs[[2]string{collections.ID(m.Collection), m.Record}]
		}
		b.name(m)
		b.known[m.ID] = results[i]
		b.given = append(b.given, m.ID)
	}
	return stood, nil
}

// revs are the positions of records just made, read at once.
func (b *batch) revs(records [][2]string) (map[[2]string]int64, error) {
	out := map[[2]string]int64{}
	made := map[string][]string{} // collection -> records
	for _, r := range records {
		made[r[0]] = append(made[r[0]], r[1])
	}
	for cid, ids := range made {
		var told string // as one row: each that is handed over costs more than it takes to find
		err := hooks.Query(b.tx, `SELECT json_group_array(coalesce((SELECT coalesce(max(f.seq) FILTER (WHERE f.gone = 0), max(f.seq))
			FROM sync_feed f WHERE f.record = j.value AND f.collection = {:c}), 0)) FROM (SELECT value FROM json_each({:rows}) ORDER BY key) j`).
			Bind(dbx.Params{"rows": encode(ids), "c": cid}).Row(&told)
		if err != nil {
			return nil, fmt.Errorf("reading positions: %w", err)
		}
		seqs := make([]int64, len(ids))
		if err := json.Unmarshal([]byte(told), &seqs); err != nil {
			return nil, fmt.Errorf("reading positions: %w", err)
		}
		for i, seq := range seqs {
			out[[2]string{cid, ids[i]}] = seq
		}
	}
	return out, nil
}
