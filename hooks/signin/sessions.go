package signin

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/kernel"
)

// EveryPhone, in place of a phone's id, keeps all of a person's phones.
const EveryPhone = "*"

// EndSessions ends, at the next call, whatever somebody is signed in with: sign-ins and
// browsers, which hang on the account's key, and their phones but the one named (none,
// one's id, or EveryPhone). A browser that is to stay signs in anew in the same
// transaction. What was ended never comes back.
func EndSessions(tx core.App, user, but string) error {
	u, err := tx.FindRecordById("users", user)
	if err != nil {
		return err
	}
	u.RefreshTokenKey()
	if err := tx.SaveNoValidate(kernel.Intent{Server: true, But: but}.Of(u)); err != nil { // an old flaw of the row stops no ending
		return fmt.Errorf("ending what %s is signed in with: %w", user, err)
	}
	return nil
}

// BindSessions holds what ends sign-ins, whoever writes. All of it goes through one
// thing: the key of the account. PocketBase changes it with the password and the
// address; here it changes with the second factor and when the account is switched off;
// an operator can change it by hand. With it end the phones.
func BindSessions(app core.App) {
	kernel.Updating(app, "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderStamp, Func: func(e *core.RecordEvent) error {
		was := e.Record.Original()
		left := was.GetBool("active") && !e.Record.GetBool("active")
		if (left || kernel.Changed(e.Record, "second_factor")) && was.TokenKey() == e.Record.TokenKey() {
			e.Record.RefreshTokenKey()
		}
		return e.Next()
	}})
	kernel.Updating(app, "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderAudit - 1, Func: func(e *core.RecordEvent) error {
		key := e.Record.Original().TokenKey()
		but := kernel.IntentOf(e.Record).But
		if err := e.Next(); err != nil || e.Record.TokenKey() == key || but == EveryPhone {
			return err
		}
		return endPhones(e.App, e.Record.Id, but)
	}})
	app.OnRecordAuthRefreshRequest("users").BindFunc(func(e *core.RecordAuthRefreshRequestEvent) error {
		e.Set(refreshing, true)
		return e.Next()
	})
	app.OnRecordAuthRequest("users").BindFunc(signInToken)
	app.OnRecordAuthRefreshRequest(core.CollectionNameSuperusers).BindFunc(operatorGoesOn)
	app.OnRecordAuthRequest(core.CollectionNameSuperusers).BindFunc(operatorToken)
}

// endPhones ends the registrations of a person's phones but one. One that is to be
// wiped is still to be wiped.
func endPhones(tx core.App, user, but string) error {
	phones, err := tx.FindRecordsByFilter("devices", "user = {:u} && (status = 'active' || status = 'locked') && id != {:but}", "", 0, 0,
		dbx.Params{"u": user, "but": but})
	if err != nil {
		return err
	}
	for _, d := range phones {
		d.Set("status", "ended")
		if err := tx.SaveNoValidate(kernel.Intent{Server: true, WithAccount: true}.Of(d)); err != nil {
			return fmt.Errorf("ending a phone: %w", err)
		}
	}
	return nil
}

// signedInAt is the claim of when somebody showed who they are (OpenID Connect Core 2).
const signedInAt = "auth_time"

// SignInToken is PocketBase's token of an account, which says when they signed in.
func SignInToken(user *core.Record, at time.Time) (string, error) {
	kind := user.Collection()
	return security.NewJWT(jwt.MapClaims{
		core.TokenClaimType: core.TokenTypeAuth, core.TokenClaimId: user.Id, core.TokenClaimCollectionId: kind.Id,
		core.TokenClaimRefreshable: true, signedInAt: at.Unix(),
	}, user.TokenKey()+kind.AuthToken.Secret, lasts(user, at))
}

// SignedInAt is when the bearer of a token signed in; zero where it does not say. The
// token's signature is its caller's to check.
func SignedInAt(token string) time.Time {
	c, err := security.ParseUnverifiedJWT(token)
	at, ok := c[signedInAt].(float64)
	if err != nil || !ok {
		return time.Time{}
	}
	return time.Unix(int64(at), 0)
}

// SentTokenKey is where a request keeps the token that it came with.
const SentTokenKey = "holdfast.token"

// refreshing marks a request that renews a token and is no sign-in.
const refreshing = "holdfast.refreshing"

// signInToken has the token of a sign-in say when that was. A refreshed one says what
// the one before it said; a phone's token is answered with itself; that an operator takes
// somebody's place is no sign-in of theirs.
func signInToken(e *core.RecordAuthRequestEvent) (err error) {
	sent, _ := e.Get(SentTokenKey).(string)
	at := time.Now()
	switch {
	case e.HasSuperuserAuth():
		return e.Next()
	case e.Get(refreshing) != nil && e.Get(kernel.DeviceKey) != nil:
		e.Token = sent
		return e.Next()
	case e.Get(refreshing) != nil:
		at = SignedInAt(sent)
	}
	if !at.IsZero() {
		if e.Token, err = SignInToken(e.Record, at); err != nil {
			return err
		}
	}
	return e.Next()
}
