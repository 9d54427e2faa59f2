package coordinate

import (
	"errors"
	"net/http"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
)

// ownAccount is the visitor's account as they see it.
type ownAccount struct {
	Name, Email, Agency string
	Roles               []string
	Second              bool // signing in needs a code
	Done                string
	SignIns             []types.DateTime // the latest, for a person to know them as their own
}

func (v *visit) ownAccount() (ownAccount, error) {
	b := ownAccount{Name: v.user.GetString("name"), Email: v.user.Email(), Second: v.user.GetBool("second_factor")}
	for _, role := range v.user.GetStringSlice("roles") {
		b.Roles = append(b.Roles, spoken(role))
	}
	if a, err := v.App.FindRecordById("agencies", v.user.GetString("agency")); err == nil {
		b.Agency = a.GetString("name")
	}
	err := v.App.ConcurrentDB().NewQuery(`SELECT at FROM audit_log WHERE collection = 'users' AND record = {:u} AND verb = 'sign_in' ORDER BY at DESC, rowid DESC LIMIT 10`).
		Bind(dbx.Params{"u": v.user.Id}).Column(&b.SignIns)
	return b, err
}

func account(v *visit) error {
	b, err := v.ownAccount()
	if err != nil {
		return err
	}
	b.Done = v.Request.URL.Query().Get("done")
	return v.show(http.StatusOK, "account", page{Title: "Your account", Body: b})
}

// askOwnCode mails the visitor a code, to show that codes reach them before signing in
// depends on it.
func askOwnCode(v *visit) error {
	if wait := v.room.codeMails.try(v.user.Id, v.RealIP()); wait > 0 {
		return v.room.tooManyCodes(v.RequestEvent, wait)
	}
	code, err := v.room.mailCode(v.user)
	if err != nil {
		v.App.Logger().Error("A code could not be mailed", "user", v.user.Id, "error", err)
		return errMail
	}
	return v.showOwnCode(http.StatusOK, codeForm{Code: code, Sent: true})
}

func (v *visit) showOwnCode(status int, f codeForm, problems ...problem) error {
	f.Action, f.Again, f.Folder = "/coordinate/account/code", "/coordinate/account/code/ask", v.room.mail
	return v.show(status, "code", page{Title: "Enter the code", Problems: problems, Body: f})
}

// turnOnCode makes the code part of signing in, once one has arrived.
func turnOnCode(v *visit) error {
	f := codeForm{Code: short(v.Request.PostForm.Get("otp"))}
	typed := digitsOf(v.Request.PostForm.Get("code"))
	if typed == "" {
		return v.showOwnCode(http.StatusUnprocessableEntity, f, problem{"code", "Enter the code from the mail"})
	}
	if wait := v.room.codes.try(v.user.Id, v.RealIP()); wait > 0 {
		return v.room.tooManyCodes(v.RequestEvent, wait)
	}
	otp, err := v.room.checkCode(v.user, f.Code, typed)
	if errors.Is(err, errCode) {
		return v.showOwnCode(http.StatusUnprocessableEntity, f, problem{"code", "This code is not right, or its time is over. Check the latest mail, or ask for another code"})
	}
	if err != nil {
		return err
	}
	v.room.codes.right(v.user.Id, v.RealIP())
	err = hooks.Within(v.App, v.actor(), func(tx core.App) error {
		if err := tx.Delete(otp); err != nil {
			return err
		}
		// Whoever else is signed in as this account got there without the code.
		return errors.Join(hooks.SetSecondFactor(tx, v.user.Id, true), stay(tx, v.session))
	})
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/account?done=on")
}

// turnOffCode asks for the password once more: an open browser is not enough.
func turnOffCode(v *visit) error {
	if wait := v.room.throttle.try(v.user.Email(), v.RealIP()); wait > 0 {
		return v.room.tooManyCodes(v.RequestEvent, wait)
	}
	if !v.user.ValidatePassword(v.Request.PostForm.Get("password")) {
		b, err := v.ownAccount()
		if err != nil {
			return err
		}
		return v.show(http.StatusUnprocessableEntity, "account", page{Title: "Your account", Body: b,
			Problems: []problem{{"password", "Enter your password, as you sign in with it"}}})
	}
	v.room.throttle.right(v.user.Email(), v.RealIP())
	err := hooks.Within(v.App, v.actor(), func(tx core.App) error {
		return errors.Join(hooks.SetSecondFactor(tx, v.user.Id, false), stay(tx, v.session))
	})
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/account?done=off")
}
