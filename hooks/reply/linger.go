package reply

import (
	"context"
	"sync"
	"time"
)

// Who is refused again and again, many times a second, is answered a few times a second:
// refusing is cheap, and thousands of cheap answers are what others wait behind.
const (
	lingerFor  = 250 * time.Millisecond
	mostLinger = 256 // answers held back at once; more are given at once
)

// refusals counts, within one second, how often each asker was refused.
type refusals struct {
	mu     sync.Mutex
	second int64
	counts map[string]int
}

var (
	refused   = refusals{counts: map[string]int{}}
	lingering = make(chan struct{}, mostLinger)
)

// count answers how often this asker was refused within this second, with this time.
func (r *refusals) count(asker string, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := now.Unix(); s != r.second {
		r.second = s
		clear(r.counts)
	}
	r.counts[asker]++
	return r.counts[asker]
}

// Linger holds back a refusal for a moment where its asker was refused more often than is
// free within this second. Of an asker who went away it waits no longer.
func Linger(ctx context.Context, asker string, free int) {
	if refused.count(asker, time.Now()) <= free {
		return
	}
	select {
	case lingering <- struct{}{}:
	default:
		return
	}
	defer func() { <-lingering }()
	wait := time.NewTimer(lingerFor)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}
