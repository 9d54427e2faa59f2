package sync

import (
	"fmt"
	stdsync "sync"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// convoyed is how many mutations share a transaction at most: about a tenth of a second,
// so that nobody who writes something else waits long.
const convoyed = 500

// convoy writes the pushes that wait for the writer at the same time in one transaction:
// the disk is waited for once, and a page that several of them touch is written once.
// Whoever waits longest leads the next, and nobody leads two: each is answered as soon as
// its own transaction is on the disk, however many more come meanwhile.
type convoy struct {
	mu      stdsync.Mutex
	waiting []*turn // the longest waiting first
	led     bool    // somebody is writing; else nobody waits
}

// turn is one push that waits to be written. What it does is done again when the
// transaction falls, so it keeps nothing of an earlier time.
type turn struct {
	actor kernel.Actor
	size  int // mutations
	do    func(tx core.App) error
	told  chan word // what comes next for it
}

// word is what a push that waits is told.
type word int

const (
	lead    word = iota // to write those who wait, itself the first
	written             // that it is on the disk
	alone               // to write itself: the transaction it shared has fallen
)

// write applies a push and returns when it is on the disk. What is refused in a push is
// taken back by savepoint and harms no other. Where one fails, nothing of what they did
// together stays, and each is written alone.
func (c *convoy) write(app core.App, t *turn) error {
	t.told = make(chan word, 1)
	c.mu.Lock()
	c.waiting = append(c.waiting, t)
	if !c.led {
		c.next()
	}
	c.mu.Unlock()
	w := <-t.told
	if w == lead {
		c.travel(app)
		w = <-t.told
	}
	if w == alone {
		return kernel.Within(app, t.actor, t.do)
	}
	return nil
}

// next lets the longest waiting lead. The caller holds mu.
func (c *convoy) next() {
	if c.led = len(c.waiting) > 0; c.led {
		c.waiting[0].told <- lead
	}
}

// travel writes those who wait in one transaction, the longest waiting first.
func (c *convoy) travel(app core.App) {
	c.mu.Lock()
	n, size := 0, 0
	for n < len(c.waiting) && (n == 0 || size+c.waiting[n].size <= convoyed) {
		size += c.waiting[n].size
		n++
	}
	group := c.waiting[:n:n]
	c.waiting = c.waiting[n:]
	c.mu.Unlock()
	end := alone
	defer func() {
		for _, t := range group {
			t.told <- end
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.next()
	}()
	err := kernel.Within(app, kernel.Actor{Door: "sync"}, func(tx core.App) (err error) {
		defer func() {
			if r := recover(); r != nil { // alone, it is met by the request whose fault it is
				err = fmt.Errorf("a push broke: %v", r)
			}
		}()
		for _, t := range group {
			if err := kernel.Within(tx, t.actor, t.do); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		end = written
	}
}
