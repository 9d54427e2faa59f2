package gate

import (
	"context"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// What one person's questions may take of the readers that all phones share: a list
// uses two at once, one to count.
const (
	budget  = 2 * time.Second
	abreast = 2
)

// turns lets each person ask a few things at a time; who asks more waits for their own.
type turns struct {
	sync.Mutex
	of map[string]*turn
}

type turn struct {
	free chan struct{}
	here int // who asks or waits
}

func (t *turns) take(who string) *turn {
	t.Lock()
	defer t.Unlock()
	if t.of[who] == nil {
		t.of[who] = &turn{free: make(chan struct{}, abreast)}
	}
	t.of[who].here++
	return t.of[who]
}

func (t *turns) leave(who string) {
	t.Lock()
	defer t.Unlock()
	if t.of[who].here--; t.of[who].here == 0 {
		delete(t.of, who)
	}
}

// ask lets a person ask when it is their turn, and ends the question when its time is
// up.
func (t *turns) ask(e *core.RequestEvent, question func() error) error {
	ctx, cancel := context.WithTimeout(e.Request.Context(), budget)
	defer cancel()
	who := e.Auth.Id
	mine := t.take(who)
	defer t.leave(who)
	select {
	case mine.free <- struct{}{}:
		defer func() { <-mine.free }()
	case <-ctx.Done():
		return late(e)
	}
	outer := e.App
	defer func() { e.App = outer }()
	e.App = bounded{outer, ctx}
	err := question()
	if err != nil && ctx.Err() != nil {
		return late(e)
	}
	return err
}

func late(e *core.RequestEvent) error {
	e.Response.Header().Set("Retry-After", "5")
	return reply.Error(contract.Busy, "What you ask takes too long: ask for less, or for one thing at a time.")
}

// bounded is the app of one question: what it reads of records ends with its time.
// PocketBase's own bound is the app's, 30 seconds for whoever asks whatever.
type bounded struct {
	core.App
	ctx context.Context
}

func (b bounded) RecordQuery(of any) *dbx.SelectQuery {
	return b.App.RecordQuery(of).WithContext(b.ctx)
}
