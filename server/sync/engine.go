package sync

import (
	"database/sql"
	"fmt"
	"net/http"
	"runtime"
	stdsync "sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/lineage"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"

	"holdfast/hooks/casework"
	"holdfast/hooks/kernel"
)

// Engine serves pull and push over what the collections declare.
type Engine struct {
	app   core.App
	keys  *signing.Keys
	line  *lineage.Line
	names map[string]string // collection id -> name

	speaks, oldest int // contract versions served

	stmt struct {
		heads, lost, gained, kept, holds, head, ended, revs, holders, promise, horizon *sql.Stmt
	}
	pushing stdsync.Map // device -> *stdsync.Mutex: one push a device at a time
	convoy  convoy
	aliased aliased
	heard   chan news
	ears    ears
	seen    stdsync.Map   // device -> the last position it presented
	turns   chan struct{} // pages being made

	contracts stdsync.Map // rights -> *terms: as many as there are sets of roles in use

	promising stdsync.Mutex
	promises  map[string]promise // device, and collections where it asks for some -> the run that it is told
	arrivals  stdsync.Map        // device -> map[string]int64: how far it has the redeliveries of each collection
}

// Open binds the engine to a server.
func Open(ev *core.ServeEvent) error {
	e, err := New(ev.App)
	if err != nil {
		return err
	}
	ev.App.Store().Set(readBy, e)
	e.listen(ev.App)
	casework.LendSettling(ev.App, e)
	_ = ev.App.Cron().Add("sync-held", "17 * * * *", func() {
		if err := e.expireHeld(time.Now()); err != nil {
			ev.App.Logger().Error("Refusing what waited too long", "error", err)
		}
	})
	if err := e.forgetNightly(); err != nil {
		return err
	}
	ev.Router.BindFunc(reply.NoRoute("/api/sync"))
	g := ev.Router.Group("/api/sync").Unbind(apis.DefaultRateLimitMiddlewareId)
	g.BindFunc(reply.Unknown)
	g.POST("/pull", e.pull)
	g.POST("/digest", e.digest)
	g.POST("/estimate", e.estimate)
	g.GET("/contract", e.contractFor)
	g.POST("/replayed", e.replayed)
	g.GET("/conflicts", e.conflicts)
	g.POST("/conflicts/{id}", e.settling)
	g.GET("/refusals", e.refusals)
	g.POST("/refusals/{id}", e.resending)
	g.POST("/push", e.push)
	return nil
}

// New prepares an engine over an app whose feed is in place.
func New(app core.App) (*Engine, error) {
	e := &Engine{app: app, turns: make(chan struct{}, 4*runtime.GOMAXPROCS(0)), names: map[string]string{}, promises: map[string]promise{}, speaks: contract.Version, oldest: contract.Oldest}
	var err error
	if e.keys, err = signing.Load(app); err != nil {
		return nil, err
	}
	e.line = lineage.Of(app)
	if _, err := e.line.Now(); err != nil {
		return nil, err
	}
	if err := e.aliased.load(app); err != nil {
		return nil, err
	}
	return e, e.prepare()
}

// epoch is the identity of this database's history.
func (e *Engine) epoch() string { return e.line.Epoch() }

// prepare compiles the statements of a pull, once a connection.
func (e *Engine) prepare() error {
	for _, n := range collections.All() {
		if n.Sync != nil {
			e.names[collections.ID(n.Name)] = n.Name
		}
	}
	db, err := pool(e.app)
	if err != nil {
		return err
	}
	for _, p := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&e.stmt.heads, headsSQL},
		{&e.stmt.horizon, horizonSQL},
		{&e.stmt.head, `SELECT c.seq, (SELECT coalesce(max(n), 0) FROM sync_again WHERE device = ?1), r.mark, r.epoch FROM sync_counter c, sync_runs r WHERE r.run = (SELECT max(run) FROM sync_runs)`},
		{&e.stmt.lost, `SELECT DISTINCT scope FROM sync_grants WHERE "user" = ?1 AND until > ?2 AND until <= ?3 AND since <= ?2 AND scope >= ?4 ORDER BY scope`},
		{&e.stmt.gained, `SELECT scope FROM sync_grants WHERE "user" = ?1 AND until IS NULL AND since > ?2 AND since <= ?3 AND scope >= ?4 ORDER BY scope`},
		{&e.stmt.kept, keptSQL},
		{&e.stmt.holds, holdsSQL},
		{&e.stmt.holders, `SELECT DISTINCT g."user" FROM sync_feed f JOIN sync_grants g ON g.scope = f.scope AND g.until IS NULL WHERE f.record = ?1 AND f.collection = ?2`},
		{&e.stmt.promise, promiseSQL("")},
		{&e.stmt.revs, `SELECT seq, gone FROM sync_feed WHERE scope = ?1`},
		{&e.stmt.ended, `SELECT count(*) FROM sync_grants WHERE "user" = ?1 AND until > ?2 AND until <= ?3`},
	} {
		if *p.to, err = db.Prepare(p.sql); err != nil {
			return fmt.Errorf("preparing %.60s…: %w", p.sql, err)
		}
	}
	return nil
}

// pool is the plain connection pool under PocketBase's query builder.
func pool(app core.App) (*sql.DB, error) {
	db, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return nil, fmt.Errorf("the sync engine needs an app outside a transaction")
	}
	return db.DB(), nil
}

// caller is who asks and from which device; both are needed to sync.
func caller(e *core.RequestEvent) (user *core.Record, device string, err error) {
	device, _ = e.Get(kernel.DeviceKey).(string)
	switch {
	case e.Auth == nil:
		return nil, "", reply.Error(contract.Unauthorised, "")
	case device == "":
		return nil, "", reply.Error(contract.DeviceNeeded, "")
	}
	return e.Auth, device, nil
}

// noCache keeps what is delivered out of every cache on the way.
func noCache(h http.Header) { h.Set("Cache-Control", "no-store") }
