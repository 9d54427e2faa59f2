package signing_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
	"holdfast/hooks/store"
	"holdfast/server/demo/demotest"
)

func load(t *testing.T, app core.App) *signing.Keys {
	t.Helper()
	keys, err := signing.Load(app)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func claims() jwt.RegisteredClaims {
	return jwt.RegisteredClaims{Subject: "practitioner", ExpiresAt: jwt.NewNumericDate(time.Now().Add(10 * time.Minute))}
}

var signed, sealed = []string{signing.Access, signing.Receipt, signing.Bundle}, []string{signing.Position, signing.History, signing.Link}

// given is one of everything that a server gave out, by type.
func given(t *testing.T, k *signing.Keys) map[string]string {
	t.Helper()
	all := map[string]string{"mac": string(k.MAC("refresh", "family", "3"))}
	for _, typ := range signed {
		all[typ] = must(t)(k.Sign(typ, claims()))
	}
	for _, typ := range sealed {
		all[typ] = must(t)(k.Seal(typ, claims()))
	}
	return all
}

func must(t *testing.T) func(string, error) string {
	return func(s string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// refused are the types of what a server does not believe any more.
func refused(k *signing.Keys, all map[string]string) map[string]error {
	out := map[string]error{}
	for typ, text := range all {
		var c jwt.RegisteredClaims
		var err error
		switch typ {
		case "mac":
			if !k.Checks([]byte(text), "refresh", "family", "3") {
				err = errors.New("not of ours")
			}
		case signing.Position, signing.History, signing.Link:
			err = k.Open(typ, text, &c)
		default:
			err = k.Verify(typ, text, &c)
		}
		if err != nil {
			out[typ] = err
		}
	}
	return out
}

func TestWhatWasGivenOutStaysGoodAcrossARotation(t *testing.T) {
	k := load(t, demotest.App(t))
	before, first := given(t, k), k.ID()
	if err := k.Rotate("", time.Now()); err != nil {
		t.Fatal(err)
	}
	if no := refused(k, before); len(no) != 0 {
		t.Errorf("after a rotation: %v", no)
	}
	after := given(t, k)
	for typ, text := range after {
		if header(text) == header(before[typ]) {
			t.Errorf("%s is signed with the key that retired", typ)
		}
	}
	public := k.Published()
	if len(public) != 2 || public[0].ID != k.ID() || public[1].ID != first || public[1].Status != signing.Retired {
		t.Errorf("published are %+v", public)
	}
	for _, key := range k.All() {
		if key.Secret != nil {
			t.Errorf("what is secret of %s is shown", key.ID)
		}
	}
	var c jwt.RegisteredClaims
	both := []ed25519.PublicKey{public[0].Public, public[1].Public}
	if id, err := signing.VerifyAmong(both, signing.Receipt, before[signing.Receipt], &c); err != nil || id != first {
		t.Errorf("an old receipt among the public keys: %s %v", id, err)
	}
	if _, err := signing.VerifyAmong(both[:1], signing.Receipt, before[signing.Receipt], &c); err == nil {
		t.Error("an old receipt is good by the new public key alone")
	}
}

// An access token lives ten minutes: its key's life ends an hour after it retired, and a
// phone that comes back with such a token hears that it expired.
func TestARetiredKeyIsNoTokenForEver(t *testing.T) {
	k := load(t, demotest.App(t))
	before := given(t, k)
	if err := k.Rotate("tokens", time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if no := refused(k, before); len(no) != 1 || !errors.Is(no[signing.Access], signing.ErrExpired) {
		t.Errorf("two hours later: %v", no)
	}
}

func TestATokenThatNeverExpiresIsNone(t *testing.T) {
	k := load(t, demotest.App(t))
	for typ, text := range map[string]string{
		signing.Access: must(t)(k.Sign(signing.Access, jwt.RegisteredClaims{Subject: "manager"})),
		signing.Link:   must(t)(k.Seal(signing.Link, jwt.RegisteredClaims{Subject: "manager"})),
	} {
		if no := refused(k, map[string]string{typ: text}); len(no) != 1 {
			t.Errorf("%s without an end is believed", typ)
		}
	}
}

func TestAKeyThatComesOfAgeIsReplacedAndAnOldOneForgotten(t *testing.T) {
	k := load(t, demotest.App(t))
	before, now := given(t, k), time.Now()
	if changed, err := k.Turn(now.AddDate(0, 0, 89)); changed || err != nil {
		t.Fatalf("in good time: %v %v", changed, err)
	}
	if changed, err := k.Turn(now.AddDate(0, 0, 91)); !changed || err != nil {
		t.Fatalf("a token's key of 91 days: %v %v", changed, err)
	}
	if changed, err := k.Turn(now.AddDate(0, 0, 91)); changed || err != nil {
		t.Errorf("a second time: %v %v", changed, err)
	}
	after := given(t, k)
	for typ, rotated := range map[string]bool{signing.Access: true, signing.Link: true, signing.Receipt: false, signing.Position: false} {
		if (header(after[typ]) != header(before[typ])) != rotated {
			t.Errorf("%s: rotated %v", typ, !rotated)
		}
	}
	for _, years := range []int{1, 2, 3, 4} {
		if _, err := k.Turn(now.AddDate(years, 0, 1)); err != nil {
			t.Fatal(err)
		}
	}
	no := refused(k, before)
	if no[signing.Receipt] != nil || no[signing.Bundle] != nil || no[signing.Position] == nil || no["mac"] == nil || no[signing.Access] == nil {
		t.Errorf("four years later: %v", no)
	}
}

func TestWhatARevokedKeySignedIsBelievedNowhere(t *testing.T) {
	k := load(t, demotest.App(t))
	before := given(t, k)
	for _, key := range k.All() {
		if err := k.Revoke(key.ID, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if no := refused(k, before); len(no) != len(before) {
		t.Errorf("refused are only %v", no)
	}
	if no := refused(k, given(t, k)); len(no) != 0 {
		t.Errorf("of what is signed now: %v", no)
	}
	if public := k.Published(); len(public) != 2 || public[1].Status != signing.Revoked {
		t.Errorf("published are %+v", public)
	}
	if err := k.Revoke("nosuch", time.Now()); err == nil {
		t.Error("a key that is not there was revoked")
	}
}

func TestARunningServerTakesUpWhatACommandChanged(t *testing.T) {
	app := demotest.App(t)
	server, command := load(t, app), load(t, demotest.Open(t, app.DataDir()))
	if server.ID() != command.ID() {
		t.Fatal("two processes on one store have two rings")
	}
	if err := command.Rotate("", time.Now()); err != nil {
		t.Fatal(err)
	}
	meanwhile := given(t, server)
	if changed, err := server.Turn(time.Now()); !changed || err != nil || server.ID() != command.ID() {
		t.Fatalf("%v %v", changed, err)
	}
	if no := refused(server, meanwhile); len(no) != 0 {
		t.Errorf("signed in the minute before it was taken up: %v", no)
	}
}

// header is the name of the key that signed a token.
func header(token string) string {
	raw, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	var h struct{ Kid string }
	if json.Unmarshal(raw, &h) != nil {
		return fmt.Sprintf("%x", token)
	}
	return h.Kid
}

// bare is a store that is opened and not made ready, which needs its keys.
func bare(t *testing.T, dir string) core.App {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: store.Open})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	return app
}
