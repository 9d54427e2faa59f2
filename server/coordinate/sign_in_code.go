package coordinate

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signin"
)

// codeForm asks for a code that was mailed. At signing in it carries the ids of the
// password that was right and of the code; there is no cookie before there is a session.
type codeForm struct {
	Action    string // where it is sent
	Again     string // where another code is asked for
	MFA, Code string
	Next      string
	Folder    string // of a demo's mail
	Sent      bool   // just now
	Owes      bool   // after it a second factor is to be set up
}

// askSecondStep asks an account whose password was right for what else it has.
func (r *Room) askSecondStep(e *core.RequestEvent, user *core.Record, mfa, next string) error {
	s, err := signin.SecondFactorOf(r.app, user)
	if err != nil {
		return err
	}
	if s.ByMail() {
		return r.askCode(e, user, mfa, next)
	}
	return r.showFactor(e, http.StatusOK, factorForm{MFA: mfa, Next: next}, user)
}

// askCode mails a code to an account whose password was right, and asks for it.
func (r *Room) askCode(e *core.RequestEvent, user *core.Record, mfa, next string) error {
	if wait := r.codeMails.try(user.Id, e.RealIP()); wait > 0 {
		return r.tooManyCodes(e, wait)
	}
	code, err := r.mailCode(user)
	if err != nil {
		r.app.Logger().Error("A sign-in code could not be mailed", "user", user.Id, "error", err)
		return errMail
	}
	owes, err := r.owes(user)
	if err != nil {
		return err
	}
	return r.showCode(e, http.StatusOK, codeForm{MFA: mfa, Code: code, Next: next, Sent: true, Owes: owes})
}

func (r *Room) showCode(e *core.RequestEvent, status int, f codeForm, problems ...problem) error {
	f.Action, f.Again, f.Folder = "/coordinate/sign-in/code", "/coordinate/sign-in/code/again", r.mail
	return r.show(e, status, "code", page{Title: "Enter the code", Problems: problems, Body: f})
}

// signInCode takes the code. No answer says whether there is such a sign-in.
func (r *Room) signInCode(e *core.RequestEvent) error {
	f, err := readCodeForm(e)
	if err != nil {
		return err
	}
	typed := digitsOf(e.Request.PostForm.Get("code"))
	if typed == "" {
		return r.showCode(e, http.StatusUnprocessableEntity, f, problem{"code", "Enter the code from the mail"})
	}
	account := f.MFA
	if _, user := r.waiting(f.MFA); user != nil {
		account = user.Id
	}
	if wait := r.codes.try(account, e.RealIP()); wait > 0 {
		return r.tooManyCodes(e, wait)
	}
	user, err := r.secondStep(f.MFA, f.Code, typed)
	if errors.Is(err, errCode) {
		r.codes.wrong(account, e.RealIP())
		return r.showCode(e, http.StatusUnprocessableEntity, f, problem{"code", "This code is not right, or its time is over. Check the latest mail, or ask for another code"})
	}
	if err != nil {
		return err
	}
	r.codes.right(account, e.RealIP())
	r.codeMails.right(account, e.RealIP())
	return r.welcome(e, user, f.Next)
}

// signInAgain mails another code for a sign-in that waits. For one that does not, the
// page is the same and no mail goes out.
func (r *Room) signInAgain(e *core.RequestEvent) error {
	f, err := readCodeForm(e)
	if err != nil {
		return err
	}
	_, user := r.waiting(f.MFA)
	if user != nil {
		if s, err := signin.SecondFactorOf(r.app, user); err != nil {
			return err
		} else if !s.ByMail() {
			user = nil // it has better: no mail opens it
		}
	}
	if user == nil {
		if wait := r.codeMails.try(f.MFA, e.RealIP()); wait > 0 {
			return r.tooManyCodes(e, wait)
		}
		f.Sent = true
		return r.showCode(e, http.StatusOK, f)
	}
	return r.askCode(e, user, f.MFA, f.Next)
}

func readCodeForm(e *core.RequestEvent) (f codeForm, err error) {
	if err := readForm(e); err != nil {
		return f, err
	}
	form := e.Request.PostForm
	return codeForm{MFA: short(form.Get("mfa")), Code: short(form.Get("otp")), Next: nextAddress(form.Get("next"))}, nil
}

// short is an id as it came: no id is longer.
func short(s string) string { return s[:min(len(s), 50)] }

// digitsOf are the digits of what was typed: people put spaces between them.
func digitsOf(s string) string {
	var out []rune
	for _, c := range s {
		if c >= '0' && c <= '9' && len(out) < 20 {
			out = append(out, c)
		}
	}
	return string(out)
}

// tooManyCodes is the same page whether codes were tried or mails asked for.
func (r *Room) tooManyCodes(e *core.RequestEvent, wait time.Duration) error {
	r.app.Logger().Warn("Too many codes at /coordinate", "address", e.RealIP())
	retryAfter(e, wait)
	return &refusal{Status: http.StatusTooManyRequests, Heading: "Too many codes",
		Text: "There were too many tries at codes, or too many mails with one. Wait " + minutes(wait.Minutes()) + " and sign in again.",
		Next: "/coordinate/sign-in", Link: "Sign in"}
}

var errMail = &refusal{Status: http.StatusServiceUnavailable, Heading: "The code could not be mailed",
	Text: "Nothing was changed. Try again in a few minutes. If it goes on, tell the operator.",
	Next: "/coordinate", Link: "Try again"}
