package clamd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode"
)

// ErrNoVerdict says that the daemon is there and gave no verdict on these bytes: they
// are more than its StreamMaxLength, or it failed on them.
var ErrNoVerdict = errors.New("the scanner gave no verdict")

// Sizes and times of one scan.
const (
	chunk   = 64 << 10
	longest = 4 << 10         // bytes of an answer
	dial    = 5 * time.Second // to be let in
	silence = 2 * time.Minute // for one chunk to be taken, or the answer to come
)

// Client asks one daemon. It holds no connection between two scans.
type Client struct {
	network, address string
	silence          time.Duration
}

// New reads an address: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310.
func New(address string) (*Client, error) {
	network, at, _ := strings.Cut(address, ":")
	switch {
	case network == "unix" && strings.HasPrefix(at, "/"):
	case network == "tcp":
		if host, port, err := net.SplitHostPort(at); err != nil || host == "" || port == "" {
			return nil, fmt.Errorf("clamd at %q: tcp needs a host and a port", address)
		}
	default:
		return nil, fmt.Errorf("clamd at %q: write unix:/path/of/the/socket or tcp:host:port", address)
	}
	return &Client{network, at, silence}, nil
}

// Scan sends everything that r gives and answers the name of what was found, empty
// when nothing was. ErrNoVerdict is about these bytes alone; any other error means
// that the daemon is not there or that r failed.
func (c *Client) Scan(ctx context.Context, r io.Reader) (found string, err error) {
	d := net.Dialer{Timeout: dial}
	conn, err := d.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", fmt.Errorf("reaching the scanner: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()

	sent := c.send(conn, r)
	var broken *net.OpError
	if sent != nil && !errors.As(sent, &broken) {
		return "", sent // r failed: what the daemon says of half the bytes means nothing
	}
	// A daemon that has had enough answers and hangs up while we still write.
	line, err := c.answer(conn)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoVerdict, errors.Join(sent, err))
	}
	found, err = read(line)
	if err == nil && found == "" && sent != nil { // "OK", to half of it
		return "", fmt.Errorf("%w: it had not had everything: %w", ErrNoVerdict, sent)
	}
	return found, err
}

// send writes the command and the bytes, each chunk behind its length.
func (c *Client) send(conn net.Conn, r io.Reader) error {
	if err := c.write(conn, []byte("zINSTREAM\x00")); err != nil {
		return err
	}
	buf := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(r, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if err := c.write(conn, buf[:4+n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return c.write(conn, []byte{0, 0, 0, 0})
		case err != nil:
			return fmt.Errorf("reading what is to be scanned: %w", err)
		}
	}
}

func (c *Client) write(conn net.Conn, b []byte) error {
	if err := conn.SetWriteDeadline(time.Now().Add(c.silence)); err != nil {
		return err
	}
	_, err := conn.Write(b)
	return err
}

func (c *Client) answer(conn net.Conn) (string, error) {
	if err := conn.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return "", err
	}
	raw, err := io.ReadAll(io.LimitReader(conn, longest))
	if line, _, whole := bytes.Cut(raw, []byte{0}); whole {
		return string(line), nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return "", fmt.Errorf("the scanner's answer: %w", err)
}

// read understands an answer: "stream: OK", "stream: NAME FOUND" or an error.
func read(line string) (found string, err error) {
	rest, stream := strings.CutPrefix(line, "stream: ")
	if stream && rest == "OK" {
		return "", nil
	}
	if name, ok := strings.CutSuffix(rest, " FOUND"); ok && stream && name != "" {
		return printable(name), nil
	}
	return "", fmt.Errorf("%w: %s", ErrNoVerdict, printable(line))
}

// printable is a text from the daemon as it may be shown to a person.
func printable(s string) string {
	s = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s), "")
	if r := []rune(s); len(r) > 120 {
		return string(r[:120])
	}
	return s
}
