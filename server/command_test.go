package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"holdfast/server/demo/demotest"
)

// built is the binary as it is shipped, built once a run.
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

// shell is where somebody types commands: a folder, what is set there, and what is typed
// into them.
type shell struct {
	t       *testing.T
	binary  string
	folder  string
	setting []string
	typed   string
}

func shellIn(t *testing.T, folder string, setting ...string) shell {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "holdfast-commands-"); built.err != nil {
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
	return shell{t: t, binary: built.path, folder: folder, setting: setting}
}

func (s shell) command(args ...string) *exec.Cmd {
	c := exec.Command(s.binary, args...)
	c.Dir, c.Env = s.folder, append(os.Environ(), s.setting...)
	c.Stdin = strings.NewReader(s.typed)
	return c
}

// run runs a command to its end, which comes soon.
func (s shell) run(args ...string) (said string, code int) {
	s.t.Helper()
	c := s.command(args...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	defer time.AfterFunc(5*time.Minute, func() { _ = c.Process.Kill() }).Stop()
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return out.String(), code
}

// works runs a command that must go well.
func (s shell) works(args ...string) string {
	s.t.Helper()
	said, code := s.run(args...)
	if code != 0 {
		s.t.Errorf("%v: exit %d\n%s", args, code, said)
	}
	return said
}

// serves starts a server and returns when it answers.
func (s shell) serves(args ...string) (c *exec.Cmd, address string, said *bytes.Buffer) {
	s.t.Helper()
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	address = l.Addr().String()
	_ = l.Close()
	said = &bytes.Buffer{} // to be read when the process has ended
	c = s.command(append([]string{"serve", "--http", address}, args...)...)
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	s.t.Cleanup(func() { _ = c.Process.Kill(); <-ended })
	for range 12000 {
		if res, err := http.Get("http://" + address + "/api/health"); err == nil {
			_ = res.Body.Close()
			return c, address, said
		}
		select {
		case <-ended:
			s.t.Fatalf("the server ended by itself:\n%s", said)
		case <-time.After(10 * time.Millisecond):
		}
	}
	s.t.Fatal("the server does not start")
	return nil, "", nil
}

// stop ends a server and returns when it is gone.
func (s shell) stop(c *exec.Cmd, by syscall.Signal) {
	s.t.Helper()
	_ = c.Process.Signal(by)
	for range 6000 {
		if c.Process.Signal(syscall.Signal(0)) != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatal("the server does not end")
}

// store is a demo's store that no server has open.
func aStore(t *testing.T) string {
	t.Helper()
	app := demotest.App(t)
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	return app.DataDir()
}

func TestEveryWrongTurnIsToldAndFails(t *testing.T) {
	empty, made := t.TempDir(), t.TempDir()
	for _, turn := range []struct {
		typed string // the command line
		says  string // what is told
		set   string
		stdin string
		opens bool // a store: the others make none
	}{
		{typed: "bogus", says: `unknown command "bogus"`},
		{typed: "--bogus", says: "unknown flag: --bogus (see holdfast --help)"},
		{typed: "serve --bogus", says: "unknown flag: --bogus (see holdfast serve --help)"},
		{typed: "serve --http", says: "flag needs an argument"},
		{typed: "serve --http 21025", says: "missing port in address"},
		{typed: "serve 21025", says: `"21025" is no domain`},
		{typed: "serve 127.0.0.1:21025", says: "is no domain"},
		{typed: "serve --openid http://id.example --openid-client pages", says: "https://"},
		{typed: "serve --openid ftp://127.0.0.1 --openid-client pages", says: "https://"},
		{typed: "serve --encryptionEnv NOSUCH", says: "NOSUCH"},
		{typed: "serve --encryptionEnv SHORT", says: "32 characters and holds 5", set: "SHORT=short"},
		{typed: "superuser bogus", says: `unknown command "bogus" for "holdfast superuser"`},
		{typed: "superuser create", says: "accepts between 1 and 2 arg(s)"},
		{typed: "superuser create a@b.example", says: "no password", opens: true},
		{typed: "superuser create a@b.example", says: "password", stdin: "short\n", opens: true},
		{typed: "superuser create a@b.example short", says: "password", opens: true},
		{typed: "superuser create nobody long-enough-password", says: "invalid email", opens: true},
		{typed: "superuser create a@b.example long-enough-password more", says: "accepts between 1 and 2 arg(s)"},
		{typed: "superuser update nobody@b.example long-enough-password", says: "doesn't exist", opens: true},
		{typed: "superuser otp nobody@b.example", says: "unknown command"},
		{typed: "superuser code nobody@b.example", says: "no superuser", opens: true},
		{typed: "superuser delete", says: "accepts 1 arg(s)"},
		{typed: "superuser delete nobody@b.example", says: "there is no superuser nobody@b.example", opens: true},
		{typed: "superuser create a@b.example --encryptionEnv NOSUCH", says: "NOSUCH", stdin: "long-enough-password"},
		{typed: "migrate bogus", says: `invalid argument "bogus"`},
		{typed: "keys bogus", says: `unknown command "bogus" for "holdfast keys"`},
		{typed: "keys list", says: "there is no store in pb_data"},
		{typed: "keys new", says: "there is no store in pb_data"},
		{typed: "keys revoke", says: "accepts 1 arg(s)"},
		{typed: "verify", says: "there is no store in pb_data"},
		{typed: "verify --dir nowhere", says: "there is no store in nowhere"},
		{typed: "verify more", says: `unknown command "more"`},
		{typed: "verify-bundle x.zip", says: `required flag(s) "key" not set`},
		{typed: "tour http://127.0.0.1:1", says: `unknown command "http://127.0.0.1:1" for "holdfast tour"`},
		{typed: "tour --at http://127.0.0.1:1", says: "BROKEN PROMISE"},
	} {
		s := shellIn(t, empty, turn.set)
		if turn.opens {
			s.folder = made
		}
		s.typed = turn.stdin
		said, code := s.run(strings.Fields(turn.typed)...)
		if code <= 0 || !strings.Contains(said, turn.says) {
			t.Errorf("holdfast %s: exit %d, which should tell %q:\n%s", turn.typed, code, turn.says, said)
		}
		if strings.Count(said, "holdfast: ") != 1 {
			t.Errorf("holdfast %s: told more than once:\n%s", turn.typed, said)
		}
		if left := must(os.ReadDir(empty)); len(left) != 0 {
			t.Fatalf("holdfast %s made %v", turn.typed, left)
		}
	}
}

func TestARightTurnSucceeds(t *testing.T) {
	s := shellIn(t, t.TempDir())
	for _, typed := range []string{"", "--help", "serve --help", "superuser", "superuser create --help", "keys", "keys rotate --help", "verify --help"} {
		if said := s.works(strings.Fields(typed)...); !strings.Contains(said, "Usage:") {
			t.Errorf("holdfast %s: %s", typed, said)
		}
	}
	for _, asked := range [][]string{{"--version", "--dir", "elsewhere"}, {"--dir", "elsewhere", "--version"}} {
		if said := s.works(asked...); !strings.Contains(said, "on PocketBase v0.39.11") {
			t.Errorf("%v: %s", asked, said)
		}
	}
	if said := s.works("--help", "--dir", "elsewhere"); !strings.Contains(said, "Usage") {
		t.Errorf("help: %s", said)
	}
	if said := s.works("--version"); !strings.Contains(said, "on PocketBase v0.39.11") || !strings.Contains(said, "revision") {
		t.Errorf("the version: %s", said)
	}
	if left := must(os.ReadDir(s.folder)); len(left) != 0 {
		t.Errorf("asking for help made %v", left)
	}
	s.typed = "a-long-password\n"
	first := s.works("superuser", "create", "ops@council.example")
	s.works("superuser", "update", "ops@council.example", "another-long-password")
	again := s.works("superuser", "code", " Ops@council.example")
	for _, said := range []string{first, again} {
		if !strings.Contains(said, "  otpauth://totp/Holdfast:ops@council.example?") || len(recoveryCodes.FindAllString(said, -1)) != 10 {
			t.Errorf("an operator is told:\n%s", said)
		}
	}
	if recoveryCodes.FindString(first) == recoveryCodes.FindString(again) {
		t.Error("a lost second factor is replaced by itself")
	}
	s.works("migrate", "up")
}

var recoveryCodes = regexp.MustCompile(`(?m)^  [A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$`)

// The store is in one place for every command, however the binary was called.
func TestEveryCommandMeansTheSameStore(t *testing.T) {
	here, elsewhere := t.TempDir(), t.TempDir()
	for where, s := range map[string]shell{
		filepath.Join(here, "pb_data"): shellIn(t, here),
		filepath.Join(elsewhere, "x"):  shellIn(t, t.TempDir(), "HOLDFAST_DIR="+filepath.Join(elsewhere, "x")),
	} {
		if err := os.CopyFS(where, os.DirFS(aStore(t))); err != nil {
			t.Fatal(err)
		}
		s.works("superuser", "create", "ops@council.example", "a-long-password")
		if said := s.works("keys", "list"); !strings.Contains(said, "receipts") {
			t.Errorf("%s: %s", where, said)
		}
		if said := s.works("verify"); !strings.Contains(said, "1 originals") {
			t.Errorf("%s: %s", where, said)
		}
		c, _, _ := s.serves()
		if _, err := os.Stat(filepath.Join(where, "data.db-wal")); err != nil {
			t.Errorf("%s is not what is served: %v", where, err)
		}
		s.stop(c, syscall.SIGTERM)
	}
	if left := must(filepath.Glob(filepath.Join(built.dir, "*"))); len(left) != 1 {
		t.Errorf("beside the binary lie %v", left)
	}
}

func TestOneProcessHasAStore(t *testing.T) {
	dir := aStore(t)
	s := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+dir)
	first, _, _ := s.serves()
	for _, typed := range []string{"serve --http 127.0.0.1:0", "migrate up", "keys new"} {
		said, code := s.run(strings.Fields(typed)...)
		if code == 0 || !strings.Contains(said, "process "+strconv.Itoa(first.Process.Pid)) {
			t.Errorf("holdfast %s beside a server: exit %d\n%s", typed, code, said)
		}
	}
	for _, typed := range []string{"superuser create ops@council.example a-long-password", "keys list", "keys rotate", "keys rotate links", "verify"} {
		s.works(strings.Fields(typed)...)
	}
	s.stop(first, syscall.SIGKILL)
	second, _, _ := s.serves()
	s.stop(second, syscall.SIGTERM)
	s.works("migrate", "up")
}

// secretIn is the first secret of a ring as it is written.
func secretIn(ring []byte) string {
	_, rest, _ := bytes.Cut(ring, []byte(`"secret": "`))
	return string(rest[:bytes.IndexByte(rest, '"')])
}
