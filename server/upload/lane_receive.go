package upload

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	contract "holdfast/mobile-contract"
)

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferLen); return &b }}

// receive writes the request's body behind the bytes that the upload has and
// answers where it then stands, which is on the disk. A body that breaks off keeps
// what came, unless it carries a checksum, which can then not be held. Meanwhile
// others are served.
func (r *Room) receive(e *core.RequestEvent, l *upload, offset int64) (int64, error) {
	check, err := readChecksum(e.Request.Header.Get("Upload-Checksum"))
	if err != nil {
		return 0, err
	}
	if err := deadlines(e, time.Now().Add(idle), time.Time{}); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(r.parts.path(l.ID), os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return 0, err
	}

	r.counter.leave()
	defer r.counter.back()
	running := r.hashes.take(l.ID, offset)
	disk := &sink{f: f}
	to := []io.Writer{disk}
	if running != nil {
		to = append(to, running)
	}
	if check != nil {
		to = append(to, check)
	}
	body := &steady{r: e.Request.Body, c: http.NewResponseController(e.Response), until: time.Now().Add(idle)}
	n, err := theHand().pour(io.MultiWriter(to...), io.LimitReader(body, l.Size-offset))
	if err == nil && e.Request.ContentLength < 0 && longer(body) {
		err = refuse(contract.TooLarge, "The body is longer than what is left of the upload.")
		return offset, errors.Join(err, truncate(f, offset))
	}

	if check != nil && (err != nil || !check.agrees()) {
		if back := truncate(f, offset); back != nil {
			return offset, back
		}
		if err == nil {
			tell(e, offset, time.Now())
			return offset, refuse(contract.ChecksumMismatch, "")
		}
		n = 0
	}
	if synced := f.Sync(); synced != nil {
		return offset, errors.Join(fmt.Errorf("writing through: %w", synced), truncate(f, offset))
	}
	switch {
	case disk.err != nil:
		// What fitted is kept and counted: the next request goes on from there.
		if info, stat := f.Stat(); stat == nil {
			tell(e, info.Size(), time.Now())
		}
		return offset, fmt.Errorf("writing bytes: %w", disk.err)
	case err != nil:
		tell(e, offset+n, time.Now())
		return offset, later(e, contract.Busy, time.Second)
	}
	if running != nil {
		r.hashes.keep(l.ID, offset+n, running)
	}
	return offset + n, nil
}

// truncate makes the file end where it did before this request.
func truncate(f *os.File, offset int64) error {
	return errors.Join(f.Truncate(offset), f.Sync())
}

// longer reports whether a body has more bytes than it may.
func longer(body io.Reader) bool {
	var one [1]byte
	n, _ := io.ReadFull(body, one[:])
	return n > 0
}

// untee gives a request back the body that net/http made. PocketBase's router lays a
// reader over it that keeps a copy of all that is read, for handlers that read a
// body twice. Behind that reader net/http moreover does not see that a body was left
// unread, and takes what is left of it for the next request on the connection.
func untee(r *http.Request) {
	if again, ok := r.Body.(*router.RereadableReadCloser); ok {
		r.Body = again.ReadCloser
	}
}

// steady gives a connection up when it is silent for too long, not when it is slow:
// a phone that has left its signal must not hold its upload locked.
type steady struct {
	r     io.Reader
	c     *http.ResponseController
	until time.Time
}

func (s *steady) Read(p []byte) (int, error) {
	if now := time.Now(); now.Add(idle - time.Second).After(s.until) {
		s.until = now.Add(idle)
		_ = s.c.SetReadDeadline(s.until) // without deadlines there is nothing to move
	}
	return s.r.Read(p)
}

// sink is the part file, and remembers whether it was the disk that failed.
type sink struct {
	f   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.f.Write(p)
	s.err = err
	return n, err
}
