package powersync

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/sync"
)

func fellmoor(t testing.TB) *demotest.Server {
	t.Helper()
	return demotest.Serve(t, demotest.App(t), crossOrigin, devices.Open, sync.Open, Open)
}

// crossOrigin is what PocketBase binds as it serves.
func crossOrigin(e *core.ServeEvent) error {
	e.Router.Bind(apis.CORS(apis.CORSConfig{AllowOrigins: []string{"*"}, AllowMethods: []string{http.MethodGet, http.MethodPost}}))
	return nil
}

// client is a model of what the libraries' core does with the lines.
type client struct {
	t       testing.TB
	s       *demotest.Server
	token   string
	device  string
	buckets map[string]*held // by name
	pending map[string]listed
	last    string // the last whole checkpoint
	write   string
	params  map[string]any
	partial []int

	body  io.ReadCloser
	lines *bufio.Reader
	stop  context.CancelFunc
}

type held struct {
	after    string
	sum      uint32
	rows     map[string]string // "collection/id" -> data
	removed  int
	received int
}

type anyLine struct {
	Checkpoint *checkpoint     `json:"checkpoint"`
	Diff       *checkpointDiff `json:"checkpoint_diff"`
	Data       *data           `json:"data"`
	Partial    *complete       `json:"partial_checkpoint_complete"`
	Complete   *complete       `json:"checkpoint_complete"`
	Expires    *int64          `json:"token_expires_in"`
}

func newClient(t testing.TB, s *demotest.Server, who demo.Person) *client {
	t.Helper()
	a := s.Do("POST", "/api/sync/devices", s.SignIn(who), contract.DeviceRequest{Name: who.Account + "'s phone"})
	var d contract.DeviceAnswer
	a.JSON(t, &d)
	return &client{t: t, s: s, token: d.AccessToken, device: d.Device, buckets: map[string]*held{}}
}

// connect asks as the libraries do, with members that nobody here knows.
func (c *client) connect(header ...string) *http.Response {
	c.t.Helper()
	c.hangUp()
	named := []map[string]string{}
	for name, b := range c.buckets {
		named = append(named, map[string]string{"name": name, "after": b.after})
	}
	raw, err := json.Marshal(map[string]any{"buckets": named, "include_checksum": true, "raw_data": true, "binary_data": true, "client_id": "one",
		"parameters": c.params, "streams": map[string]any{"include_defaults": true, "subscriptions": []any{}}, "app_metadata": map[string]any{}})
	check(c.t, err)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	c.stop = stop
	q, err := http.NewRequestWithContext(ctx, "POST", c.s.URL+"/sync/stream", bytes.NewReader(raw))
	check(c.t, err)
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Accept", "application/vnd.powersync.bson-stream;q=0.9,application/x-ndjson;q=0.8")
	q.Header.Set("Authorization", "Token "+c.token)
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(q)
	check(c.t, err)
	c.body, c.lines = res.Body, bufio.NewReaderSize(res.Body, 1<<20)
	c.t.Cleanup(c.hangUp)
	return res
}

func (c *client) hangUp() {
	if c.stop != nil {
		c.stop()
		c.body.Close()
		c.stop = nil
	}
}

// line reads and applies one line.
func (c *client) line() anyLine {
	c.t.Helper()
	raw, err := c.lines.ReadBytes('\n')
	check(c.t, err)
	return c.apply(raw)
}

func (c *client) apply(raw []byte) anyLine {
	c.t.Helper()
	var l anyLine
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		c.t.Fatalf("%s: %v", raw, err)
	}
	switch {
	case l.Checkpoint != nil:
		c.pending, c.write = map[string]listed{}, l.Checkpoint.Write
		for _, b := range l.Checkpoint.Buckets {
			c.pending[b.Bucket] = b
		}
		for name := range c.buckets {
			if _, there := c.pending[name]; !there {
				delete(c.buckets, name)
			}
		}
	case l.Diff != nil:
		if c.pending == nil {
			c.t.Fatal("a difference before a checkpoint")
		}
		c.write = l.Diff.Write
		for _, b := range l.Diff.Updated {
			c.pending[b.Bucket] = b
		}
		for _, name := range l.Diff.Removed {
			delete(c.pending, name)
			delete(c.buckets, name)
		}
	case l.Data != nil:
		c.data(*l.Data)
	case l.Partial != nil:
		c.partial = append(c.partial, *l.Partial.Priority)
		c.settle(l.Partial.Last, *l.Partial.Priority)
	case l.Complete != nil:
		c.settle(l.Complete.Last, 99)
		c.last = l.Complete.Last
	}
	return l
}

func (c *client) data(d data) {
	c.t.Helper()
	if _, listed := c.pending[d.Bucket]; !listed {
		c.t.Fatalf("data of %s, which is not in the checkpoint", d.Bucket)
	}
	if len(d.Data) > inLine {
		c.t.Errorf("a line of %d operations", len(d.Data))
	}
	b := c.buckets[d.Bucket]
	if b == nil {
		b = &held{rows: map[string]string{}}
		c.buckets[d.Bucket] = b
	}
	for _, o := range d.Data {
		b.received++
		key := o.Type + "/" + o.Object
		switch o.Op {
		case "PUT":
			b.rows[key] = *o.Data
		case "REMOVE":
			b.removed++
			delete(b.rows, key)
		case "CLEAR":
			b.rows, b.sum = map[string]string{}, 0
		}
		b.sum += o.Checksum
		b.after = o.ID
	}
}

// settle holds the buckets to the checkpoint, as the libraries do before they show it.
func (c *client) settle(last string, priority int) {
	c.t.Helper()
	for name, want := range c.pending {
		if want.Priority > priority {
			continue
		}
		b := c.buckets[name]
		if b == nil {
			b = &held{rows: map[string]string{}}
			c.buckets[name] = b
		}
		if b.sum != want.Checksum {
			c.t.Errorf("%s adds up to %d and not %d", name, b.sum, want.Checksum)
		}
		b.after = last
	}
}

// whole reads to the end of the next whole checkpoint.
func (c *client) whole() {
	c.t.Helper()
	for c.line().Complete == nil {
	}
}

// rows are what the views would show: id and rev by collection.
func (c *client) rows() map[string]int64 {
	c.t.Helper()
	out := map[string]int64{}
	for name, b := range c.buckets {
		if strings.Contains(name, "/"+serverScope+"#") {
			continue
		}
		for key, raw := range b.rows {
			var r struct {
				ID  string `json:"id"`
				Rev int64  `json:"_rev"`
			}
			check(c.t, json.Unmarshal([]byte(raw), &r))
			if _, twice := out[key]; twice {
				c.t.Errorf("%s is in two buckets", key)
			}
			if !strings.HasSuffix(key, "/"+r.ID) {
				c.t.Errorf("%s has the id %s", key, r.ID)
			}
			out[key] = r.Rev
		}
	}
	return out
}

// asPulled fails unless the client holds what a pull of the same person delivers.
func (c *client) asPulled() {
	c.t.Helper()
	want := pulled(c.t, c.s, c.token)
	got := c.rows()
	for key, rev := range want {
		if got[key] != rev {
			c.t.Errorf("%s is at %d, a pull's at %d", key, got[key], rev)
		}
	}
	if len(got) != len(want) || len(want) == 0 {
		c.t.Errorf("%d rows, a pull has %d", len(got), len(want))
	}
}

func pulled(t testing.TB, s *demotest.Server, token string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	var position *string
	for {
		a := s.Do("POST", "/api/sync/pull", token, contract.PullRequest{Position: position, Limit: 5000})
		if a.Status != 200 {
			t.Fatalf("pull: %d %s", a.Status, a.Body)
		}
		var p contract.PullAnswer
		a.JSON(t, &p)
		for _, ch := range p.Changes {
			if ch.Op == "put" {
				out[ch.Collection+"/"+ch.ID] = ch.Rev
			}
		}
		if position = &p.Position; !p.More {
			return out
		}
	}
}

// push hands in a note of the client's owner.
func (c *client) push(m ...contract.Mutation) []contract.Result {
	c.t.Helper()
	a := c.s.Do("POST", "/api/sync/push", c.token, contract.PushRequest{Mutations: m})
	if a.Status != 200 {
		c.t.Fatalf("push: %d %s", a.Status, a.Body)
	}
	var answer contract.PushAnswer
	a.JSON(c.t, &answer)
	return answer.Results
}

func record(t testing.TB, app core.App, collection, id string) *core.Record {
	t.Helper()
	r, err := app.FindRecordById(collection, id)
	check(t, err)
	return r
}

func seq(t testing.TB, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	check(t, err)
	return n
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// soon fails when something does not come to be.
func soon(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}
