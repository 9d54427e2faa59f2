package ops

import (
	"io"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/collections"
	glassrules "holdfast/hooks/glass"
	"holdfast/hooks/kernel"
	"holdfast/hooks/openid"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	"holdfast/hooks/upkeep"
	contract "holdfast/mobile-contract"
)

// Options are what an operator may open again, what they bring, and how a demo differs.
type Options struct {
	SQL   bool   // the dashboard's SQL console
	Clamd string // the malware scanner's socket; empty: evidence is not scanned
	Mail  string // the folder to which a demo writes its mail; empty: it is sent
	Admin string // where operators are served, by a listener of their own; empty: nowhere

	// Together serves operators where everybody is served: a demo, on this machine alone.
	Together bool

	OpenID openid.Config // the area's identity provider

	PushContact           string // whom the push services turn to; the key is in the environment
	TextURL, TextTemplate string // the area's service for text messages
}

// Open closes PocketBase's doors that would go around the house's promises, and adds
// the operator's page of health to its dashboard.
func (o Options) Open(e *core.ServeEvent) error {
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id: "holdfastHangUp", Priority: apis.DefaultActivityLoggerMiddlewarePriority - 1, Func: hangUp,
	})
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id: "holdfastHeaders", Priority: apis.DefaultActivityLoggerMiddlewarePriority - 1, Func: headers,
	})
	e.InstallerFunc = nil // the first superuser is made from the command line
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id: "holdfastListener", Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 1, Func: o.listener,
	})
	e.Router.POST("/api/ops/second-factor/reset", resetFactor).Bind(apis.RequireSuperuserAuth())
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id: "holdfastClosed", Priority: apis.DefaultBodyLimitMiddlewarePriority + 1, Func: o.closed,
	})
	e.App.OnFileDownloadRequest().BindFunc(o.operatorsFile)
	bindGlass(e)
	bindReady(e)
	return bindHealth(e)
}

// hangUp ends the connection after a request with a long body, read or not: what was
// left unread of it would be taken for the next request on the same connection, and
// behind a proxy that shares connections for somebody else's. The upload room reads
// net/http's own body, which ends the connection itself when it must.
func hangUp(e *core.RequestEvent) error {
	long := e.Request.ContentLength < 0 || e.Request.ContentLength > 256<<10
	if long && !strings.HasPrefix(e.Request.URL.Path, "/api/uploads") {
		reply.HangUp(e)
		defer drain(e.Request.Body)
	}
	return e.Next()
}

// drain reads on a little, before the answer goes out: a connection that is ended with
// bytes unread is reset, and who is still sending never reads why they were refused.
func drain(body io.Reader) {
	if wrapped, ok := body.(*router.RereadableReadCloser); ok {
		body = wrapped.ReadCloser // it would keep what it reads
	}
	_, _ = io.CopyN(io.Discard, body, 8<<20)
}

// closed refuses routes that PocketBase has no switch for: SQL past the rules, backups
// that are plain zips and stall every writer, acting as somebody else, emptying a
// collection, queries tried out on any table, and its own way to another server's word
// for somebody, which would make accounts. The operator's code is asked for here.
func (o Options) closed(e *core.RequestEvent) error {
	_, route, _ := strings.Cut(e.Request.Pattern, " ")
	collection := e.Request.PathValue("collection")
	tried := func(what string) error {
		if e.Auth != nil {
			if err := upkeep.Tried(e.App, kernel.ActorFrom(e), collection, what); err != nil {
				return err
			}
		}
		return reply.Error(contract.NotAllowed, "This route is closed, and the attempt is on record.")
	}
	switch {
	case route == "/api/sql":
		return o.sql(e)
	case route == "/api/oauth2-redirect" || route == "/api/collections/{collection}/auth-with-oauth2":
		return reply.Error(contract.NotAllowed, "This route is closed: an organisation's own accounts sign in by /api/sign-in/organisation.")
	case route == "/api/backups" || strings.HasPrefix(route, "/api/backups/"):
		return reply.Error(contract.NotAllowed, "This route is closed.")
	case route == "/api/collections/{collection}/impersonate/{id}":
		return tried("act as somebody of")
	case route == "/api/collections/{collection}/truncate":
		return tried("empty")
	case route == "/api/collections/meta/dry-run-view":
		collection = "every table"
		return tried("look into")
	case route == "/api/collections/{collection}/request-otp" && superusers(collection):
		return e.JSON(http.StatusOK, map[string]string{"otpId": core.GenerateDefaultRandomId()}) // it is in their own app
	case route == "/api/collections/{collection}/auth-with-otp" && superusers(collection):
		return signInWithCode(e)
	}
	return e.Next()
}

// sql runs the console for an operator whose glass is broken: it reads every family's
// file, and no line says which. That something was run is on record.
func (o Options) sql(e *core.RequestEvent) error {
	if !o.SQL {
		return reply.Error(contract.NotAllowed, "This route is closed.")
	}
	if e.Auth == nil || !e.Auth.IsSuperuser() {
		return e.Next() // refused by the route itself
	}
	if err := glassrules.UnderGlass(e, "", "sql"); err != nil {
		return err
	}
	if err := kernel.AuditRead(e.App, kernel.ActorFrom(e), kernel.Entry{Verb: "sql"}); err != nil {
		return err
	}
	return e.Next()
}

// Bind sets what holds before there is a server: what logs and files may carry.
func Bind(app core.App) {
	app.OnModelCreate("_logs").BindFunc(func(e *core.ModelEvent) error {
		if log, ok := e.Model.(*core.Log); ok {
			scrub(log)
		}
		return e.Next()
	})
	app.OnBackupCreate().BindFunc(func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, signing.Folder) // whoever holds a backup is not the server
		return e.Next()
	})
	app.OnFileDownloadRequest().BindFunc(fileDelivered)
	app.OnSettingsUpdateRequest().BindFunc(settingsChanged)
	bindSecondFactor(app)
}

// fileDelivered audits a file of case content before its bytes go, and keeps every
// file out of every cache.
func fileDelivered(e *core.FileDownloadRequestEvent) error {
	e.Response.Header().Set("Cache-Control", "no-store")
	n := collections.ByName(e.Record.Collection().Name)
	if n != nil && n.CaseField != "" {
		entry := kernel.Entry{Verb: "file", Collection: n.Name, Record: e.Record.Id, Case: e.Record.GetString(n.CaseField), Count: 1}
		if err := kernel.Audit(e.App, kernel.ActorFrom(e.RequestEvent), entry); err != nil {
			return err
		}
	}
	return e.Next()
}
