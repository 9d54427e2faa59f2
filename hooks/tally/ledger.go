package tally

import (
	"sync"
	"time"
)

// Single is how many alike lines of one minute are written one by one.
const Single = 5

// Ledger bounds what a flood writes: of lines that are alike, the first few of a minute
// are written and the others become one line with their count.
type Ledger[K comparable] struct {
	mu    sync.Mutex
	lines map[K]*alike
}

type alike struct {
	since         time.Time
	written, held int
}

// Write reports whether a line is written now; held lines come back from Due.
func (l *Ledger[K]) Write(key K, at time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines == nil {
		l.lines = map[K]*alike{}
	}
	a := l.lines[key]
	if a == nil || (a.held == 0 && at.Sub(a.since) >= time.Minute) {
		a = &alike{since: at}
		l.lines[key] = a
	}
	if a.written < Single && at.Sub(a.since) < time.Minute {
		a.written++
		return true
	}
	a.held++
	return false
}

// Due gives what was held for a minute, and all of it when the server stops.
func (l *Ledger[K]) Due(at time.Time, all bool) map[K]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[K]int{}
	for key, a := range l.lines {
		if !all && at.Sub(a.since) < time.Minute {
			continue
		}
		if a.held > 0 {
			out[key] = a.held
		}
		delete(l.lines, key)
	}
	return out
}
