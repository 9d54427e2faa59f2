package upload

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	evidencerules "holdfast/hooks/evidence"
	contract "holdfast/mobile-contract"
	"holdfast/server/upload/inspection"
)

// create begins an upload for an announced row, and takes its first bytes when
// they come with the request.
func (r *Room) create(e *core.RequestEvent) error {
	h := e.Request.Header
	if h.Get("Upload-Defer-Length") != "" || h.Get("Upload-Concat") != "" {
		return refuse(contract.Malformed, "An upload has its whole length from the start.")
	}
	size, err := bytesIn(e, "Upload-Length")
	if err != nil {
		return err
	}
	id, err := named(h.Get("Upload-Metadata"), "evidence")
	if err != nil {
		return err
	}
	row, err := r.evidence(e, id)
	if err != nil {
		return err
	}
	if err := r.welcome(e, row, size); err != nil {
		return err
	}
	if h.Get("Content-Type") == offsetType && e.Request.ContentLength > size {
		return refuse(contract.TooLarge, "The body is longer than the upload.")
	}

	actor := by(e)
	l := &upload{ID: newID(), Evidence: row.Id, User: actor.ID(), Device: actor.Device, Size: size, Metadata: h.Get("Upload-Metadata")}
	release, _ := r.locks.take(l.ID)
	defer release()
	if err := r.parts.begin(l.ID); err != nil {
		return err
	}
	if err := enter(e.App, l); err != nil {
		err = errors.Join(err, r.parts.drop(l.ID))
		if errors.Is(err, errQuota) {
			return later(e, contract.UploadQuota, time.Minute)
		}
		return fmt.Errorf("entering upload %s: %w", l.ID, err)
	}
	e.Response.Header().Set("Location", "/api/uploads/"+l.ID)
	var offset int64
	if h.Get("Content-Type") == offsetType {
		if offset, err = r.receive(e, l, 0); err != nil {
			return err
		}
	}
	if offset == size {
		return r.conclude(e, l, http.StatusCreated)
	}
	tell(e, offset, time.Now())
	return e.NoContent(http.StatusCreated)
}

// welcome refuses an upload that could not be sealed.
func (r *Room) welcome(e *core.RequestEvent, row *core.Record, size int64) error {
	switch {
	case kept(row):
		return r.tooLate(e, row)
	case row.GetString("status") == quarantined:
		// Bytes that were hurt on the way may come again; a type that is not
		// allowed stays one, since the hash stays the same.
		if reason := row.GetString("reason"); !strings.HasPrefix(reason, inspection.HashMismatch) {
			return refuse(contract.Quarantined, reason)
		}
	}
	policy, err := evidencerules.EvidencePolicy(e.App)
	if err != nil {
		return err
	}
	if most := policy.Largest(row.GetString("kind")); size > most {
		return refuse(contract.TooLarge, fmt.Sprintf("Evidence of this kind has at most %d bytes.", most))
	}
	if size != int64(row.GetInt("size")) {
		return refuse(contract.UploadLength, "")
	}
	return r.fits(e, size)
}

// fits refuses bytes for which the disk has no room, before they are sent.
func (r *Room) fits(e *core.RequestEvent, size int64) error {
	takes, err := free(string(r.parts))
	if err != nil {
		return err
	}
	if takes-headroom < size {
		return later(e, contract.DiskFull, 5*time.Minute)
	}
	return nil
}

// tooLate tells who comes second, with the receipt of what was sealed.
func (r *Room) tooLate(e *core.RequestEvent, row *core.Record) error {
	if row.GetString("status") == quarantined {
		return refuse(contract.Quarantined, row.GetString("reason"))
	}
	if !row.GetDateTime("sealed_at").IsZero() {
		token, err := r.sign(row)
		if err != nil {
			return err
		}
		e.Response.Header().Set(receiptHeader, token)
	}
	return refuse(contract.AlreadySealed, "")
}
