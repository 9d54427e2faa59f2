package ops

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

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
			if sts := a.Header.Get("Strict-Transport-Security"); (sts != "") != (over == "https") {
				t.Errorf("%s over %q: Strict-Transport-Security is %q", path, over, sts)
			}
		}
	}
}
