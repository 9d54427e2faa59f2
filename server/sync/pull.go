package sync

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"strconv"
	"strings"
	stdsync "sync"

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
	if err := e.shown(ask.History); err != nil {
		return err
	}
	at := &place{RegisteredClaims: jwt.RegisteredClaims{Subject: user.Id}, Device: device}
	if ask.Position != nil {
		if at, err = e.unseal(*ask.Position, user.Id, device); err != nil {
			return err
		}
		if err := e.remembered(at, ask); err != nil {
			return err
		}
		if err := e.arrived(user.Id, device, at); err != nil {
			return err
		}
	}
	r, err := e.runFrom(ev.Request.Context(), user.Id, device, at)
	if err != nil {
		return err
	}
	e.goOn(r)
	defer e.rest(r)
	noCache(ev.Response.Header())
	if strings.Contains(ev.Request.Header.Get("Accept"), "application/x-ndjson") {
		return e.stream(ev, r, ask)
	}
	return e.page(ev, r, ask)
}

// page answers one page as JSON. It is made whole before a byte is written, a few
// at a time: three hundred phones back at once wait for their turn without a page in
// hand, and a slow one keeps nobody from theirs.
func (e *Engine) page(ev *core.RequestEvent, r *run, ask contract.PullRequest) error {
	r.left = ask.Limit
	if r.left == 0 {
		r.left = contract.DefaultLimit
	}
	r.most = contract.PageBytes
	if err := r.begin(ask); err != nil {
		return err
	}
	if err := e.foresee(ev, r); err != nil {
		return err
	}
	page := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(page)
	page.Reset()
	from := *r.at
	if err := e.make(ev, r, page); err != nil {
		*r.at = from // nothing of it is delivered
		return err
	}
	if gzipped(ev) {
		sayGzipped(ev)
	}
	ev.Response.Header().Set("Content-Type", "application/json")
	ev.Response.Header().Set("Content-Length", strconv.Itoa(page.Len())) // said, it goes in half as many writes
	_, _ = ev.Response.Write(page.Bytes())                               // a phone that went away asks again from its last position
	return nil
}

// make fills the page and writes down what of it was not foreseen.
func (e *Engine) make(ev *core.RequestEvent, r *run, page *bytes.Buffer) error {
	e.turns <- struct{}{}
	defer func() { <-e.turns }()
	w, finish := io.Writer(page), func() error { return nil }
	if gzipped(ev) {
		w, finish = squeeze(page)
	}
	lines := bufio.NewWriterSize(w, 32<<10)
	lines.WriteString(`{"epoch":"` + r.at.Epoch + `","changes":[`)
	first := true
	besides, speaks := sighting{}, r.speaks()
	r.emit = func(n entry) error {
		if !first {
			lines.WriteByte(',')
		}
		first = false
		if !r.foreseen(n.scope) {
			besides.add(n)
		}
		return write(lines, n)
	}
	done, err := r.fill()
	if err != nil {
		return err
	}
	position, err := e.seal(r.at)
	if err != nil {
		return err
	}
	if err := besides.audit(ev); err != nil {
		return err
	}
	history, err := e.line.Seal(r.now.Place)
	if err != nil {
		return err
	}
	lines.WriteString(`],"position":"` + position + `","more":` + strconv.FormatBool(!done))
	if r.recent {
		lines.WriteString(`,"recent":true`)
	}
	lines.WriteString(`,"history":"` + history + `","contract":` + encode(e.versions(speaks)) + `,"server_time":"` + serverTime() + `"}`)
	if err := lines.Flush(); err != nil {
		return err
	}
	return finish()
}

// buffers are pages under way, of a size that the last ones had.
var buffers = stdsync.Pool{New: func() any { return new(bytes.Buffer) }}

// arrived notes what a position proves: that the device has what came before it.
func (e *Engine) arrived(user, device string, at *place) error {
	e.arrivedEach(device, at)
	if last, ok := e.seen.Load(device); ok && last.(place).Seq == at.Seq && last.(place).Again == at.Again && slices.Equal(last.(place).Only, at.Only) {
		return nil
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
func write(w *bufio.Writer, n entry) error {
	say := func(parts ...string) {
		for _, p := range parts {
			w.WriteString(p)
		}
	}
	if n.put {
		say(`{"op":"put"`)
	} else {
		say(`{"op":"drop"`)
	}
	if n.scope != "" {
		say(`,"scope":"`, n.scope, `"`)
	}
	if n.collection != "" {
		say(`,"collection":"`, n.collection, `"`)
	}
	if n.record != "" {
		say(`,"id":"`, n.record, `"`)
	}
	if n.rev > 0 {
		say(`,"rev":`)
		w.Write(strconv.AppendInt(w.AvailableBuffer(), n.rev, 10))
	}
	if n.put {
		say(`,"record":`, wired(n.body))
	}
	return w.WriteByte('}')
}

// gzipped says that the client asked for gzip.
func gzipped(ev *core.RequestEvent) bool {
	return strings.Contains(ev.Request.Header.Get("Accept-Encoding"), "gzip")
}

// sayGzipped tells the client that what follows is: only once it does. An error is not.
func sayGzipped(ev *core.RequestEvent) {
	ev.Response.Header().Set("Content-Encoding", "gzip")
	ev.Response.Header().Add("Vary", "Accept-Encoding")
}

// squeeze compresses into w with a compressor that others have used before.
func squeeze(w io.Writer) (*gzip.Writer, func() error) {
	z := squeezers.Get().(*gzip.Writer)
	z.Reset(w)
	return z, func() error {
		defer squeezers.Put(z)
		return z.Close()
	}
}

var squeezers = stdsync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is one of its own
	return z
}}

func serverTime() string { return types.NowDateTime().Time().Format("2006-01-02T15:04:05.000Z") }
