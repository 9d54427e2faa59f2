package devices

import (
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"holdfast/hooks/signing"
)

// tokensKept is how many access tokens' signatures are remembered to be good: some 5 MB.
const tokensKept = 20_000

// verified are access tokens whose signature was good, by their hash. That one is here
// says nothing of whether its phone may still speak.
type verified struct {
	sync.RWMutex
	of    map[[32]byte]claims
	state int64 // of the keys with which they were: with a revoked one they are good no more
}

var errToken = errors.New("the token is not of the form that this server gives")

// known answers what a token says whose signature was found good.
func (v *verified) known(keys *signing.Keys, token string) (claims, bool) {
	v.RLock()
	defer v.RUnlock()
	c, known := v.of[sha256.Sum256([]byte(token))]
	return c, known && v.state == keys.State() && time.Now().Before(c.ExpiresAt.Time)
}

// read checks what an access token says; an expired one's claims come with
// signing.ErrExpired.
func (v *verified) read(keys *signing.Keys, token string) (c claims, err error) {
	state := keys.State()
	if err := keys.Verify(signing.Access, token, &c); err != nil {
		return c, err
	}
	if c.ExpiresAt == nil || c.Issuer != signing.Issuer || len(c.Audience) != 1 || c.Audience[0] != signing.Issuer {
		return c, errToken
	}
	v.Lock()
	defer v.Unlock()
	if v.of == nil || len(v.of) >= tokensKept || v.state != state {
		v.of, v.state = map[[32]byte]claims{}, state
	}
	v.of[sha256.Sum256([]byte(token))] = c
	return c, nil
}
