package devices

import (
	"crypto/rand"
	"sync"
	"time"
)

const (
	// fresh is how long a nonce is given out; it is taken as long again.
	fresh = 3 * time.Minute
	// proofsEach is how many proofs of one phone are remembered with a nonce: more than a
	// hundred a second, which no phone needs.
	proofsEach = 1 << 15
)

// A nonce is what proofs of one time name, and the proofs that did. They are forgotten
// together: a proof of a nonce that is gone is refused for that.
type nonce struct {
	text string
	born time.Time
	seen map[string]map[string]struct{} // thumbprint -> jti
}

// nonces are the one given out and the one before. They are of chance and of this
// process: after a start, what was shown to the one before is not taken again.
type nonces struct {
	sync.Mutex
	latest, before nonce
}

func (n *nonces) turn(at time.Time) {
	if at.Sub(n.latest.born) < fresh {
		return
	}
	n.before = nonce{}
	if at.Sub(n.latest.born) < 2*fresh {
		n.before = n.latest
	}
	n.latest = nonce{text: rand.Text(), born: at, seen: map[string]map[string]struct{}{}}
}

// now is the nonce to give out.
func (n *nonces) now(at time.Time) string {
	n.Lock()
	defer n.Unlock()
	n.turn(at)
	return n.latest.text
}

func (n *nonces) find(text string, at time.Time) *nonce {
	n.turn(at)
	switch text {
	case "":
	case n.latest.text:
		return &n.latest
	case n.before.text:
		return &n.before
	}
	return nil
}

// ours tells whether a nonce is still taken.
func (n *nonces) ours(text string, at time.Time) bool {
	n.Lock()
	defer n.Unlock()
	return n.find(text, at) != nil
}

// once takes a phone's proof, the first time that it is shown.
func (n *nonces) once(text, thumbprint, id string, at time.Time) error {
	n.Lock()
	defer n.Unlock()
	of := n.find(text, at)
	if of == nil {
		return errNonce
	}
	seen := of.seen[thumbprint]
	if seen == nil {
		seen = map[string]struct{}{}
		of.seen[thumbprint] = seen
	}
	if _, shown := seen[id]; shown {
		return errAgain
	}
	if len(seen) >= proofsEach {
		return errTooFew
	}
	seen[id] = struct{}{}
	return nil
}
