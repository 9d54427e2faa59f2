package signin

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// Speaks is the user of a device that may still speak, or the code that says why it may
// not.
func Speaks(app core.App, user, device string) (*core.Record, Phone, contract.Code, error) {
	phone, err := PhoneOf(app, device)
	if err != nil || phone.User != user {
		return nil, phone, contract.DeviceEnded, fmt.Errorf("no such device of that user: %w", err)
	}
	u, err := PersonOf(app, user)
	if err == nil && phone.Status == "wipe" { // whatever became of the account
		return u, phone, contract.DeviceWipe, errors.New("the device is to be wiped")
	}
	if err != nil || !u.GetBool("active") {
		return nil, phone, contract.DeviceEnded, errors.New("the account is not active")
	}
	switch phone.Status {
	case "active":
		return u, phone, "", nil
	case "locked":
		return u, phone, contract.DeviceLocked, errors.New("the device is locked")
	}
	return nil, phone, contract.DeviceEnded, errors.New("the registration has ended")
}

// Spoken is a device's token as an open connection keeps it, to ask again what it is worth.
type Spoken struct {
	Text, User, Device string
	Until              time.Time
	stream             bool   // it opens the stream and nothing else
	thumbprint         string // of the key for whose proof it was given
}

// StreamClaims are those of a token that opens the stream.
type StreamClaims struct {
	jwt.RegisteredClaims
	Device  string `json:"did"`
	Confirm struct {
		Thumbprint string `json:"jkt"`
	} `json:"cnf,omitzero"`
}

// ReadSpoken reads a token with the keys as they are now.
func ReadSpoken(keys *signing.Keys, text string) (s Spoken, err error) {
	var c StreamClaims
	if s.stream = signing.Is(signing.Stream, text); s.stream {
		err = keys.Verify(signing.Stream, text, &c)
	} else {
		err = keys.Verify(signing.Access, text, &c)
	}
	switch {
	case err != nil:
		return s, err
	case c.ExpiresAt == nil, c.Issuer != signing.Issuer, len(c.Audience) != 1, c.Audience[0] != signing.Issuer:
		return s, errors.New("the token is not of the form that this server gives")
	}
	s.Text, s.User, s.Device, s.Until, s.thumbprint = text, c.Subject, c.Device, c.ExpiresAt.Time, c.Confirm.Thumbprint
	return s, nil
}

// Goes says whether the token still lets its device speak without a proof: its user and
// their device as they are now, and where the device has a key, only what it was given for
// its proof.
func (s Spoken) Goes(app core.App, at time.Time) bool {
	_, phone, _, err := Speaks(app, s.User, s.Device)
	if err != nil || !at.Before(s.Until) {
		return false
	}
	if phone.Key != nil {
		return s.stream && s.thumbprint == phone.Thumbprint
	}
	policy, err := CurrentAccountPolicy(app)
	return err == nil && !policy.DeviceKeys
}
