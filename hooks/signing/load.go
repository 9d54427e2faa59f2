package signing

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// What the database says of keys: the name of its ring, and, in stores from before there
// were rings, the keys themselves.
const (
	mark       = "keys"
	oldPair    = "key.ed25519"
	oldSecret  = "key.hmac"
	loadedName = "holdfast.keys"
)

// ErrNoKeys says that a store's ring is not where it should be.
type ErrNoKeys struct{ Place, Other string }

func (e *ErrNoKeys) Error() string {
	what := "this store's keys are not in " + e.Place
	if e.Other != "" {
		what = "the keys in " + e.Place + " are those of another store"
	}
	return what + `: a copy of a database is not the server it was copied from.
Put the store's own keys there (they are kept apart from the copies of the database), or name them by ` + Handed + `.
If they are lost for good, move away what lies there and run "holdfast keys new": every phone must then sign in again and offers what it had handed in once more, and earlier receipts and exported bundles are checked with the public keys that people kept.`
}

// Load gives the keys of an app's store, one set for all its rooms. A new store's are
// made; keys from before there were rings move out of the database into one.
func Load(app core.App) (*Keys, error) {
	if k, ok := app.Store().Get(loadedName).(*Keys); ok {
		return k, nil
	}
	k := &Keys{place: placeOf(app)}
	if err := k.take(app); err != nil {
		return nil, err
	}
	return app.Store().GetOrSet(loadedName, func() any { return k }).(*Keys), nil
}

// take finds the ring that belongs to the database. The file is on the disk before the
// database changes: a crash between leaves both, and the next start goes on from there.
func (k *Keys) take(app core.App) error {
	known, err := meta(app)
	if err != nil {
		return err
	}
	old, err := oldKeys(known)
	if err != nil {
		return err
	}
	r, _, err := k.place.read()
	switch {
	case errors.Is(err, fs.ErrNotExist) && known[mark] != "":
		return &ErrNoKeys{Place: k.place.String()}
	case errors.Is(err, fs.ErrNotExist):
		err = k.place.alone(func() error { return k.begin(time.Now()) })
		if err == nil {
			r, _, err = k.place.read()
		}
	}
	if err != nil {
		return err
	}
	if known[mark] != "" && known[mark] != r.Name {
		return &ErrNoKeys{Place: k.place.String(), Other: r.Name}
	}
	if slices.ContainsFunc(old, func(o Key) bool { return !r.has(o) }) {
		if err := k.place.alone(func() error { return k.bring(old) }); err != nil {
			return fmt.Errorf("moving the keys out of the database: %w", err)
		}
	}
	if r, k.seen, err = k.place.read(); err != nil {
		return err
	}
	if err := own(app, r.Name, known); err != nil {
		return err
	}
	k.hold(r)
	if _, err := k.Turn(time.Now()); err != nil && !errors.Is(err, errHandedIn) {
		app.Logger().Error("Making new keys in place of old ones", "error", err)
	}
	if err := k.ring.Load().whole(); err != nil {
		return fmt.Errorf("the keys in %s: %w", k.place, err)
	}
	return nil
}

// begin makes the ring of a store that has none, unless somebody just did.
func (k *Keys) begin(at time.Time) error {
	if _, _, err := k.place.read(); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return k.place.write(newRing(at))
}

// bring adds keys to the ring.
func (k *Keys) bring(old []Key) error {
	r, _, err := k.place.read()
	if err != nil {
		return err
	}
	for _, o := range old {
		if !r.has(o) {
			r.Keys = slices.Insert(r.Keys, 0, o)
		}
	}
	return k.place.write(r)
}

func (r *ring) has(o Key) bool {
	return slices.ContainsFunc(r.Keys, func(k Key) bool { return k.ID == o.ID && k.For == o.For })
}

// oldKeys are those that lay in the database, for every purpose that they served. They
// are retired at once: whoever has a copy of the database has them too, so nothing new is
// signed with them.
func oldKeys(known map[string]string) (keys []Key, err error) {
	for name, pair := range map[string]bool{oldPair: true, oldSecret: false} {
		if known[name] == "" {
			continue
		}
		secret, err := base64.RawStdEncoding.DecodeString(known[name])
		if err != nil || len(secret) != ed25519.SeedSize {
			return nil, fmt.Errorf("the database's old %s is broken", name)
		}
		for _, p := range Purposes {
			if p.pair == pair {
				key := newKey(p, secret, time.Now())
				key.retire(key.Created)
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

// own writes into the database which ring is its own, and takes out the keys that lay
// there; what is deleted is overwritten, in the log as well.
func own(app core.App, name string, known map[string]string) error {
	if known[mark] == name && known[oldPair]+known[oldSecret] == "" {
		return nil
	}
	err := app.RunInTransaction(func(tx core.App) error {
		if err := markRing(tx, name); err != nil {
			return err
		}
		_, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM sync_meta WHERE name IN ({:p}, {:s})`).Bind(dbx.Params{"p": oldPair, "s": oldSecret}).Execute()
		return err
	})
	if err == nil && known[oldPair]+known[oldSecret] != "" {
		_, err = app.NonconcurrentDB().NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute()
	}
	if err != nil {
		return fmt.Errorf("writing which keys are this database's: %w", err)
	}
	return nil
}

func markRing(tx core.App, name string) error {
	_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO sync_meta (name, value) VALUES ({:n}, {:v}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`).
		Bind(dbx.Params{"n": mark, "v": name}).Execute()
	return err
}

func meta(app core.App) (map[string]string, error) {
	var rows []struct{ Name, Value string }
	err := app.NonconcurrentDB().NewQuery(`SELECT name, value FROM sync_meta WHERE name IN ({:m}, {:p}, {:s})`).
		Bind(dbx.Params{"m": mark, "p": oldPair, "s": oldSecret}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("reading which keys are this database's: %w", err)
	}
	known := map[string]string{}
	for _, r := range rows {
		known[r.Name] = r.Value
	}
	return known, nil
}
