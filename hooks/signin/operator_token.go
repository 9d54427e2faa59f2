package signin

import (
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// OperatorFor is how long an operator's sign-in lasts, however often its token is
// renewed: a dashboard left open overnight, or its token taken from it, opens nothing in
// the morning.
const OperatorFor = 8 * time.Hour

// lasts is how long a token is good of somebody who signed in at that time.
func lasts(account *core.Record, at time.Time) time.Duration {
	d := account.Collection().AuthToken.DurationTime()
	if account.IsSuperuser() {
		d = min(d, time.Until(at.Add(OperatorFor)))
	}
	return d
}

// operatorGoesOn renews an operator's token while their sign-in lasts. One that does not
// say since when it does is not renewed.
func operatorGoesOn(e *core.RecordAuthRefreshRequestEvent) error {
	token := e.Request.Header.Get("Authorization")
	if scheme, rest, found := strings.Cut(token, " "); found && strings.EqualFold(scheme, "bearer") {
		token = rest
	}
	at := SignedInAt(token)
	if at.IsZero() || time.Since(at) >= OperatorFor {
		return reply.Error(contract.Unauthorised, "An operator signs in again after eight hours.")
	}
	e.Set(refreshing, at)
	return e.Next()
}

// operatorToken has the token of an operator's sign-in say when that was, and end with it.
func operatorToken(e *core.RecordAuthRequestEvent) (err error) {
	at := time.Now()
	if since, renewed := e.Get(refreshing).(time.Time); renewed {
		at = since
	}
	if e.Token, err = SignInToken(e.Record, at); err != nil {
		return err
	}
	return e.Next()
}
