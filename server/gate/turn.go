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

// budget is what one person's question may take, its wait for its turn in it.
const budget = 2 * time.Second

// long is a question after which its asker's next one waits three times as long as it
// took: nobody has more than a quarter of the time of two readers.
const long = budget / 8

// turns lets each person ask one thing at a time of the readers that all phones share;
// who asks more waits for their own. A list uses two of them at once, one to count.
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
		t.of[who] = &turn{free: make(chan struct{}, 1)}
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
	select {
	case mine.free <- struct{}{}:
	case <-ctx.Done():
		t.leave(who)
		return late(e)
	}
	began := time.Now()
	over := sync.OnceFunc(func() {
		end := func() {
			<-mine.free
			t.leave(who)
		}
		if took := time.Since(began); took > long {
			time.AfterFunc(3*took, end)
		} else {
			end()
		}
	})
	defer over()
	e.Set(overKey, over)
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

// overKey is where a request keeps what ends its turn: once its records are read, others
// may ask, though PocketBase holds back an answer for a moment.
const overKey = "holdfast.turn"

func readWhole(e *core.RequestEvent) {
	if over, ok := e.Get(overKey).(func()); ok {
		over()
	}
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
