package openid

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"sync"
	"time"

	"holdfast/hooks/signing"
)

// nonceLife is how long a phone has for its sign-in at the provider.
const nonceLife = 10 * time.Minute

// Nonces are made for phones, which sign in at the provider themselves: an ID token for
// a nonce of ours was made for this server, a moment ago, and is taken once.
type Nonces struct {
	keys *signing.Keys
	mu   sync.Mutex
	used map[string]time.Time // until when each would still be good
}

// NewNonces makes and knows nonces by the server's keys: a restart forgets only which
// were used, of those that are some minutes old at most.
func NewNonces(keys *signing.Keys) *Nonces {
	return &Nonces{keys: keys, used: map[string]time.Time{}}
}

// Make gives a nonce that is good for ten minutes from now.
func (n *Nonces) Make(now time.Time) string {
	raw := binary.BigEndian.AppendUint64(nil, uint64(now.Add(nonceLife).Unix()))
	raw = append(raw, make([]byte, 16)...)
	_, _ = rand.Read(raw[8:]) // never fails
	return n.sealed(raw)
}

// Use takes a nonce of ours, once.
func (n *Nonces) Use(nonce string, now time.Time) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil || len(raw) != 8+16+32 || !n.keys.Checks(raw[24:], "openid nonce", string(raw[:24])) {
		return false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(raw)), 0)
	if !now.Before(until) {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for old, end := range n.used {
		if !now.Before(end) {
			delete(n.used, old)
		}
	}
	if _, twice := n.used[nonce]; twice {
		return false
	}
	n.used[nonce] = until
	return true
}

func (n *Nonces) sealed(raw []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(raw[:24:24], n.keys.MAC("openid nonce", string(raw))...))
}
