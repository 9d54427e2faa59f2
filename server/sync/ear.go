package sync

import (
	"slices"
	stdsync "sync"
)

// Ear is a connection of another protocol that is held open to hear that there is news.
type Ear struct {
	News         <-chan struct{} // something changed that its user may see
	Poked        <-chan struct{} // its own device asks for an answer
	Over         <-chan struct{} // it is to end: the server stops, or a later one took its place
	user, device string
	news, poked  chan struct{}
	end          func()
}

// mostEars is how many connections one device may hold open; the oldest ends for a new one.
const mostEars = 3

// ears are all that are open.
type ears struct {
	stdsync.Mutex
	open []*Ear
	over bool
}

// Listen opens an ear; close ends it.
func (r *Reader) Listen(user, device string) (ear *Ear, shut func()) {
	over := make(chan struct{})
	ear = &Ear{user: user, device: device, news: make(chan struct{}, 1), poked: make(chan struct{}, 1), Over: over, end: stdsync.OnceFunc(func() { close(over) })}
	ear.News, ear.Poked = ear.news, ear.poked
	e := &r.engine.ears
	e.Lock()
	defer e.Unlock()
	if e.over {
		ear.end()
	}
	mine := 0
	for _, o := range slices.Backward(e.open) {
		if o.device == device {
			if mine++; mine >= mostEars {
				o.end()
			}
		}
	}
	e.open = append(e.open, ear)
	return ear, func() {
		e.Lock()
		defer e.Unlock()
		e.open = slices.DeleteFunc(e.open, func(o *Ear) bool { return o == ear })
	}
}

// Poke has a device's own connections answer, though nothing changed.
func (r *Reader) Poke(device string) {
	e := &r.engine.ears
	e.Lock()
	defer e.Unlock()
	for _, o := range e.open {
		if o.device == device {
			ring(o.poked)
		}
	}
}

// wake tells the ears of those concerned that there is news.
func (e *ears) wake(concerned map[string]bool) {
	e.Lock()
	defer e.Unlock()
	for _, o := range e.open {
		if concerned[o.user] {
			ring(o.news)
		}
	}
}

func (e *ears) any() bool {
	e.Lock()
	defer e.Unlock()
	return len(e.open) > 0
}

// close ends them all: the server stops.
func (e *ears) close() {
	e.Lock()
	defer e.Unlock()
	e.over = true
	for _, o := range e.open {
		o.end()
	}
}

func ring(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it has heard already
	}
}
