package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
	"holdfast/server/demo"
)

// state is every file of a store but SQLite's own shared memory.
func state(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	all := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "-shm") {
			return err
		}
		raw, err := os.ReadFile(path)
		if len(raw) > 0 { // an empty write-ahead log is none
			all[path] = sha256.Sum256(raw)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestVerifyFindsOneFlippedByteAndChangesNothing(t *testing.T) {
	s := house(t)
	dir := s.App.DataDir()
	run := func() (string, error) {
		var out bytes.Buffer
		c := verifyCommand()
		c.SetOut(&out)
		c.SetArgs([]string{"--dir", dir})
		err := c.Execute()
		return out.String(), err
	}
	if out, err := run(); err != nil || !strings.HasPrefix(out, "1 originals, 0 copies, 1 objects in storage: 0 findings") {
		t.Fatalf("beside a running server: %v\n%s", err, out)
	}
	row := must(s.App.FindRecordById("evidence", demo.ID("evidence", 100)))
	file := filepath.Join(dir, core.LocalStorageDirName, row.BaseFilesPath(), row.GetString("file"))
	if err := s.App.ResetBootstrapState(); err != nil { // the server goes down
		t.Fatal(err)
	}
	before := state(t, dir)
	if out, err := run(); err != nil {
		t.Fatalf("with the server down: %v\n%s", err, out)
	}
	after := state(t, dir)
	for path, sum := range before {
		if after[path] != sum {
			t.Errorf("verify changed %s", path)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files before, %d after", len(before), len(after))
	}

	raw := must(os.ReadFile(file))
	raw[9] ^= 1
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(filepath.Dir(file), "stray.txt")
	if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run()
	if !errors.Is(err, errWrong) || !strings.Contains(out, "altered") || !strings.Contains(out, row.Id) || !strings.Contains(out, "extra") || !strings.Contains(out, "stray.txt") || !strings.Contains(out, "2 findings") {
		t.Errorf("a flipped byte and a stray file: %v\n%s", err, out)
	}
	if err := errors.Join(os.Remove(file), os.Remove(stray)); err != nil {
		t.Fatal(err)
	}
	if out, err := run(); !errors.Is(err, errWrong) || !strings.Contains(out, "missing    evidence "+row.Id) {
		t.Errorf("a file that is gone: %v\n%s", err, out)
	}
	var out2 bytes.Buffer
	if err := verifyStore(&out2, t.TempDir()); err == nil {
		t.Error("an empty folder is a good store")
	}
}

func TestABundleIsVerifiedAwayFromTheServer(t *testing.T) {
	s := house(t)
	a := s.Do("POST", "/api/evidence/bundles", s.Token(demo.Practitioner), map[string]string{"case": demo.CaseID(1), "reason": "For the review panel"})
	if a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	keys := s.Do("GET", "/api/keys", "", nil).Body
	dir := t.TempDir()
	file, key := filepath.Join(dir, "b.zip"), filepath.Join(dir, "keys.json")
	if err := errors.Join(os.WriteFile(file, a.Body, 0o600), os.WriteFile(key, keys, 0o600)); err != nil {
		t.Fatal(err)
	}
	run := func(key string) (string, error) {
		var out bytes.Buffer
		c := verifyBundleCommand()
		c.SetOut(&out)
		c.SetArgs([]string{file, "--key", key})
		err := c.Execute()
		return out.String(), err
	}
	var set struct{ Keys []struct{ X string } }
	if err := json.Unmarshal(keys, &set); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{key, set.Keys[0].X} {
		if out, err := run(given); err != nil || !strings.Contains(out, `case "FM-0001"`) {
			t.Errorf("%v\n%s", err, out)
		}
	}
	if _, err := run("nonsense"); err == nil || errors.Is(err, errWrong) {
		t.Errorf("a key that is none: %v", err)
	}
	if out, err := run(strings.Repeat("A", 43)); !errors.Is(err, errWrong) || !strings.Contains(out, "unsigned") {
		t.Errorf("another's key: %v\n%s", err, out)
	}
	ring := must(signing.Load(s.App))
	old := ring.ID()
	ask := func() string { return string(s.Do("GET", "/api/keys", "", nil).Body) }
	if err := ring.Rotate("receipts", time.Now()); err != nil {
		t.Fatal(err)
	}
	if out, err := run(ask()); err != nil || !strings.Contains(out, "the key "+old) {
		t.Errorf("after its key was replaced: %v\n%s", err, out)
	}
	if err := ring.Revoke(old, time.Now()); err != nil {
		t.Fatal(err)
	}
	if out, err := run(ask()); !errors.Is(err, errWrong) || !strings.Contains(out, "revoked") {
		t.Errorf("after its key was revoked: %v\n%s", err, out)
	}
	a.Body[bytes.Index(a.Body, []byte("Attendance, autumn"))] ^= 1
	if err := os.WriteFile(file, a.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(key); !errors.Is(err, errWrong) || !strings.Contains(out, `altered "originals/`) {
		t.Errorf("a flipped byte: %v\n%s", err, out)
	}
}
