package coordinate

import (
	"net"
	"net/http"
	"strings"
)

// Names of the cookie. With the prefix a browser takes it only over TLS, for this
// host alone; over http on loopback, where people try things out, it cannot.
const (
	cookieTLS      = "__Host-holdfast"
	cookieLoopback = "holdfast"
)

// cookieOf makes the session's cookie for the browser that sent a request; an
// empty token takes it away. It has no age: it goes when the browser closes.
func cookieOf(r *http.Request, token string) *http.Cookie {
	c := &http.Cookie{
		Name: cookieName(r), Value: token, Path: "/",
		HttpOnly: true, Secure: !loopback(r), SameSite: http.SameSiteStrictMode,
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// tokenIn reads the session's cookie, empty when there is none.
func tokenIn(r *http.Request) string {
	c, err := r.Cookie(cookieName(r))
	if err != nil || len(c.Value) > 100 {
		return ""
	}
	return c.Value
}

func cookieName(r *http.Request) string {
	if loopback(r) {
		return cookieLoopback
	}
	return cookieTLS
}

// loopback is true for plain http to this very machine. A proxy in front says
// that TLS was spoken; lying about it only makes the cookie stricter.
func loopback(r *http.Request) bool {
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
