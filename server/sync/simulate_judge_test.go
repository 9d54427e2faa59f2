package sync

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

func (w *world) healing() bool { return w.removed == nil }

// head is the position of now.
func (w *world) head() int64 {
	seq, err := feed.Head(w.app.ConcurrentDB())
	w.must(err)
	return seq
}

// granted are the scopes that a user held at some moment since a position.
func (w *world) granted(user string, since int64) map[string]bool {
	var scopes []string
	w.must(w.app.ConcurrentDB().NewQuery(`SELECT DISTINCT scope FROM sync_grants WHERE "user" = {:u} AND (until IS NULL OR until > {:p})`).
		Bind(dbx.Params{"u": user, "p": since}).Column(&scopes))
	return setOf(scopes)
}

func setOf(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// heal lets everybody back in and every phone sync in peace.
func (w *world) heal() {
	for _, p := range simulatedCast {
		u, err := w.app.FindRecordById("users", p.ID)
		w.must(err)
		u.Set("active", true)
		w.must(w.app.Save(kernel.AsServer(u)))
	}
	w.removed = nil
	for range 3 { // a replay may need a round of its own, and each may bring news to others
		for _, d := range w.devices {
			d.late()
			for d.pullPage(500) {
			}
			for tries := 0; len(d.outbox) > 0; tries++ {
				d.pushSome()
				if tries > 100 {
					w.t.Fatalf("phone %d cannot hand in its outbox of %d", d.n, len(d.outbox))
				}
			}
			for d.pullPage(500) {
			}
		}
	}
	for _, d := range w.devices {
		for d.pullPage(500) {
		}
	}
}

// judge holds the healed world to the promises.
func (w *world) judge() {
	for _, d := range w.devices {
		d.t = w.t
		d.inSync()
	}
	astray, err := feed.Astray(w.app)
	w.must(err)
	if len(astray) > 0 {
		w.t.Errorf("the feed does not say what the tables say of %v", astray)
	}
	var closed int // a case never stands closed over an open pathway
	w.must(w.app.DB().NewQuery(`SELECT count(*) FROM cases c JOIN pathways p ON p."case" = c.id WHERE c.status = 'closed' AND NOT p.ended`).Row(&closed))
	if closed > 0 {
		w.t.Errorf("%d cases are closed with a pathway that has not ended", closed)
	}
	count := map[string]int{}
	epoch, err := feed.Epoch(w.app.ConcurrentDB())
	w.must(err)
	w.epochsAsRestores()
	kept := w.evidence()
	for _, m := range w.all {
		if m.result == nil {
			w.t.Errorf("mutation %s of phone %d never got a verdict", m.ID, m.by.n)
			continue
		}
		count[m.result.Verdict]++
		w.inItsState(m, kept, epoch)
	}
	w.nothingOverwritten(epoch)
	if count[contract.Applied] == 0 || count[contract.Applied]+count[contract.Merged]+count[contract.Conflict]+count[contract.Refused]+count[contract.Held] != len(w.all) {
		w.t.Errorf("verdicts %v of %d mutations", count, len(w.all))
	}
}

// epochsAsRestores proves that no epoch began that no restore asked for: one for each, and
// one more for each that took back the epoch of one before it, of which a phone told later.
func (w *world) epochsAsRestores() {
	var begun int
	w.must(w.app.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_epochs WHERE why <> ''`).Row(&begun))
	if begun > max(0, 2*w.restores-1) {
		w.t.Errorf("after %d restores %d epochs began", w.restores, begun)
	}
}

// evidence is what the server keeps of mutations, read once for all of them.
type evidence struct {
	verdicts            map[string][]string // mutation -> results
	conflicts, refusals map[string]bool     // mutations
	gone                map[string]bool     // records
	records             map[string]map[string]*core.Record
}

func (w *world) evidence() *evidence {
	named := func(query string) map[string]bool {
		var names []string
		w.must(w.app.ConcurrentDB().NewQuery(query).Column(&names))
		return setOf(names)
	}
	kept := &evidence{
		verdicts:  map[string][]string{},
		conflicts: named(`SELECT mutation FROM sync_conflicts`),
		refusals:  named(`SELECT mutation FROM sync_refusals`),
		gone:      named(`SELECT record FROM sync_feed WHERE gone = 1`),
		records:   map[string]map[string]*core.Record{},
	}
	var all []struct {
		ID     string `db:"id"`
		Result string `db:"result"`
	}
	w.must(w.app.ConcurrentDB().NewQuery(`SELECT id, result FROM sync_verdicts`).All(&all))
	for _, v := range all {
		kept.verdicts[v.ID] = append(kept.verdicts[v.ID], v.Result)
	}
	for _, m := range w.all {
		if m.Op != "create" || kept.records[m.Collection] != nil {
			continue
		}
		there, err := w.app.FindAllRecords(m.Collection)
		w.must(err)
		kept.records[m.Collection] = map[string]*core.Record{}
		for _, r := range there {
			kept.records[m.Collection][r.Id] = r
		}
	}
	return kept
}

// inItsState proves that a mutation is in exactly the state that its verdict says, and
// that its phone was told no other: the first verdict stands, however often it is sent.
func (w *world) inItsState(m *deed, kept *evidence, epoch string) {
	verdicts := kept.verdicts[m.ID]
	if len(verdicts) != 1 {
		w.t.Errorf("%s has %d verdicts on the server", m.ID, len(verdicts))
		return
	}
	var now contract.Result
	w.must(json.Unmarshal([]byte(verdicts[0]), &now))
	if told := m.result.Verdict; told != now.Verdict && told != contract.Held && m.decided == epoch {
		w.t.Errorf("phone %d was told that %s is %s, and the server keeps it as %s", m.by.n, m.ID, told, now.Verdict)
	}
	switch now.Verdict {
	case contract.Applied, contract.Merged:
		if m.Op == "create" {
			w.createdOnce(m, kept)
		}
	case contract.Conflict:
		if !kept.conflicts[m.ID] {
			w.t.Errorf("the losing value of %s is kept nowhere", m.ID)
		}
	case contract.Refused, contract.Held:
		if !kept.refusals[m.ID] {
			w.t.Errorf("the refused mutation %s is kept nowhere", m.ID)
		}
		_, sees := m.by.rows[m.Collection+"/"+m.Record]
		if m.stood && m.Op == "update" && sees && (m.before == "" || m.before != now.Refusal) && (now.Verdict == contract.Held || now.Code == string(contract.RefusedNotFound)) {
			w.t.Errorf("%s of %s was applied once, and is %s (%s) though its author sees the record", m.ID, m.Record, now.Verdict, now.Code)
		}
	default:
		w.t.Errorf("%s has the verdict %q", m.ID, now.Verdict)
	}
}

// createdOnce proves that what a worker recorded is there, once, as recorded, or
// was deleted by somebody with the right.
func (w *world) createdOnce(m *deed, kept *evidence) {
	r := kept.records[m.Collection][m.Record]
	if r == nil {
		if m.Collection != "notes" || !kept.gone[m.Record] && !w.buried[m.Record] {
			w.t.Errorf("%s %s of %s, applied, is not there", m.Collection, m.Record, m.ID)
		}
		return
	}
	for name, raw := range m.Set {
		var v any
		w.must(json.Unmarshal(raw, &v))
		if name == "note" || name == "body" {
			if got := r.GetString(name); got != fmt.Sprint(v) {
				w.t.Errorf("%s %s holds %q, recorded was %q", m.Collection, m.Record, got, v)
			}
		}
	}
}

// nothingOverwritten proves that no edit replaced, unseen, what another phone had
// written after its base.
func (w *world) nothingOverwritten(epoch string) {
	type written struct {
		*deed
		value string
	}
	byField := map[string][]written{}
	for _, m := range w.all {
		if m.Op != "update" || m.decided != epoch || m.epoch != epoch || (m.result.Verdict != contract.Applied && m.result.Verdict != contract.Merged) {
			continue
		}
		for name, raw := range m.Set {
			if name == "summary" || name == "needs" {
				key := m.Collection + "/" + m.Record + "/" + name
				byField[key] = append(byField[key], written{m, string(raw)})
			}
		}
	}
	for key, list := range byField {
		slices.SortFunc(list, func(a, b written) int { return cmp.Compare(a.result.Rev, b.result.Rev) })
		for i, a := range list {
			for j, b := range list {
				if b.Base == 0 && b.Was != nil && j != i+1 {
					continue // it says what it saw: that is what stood last before it
				}
				if a.by != b.by && a.result.Rev > b.Base && a.result.Rev < b.result.Rev && a.value != b.value {
					if was, ok := b.Was[key[strings.LastIndex(key, "/")+1:]]; ok && string(was) == a.value {
						continue
					}
					w.t.Errorf("%s: %s (rev %d) was overwritten unseen by %s (base %d, rev %d)", key, a.value, a.result.Rev, b.value, b.Base, b.result.Rev)
				}
			}
		}
	}
}
