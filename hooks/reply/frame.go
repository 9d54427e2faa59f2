package reply

import "net/http"

// Framed puts on the answer of a page what browsers obey, the same of every room; what of it
// may be kept and what is told to where one goes from it is the room's to say.
func Framed(h http.Header, policy, cache, referrer string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", cache)
	h.Set("Referrer-Policy", referrer)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Robots-Tag", "noindex")
}
