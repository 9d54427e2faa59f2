package devices

import (
	"errors"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// StreamLife is how long a token that opens the stream is good. PowerSync's libraries send
// no proof of a key: a phone fetches this with one, and who copies it reads for minutes
// what the phone reads, and hands in nothing.
const StreamLife = 5 * time.Minute

// byStream are the routes that such a token opens.
var byStream = map[string]bool{"POST /sync/stream": true, "GET /write-checkpoint2.json": true, "POST /sync/checkpoint-request": true}

func (r *Room) streamToken(e *core.RequestEvent) error {
	device, _ := e.Get(kernel.DeviceKey).(string)
	if device == "" {
		return reply.Error(contract.DeviceNeeded, "")
	}
	phone, err := signin.PhoneOf(e.App, device)
	if err != nil {
		return err
	}
	now := time.Now()
	c := signin.StreamClaims{RegisteredClaims: jwt.RegisteredClaims{
		Issuer: signing.Issuer, Subject: phone.User, Audience: jwt.ClaimStrings{signing.Issuer},
		ID: security.RandomString(16), IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(StreamLife)),
	}, Device: device}
	c.Confirm.Thumbprint = phone.Thumbprint
	token, err := r.keys.Sign(signing.Stream, c)
	if err != nil {
		return err
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, contract.StreamTokenAnswer{Token: token, ExpiresIn: int(StreamLife.Seconds()), ServerTime: serverTime()})
}

// loadStream sets who sent a request with a token that opens the stream.
func (r *Room) loadStream(e *core.RequestEvent, token string) error {
	s, err := signin.ReadSpoken(r.keys, token)
	switch {
	case errors.Is(err, signing.ErrExpired):
		return reply.Error(contract.TokenExpired, "")
	case err != nil, !byStream[e.Request.Pattern]:
		return reply.Error(contract.Unauthorised, "")
	}
	user, _, code, err := signin.Speaks(e.App, s.User, s.Device)
	if err != nil {
		return r.stopped(e.App, code, s.Device)
	}
	if !s.Goes(e.App, time.Now()) { // its phone has another key since, or is to have one
		return reply.Error(contract.Unauthorised, "")
	}
	e.Auth = user
	e.Set(kernel.DeviceKey, s.Device)
	return nil
}
