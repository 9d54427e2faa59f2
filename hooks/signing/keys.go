package signing

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Issuer is who signs.
const Issuer = "holdfast"

// ErrExpired tells a token that was good from one that never was.
var ErrExpired = errors.New("the token has expired")

// ErrUnknownKey is the answer to a token whose key is on no ring of this store.
var ErrUnknownKey = errors.New("no key of this server made it")

// Keys sign with the current key of each purpose, and believe what it and the retired
// ones signed. A ring that another process changed is taken up by Turn.
type Keys struct {
	ring  atomic.Pointer[ring]
	state atomic.Int64 // counts the rings that were taken up
	place place
	turn  sync.Mutex
	seen  stamp // of the file whose ring this is
}

// Sign signs claims that others may check (EdDSA).
func (k *Keys) Sign(typ string, claims jwt.Claims) (string, error) {
	p, err := purposeOf(typ, true)
	if err != nil {
		return "", err
	}
	key := k.ring.Load().current(p.Name)
	return sign(jwt.SigningMethodEdDSA, typ, key.ID, claims, key.private)
}

// Seal signs claims that only this server reads again (HS256): smaller and quicker.
func (k *Keys) Seal(typ string, claims jwt.Claims) (string, error) {
	p, err := purposeOf(typ, false)
	if err != nil {
		return "", err
	}
	key := k.ring.Load().current(p.Name)
	return sign(jwt.SigningMethodHS256, typ, key.ID, claims, key.Secret)
}

func sign(how jwt.SigningMethod, typ, id string, claims jwt.Claims, key any) (string, error) {
	t := jwt.NewWithClaims(how, claims)
	t.Header["typ"], t.Header["kid"] = typ, id
	return t.SignedString(key)
}

// Verify reads what Sign signed into claims. It refuses another algorithm, another
// type, a revoked key and an expired token (ErrExpired).
func (k *Keys) Verify(typ, token string, claims jwt.Claims) error {
	return k.read(typ, token, claims, true)
}

// Open reads what Seal signed into claims.
func (k *Keys) Open(typ, token string, claims jwt.Claims) error {
	return k.read(typ, token, claims, false)
}

func (k *Keys) read(typ, token string, claims jwt.Claims, pair bool) error {
	p, err := purposeOf(typ, pair)
	if err != nil {
		return err
	}
	alg := "HS256"
	if pair {
		alg = "EdDSA"
	}
	keys := k.ring.Load().Keys
	var by Key
	err = parse(typ, token, claims, alg, func(id string) (any, error) {
		var set jwt.VerificationKeySet
		for _, key := range keys {
			if key.For != p.Name || key.Status == Revoked || (id != "" && key.ID != id) {
				continue
			}
			by = key
			if pair {
				set.Keys = append(set.Keys, ed25519.PublicKey(key.Public))
			} else {
				set.Keys = append(set.Keys, key.Secret)
			}
		}
		if len(set.Keys) == 0 {
			return nil, ErrUnknownKey
		}
		return set, nil
	})
	if err == nil && by.Status == Retired && p.grace > 0 && time.Since(by.Ended) > p.grace {
		return ErrExpired
	}
	return err
}

// parse reads a token of a type with the key that its kid names. What was signed before
// keys had names has none.
func parse(typ, token string, claims jwt.Claims, alg string, key func(id string) (any, error)) error {
	options := []jwt.ParserOption{jwt.WithValidMethods([]string{alg}), jwt.WithStrictDecoding()}
	if typ == Access || typ == Stream || typ == Link {
		options = append(options, jwt.WithExpirationRequired())
	}
	t, err := jwt.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if t.Header["typ"] != typ {
			return nil, fmt.Errorf("a token of type %v, not %s", t.Header["typ"], typ)
		}
		id, _ := t.Header["kid"].(string)
		return key(id)
	}, options...)
	if errors.Is(err, jwt.ErrTokenExpired) {
		return ErrExpired
	}
	if err != nil || !t.Valid {
		return fmt.Errorf("reading a %s: %w", typ, err)
	}
	return nil
}

// Is says whether a token says of itself that it is of a type, whoever made it.
func Is(typ, token string) bool {
	t, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	return err == nil && t.Header["typ"] == typ
}

// MAC is a keyed hash of the parts, for values derived rather than stored. Derived
// again after a rotation it is another: what comes back is held against Checks.
func (k *Keys) MAC(parts ...string) []byte {
	return mac(k.ring.Load().current("derived").Secret, parts)
}

// MACs is MAC with the key as it is now and then with those before it, for what was
// sealed with one of them.
func (k *Keys) MACs(parts ...string) [][]byte {
	all := [][]byte{k.MAC(parts...)}
	for _, key := range k.ring.Load().Keys {
		if key.For == "derived" && key.Status != Revoked && key.Status != Current {
			all = append(all, mac(key.Secret, parts))
		}
	}
	return all
}

// Checks reports whether MAC made this of the parts, with this key or one before it. A
// shortened MAC keeps 16 bytes at least.
func (k *Keys) Checks(given []byte, parts ...string) bool {
	good := false
	for _, key := range k.ring.Load().Keys {
		if key.For == "derived" && key.Status != Revoked && len(given) >= 16 {
			m := mac(key.Secret, parts)
			good = good || hmac.Equal(m[:min(len(m), len(given))], given)
		}
	}
	return good
}

func mac(secret []byte, parts []string) []byte {
	m := hmac.New(sha256.New, secret)
	for _, p := range parts {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return m.Sum(nil)
}

// All are the keys of the ring, without what is secret, the current one of each purpose
// first.
func (k *Keys) All() (all []Key) {
	for _, p := range Purposes {
		for _, key := range slices.Backward(k.ring.Load().Keys) {
			if key.For == p.Name {
				key.Secret, key.private = nil, nil
				all = append(all, key)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Key) int { return order(a) - order(b) })
	return all
}

func order(k Key) int {
	at := 2 * slices.IndexFunc(Purposes, func(p Purpose) bool { return p.Name == k.For })
	if k.Status != Current {
		at++
	}
	return at
}

// Published are the keys with which anybody checks receipts and bundles, the one that
// signs first.
func (k *Keys) Published() []Key {
	return slices.DeleteFunc(k.All(), func(key Key) bool { return key.For != "receipts" })
}

// State changes whenever the ring does: who remembers what was verified forgets it then.
func (k *Keys) State() int64 { return k.state.Load() }

func (k *Keys) hold(r *ring) {
	k.ring.Store(r)
	k.state.Add(1)
}

// Public is the key with which anybody can check a receipt made now.
func (k *Keys) Public() ed25519.PublicKey { return k.ring.Load().current("receipts").Public }

// ID names the public key in a receipt made now.
func (k *Keys) ID() string { return k.ring.Load().current("receipts").ID }

// KeyID is a public key's name: the first half of its SHA-256.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return fmt.Sprintf("%x", sum[:16])
}

// VerifyAmong reads what the holder of one of the public keys signed into claims, away
// from the server that signed it, and answers the key's name.
func VerifyAmong(keys []ed25519.PublicKey, typ, token string, claims jwt.Claims) (id string, err error) {
	err = parse(typ, token, claims, "EdDSA", func(named string) (any, error) {
		for _, key := range keys {
			if id = KeyID(key); id == named || named == "" {
				return key, nil
			}
		}
		return nil, fmt.Errorf("it names the key %q", named)
	})
	return id, err
}
