package tally

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// How much is free, and how long one waits then.
const (
	FreePair     = 5  // tries at one account from one address
	FreeAnywhere = 20 // tries at one account, from everywhere together
	FreeAccounts = 30 // accounts that were tried and not opened from one address
	FirstWait    = 30 * time.Second
	LongestWait  = 15 * time.Minute
	firstPlace   = 10 * time.Second // what everybody behind a slowed address waits
	longestPlace = time.Minute
	forget       = time.Hour // without a try
	room         = 50_000    // counts held in memory
	sample       = 8         // of which the weakest makes room
)

// Try is one try to come in. Known is a pair that came in before.
type Try struct {
	Way     string // what is tried: a password, a code, a link
	Account string // whose, as far as it was said; or what was tried
	Address string
	Known   bool
}

// Tally is what was tried of late.
type Tally struct {
	mu     sync.Mutex
	counts map[string]*count
	room   int
	seed   maphash.Seed
}

// count is of a pair, of an account or of an address.
type count struct {
	tries    int
	last     time.Time
	next     time.Time           // before it no try is judged
	turn     time.Time           // a pair's, behind an address that is slowed
	accounts map[uint64]struct{} // an address's, tried and not opened
}

// New is an empty tally.
func New() *Tally { return &Tally{counts: map[string]*count{}, room: room, seed: maphash.MakeSeed()} }

// Try counts a try, or says how long to wait; then nothing is counted.
func (t *Tally) Try(y Try, at time.Time) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pair := t.of(y.pair(), at)
	if pair.tries >= FreePair {
		wait = pair.next.Sub(at)
	}
	var anywhere, place *count
	if !y.Known {
		anywhere, place = t.of(y.anywhere(), at), t.of(y.place(), at)
		if anywhere.tries >= FreeAnywhere {
			wait = max(wait, anywhere.next.Sub(at))
		}
		if slow := placeWait(len(place.accounts)); slow > 0 {
			if pair.turn.IsZero() || at.Sub(pair.turn) > LongestWait {
				pair.turn, pair.last = at.Add(slow), at
			}
			wait = max(wait, pair.turn.Sub(at))
		}
	}
	if wait > 0 {
		return wait
	}
	pair.turn = time.Time{}
	pair.add(at, FreePair)
	if !y.Known {
		anywhere.add(at, FreeAnywhere)
	}
	return 0
}

// Wrong counts an account that was tried and not opened against its address. Those that
// are being judged do not count there: three hundred phones of one office that come
// back after a night without the server are no guessing.
func (t *Tally) Wrong(y Try, at time.Time) {
	if y.Known {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	place := t.of(y.place(), at)
	place.last = at
	if place.accounts == nil {
		place.accounts = map[uint64]struct{}{}
	}
	if len(place.accounts) < 4*FreeAccounts {
		place.accounts[maphash.String(t.seed, y.Account)] = struct{}{}
	}
}

// Right takes back what was counted of a pair that came in.
func (t *Tally) Right(y Try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.counts, y.pair())
	t.back(y)
}

// Void takes back one try that was not judged.
func (t *Tally) Void(y Try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.counts[y.pair()]; c != nil && c.tries > 0 {
		c.tries, c.next = c.tries-1, time.Time{}
	}
	t.back(y)
}

// back takes a try from its account and from its address.
func (t *Tally) back(y Try) {
	if y.Known {
		return
	}
	if c := t.counts[y.anywhere()]; c != nil && c.tries > 0 {
		c.tries, c.next = c.tries-1, time.Time{}
	}
	if c := t.counts[y.place()]; c != nil {
		delete(c.accounts, maphash.String(t.seed, y.Account))
	}
}

func (y Try) pair() string     { return "pair " + y.Way + " " + Place(y.Address) + " " + short(y.Account) }
func (y Try) anywhere() string { return "account " + y.Way + " " + short(y.Account) }
func (y Try) place() string    { return "place " + y.Way + " " + Place(y.Address) }

// add counts one; from the last free one on, each waits twice as long as the one before.
func (c *count) add(at time.Time, free int) {
	c.tries++
	c.last = at
	if over := c.tries - free; over >= 0 {
		c.next = at.Add(doubled(FirstWait, over, LongestWait))
	}
}

func placeWait(accounts int) time.Duration {
	if accounts < FreeAccounts {
		return 0
	}
	return doubled(firstPlace, accounts/FreeAccounts-1, longestPlace)
}

func doubled(d time.Duration, times int, most time.Duration) time.Duration {
	for range min(times, 10) {
		d *= 2
	}
	return min(d, most)
}

// of is the count of a key, made when there is none or its time is over.
func (t *Tally) of(key string, at time.Time) *count {
	if c := t.counts[key]; c != nil && at.Sub(c.last) < forget {
		return c
	}
	if len(t.counts) >= t.room {
		t.makeRoom(at)
	}
	c := &count{last: at}
	t.counts[key] = c
	return c
}

// makeRoom forgets what is over and, when nothing is, the weakest of a few.
func (t *Tally) makeRoom(at time.Time) {
	weakest, seen, freed := "", 0, false
	for key, c := range t.counts { // begins anywhere
		if at.Sub(c.last) >= forget {
			delete(t.counts, key)
			freed = true
		} else if weakest == "" || c.weight() < t.counts[weakest].weight() {
			weakest = key
		}
		if seen++; seen == sample {
			break
		}
	}
	if !freed {
		delete(t.counts, weakest)
	}
}

func (c *count) weight() int { return c.tries + len(c.accounts) }

// short bounds what somebody typed.
func short(s string) string { return s[:min(len(s), 254)] }

// Place is where an address belongs: itself, or for IPv6 its /64, which one household
// or office holds whole.
func Place(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return short(address)
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64)
	return p.String()
}
