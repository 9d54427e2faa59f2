package ops

import (
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
)

// bindSecondFactor makes PocketBase's one-time codes what they are here: the second
// step of signing in, for who chose it and needs nothing better. By itself a code would
// be a way in without a password, for whoever reads somebody's mail; and anybody could
// have mail sent to anybody.
func bindSecondFactor(app core.App) {
	app.OnRecordRequestOTPRequest("users").BindFunc(func(e *core.RecordCreateOTPRequestEvent) error {
		if e.Record != nil && !opens(e.RequestEvent, e.Record, true) {
			e.Record = nil // answered as an address that has no account
		}
		return e.Next()
	})
	app.OnRecordAuthWithOTPRequest("users").BindFunc(func(e *core.RecordAuthWithOTPRequestEvent) error {
		if !opens(e.RequestEvent, e.Record, false) {
			return apis.NewBadRequestError("Invalid or expired OTP", nil) // in PocketBase's own words
		}
		return e.Next()
	})
	// PocketBase takes any two of its ways as two factors: a password and another
	// server's word for it would go round an authenticator app.
	app.OnRecordAuthRequest("users").BindFunc(func(e *core.RecordAuthRequestEvent) error {
		second := e.AuthMethod != "" && e.AuthMethod != core.MFAMethodOTP && e.AuthMethod != signin.BySecondFactor && e.Record.GetBool("second_factor")
		if second && signIn(e.RequestEvent) != "" {
			return apis.NewBadRequestError("Invalid MFA session.", nil)
		}
		return e.Next()
	})
}

// opens reports whether a mailed code is this account's second step, and its password
// was right. The official SDK asks for the mail without naming the sign-in: there it is
// enough that one waits.
func opens(e *core.RequestEvent, user *core.Record, asking bool) bool {
	given := passwordGiven(e, user)
	if !given && asking && signIn(e) == "" {
		given = waits(e.App, user)
	}
	if !given {
		return false
	}
	s, err := signin.SecondFactorOf(e.App, user)
	return err == nil && s.SignsInByMail()
}

// signIn is the sign-in that a request names, in its query or its body.
func signIn(e *core.RequestEvent) string {
	if id := e.Request.URL.Query().Get("mfaId"); id != "" { // where the official SDK puts it
		return id
	}
	var sent struct {
		MFA string `json:"mfaId" form:"mfaId"`
	}
	if err := e.BindBody(&sent); err != nil {
		return ""
	}
	return sent.MFA
}

// passwordGiven reports whether a request names a sign-in whose password was right.
func passwordGiven(e *core.RequestEvent, user *core.Record) bool {
	id := signIn(e)
	if id == "" {
		return false
	}
	m, err := e.App.FindMFAById(id)
	return err == nil && m.Method() == core.MFAMethodPassword && m.CollectionRef() == user.Collection().Id && m.RecordRef() == user.Id &&
		!m.HasExpired(user.Collection().MFA.DurationTime())
}

// waits reports whether an account's password was right a moment ago.
func waits(app core.App, user *core.Record) bool {
	all, err := app.FindAllMFAsByRecord(user)
	for _, m := range all {
		if m.Method() == core.MFAMethodPassword && !m.HasExpired(user.Collection().MFA.DurationTime()) {
			return err == nil
		}
	}
	return false
}

// resetFactor is the operator's way to help somebody who lost their second factor.
func resetFactor(e *core.RequestEvent) error {
	var ask struct {
		Account string `json:"account" validate:"required,max=254"` // its id or address
	}
	if err := reply.Decode(e, 4<<10, &ask); err != nil {
		return err
	}
	user := &core.Record{}
	err := e.App.RecordQuery("users").AndWhere(dbx.Or(dbx.HashExp{"id": ask.Account}, dbx.NewExp("email = {:e} COLLATE NOCASE", dbx.Params{"e": ask.Account}))).Limit(1).One(user)
	if err != nil {
		return reply.Error(contract.NotFound, "")
	}
	err = kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) error { return signin.ResetSecondFactor(tx, user, time.Now()) })
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"account": user.Id})
}
