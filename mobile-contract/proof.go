package contract

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// ProofHeader carries a phone's proof, and NonceHeader what the next must name (RFC 9449).
const (
	ProofHeader = "DPoP"
	NonceHeader = "DPoP-Nonce"
	ProofType   = "dpop+jwt"
)

// A Proof is what a phone says, signed, of one request: that it is the phone whose key
// was registered, and that it asks this, now.
type Proof struct {
	Method string `json:"htm"`
	URL    string `json:"htu"`           // without query and fragment
	ID     string `json:"jti"`           // of chance, never used again
	At     int64  `json:"iat"`           // by the phone's clock; nobody trusts it
	Nonce  string `json:"nonce"`         // the latest that the server named
	Token  string `json:"ath,omitempty"` // TokenHash of the access token; none where none is sent
}

// TokenHash is how a proof names the access token that it comes with.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// NewProof is the proof of one request with the latest nonce; token is the access token
// sent, if one is.
func NewProof(method, url, nonce, token string) Proof {
	p := Proof{Method: method, URL: url, ID: rand.Text(), At: time.Now().Unix(), Nonce: nonce}
	if token != "" {
		p.Token = TokenHash(token)
	}
	return p
}

// Sign is the proof as it is sent: a compact JWS of type dpop+jwt, by ES256, with the
// public key in its header.
func (p Proof) Sign(key *ecdsa.PrivateKey) (string, error) {
	jwk, err := ProofKey(&key.PublicKey)
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(map[string]any{"typ": ProofType, "alg": "ES256", "jwk": json.RawMessage(jwk)})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	text := b64(header) + "." + b64(claims)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return "", fmt.Errorf("signing a proof: %w", err)
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + b64(signature[:]), nil
}

// ProofKey is a public key of P-256 as a JSON Web Key, its members in the order in which
// its thumbprint is made (RFC 7638).
func ProofKey(key *ecdsa.PublicKey) ([]byte, error) {
	point, err := key.Bytes()
	if err != nil || key.Curve != elliptic.P256() {
		return nil, errors.Join(errProofKey, err)
	}
	return thumbForm(b64(point[1:33]), b64(point[33:])), nil
}

var errProofKey = errors.New("no public key of P-256 as a JSON Web Key")

// ReadProofKey reads such a key, in any order of its members, and its thumbprint.
func ReadProofKey(jwk []byte) (*ecdsa.PublicKey, string, error) {
	var k struct {
		Kind    string `json:"kty"`
		Curve   string `json:"crv"`
		X       string `json:"x"`
		Y       string `json:"y"`
		Private any    `json:"d"`
	}
	if json.Unmarshal(jwk, &k) != nil || k.Kind != "EC" || k.Curve != "P-256" || k.Private != nil {
		return nil, "", errProofKey
	}
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
		return nil, "", errProofKey
	}
	if _, err := ecdh.P256().NewPublicKey(append(append([]byte{4}, x...), y...)); err != nil {
		return nil, "", errProofKey // not on the curve
	}
	return &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}, Thumbprint(b64(x), b64(y)), nil
}

// Thumbprint names a key of P-256 by its coordinates in base64url (RFC 7638).
func Thumbprint(x, y string) string {
	sum := sha256.Sum256(thumbForm(x, y))
	return b64(sum[:])
}

func thumbForm(x, y string) []byte {
	return []byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`)
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
