package coordinate

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
)

// ownAccount is the visitor's account as they see it.
type ownAccount struct {
	Name, Email, Agency string
	Phone               string
	Roles               []string
	Factor              signin.SecondFactor
	Done                string
	Digest              string // how what waits for them is mailed
	Open                signIns
	SignIns             []signedIn // the latest, for a person to know them as their own
}

// signedIn is one sign-in, or some that failed.
type signedIn struct {
	At    types.DateTime `db:"at"`
	Verb  string         `db:"verb"`
	Door  string         `db:"door"`
	Count int            `db:"count"`
}

// Where is the door in words.
func (s signedIn) Where() string {
	if s.Door == "coordinate" {
		return "on these pages"
	}
	return "by the app or another program"
}

// Failed reports whether it was a try that failed.
func (s signedIn) Failed() bool { return s.Verb == "sign_in_failed" }

func (v *visit) ownAccount() (ownAccount, error) {
	b := ownAccount{Name: v.user.GetString("name"), Email: v.user.Email(), Phone: v.user.GetString("phone"), Digest: cmp.Or(v.user.GetString("digest"), "daily")}
	var err error
	if b.Factor, err = signin.SecondFactorOf(v.App, v.user); err != nil {
		return b, err
	}
	if b.Open, err = v.signIns(v.user); err != nil {
		return b, err
	}
	for _, role := range v.user.GetStringSlice("roles") {
		said, _ := collections.RoleSaid(role)
		b.Roles = append(b.Roles, said)
	}
	if a, err := v.App.FindRecordById("agencies", v.user.GetString("agency")); err == nil {
		b.Agency = a.GetString("name")
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT at, verb, door, count FROM audit_log
		WHERE collection = 'users' AND record = {:u} AND verb IN ('sign_in', 'sign_in_failed') ORDER BY at DESC, rowid DESC LIMIT 10`).
		Bind(dbx.Params{"u": v.user.Id}).All(&b.SignIns)
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
	s, err := signin.SecondFactorOf(v.App, v.user)
	if err != nil {
		return err
	}
	if s.Strong || s.Needs {
		return v.Redirect(seeOther, factorsPage) // a mailed code would weaken it
	}
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
		v.room.codes.wrong(v.user.Id, v.RealIP())
		return v.showOwnCode(http.StatusUnprocessableEntity, f, problem{"code", "This code is not right, or its time is over. Check the latest mail, or ask for another code"})
	}
	if err != nil {
		return err
	}
	v.room.codes.right(v.user.Id, v.RealIP())
	err = v.changing(func(tx core.App) error {
		if err := tx.Delete(otp); err != nil {
			return err
		}
		return signin.SetMailedCode(tx, v.user, true, v.room.now())
	})
	if fields, refused := kernel.Refusal(err); refused {
		return v.notThat(fields)
	}
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/account?done=on")
}

// proven holds a form to the visitor's password, which an open browser is not: it answers
// where it is wrong, by again, or was tried too often.
func (v *visit) proven(again func(problem) error) (ok bool, answered error) {
	attempt := v.room.trying(v.RequestEvent, v.user.Email())
	if wait := attempt.Begin(); wait > 0 {
		return false, v.room.tooManyCodes(v.RequestEvent, wait)
	}
	right, err := v.room.checks(v.RequestEvent, attempt, v.user, v.Request.PostForm.Get("password"))
	if err != nil {
		return false, err
	}
	if !right {
		attempt.Wrong()
		return false, again(problem{"password", "Enter your password, as you sign in with it"})
	}
	attempt.Right()
	return true, nil
}

// turnOffCode asks for the password once more.
func turnOffCode(v *visit) error {
	if ok, answered := v.proven(func(p problem) error {
		b, err := v.ownAccount()
		if err != nil {
			return err
		}
		return v.show(http.StatusUnprocessableEntity, "account", page{Title: "Your account", Body: b, Problems: []problem{p}})
	}); !ok {
		return answered
	}
	if err := v.changing(func(tx core.App) error { return signin.SetMailedCode(tx, v.user, false, v.room.now()) }); err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/account?done=off")
}

// keepPhone keeps the number at which the visitor is rung up.
func keepPhone(v *visit) error {
	phone := typed(v.Request.PostForm.Get("phone"))
	err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
		u, err := tx.FindRecordById("users", v.user.Id)
		if err != nil {
			return err
		}
		u.Set("phone", phone)
		return tx.Save(u.IgnoreUnchangedFields(true))
	})
	if _, refused := kernel.Refusal(err); refused {
		b, err := v.ownAccount()
		if err != nil {
			return err
		}
		b.Phone = phone
		return v.show(http.StatusUnprocessableEntity, "account", page{Title: "Your account", Body: b,
			Problems: []problem{{"phone", "Enter a telephone number in digits, such as 01632 960 100"}}})
	}
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/account?done=phone")
}
