package signing_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"

	"holdfast/hooks/signing"
	"holdfast/server/demo/demotest"
)

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
