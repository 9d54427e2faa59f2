package sync

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	contract "holdfast/mobile-contract"
)

// device is a model phone: rows and a position that are changed in one local
// transaction, and an outbox that is on its disk before anything else.
type device struct {
	*phone
	w       *world
	n       int
	refresh string
	epoch   string
	history string          // as it came with the last answer
	anew    map[string]held // what came in a run from null that is not whole yet: until then it shows what it had
	outbox  []*deed
	acked   []*deed // kept for a replay
	old     []byte  // an earlier push, still travelling somewhere in the network
}

// deed is one mutation and what became of it.
type deed struct {
	contract.Mutation
	by      *device
	epoch   string // of its base
	result  *contract.Result
	decided string // the epoch in which the result was given
	stood   bool   // it was told to be applied, in some epoch
	before  string // the refusal that it was told before that: a copy of that time may be put back
}

// record is a worker writing something down, with or without signal.
func (d *device) record() {
	cases := d.held("cases")
	if len(cases) == 0 {
		return
	}
	c := strings.TrimPrefix(pick(d.w, cases), "cases/")
	switch n := d.w.rand.IntN(100); {
	case n < 35:
		d.make("create", "contact_attempts", "", set("case", c, "method", "phone", "outcome", "no_answer", "occurred_at", "2026-11-19 10:00:00.000Z", "note", d.words()))
	case n < 41: // somebody whom others will write of
		d.make("create", "people", "", set("case", c, "kind", "adult", "name", d.words(), "needs", d.words()))
	case n < 60:
		d.make("create", "notes", "", set("case", c, "body", d.words(), "source", "seen_by_worker", "shared", d.w.chance(60)))
	case n < 70:
		d.change("cases", "summary", d.words())
	case n < 85:
		d.change("people", "needs", d.words())
	case n < 90:
		d.change("people", "language", d.words())
	case n < 91: // what follows for the case is the server's to say, also where its author may not
		act := []string{"propose_closing", "agree", "close", "reopen"}[d.w.rand.IntN(4)]
		d.make("create", "case_acts", "", set("case", c, "act", act, "occurred_at", "2026-11-19 10:00:00.000Z", "reason", d.words(), "told", "All."))
	case n < 93:
		d.change("pathway_steps", "comment", d.words())
	case n < 96:
		if mine := d.held("notes"); len(mine) > 0 {
			id := strings.TrimPrefix(pick(d.w, mine), "notes/")
			d.make("delete", "notes", id, nil)
		}
	case n < 98: // a case opened offline, with its first note before it in the queue
		id := d.id("case")
		d.make("create", "notes", "", set("case", id, "body", d.words(), "source", "document"))
		d.make("create", "cases", id, set("provisional_reference", "S", "family_name", "Sim", "lead_agency", d.who.Agency, "status", "open"))
	default: // two that stand or fall together
		a := d.make("create", "contact_attempts", "", set("case", c, "method", "text", "outcome", "no_answer", "occurred_at", "2026-11-19 10:00:00.000Z"))
		b := d.make("create", "notes", "", set("case", c, "body", "", "source", "document"))
		a.Group, b.Group = a.ID, a.ID
	}
}

func (d *device) held(collection string) []string {
	var out []string
	for k := range d.rows {
		if strings.HasPrefix(k, collection+"/") {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

func (d *device) words() string { return fmt.Sprintf("words %d of phone %d", d.w.rand.IntN(1e9), d.n) }

func (d *device) id(prefix string) string {
	d.w.ids++
	return fmt.Sprintf("%s%d%0*d", prefix[:4], d.n, 10, d.w.ids)
}

func (d *device) change(collection, field, value string) {
	rows := d.held(collection)
	if len(rows) == 0 {
		return
	}
	if news := slices.DeleteFunc(slices.Clone(rows), func(key string) bool { return !strings.HasPrefix(key, "people/peop") }); len(news) > 0 && d.w.chance(80) {
		rows = news // whom a phone wrote down: a restore can lose them
	}
	key := pick(d.w, rows)
	m := d.make("update", collection, strings.TrimPrefix(key, collection+"/"), set(field, value))
	m.Base = d.base(key)
	if d.anew != nil || d.w.chance(50) {
		m.Was = set(field, d.field(collection, m.Record, field))
	}
}

// make puts a mutation into the outbox. The phone's clock is wrong by years.
func (d *device) make(op, collection, record string, fields map[string]json.RawMessage) *deed {
	if record == "" {
		record = d.id(collection)
	}
	m := &deed{by: d, epoch: d.epoch, Mutation: contract.Mutation{
		ID: ulid(), Collection: collection, Record: record, Op: op, Set: fields,
		RecordedAt: fmt.Sprintf("%d-01-02T03:04:05.000Z", 1990+d.w.rand.IntN(60)),
	}}
	if key := collection + "/" + record; op == "delete" {
		m.Base = d.base(key)
	}
	d.outbox = append(d.outbox, m)
	d.w.all = append(d.w.all, m)
	return m
}

// base is the rev of the state that the phone shows, and none of a record that has not come
// again yet since the history began anew.
func (d *device) base(key string) int64 {
	if d.anew != nil {
		return d.anew[key].rev
	}
	return d.rows[key].rev
}

// send goes through the bad network: nil when no answer came back.
func (d *device) send(path string, body []byte, accept string) (int, []byte) {
	fate := d.w.rand.IntN(100)
	if d.w.healing() {
		fate = 100
	}
	if fate < 6 {
		return 0, nil // the request was lost
	}
	if fate < 10 {
		d.post(path, body, accept) // it arrives twice
	}
	status, answer := d.post(path, body, accept)
	if status == 401 {
		d.rejoin()
	}
	switch {
	case fate < 18:
		return 0, nil // the answer was lost, or the phone died before it kept it
	case fate < 24 && accept != "" && len(answer) > 0:
		return status, answer[:d.w.rand.IntN(len(answer))] // the stream was cut
	}
	return status, answer
}

func (d *device) post(path string, body []byte, accept string) (int, []byte) {
	method := "POST"
	if body == nil {
		method = "GET"
	}
	req, err := http.NewRequest(method, d.s.URL+path, bytes.NewReader(body))
	d.w.must(err)
	if path != "/api/sync/devices/refresh" {
		req.Header.Set("Authorization", "Bearer "+d.token)
	}
	req.Header.Set("Content-Type", "application/json")
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	if d.n != 0 { // one of the five asks for gzip, as Go's client does unless told; what comes is the same
		req.Header.Set("Accept-Encoding", "identity")
	}
	res, err := http.DefaultClient.Do(req)
	d.w.must(err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	d.w.must(err)
	return res.StatusCode, raw
}

// pushSome hands in part of the outbox, oldest first; only an answer empties it.
func (d *device) pushSome() {
	n := min(len(d.outbox), 1+d.w.rand.IntN(20))
	if d.w.healing() {
		n = min(len(d.outbox), 200)
	}
	if n == 0 {
		return
	}
	for n < len(d.outbox) && n < 490 && d.outbox[n].Group != "" && d.outbox[n].Group == d.outbox[n-1].Group {
		n++ // a group travels whole
	}
	d.offer(d.outbox[:n], d.epoch)
}

// offer pushes deeds and notes their verdicts. It tells whether an answer came.
func (d *device) offer(deeds []*deed, epoch string) bool {
	ask := contract.PushRequest{Epoch: epoch, History: d.history}
	for _, m := range deeds {
		ask.Mutations = append(ask.Mutations, m.Mutation)
	}
	body, err := json.Marshal(ask)
	d.w.must(err)
	if d.w.chance(10) {
		d.old = body
	}
	status, raw := d.send("/api/sync/push", body, "")
	switch {
	case status == 401, raw == nil: // suspended, or cut off: everything stays on the phone
		return false
	case status == 409:
		d.lostEpoch()
		return false
	case status != 200:
		d.w.t.Fatalf("push: %d %s", status, raw)
	}
	var a contract.PushAnswer
	d.w.must(json.Unmarshal(raw, &a))
	d.history = a.History
	for i, r := range a.Results {
		deeds[i].result, deeds[i].decided = &r, a.Epoch
		if !deeds[i].stood && r.Verdict == contract.Refused {
			deeds[i].before = r.Refusal
		}
		deeds[i].stood = deeds[i].stood || r.Verdict == contract.Applied || r.Verdict == contract.Merged
	}
	d.acked = append(d.acked, deeds...)
	d.outbox = slices.DeleteFunc(d.outbox, func(m *deed) bool { return slices.Contains(deeds, m) })
	return true
}

// late lets an old request arrive long after it was sent.
func (d *device) late() {
	if d.old != nil {
		d.post("/api/sync/push", d.old, "")
		d.old = nil
	}
}

// pullSome syncs what it can, by pages or by a stream.
func (d *device) pullSome() {
	if d.w.chance(50) {
		d.pullStream()
		return
	}
	limit := 1 + d.w.rand.IntN(60)
	for range 1 + d.w.rand.IntN(6) {
		if !d.pullPage(limit) {
			return
		}
	}
}

// pullPage syncs one page; it tells whether there is more.
func (d *device) pullPage(limit int) bool {
	from := d.w.head()
	status, raw := d.send("/api/sync/pull", d.asking(limit), "")
	if raw == nil || status == 401 || d.turnedAway(status, raw) {
		return false
	}
	var a contract.PullAnswer
	d.w.must(json.Unmarshal(raw, &a))
	d.history = a.History
	d.take(a.Changes, a.Position, a.Epoch, from, !a.More)
	return a.More
}

func (d *device) pullStream() {
	from := d.w.head()
	status, raw := d.send("/api/sync/pull", d.asking(0), "application/x-ndjson")
	if raw == nil || status == 401 || d.turnedAway(status, raw) {
		return
	}
	var pending []contract.Change
	for line := range bytes.Lines(raw) {
		if line[len(line)-1] != '\n' {
			return // cut: what stands after the last position line is not applied
		}
		var c contract.Change
		d.w.must(json.Unmarshal(line, &c))
		if c.Op != "" {
			pending = append(pending, c)
			continue
		}
		var mark contract.StreamLine
		d.w.must(json.Unmarshal(line, &mark))
		if mark.History != "" {
			d.history = mark.History
		}
		d.take(pending, mark.Position, mark.Epoch, from, mark.End)
		pending = nil
	}
}

func (d *device) asking(limit int) []byte {
	ask := contract.PullRequest{Position: d.position, Limit: limit, History: d.history}
	if d.w.chance(30) {
		ask.First = []string{"cases", "people"}
	}
	body, err := json.Marshal(ask)
	d.w.must(err)
	return body
}

// take applies changes and the position in one local transaction, and checks that
// nothing came that its user was not granted.
func (d *device) take(changes []contract.Change, position, epoch string, from int64, whole bool) {
	granted := d.w.granted(d.who.ID, from)
	for _, c := range changes {
		if c.Op == "put" && !granted[c.Scope] {
			d.w.t.Errorf("phone %d (%s) was sent %s/%s of %s, never granted", d.n, d.who.Account, c.Collection, c.ID, c.Scope)
		}
	}
	shown := d.rows
	if d.anew != nil {
		d.rows = d.anew
	}
	d.apply(d.kept(changes))
	if d.anew != nil && !whole {
		d.rows = shown
	} else {
		d.anew = nil
	}
	d.position = &position
	if epoch != "" {
		if d.epoch != "" && d.epoch != epoch {
			for _, m := range d.outbox {
				m.Base = 0 // as in lostEpoch
			}
		}
		d.epoch = epoch
		d.overtaken(epoch)
	}
}

// kept are the changes that a phone keeps. One of the five passes over what the server
// says of a record that it holds and has unsent edits of, as replication libraries do:
// only the server's delivering it once more after the push brings it up to date (T7).
func (d *device) kept(changes []contract.Change) []contract.Change {
	if d.n != 1 {
		return changes
	}
	return slices.DeleteFunc(changes, func(c contract.Change) bool {
		_, there := d.rows[c.Collection+"/"+c.ID]
		return there && c.Op == "put" && slices.ContainsFunc(d.outbox, func(m *deed) bool {
			return m.Op == "update" && m.Collection == c.Collection && m.Record == c.ID
		})
	})
}
