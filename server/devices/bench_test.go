package devices

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// checkpoint is the check of who sent a request, without the network around it, and a
// phone that proves itself.
type checkpoint struct {
	room  *Room
	app   core.App
	phone *demotest.Phone
}

func newCheckpoint(t testing.TB) *checkpoint {
	t.Helper()
	app := demotest.App(t)
	s := demotest.Serve(t, app, Open)
	c := &checkpoint{room: &Room{}, app: app, phone: s.Phone(demo.Practitioner)}
	var err error
	if c.room.keys, err = signing.Load(app); err != nil {
		t.Fatal(err)
	}
	return c
}

// requests are so many of a phone's, each with a proof of its own.
func (c *checkpoint) requests(t testing.TB, n int) []*http.Request {
	t.Helper()
	c.room.nonces = nonces{}
	nonce := c.room.nonces.now(time.Now())
	all := make([]*http.Request, n)
	for i := range all {
		proof, err := contract.NewProof("POST", "https://holdfast.example/api/sync/pull", nonce, c.phone.AccessToken).Sign(c.phone.Key)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = httptest.NewRequest("POST", "https://holdfast.example/api/sync/pull", nil)
		all[i].Header.Set("Authorization", "DPoP "+c.phone.AccessToken)
		all[i].Header.Set("DPoP", proof)
	}
	return all
}

func (c *checkpoint) pass(t testing.TB, q *http.Request) {
	e := &core.RequestEvent{App: c.app}
	e.Request, e.Response = q, httptest.NewRecorder()
	if err := c.room.believe().Func(e); err != nil || e.Auth == nil || e.Auth.Id != demo.Practitioner.ID {
		t.Fatalf("%v %v", err, e.Auth)
	}
}

// Who sent a request is found without a database, also by a proof; what changes is known
// at the next one.
func TestNoDatabaseIsAskedWhoSentARequest(t *testing.T) {
	c := newCheckpoint(t)
	requests := c.requests(t, 101)
	c.pass(t, requests[0])
	var asked atomic.Int64
	for _, b := range []dbx.Builder{c.app.ConcurrentDB(), c.app.NonconcurrentDB()} {
		db, ok := b.(*dbx.DB)
		if !ok {
			t.Fatalf("%T", b)
		}
		db.QueryLogFunc = func(context.Context, time.Duration, string, *sql.Rows, error) { asked.Add(1) }
		db.ExecLogFunc = func(context.Context, time.Duration, string, sql.Result, error) { asked.Add(1) }
		defer func() { db.QueryLogFunc, db.ExecLogFunc = nil, nil }()
	}
	for _, q := range requests[1:] {
		c.pass(t, q)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("a hundred requests asked the database %d times", n)
	}
	if _, err := c.app.CountRecords("devices"); err != nil || asked.Load() == 0 {
		t.Errorf("what counts the questions counts none (%v)", err)
	}
}

// BenchmarkTokenWithProof is what it costs to know who sent a request: the access token,
// whether its phone may speak, and the proof that it is that phone.
func BenchmarkTokenWithProof(b *testing.B) {
	c := newCheckpoint(b)
	var left []*http.Request
	b.ResetTimer()
	b.ReportAllocs()
	for range b.N {
		if len(left) == 0 {
			b.StopTimer()
			left = c.requests(b, 2000)
			b.StartTimer()
		}
		c.pass(b, left[0])
		left = left[1:]
	}
}
