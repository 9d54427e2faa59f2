package ops

import (
	"context"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// inside marks what came in by the operators' own listener.
type inside struct{}

// Inside is the context of connections to the operators' listener.
func Inside(ctx context.Context) context.Context { return context.WithValue(ctx, inside{}, true) }

func (o Options) inside(e *core.RequestEvent) bool {
	marked, _ := e.Request.Context().Value(inside{}).(bool)
	return o.Together || marked
}

// listener keeps the dashboard, and whoever signs in to it, off the public address: there
// its pages and routes are not, and a superuser's token is nobody's.
func (o Options) listener(e *core.RequestEvent) error {
	if o.inside(e) {
		return e.Next()
	}
	if operators(e) {
		return e.NotFoundError("", nil)
	}
	if e.Auth != nil && e.Auth.IsSuperuser() {
		e.Auth = nil
		return reply.Error(contract.Unauthorised, "")
	}
	return e.Next()
}

// operatorsFile is the same for a file, whose reader is known by a token in its address.
func (o Options) operatorsFile(e *core.FileDownloadRequestEvent) error {
	by, err := e.App.FindAuthRecordByToken(e.Request.URL.Query().Get("token"), core.TokenTypeFile)
	if err == nil && by.IsSuperuser() && !o.inside(e.RequestEvent) {
		return reply.Error(contract.Unauthorised, "")
	}
	return e.Next()
}

// operators reports whether a request is for one of the operators' own doors: the
// dashboard, what only it calls, and superusers' accounts.
func operators(e *core.RequestEvent) bool {
	_, route, _ := strings.Cut(e.Request.Pattern, " ")
	for _, part := range []string{"/_", "/api/settings", "/api/logs", "/api/crons", "/api/backups", "/api/sql", "/api/ops", "/api/collections/meta"} {
		if route == part || strings.HasPrefix(route, part+"/") {
			return true
		}
	}
	return slices.Contains([]string{"/api/collections", "/api/collections/{collection}", "/api/collections/import",
		"/api/collections/{collection}/truncate", "/api/collections/{collection}/impersonate/{id}"}, route) || superusers(e.Request.PathValue("collection"))
}

// superusers reports whether a path names the superusers' collection, by name or id.
func superusers(collection string) bool {
	return strings.EqualFold(collection, core.CollectionNameSuperusers) || collection == superusersID
}

// superusersID is given by PocketBase, from the name.
var superusersID = core.NewAuthCollection(core.CollectionNameSuperusers).Id
