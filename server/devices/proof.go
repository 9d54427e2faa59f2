package devices

import (
	"crypto/ecdsa"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// proofSize is the most that a proof may be: a good one has some 500 bytes.
const proofSize = 2048

// proofReader reads proofs. No time in one is looked at: a phone's clock is wrong, and
// that a proof is fresh shows its nonce.
var proofReader = jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())

// said are the claims of a proof, as a token's; of those that a token has none is asked.
type said struct {
	contract.Proof
	jwt.MapClaims `json:"-"`
}

var (
	errNonce  = errors.New("the proof names no nonce of ours")
	errAgain  = errors.New("the proof was shown before")
	errTooFew = errors.New("the phone asks more often than proofs are remembered")
	errProof  = errors.New("the proof is not of this phone for this request")
)

// prove holds a request to the proof it came with (RFC 9449): by this key, for this
// method and address, with this token, of a nonce of ours, and not shown before.
func (r *Room) prove(e *core.RequestEvent, key *ecdsa.PublicKey, thumbprint, token string) error {
	r.offerNonce(e)
	err := r.check(e.Request, e.App.Settings().Meta.AppURL, key, thumbprint, token, time.Now())
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNonce):
		return r.unproven(e, contract.NonceNeeded, "")
	case errors.Is(err, errTooFew):
		return reply.Error(contract.Busy, "")
	case errors.Is(err, errAgain):
		return r.unproven(e, contract.ProofBad, "It was shown before.")
	}
	return r.unproven(e, contract.ProofBad, "")
}

func (r *Room) check(q *http.Request, app string, key *ecdsa.PublicKey, thumbprint, token string, now time.Time) error {
	sent := q.Header.Values(contract.ProofHeader)
	if len(sent) != 1 || len(sent[0]) > proofSize {
		if len(sent) == 0 {
			return errNonce // so that a phone learns the first one
		}
		return errProof
	}
	var c said
	_, err := proofReader.ParseWithClaims(sent[0], &c, func(t *jwt.Token) (any, error) {
		if t.Header["typ"] != contract.ProofType || t.Header["crit"] != nil || !keyOf(t.Header["jwk"], thumbprint) {
			return nil, errProof
		}
		if !r.nonces.ours(c.Nonce, now) {
			return nil, errNonce
		}
		return key, nil
	})
	switch {
	case errors.Is(err, errNonce):
		return errNonce
	case err != nil, c.ID == "", len(c.ID) > 100, c.At == 0, c.Method != q.Method, !meant(c.URL, q, app),
		token != "" && c.Token != contract.TokenHash(token):
		return errProof
	}
	return r.nonces.once(c.Nonce, thumbprint, c.ID, now)
}

// keyOf tells whether the key in a proof's header is the one with that thumbprint: made
// of what the header says, and not read as a key again.
func keyOf(jwk any, thumbprint string) bool {
	k, _ := jwk.(map[string]any)
	x, _ := k["x"].(string)
	y, _ := k["y"].(string)
	return k["kty"] == "EC" && k["crv"] == "P-256" && k["d"] == nil && contract.Thumbprint(x, y) == thumbprint
}

// meant tells whether a proof's address is the request's: as it came in, or as the
// operator says that the application is reached. Whether TLS was spoken only a proxy in
// front knows, so that the scheme is not compared.
func meant(address string, q *http.Request, app string) bool {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return false
	}
	if sameHost(u, q.Host) && u.Path == q.URL.Path {
		return true
	}
	a, err := url.Parse(app)
	return err == nil && a.Host != "" && sameHost(u, a.Host) && u.Path == strings.TrimRight(a.Path, "/")+q.URL.Path
}

func sameHost(u *url.URL, host string) bool {
	bare := func(h string) string { return strings.TrimSuffix(strings.TrimSuffix(h, ":443"), ":80") }
	return strings.EqualFold(bare(u.Host), bare(host))
}

// offerNonce says on an answer what the next proof must name.
func (r *Room) offerNonce(e *core.RequestEvent) {
	h := e.Response.Header()
	h.Set(contract.NonceHeader, r.nonces.now(time.Now()))
	h.Add("Access-Control-Expose-Headers", contract.NonceHeader+", WWW-Authenticate")
}

// unproven is a refusal as RFC 9449 words it, and as the contract does.
func (r *Room) unproven(e *core.RequestEvent, code contract.Code, more string) *router.ApiError {
	e.Response.Header().Set("WWW-Authenticate", `DPoP error="`+string(code)+`", algs="ES256"`)
	return reply.Error(code, more)
}
