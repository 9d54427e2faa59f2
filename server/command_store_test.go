package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/hooks/signing"
)

func TestNobodyElseOnThisMachineReadsTheStore(t *testing.T) {
	dir := aStore(t)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return errors.Join(err, os.Chmod(path, 0o644))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, filepath.Join(t.TempDir(), "new", "store")} {
		s := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+folder)
		s.binary = "/bin/sh" // whose user lets everybody read
		typed := func(args ...string) []string {
			return append([]string{"-c", `umask 022; exec "$0" "$@"`, built.path}, args...)
		}
		said := s.works(typed("superuser", "create", "ops@council.example", "a-long-password")...)
		if told := strings.Contains(said, "were open to others"); told != (folder == dir) {
			t.Errorf("%s: %s", folder, said)
		}
		c := s.command(typed("serve", "--http", "127.0.0.1:0")...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for range 6000 { // until its rooms are open
			if _, err := os.Stat(filepath.Join(folder, "quarantine")); err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		s.works(typed("superuser", "create", "second@council.example", "a-long-password")...)
		seen := map[string]bool{}
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s is %v", path, info.Mode())
			}
			seen[filepath.Base(path)] = true
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"data.db", "data.db-wal", "data.db-shm", "auxiliary.db", "auxiliary.db-wal", "ring.json", "uploads"} {
			if !seen[name] {
				t.Errorf("%s is not there", name)
			}
		}
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

func TestADemosStoreIsServedOnThisMachineOnly(t *testing.T) {
	s := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+aStore(t))
	for _, typed := range []string{"serve --http 0.0.0.0:0", "serve --http :0", "serve --http 127.0.0.1:0 --https 0.0.0.0:0", "serve holdfast.example", "serve --demo --http 0.0.0.0:0"} {
		said, code := s.run(strings.Fields(typed)...)
		if code == 0 || !strings.Contains(said, "everybody's password is known") || strings.Contains(said, "Server started") {
			t.Errorf("holdfast %s: exit %d\n%s", typed, code, said)
		}
	}
	c, _, said := s.serves()
	s.stop(c, syscall.SIGTERM)
	if !strings.Contains(said.String(), "This is the demo's store") {
		t.Errorf("on this machine it says\n%s", said)
	}
}

func TestAServerWithoutItsKeysSaysSoAndGoesOnWithNewOnes(t *testing.T) {
	dir := aStore(t)
	s := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+dir)
	if said, code := s.run("keys", "new"); code == 0 || !strings.Contains(said, "nothing is made anew") {
		t.Errorf("new keys over good ones: exit %d\n%s", code, said)
	}
	if err := os.RemoveAll(filepath.Join(dir, signing.Folder)); err != nil {
		t.Fatal(err)
	}
	said, code := s.run("serve", "--http", "127.0.0.1:0")
	if code == 0 || !strings.Contains(said, "this store's keys are not in") || !strings.Contains(said, "holdfast keys new") || strings.Contains(said, "Server started") {
		t.Fatalf("exit %d\n%s", code, said)
	}
	if said := s.works("keys", "new"); !strings.Contains(said, "Every phone must sign in again") {
		t.Error(said)
	}
	c, _, _ := s.serves()
	s.stop(c, syscall.SIGTERM)
	raw := must(os.ReadFile(filepath.Join(dir, signing.Folder, "ring.json")))
	if said := s.works("keys", "list"); strings.Count(said, "current") != len(signing.Purposes) || strings.Contains(said, secretIn(raw)) {
		t.Error(said)
	}
	if said, code := s.run("keys", "rotate", "bogus"); code == 0 || !strings.Contains(said, "keys are for: tokens") {
		t.Errorf("exit %d\n%s", code, said)
	}
	if said, code := s.run("keys", "revoke", "bogus"); code == 0 || !strings.Contains(said, "holdfast keys list") {
		t.Errorf("exit %d\n%s", code, said)
	}
}
