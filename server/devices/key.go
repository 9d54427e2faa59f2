package devices

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"

	"github.com/golang-jwt/jwt/v5"
)

// webKey is a device's public key as a JSON Web Key (RFC 7517), in no more than the
// members that make it: P-256, since secure hardware in phones has it, or Ed25519.
type webKey struct {
	Kind    string `json:"kty"`
	Curve   string `json:"crv"`
	X       string `json:"x"`
	Y       string `json:"y,omitempty"`
	Private string `json:"d,omitempty"`
}

var (
	errKey     = errors.New("no public key of P-256 or Ed25519 as a JSON Web Key")
	errPrivate = errors.New("this is a private key: it must never leave its device")
)

// readKey reads a device's public key; method is how it signs.
func readKey(text string) (key any, method jwt.SigningMethod, err error) {
	var k webKey
	if json.Unmarshal([]byte(text), &k) != nil {
		return nil, nil, errKey
	}
	if k.Private != "" {
		return nil, nil, errPrivate
	}
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	switch {
	case errX != nil || errY != nil || len(x) != 32:
		return nil, nil, errKey
	case k.Kind == "OKP" && k.Curve == "Ed25519" && len(y) == 0:
		return ed25519.PublicKey(x), jwt.SigningMethodEdDSA, nil
	case k.Kind == "EC" && k.Curve == "P-256" && len(y) == 32:
		if _, err := ecdh.P256().NewPublicKey(append(append([]byte{4}, x...), y...)); err != nil {
			return nil, nil, errKey // not on the curve
		}
		return &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}, jwt.SigningMethodES256, nil
	}
	return nil, nil, errKey
}

// plainKey is the key in its one form, without what a client's library adds to it.
func plainKey(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if _, _, err := readKey(text); err != nil {
		return "", err
	}
	var k webKey
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		return "", err
	}
	raw, err := json.Marshal(k)
	return string(raw), err
}
