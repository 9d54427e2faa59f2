package upload

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// Room takes evidence in and gives it out.
type Room struct {
	app    core.App
	keys   *signing.Keys
	parts  parts
	apart  string // the folder of what was quarantined
	views  string // the folder of previews, which can always be made again
	locks  locks
	hashes hashes
	eyes   chan struct{} // a place for each preview that may be made at once
}

// Open binds the room to a server: its folders, what a crash left undone, its
// routes and its hourly sweep.
func Open(e *core.ServeEvent) error {
	r, err := newRoom(e.App)
	if err != nil {
		return err
	}
	r.recover()
	e.Router.Bind(shut())

	g := e.Router.Group("/api/uploads").Unbind(apis.DefaultRateLimitMiddlewareId, apis.DefaultBodyLimitMiddlewareId)
	g.Bind(speak())
	g.OPTIONS("", options)
	g.OPTIONS("/{id}", options)
	g.POST("", tus(r.create))
	g.POST("/{id}", tus(r.override))
	g.HEAD("/{id}", tus(r.head))
	g.PATCH("/{id}", tus(r.append))
	g.DELETE("/{id}", tus(r.terminate))

	v := e.Router.Group("/api/evidence").Unbind(apis.DefaultRateLimitMiddlewareId)
	v.GET("/{id}/original", signedIn(r.original))
	v.GET("/{id}/preview", signedIn(r.preview))
	v.GET("/{id}/receipt", signedIn(r.receipt))

	return e.App.Cron().Add("uploads", "23 * * * *", func() {
		if err := r.sweep(time.Now()); err != nil {
			e.App.Logger().Error("Sweeping uploads", "error", err)
		}
	})
}

func newRoom(app core.App) (*Room, error) {
	keys, err := signing.Load(app)
	if err != nil {
		return nil, err
	}
	for _, s := range schema {
		if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return nil, err
		}
	}
	r := &Room{
		app: app, keys: keys, eyes: make(chan struct{}, maxPreviewing),
		parts: parts(filepath.Join(app.DataDir(), "uploads")),
		apart: filepath.Join(app.DataDir(), "quarantine"),
		views: filepath.Join(app.DataDir(), "previews"),
	}
	for _, dir := range []string{string(r.parts), r.apart, r.views} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	return r, syncDir(app.DataDir())
}

// signedIn lets a user through, and answers what goes wrong in the house's voice.
func signedIn(do func(*core.RequestEvent) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if e.Auth == nil {
			return reply.Error(contract.Unauthorised, "")
		}
		return answer(e, do(e))
	}
}

// by is who sends this request, by the upload door.
func by(e *core.RequestEvent) hooks.Actor {
	a := hooks.ActorFrom(e)
	a.Door = "upload"
	return a
}

// deadlines lets a body take as long as its bytes keep coming. A server that does
// not know deadlines has none.
func deadlines(e *core.RequestEvent, read, write time.Time) error {
	c := http.NewResponseController(e.Response)
	for _, err := range []error{c.SetReadDeadline(read), c.SetWriteDeadline(write)} {
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
	}
	return nil
}
