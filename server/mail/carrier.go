package mail

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// carrier takes a few words to somebody's phone or browser, by a way that is not mail.
type carrier interface {
	// carry hands the words over once. errGone is an address that is no more.
	carry(ctx context.Context, w words) error
	// carried says whether words of this reference were handed over before: asked where a
	// try came to no end that is known.
	carried(ctx context.Context, reference string) (bool, error)
}

// words are what is carried. They name no family: a locked screen shows them to whoever
// looks at it.
type words struct {
	Reference   string // the same at each try, so that whoever takes it can tell a second one
	To          string // a subscription's id, or a telephone number
	Kind        string
	Title, Body string
}

// errGone is an address that takes nothing any more.
var errGone = errors.New("nothing is taken there any more")

// errNoCarrier is a way that this server was not set up with.
var errNoCarrier = errors.New("this server was not set up to send by this way")

// patience is how long whoever takes a message has for it.
const patience = 20 * time.Second

// outside is a client for addresses that people typed: it goes to public addresses alone
// and follows nobody elsewhere, so that no subscription makes this server knock inside its
// own house.
func outside() *http.Client {
	dial := &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if ip := to.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() || inner.Contains(ip) {
			return errors.New("this address is not a public one")
		}
		return nil
	}}
	return &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dial.DialContext, TLSHandshakeTimeout: patience, ForceAttemptHTTP2: true, MaxIdleConns: 4}}
}

// inner is what providers share out among their own customers (RFC 6598).
var inner = netip.MustParsePrefix("100.64.0.0/10")
