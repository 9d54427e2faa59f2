package coordinate

import (
	"errors"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/factor"
	"holdfast/hooks/signin"
)

// factorForm asks for what an account shows besides its password.
type factorForm struct {
	MFA, Next string // at signing in: the password that was right, and where to go then
	App       bool   // it has an authenticator app
	Recovery  bool   // it has recovery codes
	passkey
}

// passkey is a question to the browser, for the script that asks it.
type passkey struct {
	Ceremony, Options string // empty: none can be asked for here
	Elsewhere         bool   // there is one, but not for this address
}

// party is whom passkeys of this address are for.
func (r *Room) party(e *core.RequestEvent) factor.Party {
	name := partnership(r.app)
	if name == "" {
		name = "Holdfast"
	}
	return factor.PartyAt(name, r.app.Settings().Meta.AppURL, e.Request.Host)
}

// ask fills a form with what an account has to show.
func (r *Room) ask(e *core.RequestEvent, user *core.Record, f *factorForm) error {
	s, err := signin.SecondFactorOf(r.app, user)
	if err != nil {
		return err
	}
	f.Recovery = s.Recovery > 0
	for _, has := range s.Factors {
		switch has.Kind {
		case factor.TOTP:
			f.App = true
		case factor.Passkey:
			f.Elsewhere = true
		}
	}
	ceremony, options, err := factor.AskPasskey(r.app, user, r.party(e), r.now())
	if err != nil {
		return err
	}
	if ceremony != "" {
		f.passkey = passkey{Ceremony: ceremony, Options: string(options)}
	}
	return nil
}

// showFactor asks for the second step of signing in. For a sign-in that never was, the
// page is that of an account with an authenticator app.
func (r *Room) showFactor(e *core.RequestEvent, status int, f factorForm, user *core.Record, problems ...problem) error {
	f.App, f.Recovery = true, true
	if user != nil {
		f.App = false
		if err := r.ask(e, user, &f); err != nil {
			return err
		}
	}
	return r.show(e, status, "factor", page{Title: "Your second factor", Problems: problems, Body: f})
}

// proofIn is what a form shows as the second factor, and whether it shows anything.
func (r *Room) proofIn(e *core.RequestEvent) (p factor.Proof, given bool) {
	form := e.Request.PostForm
	if answer := form.Get("response"); answer != "" {
		return factor.Proof{Passkey: &factor.Assertion{Party: r.party(e), Ceremony: short(form.Get("ceremony")), Response: []byte(answer)}}, true
	}
	code := typed(form.Get("code"))
	return factor.Proof{Code: code}, code != ""
}

const wrongFactor = "This code is not right, or it was used already. Wait for the next one, or use another way"

// signInFactor takes the second step. No answer says whether there is such a sign-in.
func (r *Room) signInFactor(e *core.RequestEvent) error {
	if err := e.Request.ParseForm(); err != nil {
		return errBody
	}
	f := factorForm{MFA: short(e.Request.PostForm.Get("mfa")), Next: nextAddress(e.Request.PostForm.Get("next"))}
	m, user := r.waiting(f.MFA)
	proof, given := r.proofIn(e)
	if !given {
		return r.showFactor(e, http.StatusUnprocessableEntity, f, user, problem{"code", "Enter the code, or use another way"})
	}
	account := f.MFA
	if user != nil {
		account = user.Id
	}
	if wait := r.codes.try(account, e.RealIP()); wait > 0 {
		return r.tooManyCodes(e, wait)
	}
	_, err := signin.TakeSecondFactor(r.app, user, proof, r.now(), func(tx core.App) error {
		if _, err := tx.FindMFAById(m.Id); err != nil || !user.GetBool("active") {
			return factor.ErrWrong
		}
		return tx.Delete(m)
	})
	var slow *factor.Slow
	switch {
	case errors.As(err, &slow):
		return r.tooManyCodes(e, slow.Wait)
	case errors.Is(err, factor.ErrWrong):
		return r.showFactor(e, http.StatusUnprocessableEntity, f, user, problem{"code", wrongFactor})
	case err != nil:
		return err
	}
	r.codes.right(account, e.RealIP())
	return r.welcome(e, user, f.Next)
}

const factorsPage = "/coordinate/account/factors"

// settingUp are the pages that open to somebody who must set up a second factor first.
func settingUp(path string) bool {
	return path == factorsPage || strings.HasPrefix(path, factorsPage+"/") || path == "/coordinate/sign-out" || path == "/coordinate/awake"
}

// owes reports whether an account must set up a second factor before anything opens.
func (r *Room) owes(user *core.Record) (bool, error) {
	if !user.GetBool("second_factor") {
		return false, nil
	}
	s, err := signin.SecondFactorOf(r.app, user)
	return s.Owed(), err
}
