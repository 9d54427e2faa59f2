package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The child of the test below: it takes the lock, says so, and is killed.
func TestHoldTheLock(t *testing.T) {
	path := os.Getenv("HOLDFAST_TEST_LOCK")
	if path == "" {
		t.Skip("the child of TestALockIsOneProcess")
	}
	if _, err := Lock(path, false); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("held\n")
	select {}
}

func TestALockIsOneProcessAndAKilledOneHoldsNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no lock here")
	}
	path := filepath.Join(t.TempDir(), "lock")
	child := exec.Command(os.Args[0], "-test.run", "^TestHoldTheLock$")
	child.Env = append(os.Environ(), "HOLDFAST_TEST_LOCK="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 5)
	if _, err := out.Read(said); err != nil || !strings.HasPrefix(string(said), "held") {
		t.Fatalf("the other process: %q %v", said, err)
	}
	var held *Held
	if _, err := Lock(path, false); !errors.As(err, &held) || held.Process != child.Process.Pid {
		t.Errorf("beside process %d: %v", child.Process.Pid, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	release, err := Lock(path, false)
	if err != nil {
		t.Fatalf("after a kill: %v", err)
	}
	if _, err := Lock(path, false); !errors.As(err, &held) || held.Process != os.Getpid() {
		t.Errorf("held by this process: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if again, err := Lock(path, true); err != nil || again() != nil {
		t.Errorf("after it was released: %v", err)
	}
}
