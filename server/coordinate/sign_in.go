package coordinate

import (
	"fmt"
	"math"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signin"
)

// signInForm is what the sign-in page shows.
type signInForm struct {
	Email, Next  string
	Ended, New   bool   // signed out; a password was just chosen
	Organisation string // whose accounts sign in here too; empty: nobody's
}

func (r *Room) askSignIn(e *core.RequestEvent) error {
	q := e.Request.URL.Query()
	next := nextAddress(q.Get("next"))
	if token := tokenIn(e.Request); token != "" {
		if _, err := resume(r.app, token, r.now()); err == nil {
			return e.Redirect(seeOther, next)
		}
	}
	return r.show(e, http.StatusOK, "sign-in", page{Title: "Sign in", Body: signInForm{Next: next, Ended: q.Get("ended") != "", New: q.Get("new") != "", Organisation: r.organisation.Config().Called()}})
}

// signIn judges an email address and password. Whether there is no such account,
// the password is wrong or the account is not active, answer and work are the same.
func (r *Room) signIn(e *core.RequestEvent) error {
	if err := readForm(e); err != nil {
		return err
	}
	form := signInForm{Email: typed(e.Request.PostForm.Get("email")), Next: nextAddress(e.Request.PostForm.Get("next")), Organisation: r.organisation.Config().Called()}
	password := e.Request.PostForm.Get("password")
	again := func(status int, problems ...problem) error {
		return r.show(e, status, "sign-in", page{Title: "Sign in", Problems: problems, Body: form})
	}
	var missing []problem
	if form.Email == "" {
		missing = append(missing, problem{"email", "Enter your email address"})
	}
	if password == "" {
		missing = append(missing, problem{"password", "Enter your password"})
	}
	if len(missing) > 0 {
		return again(http.StatusUnprocessableEntity, missing...)
	}
	attempt := r.trying(e, form.Email)
	if wait := attempt.Begin(); wait > 0 {
		return again(http.StatusTooManyRequests, problem{"email", r.tooMany(e, wait)})
	}
	user, known := attempt.User, attempt.User != nil
	if !known {
		user = r.standIn
	}
	right, err := r.checks(e, attempt, user, password)
	if err != nil {
		return err
	}
	if !right || !known || !user.GetBool("active") {
		attempt.Wrong()
		return again(http.StatusUnprocessableEntity, problem{"email", "Check your email address and password. They do not match an active account"})
	}
	attempt.Right()
	if r.wantsCode(user) {
		mfa, err := r.passwordRight(user)
		if err != nil {
			return err
		}
		return r.askSecondStep(e, user, mfa, form.Next)
	}
	return r.welcome(e, user, form.Next)
}

// welcome begins a session and sends the browser on.
func (r *Room) welcome(e *core.RequestEvent, user *core.Record, next string) error {
	if err := r.seat(e, user); err != nil {
		return err
	}
	return e.Redirect(seeOther, next)
}

// seat begins a session, always a new one, and leaves a line in the audit log.
func (r *Room) seat(e *core.RequestEvent, user *core.Record) error {
	if old := tokenIn(e.Request); old != "" {
		if err := end(r.app, old); err != nil {
			return err
		}
	}
	token, err := begin(r.app, user, r.now())
	if err != nil {
		return err
	}
	way := signin.ByPassword
	if r.wantsCode(user) {
		way = signin.ByCode
	}
	if err := signin.SignedIn(r.app, user, "coordinate", way, e.RealIP(), r.now()); err != nil {
		return err
	}
	e.SetCookie(cookieOf(e.Request, token))
	return nil
}

func (r *Room) signOut(v *visit) error {
	if err := end(r.app, v.session.token); err != nil {
		return err
	}
	v.SetCookie(cookieOf(v.Request, ""))
	v.Response.Header().Set("Clear-Site-Data", `"cache", "storage"`) // no back button shows a family to who sits down next
	return v.Redirect(seeOther, "/coordinate/sign-in")
}

func minutes(m float64) string {
	if n := int(math.Ceil(m)); n > 1 {
		return fmt.Sprintf("%d minutes", n)
	}
	return "a minute"
}
