package ops

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks"
)

// An operator's second factor is a code of an authenticator app (RFC 6238), given out on
// the command line: whoever is first has no mail server yet, and the mailbox that resets
// a password is no second factor. PocketBase's dashboard asks for a code as for one that
// was mailed, with the same two calls. The secret is in a table of no collection, which
// no route reads.
const codesTable = `CREATE TABLE IF NOT EXISTS operator_codes (
	operator TEXT PRIMARY KEY, secret TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`

func layCodes(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(codesTable).Execute()
	return err
}

// GiveCode gives an operator a new secret for their app, as an otpauth address; one they
// had is void.
func GiveCode(app core.App, operator *core.Record) (address string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Holdfast", AccountName: operator.Email()})
	if err != nil {
		return "", err
	}
	err = hooks.Within(app, hooks.Actor{Door: "command"}, func(tx core.App) error {
		if err := layCodes(tx); err != nil {
			return err
		}
		if _, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO operator_codes (operator, secret) VALUES ({:o}, {:s})
			ON CONFLICT (operator) DO UPDATE SET secret = excluded.secret, used = 0`).Bind(dbx.Params{"o": operator.Id, "s": key.Secret()}).Execute(); err != nil {
			return err
		}
		if !tx.HasTable("audit_log") { // before the first start
			return nil
		}
		return hooks.Audit(tx, hooks.ActorOf(tx), hooks.Entry{Verb: "second_factor", Collection: core.CollectionNameSuperusers, Record: operator.Id})
	})
	return key.URL(), err
}

// HasCode reports whether an operator has an app that gives them codes.
func HasCode(app core.App, operator string) (bool, error) {
	if err := layCodes(app); err != nil {
		return false, err
	}
	var n int
	err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM operator_codes WHERE operator = {:o}`).Bind(dbx.Params{"o": operator}).Row(&n)
	return n > 0, err
}

// errCode is in PocketBase's own words, which its dashboard shows.
var errCode = apis.NewBadRequestError("Invalid or expired OTP", nil)

// guesses are how many codes were tried on one password; after the third it is to be
// given again, which is counted where passwords are.
var guesses sync.Map

// signInWithCode is the second step of an operator's sign-in.
func signInWithCode(e *core.RequestEvent) error {
	var sent struct {
		Code string `json:"password" form:"password"`
		MFA  string `json:"mfaId" form:"mfaId"`
	}
	if err := e.BindBody(&sent); err != nil {
		return errCode
	}
	if asked := e.Request.URL.Query().Get("mfaId"); asked != "" { // which PocketBase looks at first, too
		sent.MFA = asked
	}
	m, err := e.App.FindMFAById(sent.MFA)
	if sent.MFA == "" || err != nil || m.CollectionRef() != superusersID {
		return errCode
	}
	operator, err := e.App.FindRecordById(core.CollectionNameSuperusers, m.RecordRef())
	if err != nil || m.Method() != core.MFAMethodPassword || m.HasExpired(operator.Collection().MFA.DurationTime()) {
		return errCode
	}
	right, err := useCode(e.App, operator.Id, sent.Code, time.Now())
	if err != nil {
		return err
	}
	if !right {
		tries, _ := guesses.LoadOrStore(m.Id, new(atomic.Int32))
		if tries.(*atomic.Int32).Add(1) >= 3 {
			guesses.Delete(m.Id)
			err = e.App.Delete(m)
		}
		return errors.Join(err, errCode)
	}
	guesses.Delete(m.Id)
	return apis.RecordAuthResponse(e, operator, core.MFAMethodOTP, nil)
}

// useCode reports whether a code is the operator's now, half a minute early or late. One
// that was used is no code any more.
func useCode(app core.App, operator, code string, at time.Time) (right bool, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		var kept struct {
			Secret string `db:"secret"`
			Used   int64  `db:"used"`
		}
		if err := tx.NonconcurrentDB().NewQuery(`SELECT secret, used FROM operator_codes WHERE operator = {:o}`).Bind(dbx.Params{"o": operator}).One(&kept); err != nil {
			return nil // they have no app: no code is right
		}
		for _, early := range []int64{0, -1, 1} {
			step := at.Unix()/30 + early
			ok, err := totp.ValidateCustom(code, kept.Secret, time.Unix(step*30, 0), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
			if err != nil || !ok || step <= kept.Used {
				continue
			}
			right = true
			_, err = tx.NonconcurrentDB().NewQuery(`UPDATE operator_codes SET used = {:u} WHERE operator = {:o}`).Bind(dbx.Params{"u": step, "o": operator}).Execute()
			return err
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("checking an operator's code: %w", err)
	}
	return right, nil
}
