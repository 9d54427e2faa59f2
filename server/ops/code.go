package ops

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/factor"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
)

// errCode is in PocketBase's own words, which its dashboard shows.
var errCode = apis.NewBadRequestError("Invalid or expired OTP", nil)

// guesses are how many codes were tried on one password; after the third it is to be
// given again, which is counted where passwords are.
var guesses sync.Map

// signInWithCode is the second step of an operator's sign-in: PocketBase's dashboard asks
// for a code as for one that was mailed, and takes one of their authenticator app, or a
// recovery code, in the same field.
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
	m, operator := halfWay(e.App, sent.MFA)
	a := &signin.Attempt{App: e.App, Way: signin.ByCode, Account: sent.MFA, User: operator, In: core.CollectionNameSuperusers, Address: e.RealIP(), Door: "dashboard", At: time.Now()}
	if operator != nil {
		a.Account = operator.Email()
	}
	if wait := a.Begin(); wait > 0 {
		return reply.Later(e, contract.TooManyTries, wait)
	}
	if operator == nil {
		a.Wrong()
		return errCode
	}
	_, err := signin.TakeSecondFactor(e.App, operator, factor.Proof{Code: sent.Code}, a.At, func(tx core.App) error {
		fresh, still := halfWay(tx, m.Id)
		if still == nil {
			return factor.ErrWrong
		}
		fresh.SetMethod("both") // used up: what answers below takes it away
		return tx.Save(fresh)
	})
	var slow *factor.Slow
	switch {
	case errors.As(err, &slow):
		a.Wrong()
		return reply.Later(e, contract.TooManyTries, slow.Wait)
	case errors.Is(err, factor.ErrWrong):
		a.Wrong()
		return errors.Join(guessed(e.App, m), errCode)
	case err != nil:
		a.Void()
		return err
	}
	a.Right()
	guesses.Delete(m.Id)
	return apis.RecordAuthResponse(e, operator, core.MFAMethodOTP, nil)
}

// halfWay is the sign-in of that id whose password was right, and whose it is; or nil.
func halfWay(app core.App, id string) (*core.MFA, *core.Record) {
	m, err := app.FindMFAById(id)
	if err != nil || m.CollectionRef() != superusersID || m.Method() != core.MFAMethodPassword {
		return nil, nil
	}
	operator, err := app.FindRecordById(core.CollectionNameSuperusers, m.RecordRef())
	if err != nil || m.HasExpired(operator.Collection().MFA.DurationTime()) {
		return nil, nil
	}
	return m, operator
}

// guessed counts a wrong code, and ends the sign-in with the third.
func guessed(app core.App, m *core.MFA) error {
	tries, _ := guesses.LoadOrStore(m.Id, new(atomic.Int32))
	if tries.(*atomic.Int32).Add(1) < 3 {
		return nil
	}
	guesses.Delete(m.Id)
	return app.Delete(m)
}
