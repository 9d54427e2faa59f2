package tally

import (
	"sync/atomic"
	"time"
)

// Queue bounds how many passwords are checked at once: each takes a processor for a
// while, which phones that sync need too.
type Queue struct {
	places   chan struct{}
	waiting  atomic.Int32
	most     int32
	patience time.Duration
}

// NewQueue has places for so many at once, and a line of so many who wait so long.
func NewQueue(places, line int, patience time.Duration) *Queue {
	return &Queue{places: make(chan struct{}, places), most: int32(line), patience: patience}
}

// Enter waits for a place. Whoever got one calls leave, once; false: come again later.
func (q *Queue) Enter() (leave func(), ok bool) {
	leave = func() { <-q.places }
	select {
	case q.places <- struct{}{}:
		return leave, true
	default:
	}
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.most {
		return nil, false
	}
	timer := time.NewTimer(q.patience)
	defer timer.Stop()
	select {
	case q.places <- struct{}{}:
		return leave, true
	case <-timer.C:
		return nil, false
	}
}
