package signin

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/account"
	signinrules "holdfast/hooks/signin"
)

// Room counts who comes in by the API.
type Room struct {
	now func() time.Time
}

// Open binds the room to a server.
func Open(e *core.ServeEvent) error { return (&Room{time.Now}).open(e) }

func (r *Room) open(e *core.ServeEvent) error {
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id: "holdfastProxy", Priority: apis.DefaultActivityLoggerMiddlewarePriority - 1, Func: unknownProxy,
	})
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id: "holdfastSignIn", Priority: apis.DefaultBodyLimitMiddlewarePriority + 1, Func: r.counted,
	})
	e.App.OnRecordAuthRequest().Bind(&hook.Handler[*core.RecordAuthRequestEvent]{Id: "holdfastSignedIn", Func: r.signedIn})
	e.App.OnRecordAuthWithPasswordRequest("users").Bind(&hook.Handler[*core.RecordAuthWithPasswordRequestEvent]{Id: "holdfastSignInInUse", Func: noneSwitchedOff})
	e.App.OnRecordRequestPasswordResetRequest("users").Bind(&hook.Handler[*core.RecordRequestPasswordResetRequestEvent]{Id: "holdfastResetInUse", Func: onlyInUse})
	e.App.OnRecordUpdateRequest("users").Bind(&hook.Handler[*core.RecordRequestEvent]{Id: "holdfastOldPassword", Priority: outermost, Func: r.oldPassword})
	e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "holdfastFailures", Func: func(e *core.TerminateEvent) error {
		signinrules.RecordFailures(e.App, r.now(), true)
		return e.Next()
	}})
	return e.App.Cron().Add("failed sign-ins", "* * * * *", func() { signinrules.RecordFailures(e.App, r.now(), false) })
}

// outermost is before the transaction that the hooks put around every write: what
// failed in it is on record all the same.
const outermost = -2000

// signedIn puts a sign-in on record, by whatever it was. A token that is renewed is none.
func (r *Room) signedIn(e *core.RecordAuthRequestEvent) error {
	if err := e.Next(); err != nil || e.AuthMethod == "" {
		return err
	}
	way := map[string]string{core.MFAMethodPassword: signinrules.ByPassword, core.MFAMethodOTP: signinrules.ByCode}[e.AuthMethod]
	return signinrules.SignedIn(e.App, e.Record, doorOf(e.Collection.Name), way, e.RealIP(), r.now())
}

// noneSwitchedOff answers an account that is switched off as one that there is not, by the
// same work: whoever guesses a leaver's password learns nothing.
func noneSwitchedOff(e *core.RecordAuthWithPasswordRequestEvent) error {
	if e.Record != nil && !e.Record.GetBool("active") {
		e.Record = nil
	}
	return e.Next()
}

// onlyInUse mails no link for an account that is switched off or has an invitation open.
func onlyInUse(e *core.RecordRequestPasswordResetRequestEvent) error {
	if !e.Record.GetBool("active") {
		return e.NoContent(204)
	}
	return e.Next()
}

// doorOf is the door of those who sign in to a collection by the API.
func doorOf(collection string) string {
	if collection == core.CollectionNameSuperusers {
		return "dashboard"
	}
	return "rest"
}

// oldPassword counts a change of password as what it is too: a guess at the old one.
func (r *Room) oldPassword(e *core.RecordRequestEvent) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	if _, guess := info.Body["oldPassword"]; !guess || e.HasSuperuserAuth() {
		return e.Next()
	}
	if e.App.IsTransactional() {
		return e.BadRequestError("A password is changed by a request of its own, not in a batch.", nil)
	}
	email := e.Record.Original().Email()
	a := &signinrules.Attempt{App: e.App, Way: signinrules.ByPassword, Account: account.FoldEmail(email), User: e.Record.Original(), Address: e.RealIP(), Door: "rest", At: r.now()}
	return r.judge(e.RequestEvent, a, true, e.Next, func(err error) bool {
		problem, _ := problems(err)["oldPassword"]
		return problem != nil
	})
}

// unknownProxy says once that everybody seems to come from one address.
func unknownProxy(e *core.RequestEvent) error {
	h := e.Request.Header
	if (h.Get("X-Forwarded-For") != "" || h.Get("X-Real-IP") != "" || h.Get("Forwarded") != "") && len(e.App.Settings().TrustedProxy.Headers) == 0 &&
		signinrules.ProxyUnknown(e.App, true) {
		e.App.Logger().Warn(proxyWarning)
		fmt.Fprintln(os.Stderr, "holdfast: "+proxyWarning)
	}
	return e.Next()
}

const proxyWarning = "requests come through a proxy, and the setting trustedProxy is empty: to this server everybody behind it has one address"

var errUnread = errors.New("what was sent could not be read")
