package sync

import (
	"bytes"
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	stdsync "sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// pull answers what changed for the caller since their position, as one page or as
// a stream of the whole run.
func (e *Engine) pull(ev *core.RequestEvent) error {
	user, device, err := caller(ev)
	if err != nil {
		return err
	}
	var ask contract.PullRequest
	if err := reply.Decode(ev, contract.MaxPullBytes, &ask); err != nil {
		return err
	}
	if ask.Contract != 0 && ask.Contract < e.oldest {
		return reply.Error(contract.ContractOld, "")
	}
	at := &place{RegisteredClaims: jwt.RegisteredClaims{Subject: user.Id}, Device: device, Epoch: e.epoch()}
	if ask.Position != nil {
		if at, err = e.unseal(*ask.Position, user.Id, device); err != nil {
			return err
		}
		if err := e.overtaken(at); err != nil {
			return err
		}
		if err := e.remembered(at, ask); err != nil {
			return err
		}
		if err := e.arrived(user.Id, device, at); err != nil {
			return err
		}
	}
	r := &run{engine: e, ctx: ev.Request.Context(), user: user.Id, device: device, at: at}
	noCache(ev.Response.Header())
	if strings.Contains(ev.Request.Header.Get("Accept"), "application/x-ndjson") {
		return e.stream(ev, r, ask)
	}
	return e.page(ev, r, ask)
}

// page answers one page as JSON.
func (e *Engine) page(ev *core.RequestEvent, r *run, ask contract.PullRequest) error {
	r.left = ask.Limit
	if r.left == 0 {
		r.left = contract.DefaultLimit
	}
	opens := !r.at.inRun()
	if err := r.begin(ask); err != nil {
		return err
	}
	seen, besides := sighting{}, sighting{}
	page := buffers.Get().(*bytes.Buffer)
	page.Reset()
	defer buffers.Put(page)
	page.WriteString(`{"epoch":"` + e.epoch() + `","changes":[`)
	first := true
	r.emit = func(n entry) error {
		if !first {
			page.WriteByte(',')
		}
		first = false
		switch {
		case !r.at.foreseen(n.scope):
			besides.add(n)
		case !r.at.promised():
			seen.add(n)
		}
		write(page, n)
		return nil
	}
	done, err := r.fill()
	if err != nil {
		return err
	}
	if opens && !done { // of a run of many pages all is written down with the first
		if seen, err = e.foresee(r); err != nil {
			return err
		}
		r.at.Promised = time.Now().Unix()
	}
	position, err := e.seal(r.at)
	if err != nil {
		return err
	}
	for id, n := range besides {
		seen[id] += n
	}
	if err := seen.audit(ev); err != nil {
		return err
	}
	page.WriteString(`],"position":"` + position + `","more":` + strconv.FormatBool(!done) + `,"server_time":"` + serverTime() + `"}`)

	h := ev.Response.Header()
	h.Set("Content-Type", "application/json")
	w, finish := compressed(ev)
	if _, err := w.Write(page.Bytes()); err != nil {
		return nil // the phone went away; it asks again from its last position
	}
	return finish()
}

// buffers are pages under way, of a size that the last ones had.
var buffers = stdsync.Pool{New: func() any { return new(bytes.Buffer) }}

// arrived notes what a position proves: that the device has what came before it.
func (e *Engine) arrived(user, device string, at *place) error {
	if last, ok := e.seen.Load(device); ok && last.(place).Seq == at.Seq && last.(place).Again == at.Again {
		return nil
	}
	if err := e.forget(device, at.Again); err != nil {
		return err
	}
	var before int64
	if last, ok := e.seen.Load(device); ok {
		before = last.(place).Seq
	}
	var ended int
	if err := e.stmt.ended.QueryRow(user, before, at.Seq).Scan(&ended); err != nil {
		return err
	}
	if ended > 0 { // it learned that it lost something: what it records from here on is no longer in good faith
		if _, err := e.app.NonconcurrentDB().NewQuery(`INSERT INTO sync_places (device, seq) VALUES ({:d}, {:s})
			ON CONFLICT (device) DO UPDATE SET seq = max(seq, excluded.seq)`).Bind(dbx.Params{"d": device, "s": at.Seq}).Execute(); err != nil {
			return err
		}
	}
	e.seen.Store(device, *at)
	return nil
}

// write puts one entry on the wire; a record's JSON goes as SQLite made it.
func write(w *bytes.Buffer, n entry) {
	op := "drop"
	if n.put {
		op = "put"
	}
	w.WriteString(`{"op":"` + op + `"`)
	if n.scope != "" {
		w.WriteString(`,"scope":"` + n.scope + `"`)
	}
	if n.collection != "" {
		w.WriteString(`,"collection":"` + n.collection + `","id":"` + n.record + `"`)
	}
	if n.rev > 0 {
		w.WriteString(`,"rev":`)
		w.Write(strconv.AppendInt(w.AvailableBuffer(), n.rev, 10))
	}
	if n.put {
		w.WriteString(`,"record":`)
		w.Write(n.body)
	}
	w.WriteByte('}')
}

// compressed is the response, gzipped when the client asked for that.
func compressed(ev *core.RequestEvent) (w io.Writer, finish func() error) {
	if !strings.Contains(ev.Request.Header.Get("Accept-Encoding"), "gzip") {
		return ev.Response, func() error { return nil }
	}
	ev.Response.Header().Set("Content-Encoding", "gzip")
	ev.Response.Header().Add("Vary", "Accept-Encoding")
	z, _ := gzip.NewWriterLevel(ev.Response, gzip.BestSpeed)
	return z, func() error { _ = z.Close(); return nil }
}

func serverTime() string { return types.NowDateTime().Time().Format("2006-01-02T15:04:05.000Z") }
