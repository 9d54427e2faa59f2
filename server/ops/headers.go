package ops

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// headers tells browsers how to take every answer, an error and a file too: as what it
// says it is, in no frame, running nothing, naming no address to other sites, and from now
// on over TLS alone where it came over TLS (ASVS 5, 3.4). A room that shows pages sets its
// own policy in place of this one; the dashboard's pages bring theirs.
func headers(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if !strings.HasPrefix(e.Request.URL.Path, "/_/") {
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'")
	}
	if e.Request.TLS != nil || strings.EqualFold(e.Request.Header.Get("X-Forwarded-Proto"), "https") {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return e.Next()
}
