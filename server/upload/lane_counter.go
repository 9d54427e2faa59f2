package upload

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	contract "holdfast/mobile-contract"
)

// counter is where requests to the lane are served, a few at a time; who waits for
// bytes to come in steps aside. Two hundred phones that come back at once would
// otherwise take every reader of the database and every buffer, and whoever pulls
// meanwhile would wait behind all of them: 1.2 s where it is 0.1 s with the counter,
// and the uploads are no slower for it, since their disk is what they wait for.
type counter chan struct{}

func (c counter) leave() { <-c }

func (c counter) back() { c <- struct{}{} }

// aside does what waits for somebody else without keeping the counter.
func (c counter) aside(do func() error) error {
	c.leave()
	defer c.back()
	return do()
}

// queue serves a request at the counter. It stands before everything that asks the
// database, the token's owner included.
func (c counter) queue() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{Id: "holdfastCounter", Priority: -1999, Func: func(e *core.RequestEvent) error {
		if e.Request.Method == http.MethodOptions {
			return e.Next()
		}
		select {
		case c <- struct{}{}:
		case <-e.Request.Context().Done():
			return later(e, contract.Busy, time.Second)
		}
		defer c.leave()
		return e.Next()
	}}
}
