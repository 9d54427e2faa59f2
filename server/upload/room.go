package upload

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// Room takes evidence in and gives it out.
type Room struct {
	app     core.App
	keys    *signing.Keys
	parts   parts
	apart   string // the folder of what was quarantined
	locks   locks
	hashes  hashes
	counter counter       // where the lane is served
	eyes    chan struct{} // a place for each preview that may be made at once
	watch   *watch        // what waits for the malware scanner
	bin     sync.Mutex    // one removal of disposed bytes at a time
}

// Options are what an operator sets.
type Options struct {
	Clamd string // the scanner's socket: unix:/path or tcp:host:port; empty: nothing is scanned
}

// Open is Options{}.Open: a room without a scanner.
func Open(e *core.ServeEvent) error { return Options{}.Open(e) }

// Open binds the room to a server: its folders, what a crash left undone, its
// routes, its scanner and its hourly sweep.
func (o Options) Open(e *core.ServeEvent) error {
	r, err := newRoom(e.App)
	if err != nil {
		return err
	}
	return r.serve(e, o)
}

func (r *Room) serve(e *core.ServeEvent, o Options) error {
	if err := r.scanWith(o.Clamd); err != nil {
		return err
	}
	r.recover()
	e.App.OnRecordAfterUpdateSuccess("evidence_disposals").BindFunc(r.decided)
	e.Router.Bind(shut())

	g := e.Router.Group("/api/uploads").Unbind(apis.DefaultRateLimitMiddlewareId, apis.DefaultBodyLimitMiddlewareId)
	g.Bind(speak(), r.counter.queue())
	g.OPTIONS("", options)
	g.OPTIONS("/{id}", options)
	g.POST("", tus(r.create))
	g.POST("/{id}", tus(r.override))
	g.HEAD("/{id}", tus(r.head))
	g.PATCH("/{id}", tus(r.append))
	g.DELETE("/{id}", tus(r.terminate))

	v := e.Router.Group("/api/evidence").Unbind(apis.DefaultRateLimitMiddlewareId)
	v.BindFunc(guardAnswer)
	v.GET("/{id}/original", r.linked("original", r.original))
	v.GET("/{id}/preview", r.linked("preview", r.preview))
	v.GET("/{id}/copies/{copy}", signedIn(r.copied))
	v.GET("/{id}/receipt", signedIn(r.receipt))
	v.POST("/{id}/links", signedIn(r.link))
	v.POST("/bundles", signedIn(r.bundle))
	e.Router.GET("/api/keys", r.publicKeys)

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
	r := &Room{
		app: app, keys: keys, counter: make(counter, maxServed), eyes: make(chan struct{}, maxPreviewing),
		parts: parts(filepath.Join(app.DataDir(), "uploads")),
		apart: filepath.Join(app.DataDir(), "quarantine"), watch: &watch{},
	}
	for _, dir := range []string{string(r.parts), r.apart} {
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
func by(e *core.RequestEvent) kernel.Actor {
	a := kernel.ActorFrom(e)
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
