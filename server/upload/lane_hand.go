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

// pour copies what r has into w and answers how many bytes went in. The next buffer is
// read while the hand is at the last.
func (h hand) pour(w io.Writer, r io.Reader) (n int64, err error) {
	pair := [2]*[]byte{buffers.Get().(*[]byte), buffers.Get().(*[]byte)}
	defer func() { buffers.Put(pair[0]); buffers.Put(pair[1]) }()
	l := &load{w: w, done: make(chan struct{}, 1)}
	atWork := false
	settle := func() error {
		if !atWork {
			return nil
		}
		<-l.done
		atWork = false
		n += int64(l.n)
		return l.err
	}
	for i := 0; ; i ^= 1 {
		got, ended := r.Read(*pair[i])
		if err := settle(); err != nil {
			return n, err
		}
		if got > 0 {
			l.p = (*pair[i])[:got]
			h <- l
			atWork = true
		}
		if ended != nil {
			if err := settle(); err != nil || ended == io.EOF {
				return n, err
			}
			return n, ended
		}
	}
}
