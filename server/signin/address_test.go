package signin

import (
	"fmt"
	"testing"

	"holdfast/server/demo"
)

// An address is the connection's, unless the settings name a proxy that tells another:
// whoever makes up a new one for each try is one guesser all the same.
func TestAnAddressIsNotBelievedFromWhoeverSendsIt(t *testing.T) {
	g := openGate(t)
	g.App.Settings().TrustedProxy.Headers = nil
	last := 0
	for i := range 8 {
		from := fmt.Sprintf("203.0.113.%d", i)
		last = g.Do("POST", "/api/collections/users/auth-with-password", "", map[string]any{"identity": demo.Manager.Email(), "password": "a guess"},
			"X-Forwarded-For", from, "X-Real-IP", from, "CF-Connecting-IP", from, "Forwarded", "for="+from).Status
	}
	if last != 429 {
		t.Errorf("eight tries from made-up addresses end with %d", last)
	}
}
