package devices

import (
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signin"
)

// signingIn are the doors through which somebody becomes somebody: whoever comes with a
// token comes as a guest. PocketBase would tie another's sign-in to its account.
var signingIn = signin.Doors(
	"POST /api/sync/devices/refresh", "POST /api/sync/devices/wiped",
	"GET /api/sign-in/organisation", "POST /api/sign-in/organisation", "POST /api/sign-in/factors", "POST /api/sign-in/factor",
)

// account are the doors that PocketBase's own token of a user opens: those of the
// account, and the registering of a phone. No other does it open, whatever is added: what
// is of a case is for a phone, which can be stopped alone.
var account = map[string]func(e *core.RequestEvent, user *core.Record) bool{
	"POST /api/sync/devices": anyOf,
	"GET /api/health":        anyOf,
	"GET /api/keys":          anyOf,
	"POST /api/collections/{collection}/auth-refresh":         ownKind,
	"POST /api/collections/{collection}/request-email-change": ownKind,
	"GET /api/collections/{collection}/records/{id}":          ownRecord,
	"PATCH /api/collections/{collection}/records/{id}":        ownRecord,
}

func ofAccount(e *core.RequestEvent, user *core.Record) bool {
	door, known := account[e.Request.Pattern]
	// What is expanded is not the account.
	return known && door(e, user) && !e.Request.URL.Query().Has("expand")
}

func anyOf(*core.RequestEvent, *core.Record) bool { return true }

func ownKind(e *core.RequestEvent, user *core.Record) bool {
	named := e.Request.PathValue("collection")
	return named == user.Collection().Name || named == user.Collection().Id
}

func ownRecord(e *core.RequestEvent, user *core.Record) bool {
	return ownKind(e, user) && e.Request.PathValue("id") == user.Id
}
