package factor

import (
	"bytes"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// What every authenticator app speaks: six digits, every thirty seconds, SHA-1.
const (
	period = 30
	// skew is how many steps a phone's clock may be off to either side.
	skew = 1
)

// Enrolment is an authenticator app on its way: it counts once a code of it was right.
type Enrolment struct {
	ID      string
	Secret  string // as somebody types it who cannot read the picture
	Address string // otpauth://, as the picture says it
	Picture []byte // PNG
}

// BeginTOTP makes a secret for an account; issuer and name are what the app shows.
func BeginTOTP(app core.App, account *core.Record, issuer string, at time.Time) (Enrolment, error) {
	key, err := newSecret(account, issuer)
	if err != nil {
		return Enrolment{}, err
	}
	id, err := begin(app, account, settingUp, []byte(key.URL()), at)
	if err != nil {
		return Enrolment{}, err
	}
	return enrolment(id, key)
}

// TOTPBegun is an enrolment that waits for its code, shown once more.
func TOTPBegun(app core.App, account *core.Record, id string, at time.Time) (Enrolment, error) {
	address, err := begun(app, account, settingUp, id, at)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := otp.NewKeyFromURL(string(address))
	if err != nil {
		return Enrolment{}, err
	}
	return enrolment(id, key)
}

func enrolment(id string, key *otp.Key) (Enrolment, error) {
	picture, err := key.Image(240, 240)
	if err != nil {
		return Enrolment{}, fmt.Errorf("the picture of an authenticator's secret: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return Enrolment{}, err
	}
	return Enrolment{ID: id, Secret: key.Secret(), Address: key.URL(), Picture: b.Bytes()}, nil
}

// FinishTOTP keeps an authenticator app whose first code is right; ErrWrong when it is
// not. That code signs nobody in any more.
func FinishTOTP(tx core.App, account *core.Record, enrolment, code, name string, at time.Time) (Factor, error) {
	address, err := begun(tx, account, settingUp, enrolment, at)
	if err != nil {
		return Factor{}, err
	}
	key, err := otp.NewKeyFromURL(string(address))
	if err != nil {
		return Factor{}, err
	}
	step := matching(key.Secret(), code, at, 0)
	if step == 0 {
		return Factor{}, ErrWrong
	}
	if err := finished(tx, enrolment); err != nil {
		return Factor{}, err
	}
	return keepTOTP(tx, account, key.Secret(), named(name, appName), step, at)
}

// appName is an authenticator app that its owner gave no name.
const appName = "Authenticator app"

func keepTOTP(tx core.App, account *core.Record, secret, name string, step int64, at time.Time) (Factor, error) {
	id := newID()
	sealed, err := seal(tx, account, id, TOTP, []byte(secret))
	if err != nil {
		return Factor{}, err
	}
	return add(tx, account, row{ID: id, Kind: TOTP, Name: name, Sealed: sealed, Step: step, Added: at.Unix()})
}

// GiveTOTP gives an account a new authenticator app in place of all that it had, before
// any code of it was shown, and recovery codes: on the command line, where somebody
// sees both whom nobody need ask for a code.
func GiveTOTP(tx core.App, account *core.Record, issuer string, at time.Time) (address string, recovery []string, err error) {
	key, err := newSecret(account, issuer)
	if err != nil {
		return "", nil, err
	}
	if err := Clear(tx, account); err != nil {
		return "", nil, err
	}
	if _, err := keepTOTP(tx, account, key.Secret(), appName, 0, at); err != nil {
		return "", nil, err
	}
	recovery, err = NewRecovery(tx, account)
	return key.URL(), recovery, err
}

func newSecret(account *core.Record, issuer string) (*otp.Key, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: strings.ReplaceAll(issuer, ":", " "), AccountName: account.Email(), SecretSize: 20, Period: period})
	if err != nil {
		return nil, fmt.Errorf("making an authenticator's secret: %w", err)
	}
	return key, nil
}

// takeTOTP judges a code, and uses its step up: neither it nor an earlier one of the
// same app is taken again.
func takeTOTP(tx core.App, account *core.Record, code string, at time.Time) (Factor, error) {
	apps, err := rows(tx, account, TOTP)
	if err != nil {
		return Factor{}, err
	}
	for _, a := range apps {
		secret, err := open(tx, account, a.ID, TOTP, a.Sealed)
		if err != nil {
			tx.Logger().Error("An authenticator app's secret cannot be read", "account", account.Id, "error", err)
			continue
		}
		step := matching(string(secret), code, at, a.Step)
		if step == 0 {
			continue
		}
		if taken, err := used(tx, a.ID, a.Step, step, at); err != nil || !taken {
			return Factor{}, errJoin(ErrWrong, err)
		}
		a.Used = at.Unix()
		return a.factor(), nil
	}
	return Factor{}, ErrWrong
}

// matching is the step after the last one taken whose code this is, or 0.
func matching(secret, code string, at time.Time, after int64) int64 {
	opts := hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	now := at.Unix() / period
	for step := now - skew; step <= now+skew; step++ {
		if right, err := hotp.ValidateCustom(code, uint64(step), secret, opts); err == nil && right && step > after {
			return step
		}
	}
	return 0
}

// named is the name that its owner gave a factor, short and on one line.
func named(name, otherwise string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if name == "" {
		return otherwise
	}
	if r := []rune(name); len(r) > nameLength {
		return string(r[:nameLength])
	}
	return name
}
