package signing

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Standings of a key.
const (
	Current = "current" // signs
	Retired = "retired" // signs no more; what it signed is good
	Revoked = "revoked" // nothing that it signed is good
)

// Key is one key of the ring. A pair's private half is forgotten when it retires, and
// every secret when it is revoked.
type Key struct {
	ID      string    `json:"kid"`
	For     string    `json:"for"` // a purpose's name
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
	Ended   time.Time `json:"ended,omitzero"` // retired or revoked
	Public  []byte    `json:"public,omitempty"`
	Secret  []byte    `json:"secret,omitempty"` // a pair's seed, or what is shared by nobody

	private ed25519.PrivateKey // made of the seed once
}

// ring is all keys of one store, in the order in which they were made.
type ring struct {
	Name string `json:"ring"` // the store bears it too: a ring of another store is not taken
	Keys []Key  `json:"keys"`
}

// newRing has a fresh key for every purpose.
func newRing(at time.Time) *ring {
	r := &ring{Name: fmt.Sprintf("%x", random(8))}
	for _, p := range Purposes {
		r.add(newKey(p, random(32), at))
	}
	return r
}

func newKey(p Purpose, secret []byte, at time.Time) Key {
	k := Key{For: p.Name, Status: Current, Created: at.UTC().Truncate(time.Second), Secret: secret}
	if p.pair {
		k.private = ed25519.NewKeyFromSeed(secret)
		k.Public = k.private.Public().(ed25519.PublicKey)
		k.ID = KeyID(k.Public)
	} else {
		sum := sha256.Sum256(append([]byte("holdfast key "), secret...))
		k.ID = fmt.Sprintf("%x", sum[:6])
	}
	return k
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (Go 1.24)
	return b
}

// add puts a key into the ring; a current one takes the place of the one before.
func (r *ring) add(k Key) {
	if k.Status == Current {
		if old := r.current(k.For); old != nil {
			old.retire(k.Created)
		}
	}
	r.Keys = append(r.Keys, k)
}

func (k *Key) retire(at time.Time) {
	k.Status, k.Ended = Retired, at.UTC().Truncate(time.Second)
	if len(k.Public) > 0 {
		k.Secret, k.private = nil, nil
	}
}

func (r *ring) current(name string) *Key {
	i := slices.IndexFunc(r.Keys, func(k Key) bool { return k.For == name && k.Status == Current })
	if i < 0 {
		return nil
	}
	return &r.Keys[i]
}

// rotate makes a new key for a purpose; the old one retires.
func (r *ring) rotate(p Purpose, at time.Time) { r.add(newKey(p, random(32), at)) }

// revoke takes a key, for whatever it is used, out of belief.
func (r *ring) revoke(id string, at time.Time) error {
	var replaced []Purpose
	found := false
	for i := range r.Keys {
		k := &r.Keys[i]
		if k.ID != id || k.Status == Revoked {
			continue
		}
		found = true
		if k.Status == Current {
			replaced = append(replaced, *purpose(k.For))
		}
		k.Status, k.Ended, k.Secret, k.private = Revoked, at.UTC().Truncate(time.Second), nil, nil
	}
	if !found {
		return fmt.Errorf("no key %s is good in this ring: see holdfast keys list", id)
	}
	for _, p := range replaced {
		r.rotate(p, at)
	}
	return nil
}

// turn rotates what has come of age, and lets go of what is no longer asked for. It says
// whether anything changed.
func (r *ring) turn(at time.Time) (changed bool) {
	for _, p := range Purposes {
		if k := r.current(p.Name); k == nil || at.Sub(k.Created) >= p.turn {
			r.rotate(p, at)
			changed = true
		}
	}
	n := len(r.Keys)
	r.Keys = slices.DeleteFunc(r.Keys, func(k Key) bool {
		p := purpose(k.For)
		return p != nil && p.keep > 0 && k.Status != Current && at.Sub(k.Ended) > p.keep
	})
	return changed || len(r.Keys) != n
}

// whole refuses a ring that cannot do its work.
func (r *ring) whole() error {
	for _, p := range Purposes {
		if r.current(p.Name) == nil {
			return fmt.Errorf("it has no key for %s", p.Name)
		}
	}
	return nil
}

// parseRing reads a ring. What a later version added to it is left alone.
func parseRing(raw []byte) (*ring, error) {
	var r ring
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("it is no key ring: %w", err)
	}
	if r.Name == "" {
		return nil, errors.New("it is no key ring: it has no name")
	}
	for i, k := range r.Keys {
		p := purpose(k.For)
		switch {
		case p == nil:
			continue // of a later version
		case p.pair && len(k.Public) != ed25519.PublicKeySize,
			(k.Status == Current || !p.pair && k.Status != Revoked) && len(k.Secret) != 32,
			k.ID == "":
			return nil, fmt.Errorf("its key %q for %s is broken", k.ID, k.For)
		case p.pair && k.Status == Current:
			r.Keys[i].private = ed25519.NewKeyFromSeed(k.Secret)
		}
	}
	return &r, nil
}
