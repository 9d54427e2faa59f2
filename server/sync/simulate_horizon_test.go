package sync

import (
	"encoding/json"
	"time"

	contract "holdfast/mobile-contract"
)

// forget lets 401 quiet days pass over the server, and the night after them.
func (w *world) forget() {
	var deleted []string
	w.must(w.app.ConcurrentDB().NewQuery(`SELECT record FROM sync_feed WHERE gone = 1 AND collection = 'hf_notes'`).Column(&deleted))
	for _, id := range deleted {
		w.buried[id] = true // the judge asks for them; the server no longer knows
	}
	ago(w.t, w.app, 401)
	e, err := New(w.app)
	w.must(err)
	w.must(e.night(time.Now()))
}

// beyond meets a server that no longer remembers what went since: the phone compares
// digests and begins the run that repairs. Lost on the way, it is told again.
func (d *device) beyond() {
	ask, err := json.Marshal(contract.DigestRequest{Position: *d.position, History: d.history})
	d.w.must(err)
	status, raw := d.send("/api/sync/digest", ask, "")
	if raw == nil || status != 200 {
		return
	}
	var digests contract.DigestAnswer
	d.w.must(json.Unmarshal(raw, &digests))
	shown := d.rows
	if d.anew != nil {
		d.rows = d.anew // its run from nothing is what stopped
	}
	repair := d.compare(digests)
	if d.anew != nil {
		d.rows = shown
	}
	if len(repair) == 0 {
		repair = []string{"user:" + d.who.ID}
	}
	from := d.w.head()
	ask, err = json.Marshal(contract.PullRequest{Position: d.position, Limit: 1 + d.w.rand.IntN(60), Repair: repair, History: d.history})
	d.w.must(err)
	if status, raw = d.send("/api/sync/pull", ask, ""); raw == nil || status != 200 {
		return
	}
	var a contract.PullAnswer
	d.w.must(json.Unmarshal(raw, &a))
	d.history = a.History
	d.take(a.Changes, a.Position, a.Epoch, from, !a.More)
}
