package signing

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Types of what is signed; a token of one type is never taken for another.
const (
	Access   = "at+jwt" // RFC 9068
	Position = "position+jwt"
	Receipt  = "receipt+jwt"
	Link     = "link+jwt"
	Bundle   = "bundle+jwt"
)

// Issuer is who signs.
const Issuer = "holdfast"

// ErrExpired tells a token that was good from one that never was.
var ErrExpired = errors.New("the token has expired")

// Keys sign with one Ed25519 key (what others may check) and one HMAC key (what
// only the server reads again).
type Keys struct {
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	secret  []byte
}

// Load reads the server's keys, making them when there are none yet.
func Load(app core.App) (*Keys, error) {
	seed, err := stored(app, "key.ed25519", ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	secret, err := stored(app, "key.hmac", 32)
	if err != nil {
		return nil, err
	}
	private := ed25519.NewKeyFromSeed(seed)
	return &Keys{public: private.Public().(ed25519.PublicKey), private: private, secret: secret}, nil
}

func stored(app core.App, name string, size int) ([]byte, error) {
	fresh := make([]byte, size)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	db := app.NonconcurrentDB()
	if _, err := db.NewQuery(`INSERT OR IGNORE INTO sync_meta (name, value) VALUES ({:n}, {:v})`).
		Bind(dbx.Params{"n": name, "v": base64.RawStdEncoding.EncodeToString(fresh)}).Execute(); err != nil {
		return nil, fmt.Errorf("storing %s: %w", name, err)
	}
	var value string
	if err := db.NewQuery(`SELECT value FROM sync_meta WHERE name = {:n}`).Bind(dbx.Params{"n": name}).Row(&value); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return base64.RawStdEncoding.DecodeString(value)
}

// Sign signs claims that others may check (EdDSA).
func (k *Keys) Sign(typ string, claims jwt.Claims) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	t.Header["typ"] = typ
	t.Header["kid"] = k.ID()
	return t.SignedString(k.private)
}

// Verify reads what Sign signed into claims. It refuses another algorithm, another
// type and an expired token (ErrExpired).
func (k *Keys) Verify(typ, token string, claims jwt.Claims) error {
	return parse(typ, token, claims, "EdDSA", k.public)
}

// Seal signs claims that only this server reads again (HS256): smaller and quicker.
func (k *Keys) Seal(typ string, claims jwt.Claims) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	t.Header["typ"] = typ
	return t.SignedString(k.secret)
}

// Open reads what Seal signed into claims.
func (k *Keys) Open(typ, token string, claims jwt.Claims) error {
	return parse(typ, token, claims, "HS256", k.secret)
}

func parse(typ, token string, claims jwt.Claims, alg string, key any) error {
	t, err := jwt.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if t.Header["typ"] != typ {
			return nil, fmt.Errorf("a token of type %v, not %s", t.Header["typ"], typ)
		}
		return key, nil
	}, jwt.WithValidMethods([]string{alg}), jwt.WithStrictDecoding())
	if errors.Is(err, jwt.ErrTokenExpired) {
		return ErrExpired
	}
	if err != nil || !t.Valid {
		return fmt.Errorf("reading a %s: %w", typ, err)
	}
	return nil
}

// MAC is a keyed hash of the parts, for values derived rather than stored.
func (k *Keys) MAC(parts ...string) []byte {
	m := hmac.New(sha256.New, k.secret)
	for _, p := range parts {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return m.Sum(nil)
}

// ID names the public key in what it signs.
func (k *Keys) ID() string { return KeyID(k.public) }

// KeyID is a public key's name: the first half of its SHA-256.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return fmt.Sprintf("%x", sum[:16])
}

// VerifyWith reads what the holder of a public key signed into claims, away from the
// server that signed it.
func VerifyWith(key ed25519.PublicKey, typ, token string, claims jwt.Claims) error {
	return parse(typ, token, claims, "EdDSA", key)
}

// Public is the key with which anybody can check a receipt.
func (k *Keys) Public() ed25519.PublicKey { return k.public }
