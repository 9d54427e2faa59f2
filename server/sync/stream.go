package sync

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// stream answers the whole run, a change a line, with a position line at least
// every StreamMark changes and about every PageBytes: what stands before one is audited
// before it is sent, and a cut stream resumes from the last one.
func (e *Engine) stream(ev *core.RequestEvent, r *run, ask contract.PullRequest) error {
	if !r.at.inRun() && ask.Collections == nil {
		r.tally = map[string]*contract.Tally{} // a resumed run delivers no scope whole
	}
	if err := r.begin(ask); err != nil {
		return err
	}
	r.left = math.MaxInt32
	h := ev.Response.Header()
	h.Set("Content-Type", "application/x-ndjson")
	control := http.NewResponseController(ev.Response)
	if err := e.foresee(ev, r); err != nil {
		return err
	}
	w, finish := io.Writer(ev.Response), func() error { return nil }
	if gzipped(ev) {
		sayGzipped(ev)
		w, finish = squeeze(ev.Response)
	}
	var block bytes.Buffer
	lines := bufio.NewWriterSize(&block, 4<<10)
	seen := sighting{}
	since, speaks := 0, r.speaks()
	flush := func() error {
		if err := seen.audit(ev); err != nil {
			return err
		}
		// Each block has its own time to arrive; a slow phone is no dead one.
		_ = control.SetWriteDeadline(time.Now().Add(time.Minute))
		if err := lines.Flush(); err != nil {
			return err
		}
		if _, err := w.Write(block.Bytes()); err != nil {
			return errGone
		}
		block.Reset()
		since = 0
		return nil
	}
	mark := func() error {
		position, err := e.seal(r.at)
		if err != nil {
			return err
		}
		lines.WriteString(`{"position":"` + position + `"`)
		if r.recent {
			lines.WriteString(`,"recent":true`)
		}
		lines.WriteString("}\n")
		if err := flush(); err != nil {
			return err
		}
		push(w)
		_ = control.Flush()
		return nil
	}
	r.mark = mark
	r.emit = func(n entry) error {
		// The place stands before this entry here, so a mark covers what was said.
		if since >= contract.StreamMark || since > 0 && block.Len()+lines.Buffered()+n.size() > contract.PageBytes {
			if err := mark(); err != nil {
				return err
			}
		}
		since++
		if !r.foreseen(n.scope) {
			seen.add(n)
		}
		if err := write(lines, n); err != nil {
			return err
		}
		return lines.WriteByte('\n')
	}
	if _, err := r.fill(); err != nil {
		if err == errGone {
			return nil
		}
		e.app.Logger().Error("A streamed pull broke off", "error", err, "user", r.user)
		_ = json.NewEncoder(lines).Encode(contract.StreamLine{Error: string(contract.Internal)})
		_ = flush()
		return finish()
	}
	position, err := e.seal(r.at)
	if err != nil {
		return err
	}
	end := contract.StreamLine{End: true, Position: position, Recent: r.recent, Epoch: r.at.Epoch, Contract: e.versions(speaks)}
	if end.History, err = e.line.Seal(r.now.Place); err != nil {
		return err
	}
	if end.Digest, err = r.digests(); err != nil {
		return err
	}
	if err := json.NewEncoder(lines).Encode(end); err != nil {
		return err
	}
	if err := flush(); err != nil {
		return nil
	}
	return finish()
}

// digests are those of the scopes that this run delivered whole: not of one whose right
// ended on the way, and its reading with it.
func (r *run) digests() (map[string]contract.Digest, error) {
	held, err := names(r.ctx, r.engine.stmt.kept, r.user, r.at.Seq, "")
	if err != nil {
		return nil, err
	}
	out := map[string]contract.Digest{}
	for _, scope := range held {
		if t := r.tally[scope]; t != nil {
			out[scope] = t.Digest()
		}
	}
	return out, nil
}

// push sends on what a compressor holds back.
func push(w io.Writer) {
	if z, ok := w.(*gzip.Writer); ok {
		_ = z.Flush()
	}
}

var errGone = goneError{}

// goneError says that nobody listens any more.
type goneError struct{}

func (goneError) Error() string { return "the client went away" }
