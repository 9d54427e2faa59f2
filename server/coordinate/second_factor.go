package coordinate

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"
	"github.com/pocketbase/pocketbase/tools/routine"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/signin"
)

// patience is how long a page waits for the mail server. After it the mail may still
// go out, and the reader is told to wait for it.
const patience = 10 * time.Second

// errCode is every way in which a code is not taken: wrong, used, over, for somebody
// else, or for a sign-in that never was. Which of them it is, is nobody's to learn.
var errCode = errors.New("the code is not right, or it is over")

// wantsCode reports whether an account's password is not enough, by the rule that
// PocketBase's own sign-in follows; in doubt it is not.
func (r *Room) wantsCode(user *core.Record) bool {
	mfa := user.Collection().MFA
	if !mfa.Enabled || mfa.Rule == "" {
		return mfa.Enabled
	}
	wants, err := r.app.CanAccessRecord(user, &core.RequestInfo{}, &mfa.Rule)
	return wants || err != nil
}

// passwordRight remembers that an account's password was given, as PocketBase does,
// and names the sign-in that waits for its code.
func (r *Room) passwordRight(user *core.Record) (string, error) {
	m := core.NewMFA(r.app)
	m.SetCollectionRef(user.Collection().Id)
	m.SetRecordRef(user.Id)
	m.SetMethod(core.MFAMethodPassword)
	if err := r.app.Save(m); err != nil {
		return "", fmt.Errorf("remembering that the password was right: %w", err)
	}
	return m.Id, nil
}

// mailCode mails an account a new code, which voids those before, and gives its id.
func (r *Room) mailCode(user *core.Record) (string, error) {
	code := security.RandomStringWithAlphabet(user.Collection().OTP.Length, "0123456789")
	otp := core.NewOTP(r.app)
	otp.SetCollectionRef(user.Collection().Id)
	otp.SetRecordRef(user.Id)
	otp.SetPassword(code)
	err := r.app.RunInTransaction(func(tx core.App) error {
		if err := tx.DeleteAllOTPsByRecord(user); err != nil {
			return err
		}
		return tx.Save(otp)
	})
	if err != nil {
		return "", fmt.Errorf("making a code: %w", err)
	}
	sent := make(chan error, 1)
	routine.FireAndForget(func() { sent <- mails.SendRecordOTP(r.app, user, otp.Id, code) })
	select {
	case err = <-sent:
	case <-time.After(patience):
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("mailing a code: %w", err), r.app.Delete(otp))
	}
	return otp.Id, nil
}

// checkCode finds the code of that id and holds it against what was typed; errCode
// when it is not right. The work is the same when there is none.
func (r *Room) checkCode(user *core.Record, id, typed string) (*core.OTP, error) {
	otp, err := r.app.FindOTPById(id)
	live := err == nil && user != nil && otp.CollectionRef() == user.Collection().Id && otp.RecordRef() == user.Id &&
		!otp.HasExpired(user.Collection().OTP.DurationTime())
	if !live {
		otp = r.standInCode
	}
	leave, ok := signin.CheckingPassword(r.app)
	if !ok {
		return nil, errBusy
	}
	defer leave()
	if right := otp.ValidatePassword(typed); !right || !live {
		return nil, errCode
	}
	return otp, nil
}

// secondStep judges the code of a sign-in whose password was right. Both are used up
// by it, in one transaction, so that of two that come at once one is taken.
func (r *Room) secondStep(mfaID, otpID, typed string) (*core.Record, error) {
	m, user := r.waiting(mfaID)
	otp, err := r.checkCode(user, otpID, typed)
	if err != nil {
		return nil, err
	}
	if !user.GetBool("active") {
		return nil, errCode
	}
	if s, err := signin.SecondFactorOf(r.app, user); err != nil || !s.ByMail() { // meanwhile it has better
		return nil, cmp.Or(err, errCode)
	}
	return user, r.app.RunInTransaction(func(tx core.App) error {
		if _, err := tx.FindOTPById(otp.Id); err != nil {
			return errCode
		}
		if _, err := tx.FindMFAById(m.Id); err != nil {
			return errCode
		}
		return errors.Join(tx.Delete(otp), tx.Delete(m))
	})
}

// waiting is the sign-in of that id and whose it is, or nil.
func (r *Room) waiting(id string) (*core.MFA, *core.Record) {
	m, err := r.app.FindMFAById(id)
	if err != nil || m.Method() != core.MFAMethodPassword {
		return nil, nil
	}
	user, err := r.app.FindRecordById("users", m.RecordRef())
	if err != nil || m.CollectionRef() != user.Collection().Id || m.HasExpired(user.Collection().MFA.DurationTime()) {
		return nil, nil
	}
	return m, user
}
