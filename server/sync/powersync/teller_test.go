package powersync

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/sync"
)

// recorded is a teller that tells a recorder, a piece at a time.
type recorded struct {
	*teller
	recorder *httptest.ResponseRecorder
	from     int
}

func (r *recorded) sent() string {
	all := r.recorder.Body.String()
	said := all[r.from:]
	r.from = len(all)
	return said
}

func (r *recorded) all() string { return r.recorder.Body.String() }

// reading is a teller that has read its first piece and not sent it.
func reading(t *testing.T, s *demotest.Server, c *client, who demo.Person) (*recorded, *round) {
	t.Helper()
	reader, err := sync.ReaderOf(s.App)
	check(t, err)
	keys, err := signing.Load(s.App)
	check(t, err)
	room := &Room{reader: reader, keys: keys, marks: marks{of: map[string]map[string]int64{}}}
	token, err := signin.ReadSpoken(keys, c.token)
	check(t, err)
	w := httptest.NewRecorder()
	ev := &core.RequestEvent{App: s.App}
	ev.Request, ev.Response = httptest.NewRequest(http.MethodPost, "/sync/stream", nil), w
	ev.Auth = record(t, s.App, "users", who.ID)
	ev.Set(kernel.DeviceKey, c.device)
	ctx := context.Background()
	here, _, err := reader.Here(ctx, c.device)
	check(t, err)
	out := &teller{room: room, ev: ev, ctx: ctx, user: who.ID, device: c.device, token: token, session: newSession(request{}, here.Epoch, 1)}
	var r *round
	check(t, reader.Snapshot(ctx, who.ID, func(snap *sync.Snapshot) error {
		r, err = out.session.read(snap)
		return err
	}))
	return &recorded{out, w, 0}, r
}

func unpack(t *testing.T, c *client) {
	t.Helper()
	z, err := gzip.NewReader(c.body)
	check(t, err)
	c.lines = bufio.NewReaderSize(z, 1<<20)
}

// many puts so many notes on the first case, as somebody's years do.
func many(t testing.TB, s *demotest.Server, n int) {
	t.Helper()
	check(t, s.App.RunInTransaction(func(tx core.App) error {
		for i := range n {
			_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO notes (id, "case", author, agency, body, source, shared, created, updated)
				VALUES ({:id}, {:c}, {:u}, {:a}, {:b}, 'document', 1, '2026-11-01 09:00:00.000Z', '2026-11-01 09:00:00.000Z')`).
				Bind(dbx.Params{"id": fmt.Sprintf("manynotes%06d", i), "c": demo.CaseID(1), "u": demo.Practitioner.ID, "a": demo.Practitioner.Agency,
					"b": fmt.Sprintf("Note %d. The kitchen was warm and there was food in the house; he had done his reading, and showed it. %s", i, "She asked for the surgery's number, and rang it while I was there.")}).Execute()
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// audited is how many rows of a case somebody was shown by sync, on record.
func audited(t *testing.T, s *demotest.Server, user, of string) (n int) {
	t.Helper()
	check(t, kernel.SettleAudit(s.App))
	check(t, s.App.ConcurrentDB().NewQuery(`SELECT coalesce(sum("count"), 0) FROM audit_log WHERE verb = 'sync' AND actor = {:u} AND "case" = {:c}`).
		Bind(dbx.Params{"u": user, "c": of}).Row(&n))
	return n
}

// short is a token that lives for less than those the server gives.
func short(t *testing.T, s *demotest.Server, who demo.Person, device string, life time.Duration) string {
	t.Helper()
	keys, err := signing.Load(s.App)
	check(t, err)
	token, err := keys.Sign(signing.Stream, signin.StreamClaims{RegisteredClaims: jwt.RegisteredClaims{Issuer: signing.Issuer, Subject: who.ID,
		Audience: jwt.ClaimStrings{signing.Issuer}, ID: "short", ExpiresAt: jwt.NewNumericDate(time.Now().Add(life))}, Device: device})
	check(t, err)
	return token
}
