package ops

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

const (
	policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
	// dashboardPolicy is narrower than PocketBase's own, which lets its map ask a server
	// elsewhere for an address, and load scripts from any port of the operator's machine.
	dashboardPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)

// headers tells browsers how to take every answer, an error and a file too: as what it
// says it is, in no frame, running nothing, naming no address to other sites, and from now
// on over TLS alone where it came over TLS (ASVS 5, 3.4). A room that shows pages sets its
// own policy in place of this one.
func headers(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", policy)
	if strings.HasPrefix(e.Request.URL.Path, "/_/") {
		h.Set("Content-Security-Policy", dashboardPolicy)
	}
	if e.Request.TLS != nil || strings.EqualFold(e.Request.Header.Get("X-Forwarded-Proto"), "https") {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return e.Next()
}
