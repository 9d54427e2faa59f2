package contract

import "fmt"

// Mix spreads a rev over 64 bits (the finaliser of splitmix64), so that a sum of
// them tells sets of revs apart. A rev names one state of one record for ever.
func Mix(rev int64) uint64 {
	z := uint64(rev) + 0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// Tally adds up a digest, one live row at a time, in any order.
type Tally struct {
	Count int64
	Sum   uint64
}

// Add takes one live row into the tally.
func (t *Tally) Add(rev int64) { t.Count++; t.Sum += Mix(rev) }

// Digest is the tally as it goes over the wire.
func (t Tally) Digest() Digest { return Digest{Count: t.Count, Hash: fmt.Sprintf("%016x", t.Sum)} }
