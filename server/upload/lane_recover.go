package upload

import (
	"errors"
	"os"

	"holdfast/hooks/kernel"
)

// recover finishes what a crash left half done. Every part is written through to the
// disk, since its length is about to be told as an offset; a whole one is judged;
// one that nobody knows or that has ended goes. What fails here is logged, and the
// sweep or the next request tries again.
func (r *Room) recover() {
	if err := r.resume(); err != nil {
		r.app.Logger().Error("Taking up uploads after a restart", "error", err)
	}
}

func (r *Room) resume() error {
	all, err := uploads(r.app.ConcurrentDB())
	if err != nil {
		return err
	}
	var failed []error
	known := map[string]bool{}
	for _, l := range all {
		if l.State != open {
			continue
		}
		known[l.ID] = true
		switch size, _, err := r.parts.stands(l.ID); {
		case errors.Is(err, os.ErrNotExist):
			continue // nothing to go on from; it will expire
		case err != nil:
			failed = append(failed, err)
			continue
		default:
			err = syncFile(r.parts.path(l.ID))
			if err == nil && size == l.Size {
				err = r.finishFor(&l)
			}
			failed = append(failed, err)
		}
	}
	ids, err := r.parts.list()
	failed = append(failed, err, r.orphans(), r.removeDisposed())
	for _, id := range ids {
		if !known[id] {
			failed = append(failed, r.parts.drop(id))
		}
	}
	return errors.Join(failed...)
}

// finishFor finishes an upload in the name of who sent it.
func (r *Room) finishFor(l *upload) error {
	actor := kernel.Actor{Device: l.Device, Door: "upload"}
	if user, err := r.app.FindRecordById("users", l.User); err == nil {
		actor.User = user
	}
	r.counter.back()
	defer r.counter.leave()
	_, _, err := r.finish(r.app, l, actor)
	return err
}
