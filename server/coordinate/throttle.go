package coordinate

import (
	"net/netip"
	"strings"
	"sync"
	"time"
)

// How many sign-ins may fail within the window. A pair of account and address is
// slowed first, so that a stranger elsewhere does not lock a coordinator out.
const (
	window      = 15 * time.Minute
	pairLimit   = 5
	userLimit   = 20
	placeLimit  = 30
	tallyLimit  = 100_000 // tallies held in memory
	emailLength = 254
)

// throttle counts sign-ins that failed. It is memory only: a restart forgives.
type throttle struct {
	now     func() time.Time
	mu      sync.Mutex
	tallies map[string]*tally
}

type tally struct {
	count int
	since time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, tallies: map[string]*tally{}}
}

// try counts a sign-in before it is judged, so that many at once count too. It
// answers how long to wait when there were too many; then nothing is counted.
func (t *throttle) try(account, address string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.sweep(now)
	limits := t.limits(account, address)
	for key, limit := range limits {
		if c := t.tallies[key]; c != nil && now.Sub(c.since) < window && c.count >= limit {
			wait = max(wait, window-now.Sub(c.since))
		}
	}
	if wait > 0 {
		return wait
	}
	for key := range limits {
		if c := t.tallies[key]; c == nil || now.Sub(c.since) >= window {
			t.tallies[key] = &tally{since: now}
		}
		t.tallies[key].count++
	}
	return 0
}

// right takes back a sign-in that succeeded.
func (t *throttle) right(account, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, limit := range t.limits(account, address) {
		if c := t.tallies[key]; c != nil {
			if c.count--; limit == pairLimit || c.count <= 0 {
				delete(t.tallies, key)
			}
		}
	}
}

func (t *throttle) limits(account, address string) map[string]int {
	account, address = strings.ToLower(account), network(address)
	if len(account) > emailLength {
		account = account[:emailLength]
	}
	return map[string]int{
		"pair " + address + " " + account: pairLimit,
		"user " + account:                 userLimit,
		"place " + address:                placeLimit,
	}
}

// sweep forgets what is over when memory fills.
func (t *throttle) sweep(now time.Time) {
	if len(t.tallies) < tallyLimit {
		return
	}
	for key, c := range t.tallies {
		if now.Sub(c.since) >= window {
			delete(t.tallies, key)
		}
	}
	if len(t.tallies) >= tallyLimit {
		clear(t.tallies)
	}
}

// network is where an address belongs: itself, or for IPv6 its /64, which one
// household or office holds whole.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64)
	return p.String()
}
