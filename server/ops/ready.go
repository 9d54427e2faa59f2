package ops

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
)

// askedAgain is how long one answer stands. The door is open to everybody, and each
// question costs a write: a flood of them costs one.
const askedAgain = 2 * time.Second

// readiness is whether a write would be kept, as it was last tried.
type readiness struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// bindReady adds what a balancer asks: whether the process answers at all, and whether
// a phone that pushes now would be heard. Neither says more than that: who asks is anybody.
func bindReady(e *core.ServeEvent) {
	kept := &readiness{}
	e.Router.GET("/healthz", func(e *core.RequestEvent) error { return e.String(http.StatusOK, "ok\n") })
	e.Router.GET("/readyz", func(e *core.RequestEvent) error {
		if err := kept.of(e.App, time.Now()); err != nil {
			e.App.Logger().Error("Not ready", "error", err)
			return e.String(http.StatusServiceUnavailable, "not ready\n")
		}
		return e.String(http.StatusOK, "ready\n")
	})
}

// of tries it, unless it was tried a moment ago.
func (r *readiness) of(app core.App, at time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if since := at.Sub(r.at); since < 0 || since >= askedAgain {
		r.at, r.err = at, ready(app)
	}
	return r.err
}

// ready writes, to the disk: a store that is full, read-only or locked reads as well as
// ever. The number that it writes is SQLite's own for its callers, which nothing here
// uses, and is written as it stands; a row that is written as it was would not be written.
func ready(app core.App) error {
	var number int64
	if err := app.NonconcurrentDB().NewQuery("PRAGMA user_version").Row(&number); err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(fmt.Sprintf("PRAGMA user_version = %d", number)).Execute(); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	if err := feed.Check(app); err != nil {
		return fmt.Errorf("the feed: %w", err)
	}
	return nil
}
