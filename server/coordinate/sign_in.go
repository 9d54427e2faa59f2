package coordinate

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
)

// signInForm is what the sign-in page shows.
type signInForm struct {
	Email, Next  string
	Ended        bool
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
	return r.show(e, http.StatusOK, "sign-in", page{Title: "Sign in", Body: signInForm{Next: next, Ended: q.Get("ended") != "", Organisation: r.organisation.Config().Called()}})
}

// signIn judges an e-mail address and password. Whether there is no such account,
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
		missing = append(missing, problem{"email", "Enter your e-mail address"})
	}
	if password == "" {
		missing = append(missing, problem{"password", "Enter your password"})
	}
	if len(missing) > 0 {
		return again(http.StatusUnprocessableEntity, missing...)
	}
	if wait := r.throttle.try(form.Email, e.RealIP()); wait > 0 {
		r.app.Logger().Warn("Too many tries to sign in at /coordinate", "address", e.RealIP())
		e.Response.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return again(http.StatusTooManyRequests, problem{"email", "There were too many tries to sign in. Wait " + minutes(wait.Minutes()) + " and try again"})
	}
	user, err := r.app.FindAuthRecordByEmail("users", form.Email)
	known := err == nil
	if !known {
		user = r.standIn
	}
	if right := user.ValidatePassword(password); !right || !known || !user.GetBool("active") {
		return again(http.StatusUnprocessableEntity, problem{"email", "Check your e-mail address and password. They do not match an active account"})
	}
	r.throttle.right(form.Email, e.RealIP())
	if r.wantsCode(user) {
		mfa, err := r.passwordRight(user)
		if err != nil {
			return err
		}
		return r.askCode(e, user, mfa, form.Next)
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
	actor := hooks.Actor{User: user, Door: "coordinate"}
	if err := hooks.Audit(r.app, actor, hooks.Entry{Verb: "sign_in", Collection: "users", Record: user.Id}); err != nil {
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
