package signing

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Keep has a running server look at its ring every minute: it takes up what a command
// changed, and rotates what has come of age.
func Keep(app core.App) error {
	k, err := Load(app)
	if err != nil {
		return err
	}
	return app.Cron().Add("keys", "* * * * *", func() {
		changed, err := k.Turn(time.Now())
		switch {
		case errors.Is(err, errHandedIn):
		case err != nil:
			app.Logger().Error("Looking after the keys", "error", err)
		case changed:
			app.Logger().Info("The key ring has changed")
		}
	})
}

// Turn takes up a ring that has changed, and makes new keys in place of those that have
// come of age. It says whether the ring is another now.
func (k *Keys) Turn(at time.Time) (changed bool, err error) {
	k.turn.Lock()
	defer k.turn.Unlock()
	if k.place.stamp() != k.seen {
		r, seen, err := k.place.read()
		if err != nil {
			return false, err // what is in memory goes on
		}
		if had := k.ring.Load().Name; r.Name != had {
			return false, fmt.Errorf("the keys in %s are now those of another store; the server goes on with those it has", k.place)
		}
		if err := r.whole(); err != nil {
			return false, err
		}
		k.hold(r)
		k.seen, changed = seen, true
	}
	if !k.ring.Load().copy().turn(at) {
		return changed, nil
	}
	return true, k.change(func(r *ring) error {
		r.turn(at)
		return nil
	})
}

// change writes the ring anew; other processes wait meanwhile.
func (k *Keys) change(do func(*ring) error) error {
	return k.place.alone(func() error {
		r, _, err := k.place.read()
		if err != nil {
			return err
		}
		if err := do(r); err != nil {
			return err
		}
		if err := k.place.write(r); err != nil {
			return err
		}
		k.hold(r)
		k.seen = k.place.stamp()
		return nil
	})
}

// Overdue says for what the keys are that should have been replaced by age more than a day
// ago: a ring that was handed in as text is never changed from here, and one whose file
// cannot be written is not either.
func (k *Keys) Overdue(at time.Time) (says []string) {
	r := k.ring.Load()
	for _, p := range Purposes {
		if key := r.current(p.Name); key != nil && at.Sub(key.Created) > p.turn+day {
			says = append(says, p.Says)
		}
	}
	return says
}

func (r *ring) copy() *ring { return &ring{Name: r.Name, Keys: append([]Key(nil), r.Keys...)} }

// Rotate makes a new key for a purpose, or for every one; the ones before retire.
func (k *Keys) Rotate(name string, at time.Time) error {
	if name != "" && purpose(name) == nil {
		var names []string
		for _, p := range Purposes {
			names = append(names, p.Name)
		}
		return fmt.Errorf("no key is for %q; keys are for: %s", name, strings.Join(names, ", "))
	}
	k.turn.Lock()
	defer k.turn.Unlock()
	return k.change(func(r *ring) error {
		for _, p := range Purposes {
			if name == "" || name == p.Name {
				r.rotate(p, at)
			}
		}
		return nil
	})
}

// Revoke takes a key out of belief, with everything that it signed.
func (k *Keys) Revoke(id string, at time.Time) error {
	k.turn.Lock()
	defer k.turn.Unlock()
	return k.change(func(r *ring) error { return r.revoke(id, at) })
}

// Anew gives a store whose ring is lost another one.
func Anew(app core.App, at time.Time) error {
	p := placeOf(app)
	return p.alone(func() error {
		if _, _, err := p.read(); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("there are keys in %s: nothing is made anew over them", p), err)
		}
		r := newRing(at)
		if err := p.write(r); err != nil {
			return err
		}
		return markRing(app, r.Name)
	})
}
