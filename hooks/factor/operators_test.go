package factor_test

import (
	"net/url"
	"testing"

	"holdfast/hooks/factor"
)

// On the command line a new app and recovery codes are given at once; what was before is void.
func TestAnAppIsGivenInPlaceOfALostOne(t *testing.T) {
	h := open(t)
	_, before, err := factor.GiveTOTP(h, h.boss, "Holdfast", h.now)
	h.must(err, "giving one")
	lost := h.app(h.boss)
	address, after, err := factor.GiveTOTP(h, h.boss, "Holdfast", h.now)
	h.must(err, "giving another")
	if len(before) != 10 || len(after) != 10 {
		t.Fatalf("%d and %d recovery codes", len(before), len(after))
	}
	h.refused(h.take(h.boss, h.code(lost, h.now)), "the lost app's code")
	h.refused(h.take(h.boss, before[0]), "a recovery code of before")
	h.must(h.take(h.boss, after[0]), "one of now")
	h.must(h.take(h.boss, h.code(secretIn(t, address), h.now)), "the new app's code")
}

// secretIn is what an authenticator app makes of its address.
func secretIn(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "otpauth" || u.Query().Get("issuer") != "Holdfast" {
		t.Fatal(address, err)
	}
	return u.Query().Get("secret")
}
