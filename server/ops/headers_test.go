package ops

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

// An operator's browser runs what this server serves, and asks nobody else anything: of
// PocketBase's own policy the dashboard could ask a map's server for an address.
func TestTheDashboardAsksNobodyElse(t *testing.T) {
	s := house(t, Options{Together: true})
	for _, path := range []string{"/_/", "/_/extensions.js", "/_/none"} {
		got := s.Do("GET", path, "", nil).Header.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'self';", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
			if !strings.Contains(got, must) {
				t.Errorf("%s: the policy does not say %s: %q", path, must, got)
			}
		}
		for _, never := range []string{"http", "*", "script-src 'unsafe", "unsafe-eval"} {
			if strings.Contains(got, never) {
				t.Errorf("%s: the policy lets in %s: %q", path, never, got)
			}
		}
	}
}

// A method that a route does not have is refused, and nothing that was sent comes back.
func TestNoAnswerEchoesARequest(t *testing.T) {
	s := house(t, Options{})
	for _, method := range []string{"TRACE", "TRACK", "DEBUG"} {
		for _, path := range []string{"/api/health", "/api/keys", "/api/collections/cases/records", "/nothing"} {
			a := s.Do(method, path, "", nil, "X-Canary", "sent-canary")
			if a.Status < 400 || strings.Contains(string(a.Body), "canary") || strings.Contains(a.Header.Get("Content-Type"), "message/http") {
				t.Errorf("%s %s: %d %s", method, path, a.Status, a.Body)
			}
		}
	}
}

func TestEveryAnswerTellsABrowserHowToTakeIt(t *testing.T) {
	s := house(t, Options{})
	for _, path := range []string{"/api/health", "/api/collections/cases/records", "/api/nothing", "/nothing", "/api/files/evidence/x/y"} {
		for _, over := range []string{"", "https"} {
			a := s.Do("GET", path, s.Token(demo.Practitioner), nil, "X-Forwarded-Proto", over)
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
			} {
				if got := a.Header.Get(name); !strings.HasPrefix(got, want) {
					t.Errorf("%s (%d): %s is %q, want %q", path, a.Status, name, got, want)
				}
			}
			if sts := a.Header.Get("Strict-Transport-Security"); sts != map[string]string{"https": "max-age=63072000; includeSubDomains"}[over] {
				t.Errorf("%s over %q: Strict-Transport-Security is %q", path, over, sts)
			}
		}
	}
}
