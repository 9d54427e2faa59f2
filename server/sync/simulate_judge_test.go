package sync

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"holdfast/hooks"
	"holdfast/hooks/feed"
	contract "holdfast/mobile-contract"
)

func (w *world) healing() bool { return w.removed == nil }

// head is the position of now.
func (w *world) head() int64 {
	seq, err := feed.Head(w.app.ConcurrentDB())
	w.must(err)
	return seq
}

// granted says whether a user held a scope at some moment since a position.
func (w *world) granted(user, scope string, since int64) bool {
	var n int
	w.must(w.app.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_grants WHERE "user" = {:u} AND scope = {:s} AND (until IS NULL OR until > {:p})`).
		Bind(dbx.Params{"u": user, "s": scope, "p": since}).Row(&n))
	return n > 0
}

// heal lets everybody back in and every phone sync in peace.
func (w *world) heal() {
	for _, p := range simulatedCast {
		u, err := w.app.FindRecordById("users", p.ID)
		w.must(err)
		u.Set("active", true)
		w.must(w.app.Save(hooks.AsServer(u)))
	}
	w.removed = nil
	for range 3 { // a replay may need a round of its own, and each may bring news to others
		for _, d := range w.devices {
			d.late()
			for d.pullPage(500) {
			}
			for len(d.outbox) > 0 {
				before := len(d.outbox)
				d.pushSome()
				if len(d.outbox) == before {
					w.t.Fatalf("phone %d cannot hand in its outbox of %d", d.n, before)
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
	count := map[string]int{}
	epoch, err := feed.Epoch(w.app.ConcurrentDB())
	w.must(err)
	for _, m := range w.all {
		if m.result == nil {
			w.t.Errorf("mutation %s of phone %d never got a verdict", m.ID, m.by.n)
			continue
		}
		count[m.result.Verdict]++
		w.inItsState(m)
	}
	w.nothingOverwritten(epoch)
	if count[contract.Applied] == 0 || count[contract.Applied]+count[contract.Merged]+count[contract.Conflict]+count[contract.Refused]+count[contract.Held] != len(w.all) {
		w.t.Errorf("verdicts %v of %d mutations", count, len(w.all))
	}
}

// inItsState proves that a mutation is in exactly the state that its verdict says.
func (w *world) inItsState(m *deed) {
	kept := func(noun string) int {
		var n int
		w.must(w.app.ConcurrentDB().NewQuery(`SELECT count(*) FROM ` + noun + ` WHERE mutation = {:m}`).Bind(dbx.Params{"m": m.ID}).Row(&n))
		return n
	}
	var verdicts []string
	w.must(w.app.ConcurrentDB().NewQuery(`SELECT result FROM sync_verdicts WHERE id = {:m}`).Bind(dbx.Params{"m": m.ID}).Column(&verdicts))
	if len(verdicts) != 1 {
		w.t.Errorf("%s has %d verdicts on the server", m.ID, len(verdicts))
		return
	}
	var now contract.Result
	w.must(json.Unmarshal([]byte(verdicts[0]), &now))
	switch now.Verdict {
	case contract.Applied, contract.Merged:
		if m.Op == "create" {
			w.createdOnce(m)
		}
	case contract.Conflict:
		if kept("sync_conflicts") == 0 {
			w.t.Errorf("the losing value of %s is kept nowhere", m.ID)
		}
	case contract.Refused, contract.Held:
		if kept("sync_refusals") == 0 {
			w.t.Errorf("the refused mutation %s is kept nowhere", m.ID)
		}
	default:
		w.t.Errorf("%s has the verdict %q", m.ID, now.Verdict)
	}
}

// createdOnce proves that what a worker recorded is there, once, as recorded, or
// was deleted by somebody with the right.
func (w *world) createdOnce(m *deed) {
	r, err := w.app.FindRecordById(m.Collection, m.Record)
	if err != nil {
		var gone int
		w.must(w.app.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_feed WHERE record = {:r} AND gone = 1`).Bind(dbx.Params{"r": m.Record}).Row(&gone))
		if m.Collection != "notes" || gone == 0 && !w.buried[m.Record] {
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
			if name == "summary" || name == "family_name" {
				key := m.Collection + "/" + m.Record + "/" + name
				byField[key] = append(byField[key], written{m, string(raw)})
			}
		}
	}
	for key, list := range byField {
		for _, a := range list {
			for _, b := range list {
				if a.by != b.by && a.result.Rev > b.Base && a.result.Rev < b.result.Rev && a.value != b.value {
					if was, ok := b.Was["summary"]; ok && string(was) == a.value {
						continue
					}
					w.t.Errorf("%s: %s (rev %d) was overwritten unseen by %s (base %d, rev %d)", key, a.value, a.result.Rev, b.value, b.Base, b.result.Rev)
				}
			}
		}
	}
}
