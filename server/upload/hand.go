package upload

import (
	"io"
	"runtime"
	"sync"
)

// hand is the one that writes and hashes what comes in, a buffer at a time. Bytes are
// the lane's heavy work, and none of it is urgent: with one hand, on a thread that
// gives way to every other of this process, it takes no more than one processor, and
// that one only until somebody pulls.
type hand chan *load

// load is a buffer on its way into w.
type load struct {
	w    io.Writer
	p    []byte
	n    int
	err  error
	done chan struct{}
}

// theHand is the process's, from its first byte to its end.
var theHand = sync.OnceValue(func() hand {
	h := make(hand)
	go func() {
		runtime.LockOSThread() // for good: what was made to give way cannot be made to insist again
		giveWay()
		for l := range h {
			l.n, l.err = l.w.Write(l.p)
			l.done <- struct{}{}
		}
	}()
	return h
})

// into is w, written to by the hand.
func (h hand) into(w io.Writer) io.Writer {
	return &handed{h, load{w: w, done: make(chan struct{}, 1)}}
}

type handed struct {
	hand hand
	load load
}

func (d *handed) Write(p []byte) (int, error) {
	d.load.p = p
	d.hand <- &d.load
	<-d.load.done
	return d.load.n, d.load.err
}
