package upload

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// sweep removes what has expired: a part a week after its last byte, an ended
// upload's line in the ledger a week after its end. Quarantine is never touched.
func (r *Room) sweep(now time.Time) error {
	r.hashes.age(now.Add(-life))
	all, err := uploads(r.app.ConcurrentDB())
	if err != nil {
		return err
	}
	failed := []error{r.removeDisposed()}
	for _, l := range all {
		if err := r.sweepOne(l.ID, now); err != nil {
			failed = append(failed, fmt.Errorf("upload %s: %w", l.ID, err))
		}
	}
	return errors.Join(failed...)
}

func (r *Room) sweepOne(id string, now time.Time) error {
	release, ok := r.locks.take(id)
	if !ok {
		return nil // in use, therefore not expired
	}
	defer release()
	l, err := find(r.app.ConcurrentDB(), id)
	if err != nil || l == nil {
		return err
	}
	last := time.Unix(l.Ended, 0)
	if l.State == open {
		size, at, err := r.parts.stands(id)
		switch {
		case errors.Is(err, os.ErrNotExist):
			at = time.Unix(l.Opened, 0)
		case err != nil:
			return err
		case size == l.Size: // whole: to be sealed, never to be lost
			return r.finishFor(l)
		}
		last = at
	}
	if now.Sub(last) <= life {
		return nil
	}
	r.hashes.forget(id)
	return errors.Join(r.parts.drop(id), strike(r.app.NonconcurrentDB(), id))
}
