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
	w      *world
	n      int
	epoch  string
	outbox []*deed
	acked  []*deed // kept for a replay
	old    []byte  // an earlier push, still travelling somewhere in the network
}

// deed is one mutation and what became of it.
type deed struct {
	contract.Mutation
	by      *device
	epoch   string // of its base
	result  *contract.Result
	decided string // the epoch in which the result was given
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
	case n < 60:
		d.make("create", "notes", "", set("case", c, "body", d.words(), "source", "seen_by_worker", "shared", d.w.chance(60)))
	case n < 80:
		d.change("cases", "summary", d.words())
	case n < 85:
		d.change("people", "needs", d.words())
	case n < 90:
		d.change("people", "last_seen_on", fmt.Sprintf("2026-11-%02d", 1+d.w.rand.IntN(20)))
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
	key := pick(d.w, rows)
	m := d.make("update", collection, strings.TrimPrefix(key, collection+"/"), set(field, value))
	m.Base = d.rows[key].rev
	if d.w.chance(50) {
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
		m.Base = d.rows[key].rev
	}
	d.outbox = append(d.outbox, m)
	d.w.all = append(d.w.all, m)
	return m
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

// rejoin is what a phone does whose sign-in has ended, for good (M7): as soon as its user
// signs in again it is another device, starts from nothing, and has kept what it had not
// handed in, and of which history that was.
func (d *device) rejoin() {
	u, err := d.w.app.FindRecordById("users", d.who.ID)
	d.w.must(err)
	if !u.GetBool("active") {
		return
	}
	anew := newPhone(d.w.t, d.s, d.who)
	d.device, d.token = anew.device, anew.token
	d.position, d.rows = nil, map[string]held{}
}

func (d *device) post(path string, body []byte, accept string) (int, []byte) {
	req, err := http.NewRequest("POST", d.s.URL+path, bytes.NewReader(body))
	d.w.must(err)
	req.Header.Set("Authorization", "Bearer "+d.token)
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
	ask := contract.PushRequest{Epoch: epoch}
	for _, m := range deeds {
		ask.Mutations = append(ask.Mutations, m.Mutation)
	}
	body, err := json.Marshal(ask)
	d.w.must(err)
	if d.w.chance(10) {
		d.old = body
	}
	status, raw := d.send("/api/sync/push", body, "")
	if status == 401 {
		return false // suspended: everything stays on the phone
	}
	if raw == nil {
		return false
	}
	if status != 200 {
		d.w.t.Fatalf("push: %d %s", status, raw)
	}
	var a contract.PushAnswer
	d.w.must(json.Unmarshal(raw, &a))
	for i, r := range a.Results {
		deeds[i].result, deeds[i].decided = &r, a.Epoch
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
	if raw == nil || status == 401 {
		return false
	}
	if d.lostEpoch(status, raw) {
		return false
	}
	var a contract.PullAnswer
	d.w.must(json.Unmarshal(raw, &a))
	d.take(a.Changes, a.Position, a.Epoch, from)
	return a.More
}

func (d *device) pullStream() {
	from := d.w.head()
	status, raw := d.send("/api/sync/pull", d.asking(0), "application/x-ndjson")
	if raw == nil || status == 401 || d.lostEpoch(status, raw) {
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
		d.take(pending, mark.Position, mark.Epoch, from)
		pending = nil
	}
}

func (d *device) asking(limit int) []byte {
	ask := contract.PullRequest{Position: d.position, Limit: limit}
	if d.w.chance(30) {
		ask.First = []string{"cases", "people"}
	}
	body, err := json.Marshal(ask)
	d.w.must(err)
	return body
}

// take applies changes and the position in one local transaction, and checks that
// nothing came that its user was not granted.
func (d *device) take(changes []contract.Change, position, epoch string, from int64) {
	granted := d.w.granted(d.who.ID, from)
	for _, c := range changes {
		if c.Op == "put" && !granted[c.Scope] {
			d.w.t.Errorf("phone %d (%s) was sent %s/%s of %s, never granted", d.n, d.who.Account, c.Collection, c.ID, c.Scope)
		}
	}
	d.apply(d.kept(changes))
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

// overtaken offers again what was acknowledged under another history than the one
// that an answer names: the server was restored twice before this phone had a
// position of the first restore's history.
func (d *device) overtaken(epoch string) {
	var lost []*deed
	for _, m := range d.acked {
		if m.decided != epoch {
			lost = append(lost, m)
		}
	}
	if len(lost) == 0 {
		return
	}
	d.acked = slices.DeleteFunc(d.acked, func(m *deed) bool { return m.decided != epoch })
	d.offerAll(lost)
}

// offerAll offers deeds of a history that is gone; those without an answer are unsent
// again.
func (d *device) offerAll(again []*deed) {
	for len(again) > 0 {
		n := min(len(again), 200)
		for n < len(again) && n < 490 && again[n].Group != "" && again[n].Group == again[n-1].Group {
			n++
		}
		if !d.offer(again[:n], "gone") {
			for _, m := range again {
				m.Base = 0
			}
			d.outbox = append(slices.Clone(again), d.outbox...)
			return
		}
		again = again[n:]
	}
}

// lostEpoch meets a server whose history began anew: what it had acknowledged is
// offered again, in order, before anything is pulled from nothing.
func (d *device) lostEpoch(status int, raw []byte) bool {
	if status == 200 {
		return false
	}
	if status == 410 {
		d.beyond()
		return true
	}
	if status != 409 {
		d.w.t.Fatalf("pull: %d %s", status, raw)
	}
	again := d.acked
	d.acked = nil
	d.offerAll(again)
	for _, m := range d.outbox {
		m.Base = 0 // their bases are of the history that is gone
	}
	d.position, d.rows, d.epoch = nil, map[string]held{}, ""
	return true
}
