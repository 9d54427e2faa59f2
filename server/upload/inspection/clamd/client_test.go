package clamd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// spoken is a daemon of a few lines: it takes INSTREAM to the letter, keeps what came,
// and answers as told.
func spoken(t *testing.T, limit int, answer string) (address string, came chan []byte) {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "clamd.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	came = make(chan []byte, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			got, ok := instream(conn, limit)
			if ok {
				came <- got
				_, _ = io.WriteString(conn, answer)
			} else {
				_, _ = io.WriteString(conn, "INSTREAM size limit exceeded. ERROR\x00")
			}
			_ = conn.Close()
		}
	}()
	return "unix:" + l.Addr().String(), came
}

func instream(conn net.Conn, limit int) (all []byte, whole bool) {
	command := make([]byte, 10)
	if _, err := io.ReadFull(conn, command); err != nil || string(command) != "zINSTREAM\x00" {
		return nil, false
	}
	for {
		var n uint32
		if err := binary.Read(conn, binary.BigEndian, &n); err != nil {
			return nil, false
		}
		if n == 0 {
			return all, true
		}
		if len(all)+int(n) > limit {
			return nil, false
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(conn, chunk); err != nil {
			return nil, false
		}
		all = append(all, chunk...)
	}
}

func TestEveryByteIsSentInItsChunks(t *testing.T) {
	for _, size := range []int{0, 1, chunk - 1, chunk, chunk + 1, 5*chunk + 17} {
		address, came := spoken(t, 1<<30, "stream: OK\x00")
		c, err := New(address)
		if err != nil {
			t.Fatal(err)
		}
		content := bytes.Repeat([]byte("evidence "), size/9+1)[:size]
		found, err := c.Scan(context.Background(), bytes.NewReader(content))
		if err != nil || found != "" {
			t.Errorf("%d bytes: %q, %v", size, found, err)
		}
		if !bytes.Equal(<-came, content) {
			t.Errorf("%d bytes: other bytes came", size)
		}
	}
}

func TestOnlyAPlainOKIsClean(t *testing.T) {
	for answer, want := range map[string]string{
		"stream: OK\x00":                         "clean",
		"stream: Eicar-Test-Signature FOUND\x00": "Eicar-Test-Signature",
		"stream: A\x01\x1b[31m B FOUND\x00":      "A[31m B",
		"stream:  FOUND\x00":                     "none",
		"stream: OK":                             "none", // cut off
		"":                                       "none",
		"OK\x00":                                 "none",
		"stream: OK FOR NOW\x00":                 "none",
		"UNKNOWN COMMAND\x00":                    "none",
		"INSTREAM: Can't allocate memory. ERROR\x00": "none",
		strings.Repeat("x", 10_000):                  "none",
	} {
		address, _ := spoken(t, 1<<30, answer)
		c, err := New(address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Scan(context.Background(), strings.NewReader("bytes"))
		switch {
		case errors.Is(err, ErrNoVerdict):
			got = "none"
		case err != nil:
			t.Errorf("%q: %v", answer, err)
		case got == "":
			got = "clean"
		}
		if got != want {
			t.Errorf("%q is taken as %q, want %q", answer, got, want)
		}
	}
}

func TestWhatTheScannerWillNotTakeIsNotClean(t *testing.T) {
	address, _ := spoken(t, 100_000, "stream: OK\x00")
	c, err := New(address)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := c.Scan(context.Background(), bytes.NewReader(make([]byte, 20<<20))); !errors.Is(err, ErrNoVerdict) {
		t.Errorf("more than it takes: %q, %v", found, err)
	}
	// A file that cannot be read to its end is no scan at all.
	broken := io.MultiReader(strings.NewReader("half"), failing{})
	if found, err := c.Scan(context.Background(), broken); err == nil || errors.Is(err, ErrNoVerdict) {
		t.Errorf("half a file: %q, %v", found, err)
	}
	down, err := New("unix:/nowhere/clamd.sock")
	if err != nil {
		t.Fatal(err)
	}
	if found, err := down.Scan(context.Background(), strings.NewReader("x")); err == nil || errors.Is(err, ErrNoVerdict) {
		t.Errorf("nobody there: %q, %v", found, err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestASilentScannerIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := New("tcp:" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.silence = 50 * time.Millisecond
	if _, err := c.Scan(context.Background(), strings.NewReader("x")); !errors.Is(err, ErrNoVerdict) {
		t.Errorf("silent: %v", err)
	}
	c.silence = time.Hour
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, stop)
	if _, err := c.Scan(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("the server ends: %v", err)
	}
}

func TestAnAddressIsAUnixSocketOrAHostAndPort(t *testing.T) {
	for address, good := range map[string]bool{
		"unix:/run/clamd.ctl": true, "tcp:127.0.0.1:3310": true, "tcp:[::1]:3310": true,
		"": false, "/run/clamd.ctl": false, "unix:relative": false, "tcp:3310": false, "tcp::3310": false, "http://x": false,
	} {
		if _, err := New(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}
