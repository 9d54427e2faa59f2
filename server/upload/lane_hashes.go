package upload

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"sync"
	"time"
)

// hashes are the running SHA-256 of uploads whose every byte this process saw, so
// that a whole one need not be read again. They are a saving, never the truth.
type hashes struct {
	sync.Mutex
	at map[string]halfway
}

type halfway struct {
	offset int64
	hash   hash.Hash
	seen   time.Time
}

// take answers the hash of an upload's first offset bytes, or nil when it must be
// read from the file at the end.
func (h *hashes) take(id string, offset int64) hash.Hash {
	h.Lock()
	defer h.Unlock()
	half := h.at[id]
	delete(h.at, id)
	switch {
	case offset == 0:
		return sha256.New()
	case half.hash != nil && half.offset == offset:
		return half.hash
	}
	return nil
}

func (h *hashes) keep(id string, offset int64, sum hash.Hash) {
	h.Lock()
	defer h.Unlock()
	if h.at == nil {
		h.at = map[string]halfway{}
	}
	h.at[id] = halfway{offset, sum, time.Now()}
}

func (h *hashes) forget(id string) { h.take(id, -1) }

// sumOf is the SHA-256 of a whole upload if it is known, as lower case hexadecimal.
func (h *hashes) sumOf(id string, size int64) string {
	if sum := h.take(id, size); sum != nil {
		return fmt.Sprintf("%x", sum.Sum(nil))
	}
	return ""
}

// age forgets what has lain still since a time.
func (h *hashes) age(since time.Time) {
	h.Lock()
	defer h.Unlock()
	for id, half := range h.at {
		if half.seen.Before(since) {
			delete(h.at, id)
		}
	}
}
