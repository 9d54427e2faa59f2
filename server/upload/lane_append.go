package upload

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// append takes bytes at the offset where the upload stands.
func (r *Room) append(e *core.RequestEvent) error {
	l, err := r.mine(e)
	if err != nil {
		return err
	}
	if e.Request.Header.Get("Content-Type") != offsetType {
		return refuse(contract.UploadMedia, "")
	}
	from, err := bytesIn(e, "Upload-Offset")
	if err != nil {
		return err
	}
	return r.alone(e, l, func(row *core.Record, offset int64, last time.Time) error {
		switch {
		case from != offset:
			tell(e, offset, last)
			return refuse(contract.UploadOffset, "")
		case l.State == sealed:
			return r.thank(e, row, http.StatusNoContent)
		case kept(row):
			return r.tooLate(e, row)
		case e.Request.ContentLength > l.Size-offset:
			return refuse(contract.TooLarge, "The body is longer than what is left of the upload.")
		}
		if err := r.fits(e, max(e.Request.ContentLength, 0)); err != nil {
			return err
		}
		offset, err := r.receive(e, l, offset)
		if err != nil {
			return err
		}
		if offset == l.Size {
			return r.conclude(e, l, http.StatusNoContent)
		}
		tell(e, offset, time.Now())
		return e.NoContent(http.StatusNoContent)
	})
}

// head tells how far an upload has come. One that is whole and not yet sealed (the
// server fell in between) is sealed now.
func (r *Room) head(e *core.RequestEvent) error {
	l, err := r.mine(e)
	if err != nil {
		return err
	}
	return r.alone(e, l, func(row *core.Record, offset int64, last time.Time) error {
		h := e.Response.Header()
		h.Set("Upload-Length", strconv.FormatInt(l.Size, 10))
		h.Set("Upload-Metadata", l.Metadata)
		switch {
		case l.State == sealed:
			return r.thank(e, row, http.StatusOK)
		case offset == l.Size:
			return r.conclude(e, l, http.StatusOK)
		}
		tell(e, offset, last)
		return e.NoContent(http.StatusOK)
	})
}

// terminate gives an upload up. What was sealed stays sealed.
func (r *Room) terminate(e *core.RequestEvent) error {
	l, err := r.mine(e)
	if err != nil {
		return err
	}
	return r.alone(e, l, func(*core.Record, int64, time.Time) error {
		if l.State == open {
			r.hashes.forget(l.ID)
			if err := r.parts.drop(l.ID); err != nil {
				return err
			}
		}
		if err := strike(e.App.NonconcurrentDB(), l.ID); err != nil {
			return err
		}
		return e.NoContent(http.StatusNoContent)
	})
}

// alone runs do while nobody else touches the upload, with its row as it is now,
// where it stands and when its last byte came. An upload that has ended is gone, unless it was sealed.
func (r *Room) alone(e *core.RequestEvent, l *upload, do func(row *core.Record, offset int64, last time.Time) error) error {
	release, ok := r.locks.take(l.ID)
	if !ok {
		return later(e, contract.UploadLocked, time.Second)
	}
	defer release()
	now, err := find(e.App.ConcurrentDB(), l.ID) // it may have ended while we waited
	if err != nil {
		return err
	}
	if now == nil {
		return reply.Error(contract.NotFound, "")
	}
	row, err := r.evidence(e, now.Evidence)
	if err != nil {
		return err
	}
	switch *l = *now; {
	case l.State == sealed:
		return do(row, l.Size, time.Time{})
	case l.State != open:
		return refuse(contract.UploadEnded, "")
	}
	offset, last, err := r.parts.stands(l.ID)
	if errors.Is(err, os.ErrNotExist) || (err == nil && time.Since(last) > life) {
		return refuse(contract.UploadEnded, "")
	}
	if err != nil {
		return err
	}
	return do(row, offset, last)
}
