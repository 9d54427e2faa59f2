package ops

import (
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

// bindSecondFactor makes PocketBase's one-time codes what they are here: the second
// step of signing in. By itself a code would be a way in without a password, for
// whoever reads somebody's mail; and anybody could have mail sent to anybody.
func bindSecondFactor(app core.App) {
	app.OnRecordRequestOTPRequest("users").BindFunc(func(e *core.RecordCreateOTPRequestEvent) error {
		if e.Record != nil && !passwordGiven(e.RequestEvent, e.Record) {
			e.Record = nil // answered as an address that has no account
		}
		return e.Next()
	})
	app.OnRecordAuthWithOTPRequest("users").BindFunc(func(e *core.RecordAuthWithOTPRequestEvent) error {
		if !passwordGiven(e.RequestEvent, e.Record) {
			return apis.NewBadRequestError("Invalid or expired OTP", nil) // in PocketBase's own words
		}
		return e.Next()
	})
}

// passwordGiven reports whether a request names a sign-in whose password was right.
func passwordGiven(e *core.RequestEvent, user *core.Record) bool {
	sent := struct {
		MFA string `json:"mfaId" form:"mfaId"`
	}{e.Request.URL.Query().Get("mfaId")} // where the official SDK puts it
	if sent.MFA == "" {
		if err := e.BindBody(&sent); err != nil || sent.MFA == "" {
			return false
		}
	}
	m, err := e.App.FindMFAById(sent.MFA)
	return err == nil && m.Method() == core.MFAMethodPassword && m.CollectionRef() == user.Collection().Id && m.RecordRef() == user.Id &&
		!m.HasExpired(user.Collection().MFA.DurationTime())
}
