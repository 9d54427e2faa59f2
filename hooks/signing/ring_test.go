package signing_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
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

var signed, sealed = []string{signing.Access, signing.Receipt, signing.Bundle}, []string{signing.Position, signing.Link}

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
		case signing.Position, signing.Link:
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

// Keys from before there were rings move out of the database; whatever was signed with
// them stays good, nothing new is, and not a byte of them is left there.
func TestTheKeysMoveOutOfTheDatabase(t *testing.T) {
	app := demotest.App(t)
	seed, secret := bytes.Repeat([]byte("s"), 32), bytes.Repeat([]byte("h"), 32)
	old := func(typ string, how jwt.SigningMethod, kid string, key any) string {
		token := jwt.NewWithClaims(how, claims())
		token.Header["typ"] = typ
		if kid != "" {
			token.Header["kid"] = kid
		}
		return must(t)(token.SignedString(key))
	}
	private := ed25519.NewKeyFromSeed(seed)
	kid := signing.KeyID(private.Public().(ed25519.PublicKey))
	before := map[string]string{
		signing.Access: old(signing.Access, jwt.SigningMethodEdDSA, kid, private), signing.Receipt: old(signing.Receipt, jwt.SigningMethodEdDSA, kid, private),
		signing.Bundle: old(signing.Bundle, jwt.SigningMethodEdDSA, kid, private), signing.Position: old(signing.Position, jwt.SigningMethodHS256, "", secret),
		signing.Link: old(signing.Link, jwt.SigningMethodHS256, "", secret),
	}
	lay := func() {
		for name, value := range map[string][]byte{"key.ed25519": seed, "key.hmac": secret} {
			_, err := app.NonconcurrentDB().NewQuery(`INSERT OR REPLACE INTO sync_meta (name, value) VALUES ({:n}, {:v})`).
				Bind(dbx.Params{"n": name, "v": base64.RawStdEncoding.EncodeToString(value)}).Execute()
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	unmark := func() {
		if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM sync_meta WHERE name = 'keys'`).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	lay()
	unmark()
	if err := os.RemoveAll(filepath.Join(app.DataDir(), signing.Folder)); err != nil {
		t.Fatal(err)
	}
	for i, crash := range []string{"the first start", "a start after a crash before the database was told", "a start after a copy from before was put in its place"} {
		k := load(t, demotest.Open(t, app.DataDir()))
		if no := refused(k, before); len(no) != 0 {
			t.Errorf("%s: %v", crash, no)
		}
		if k.ID() == kid {
			t.Errorf("%s: receipts are still signed with the key that lay in the database", crash)
		}
		if n := len(k.Published()); n != 2 {
			t.Errorf("%s: %d keys are published", crash, n)
		}
		for _, text := range []string{base64.RawStdEncoding.EncodeToString(seed), base64.RawStdEncoding.EncodeToString(secret)} {
			lies(t, app.DataDir(), text)
		}
		if i < 2 {
			lay()
			unmark()
		}
	}
}

// lies fails the test where a text stands in a file of a store other than the ring.
func lies(t *testing.T, dir, text string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte(text)) {
			t.Errorf("%s holds a key", f.Name())
		}
	}
}

func TestACopiedDatabaseIsNotTheServer(t *testing.T) {
	app := demotest.App(t)
	before := given(t, load(t, app))
	copied := t.TempDir()
	if _, err := app.ConcurrentDB().NewQuery("VACUUM INTO '" + filepath.Join(copied, "data.db") + "'").Execute(); err != nil {
		t.Fatal(err)
	}
	var missing *signing.ErrNoKeys
	if _, err := signing.Load(bare(t, copied)); !errors.As(err, &missing) || !strings.Contains(err.Error(), "holdfast keys new") {
		t.Fatalf("a copy without its keys: %v", err)
	}
	if _, err := os.Stat(filepath.Join(copied, signing.Folder, "ring.json")); err == nil {
		t.Error("keys were made in silence")
	}

	other := t.TempDir()
	load(t, demotest.Open(t, other)) // a new store's
	demotest.CopyKeys(t, other, copied)
	if _, err := signing.Load(bare(t, copied)); !errors.As(err, &missing) || !strings.Contains(err.Error(), "another store") {
		t.Errorf("with another store's keys: %v", err)
	}
	if err := signing.Anew(bare(t, copied), time.Now()); err == nil {
		t.Error("new keys were made over those that lay there")
	}

	if err := os.RemoveAll(filepath.Join(copied, signing.Folder)); err != nil {
		t.Fatal(err)
	}
	if err := signing.Anew(bare(t, copied), time.Now()); err != nil {
		t.Fatal(err)
	}
	k := load(t, demotest.Open(t, copied))
	if no := refused(k, before); len(no) != len(before) || !errors.Is(no[signing.Position], signing.ErrUnknownKey) {
		t.Errorf("with new keys: %v", no)
	}
}

func TestKeysAreHandedIn(t *testing.T) {
	from := demotest.App(t)
	before := given(t, load(t, from))
	ring := filepath.Join(from.DataDir(), signing.Folder, "ring.json")
	raw, err := os.ReadFile(ring)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "secrets", "holdfast")
	if err := errors.Join(os.Mkdir(filepath.Dir(elsewhere), 0o700), os.Rename(ring, elsewhere)); err != nil {
		t.Fatal(err)
	}
	t.Setenv(signing.Handed, elsewhere)
	k := load(t, demotest.Open(t, from.DataDir()))
	if no := refused(k, before); len(no) != 0 || k.Rotate("", time.Now()) != nil {
		t.Errorf("by a file's path: %v", no)
	}
	if err := os.Remove(elsewhere); err != nil {
		t.Fatal(err)
	}
	t.Setenv(signing.Handed, string(raw))
	k = load(t, demotest.Open(t, from.DataDir()))
	if no := refused(k, before); len(no) != 0 {
		t.Errorf("by itself: %v", no)
	}
	if err := k.Rotate("", time.Now()); err == nil || !strings.Contains(err.Error(), signing.Handed) {
		t.Errorf("rotating what was handed in: %v", err)
	}
	for _, broken := range []string{"{", `{"keys":[]}`, `{"ring":"x","keys":[{"kid":"a","for":"tokens","status":"current"}]}`,
		`{"ring":"x","keys":[{"kid":"a","for":"positions","status":"retired"}]}`} {
		t.Setenv(signing.Handed, broken)
		if _, err := signing.Load(bare(t, from.DataDir())); err == nil {
			t.Errorf("%s is a ring", broken)
		}
	}
	if _, err := os.Stat(ring); err == nil {
		t.Error("keys were written beside the database all the same")
	}
}

func TestTheRingIsForNobodyElse(t *testing.T) {
	app := demotest.App(t)
	if err := os.RemoveAll(filepath.Join(app.DataDir(), signing.Folder)); err != nil {
		t.Fatal(err)
	}
	if err := signing.Anew(app, time.Now()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{signing.Folder: 0o700 | os.ModeDir, filepath.Join(signing.Folder, "ring.json"): 0o600, filepath.Join(signing.Folder, "ring.json.lock"): 0o600} {
		info, err := os.Stat(filepath.Join(app.DataDir(), path))
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
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
