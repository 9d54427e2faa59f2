package gate

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
)

// exposed are the headers that an app from another origin may read.
const exposed = "ETag, " + contract.LeftOutHeader

// stock are PocketBase's own lanes. What else lies below /api has its own door.
var stock = []string{"/api/collections", "/api/batch", "/api/realtime", "/api/settings", "/api/logs", "/api/crons", "/api/backups", "/api/sql"}

// asGuest are the routes of those lanes that are there for somebody who has not signed
// in.
var asGuest = signin.Doors("GET /api/realtime", "POST /api/realtime")

const (
	aList = "GET /api/collections/{collection}/records"
	aView = "GET /api/collections/{collection}/records/{id}"
)

// Open puts the gate before every stock route, behind the reading of the token.
func Open(e *core.ServeEvent) error {
	g := &gate{turns: turns{of: map[string]*turn{}}, paces: paces{of: map[string]pace{}, now: time.Now}}
	e.Router.Bind(
		&hook.Handler[*core.RequestEvent]{Id: "holdfastWorded", Priority: apis.DefaultActivityLoggerMiddlewarePriority - 3, Func: reply.Worded},
		&hook.Handler[*core.RequestEvent]{Id: "holdfastUnstored", Priority: apis.DefaultActivityLoggerMiddlewarePriority - 2, Func: unstored},
		&hook.Handler[*core.RequestEvent]{Id: "holdfastGate", Priority: apis.DefaultSuperuserIPsWhitelistMiddlewarePriority + 1, Func: g.pass},
	)
	e.App.OnRealtimeSubscribeRequest().Bind(&hook.Handler[*core.RealtimeSubscribeRequestEvent]{Id: "holdfastTopics", Func: wakeUpsOnly})
	e.App.OnBatchRequest().Bind(&hook.Handler[*core.BatchRequestEvent]{Id: "holdfastBatch", Func: g.batch})
	e.App.OnRecordsListRequest().Bind(&hook.Handler[*core.RecordsListRequestEvent]{Id: "holdfastPage", Priority: -1, Func: page})
	e.App.OnRecordViewRequest().Bind(&hook.Handler[*core.RecordRequestEvent]{Id: "holdfastView", Priority: 1, Func: view})
	return nil
}

type gate struct {
	turns turns
	paces paces
}

// unstored keeps every answer of the API out of every cache, unless its own room knows
// better.
func unstored(e *core.RequestEvent) error {
	if strings.HasPrefix(e.Request.URL.Path, "/api/") {
		h := e.Response.Header()
		h.Set("Cache-Control", "no-store")
		h.Add("Access-Control-Expose-Headers", exposed)
	}
	return e.Next()
}

// freeRefusals is how often within a second one asker may be refused before they wait.
const freeRefusals = 400

// pass is the gate. Who runs at it without end is answered a few times a second.
func (g *gate) pass(e *core.RequestEvent) error {
	err := g.judge(e)
	if err != nil && !e.HasSuperuserAuth() && isStock(e.Request.URL.Path) {
		asker := e.RealIP()
		if e.Auth != nil {
			asker = e.Auth.Id
		}
		reply.Linger(e.Request.Context(), asker, freeRefusals)
	}
	return err
}

func (g *gate) judge(e *core.RequestEvent) error {
	if e.Request.Method == http.MethodOptions || !isStock(e.Request.URL.Path) {
		return e.Next()
	}
	route := e.Request.Pattern
	if e.HasSuperuserAuth() {
		if err := measure(e); err != nil { // what they write comes to phones as well
			return err
		}
		if err := texts(e.Request.URL.Query()); err != nil { // of which PocketBase makes fields of a form
			return unread(err)
		}
		if route == aList || route == aView {
			if err := reading(e, route); err != nil {
				return err
			}
		}
		return e.Next()
	}
	if e.Auth == nil && !asGuest[route] {
		return reply.Error(contract.Unauthorised, "Sign in first.")
	}
	if len(e.Request.URL.RawQuery) > mostQuery {
		return refused("A query string has %d bytes at most.", mostQuery)
	}
	if err := measure(e); err != nil {
		return err
	}
	switch route {
	case aList:
		if err := reading(e, route); err != nil {
			return err
		}
		return g.turns.ask(e, e.Next)
	case aView:
		if err := reading(e, route); err != nil {
			return err
		}
	default:
		if err := plain(e.Request.URL.Query()); err != nil {
			return err
		}
		if strings.Contains(route, "/records") {
			if err := bare(e.Request.URL.Query()); err != nil {
				return err
			}
			if err := g.paces.write(e, 1); err != nil {
				return err
			}
		}
		if route == aChange {
			if err := changing(e); err != nil {
				return err
			}
		}
	}
	return e.Next()
}

func isStock(path string) bool {
	for _, lane := range stock {
		if path == lane || strings.HasPrefix(path, lane+"/") {
			return true
		}
	}
	return false
}

// reading holds a list's or a view's query to what may be asked.
func reading(e *core.RequestEvent, route string) error {
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil {
		return nil // PocketBase says that there is none
	}
	q, err := url.ParseQuery(e.Request.URL.RawQuery)
	if err != nil {
		return refused("The query string cannot be read.")
	}
	for name, values := range q {
		for _, v := range append(values, name) {
			if err := reply.Text(v); err != nil {
				return refused("The query string is no text.")
			}
		}
	}
	if route == aList && !e.HasSuperuserAuth() {
		if err := list(c, q); err != nil {
			return err
		}
	}
	return takeExpand(e, c, q)
}

// batch holds the requests inside a batch to what each may be alone.
func (g *gate) batch(e *core.BatchRequestEvent) error {
	operator := e.HasSuperuserAuth()
	if !operator {
		if err := belongs(e); err != nil {
			return err
		}
		if err := bare(e.Request.URL.Query()); err != nil {
			return err
		}
	}
	sights := sights{e: e.RequestEvent, made: map[string]bool{}}
	for i, inner := range e.Batch {
		address, err := url.Parse(inner.URL)
		if err != nil {
			return refused("The address of request %d cannot be read.", i)
		}
		q, err := url.ParseQuery(address.RawQuery)
		if err != nil {
			return refused("The address of request %d cannot be read.", i)
		}
		if err := texts(q); err != nil {
			return unread(err)
		}
		if operator {
			continue
		}
		if err := plain(q); err != nil {
			return err
		}
		if err := bare(q); err != nil {
			return err
		}
		if err := sights.lead(inner, address); err != nil {
			return err
		}
	}
	if !operator {
		if err := g.paces.write(e.RequestEvent, len(e.Batch)); err != nil {
			return err
		}
	}
	return e.Next()
}

// belongs refuses a part of a batch's form that is for none of its requests: PocketBase
// would drop it in silence.
func belongs(e *core.BatchRequestEvent) error {
	for name := range e.Request.PostForm {
		if name != router.JSONPayloadKey {
			return refused("%q is for none of the requests: they are in %s.", name, router.JSONPayloadKey)
		}
	}
	if e.Request.MultipartForm == nil {
		return nil
	}
	for name := range e.Request.MultipartForm.File {
		found := false
		for i := range e.Batch {
			found = found || strings.HasPrefix(name, fmt.Sprintf("requests.%d.", i)) || strings.HasPrefix(name, fmt.Sprintf("requests[%d].", i))
		}
		if !found {
			return refused("The file %q is for none of the requests.", name)
		}
	}
	return nil
}

// page expands a list's records and holds the page to its bytes: before the hook that
// writes down what is read, for what is refused was not read.
func page(e *core.RecordsListRequestEvent) error {
	if !e.HasSuperuserAuth() {
		if size := weight(e.Records); size > mostBytes && len(e.Records) > 1 {
			return refusedAs(contract.TooLarge, "This page would have about %d bytes, and one has %d at most: ask for fewer records a page (perPage=%d).",
				size, mostBytes, max(1, len(e.Records)*mostBytes/size/2))
		}
	}
	if err := expand(e.RequestEvent, e.Collection, e.Records); err != nil {
		return err
	}
	readWhole(e.RequestEvent)
	return e.Next()
}

func view(e *core.RecordRequestEvent) error {
	if err := expand(e.RequestEvent, e.Collection, []*core.Record{e.Record}); err != nil {
		return err
	}
	return e.Next()
}

func refusedAs(code contract.Code, format string, values ...any) error {
	return reply.Error(code, fmt.Sprintf(format, values...))
}
