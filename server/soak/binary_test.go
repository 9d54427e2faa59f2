package soak

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// soaking says that the long ones were asked for.
func soaking() bool { return os.Getenv("HOLDFAST_SOAK") != "" }

// long skips a test that nobody asked for.
func long(t *testing.T) {
	t.Helper()
	if !soaking() {
		t.Skip("long: make soak runs it")
	}
}

// outcome ends a line of figures: they mean nothing where a promise broke.
func outcome(t *testing.T) string {
	if t.Failed() {
		return "NOT every promise held, see above"
	}
	return "every promise held"
}

// built is the server as it is shipped, built once a run.
var built struct {
	once      sync.Once
	dir, path string
	err       error
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(built.dir)
	os.Exit(code)
}

func binary(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "holdfast-soak-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "holdfast")
		if out, err := exec.Command("go", "build", "-o", built.path, "holdfast/server").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("building the server: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// server is the binary at work on a folder; after a kill it can be started again,
// at the same address.
type server struct {
	t       *testing.T
	dir     string
	address string
	url     string
	cmd     *exec.Cmd
	said    *bytes.Buffer // to be read when the process has ended
	ended   chan struct{}
}

// serve starts the binary on a store that nobody else has open.
func serve(t *testing.T, dir string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, dir: dir, address: address, url: "http://" + address}
	t.Cleanup(func() { s.end(syscall.SIGKILL) })
	s.start()
	return s
}

// start returns when the server answers, and says after how long.
func (s *server) start() time.Duration {
	s.t.Helper()
	s.cmd = exec.Command(binary(s.t), "serve", "--http", s.address, "--dir", s.dir)
	s.said, s.ended = &bytes.Buffer{}, make(chan struct{})
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait()
		close(ended)
	}(s.cmd, s.ended)
	for time.Since(began) < 2*time.Minute {
		if res, err := http.Get(s.url + "/api/health"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(began)
			}
		}
		select {
		case <-s.ended:
			s.t.Fatalf("the server ended by itself:\n%s", s.said)
		case <-time.After(10 * time.Millisecond):
		}
	}
	s.t.Fatal("the server does not start")
	return 0
}

// end signals the process and returns when it is gone.
func (s *server) end(signal syscall.Signal) {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(signal)
	<-s.ended
}

func (s *server) kill() { s.end(syscall.SIGKILL) }
func (s *server) stop() { s.end(syscall.SIGTERM) }
