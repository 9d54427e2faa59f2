package coordinate

import (
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
)

// ownFactorsBody is what the visitor has besides their password.
type ownFactorsBody struct {
	signin.SecondFactor
	Keys, Local bool // passkeys can be made at this address; it is this machine, by its number
	Done        string
}

func ownFactors(v *visit) error {
	s, err := signin.SecondFactorOf(v.App, v.user)
	if err != nil {
		return err
	}
	b := ownFactorsBody{SecondFactor: s, Keys: v.room.party(v.RequestEvent) != factor.Party{}, Local: loopback(v.Request), Done: v.Request.URL.Query().Get("done")}
	return v.show(http.StatusOK, "factors", page{Title: "Second factor", Body: b})
}

// act is one change that somebody can make of their own second factors.
type act struct{ Name, Heading, Says, Button string }

var acts = map[string]act{
	"totp":     {"totp", "Add an authenticator app", "An app on your phone shows a code that changes every 30 seconds. Any will do that says TOTP, and so do most password managers.", "Continue"},
	"passkey":  {"passkey", "Add a passkey", "Your phone, computer or security key shows who you are, by your fingerprint, face or PIN. A passkey cannot be typed into a false website.", "Continue"},
	"recovery": {"recovery", "Make new recovery codes", "You are shown ten codes, each of which signs you in once when you have lost the rest. Those you have now stop working.", "Make new codes"},
	"remove":   {"remove", "Remove this second factor", "You are signed out everywhere else. What you have left is asked for when you sign in next.", "Remove it"},
}

// proveForm asks who somebody is once more, before they change how they sign in.
type proveForm struct {
	act
	ID, Name string // of the factor that is to be removed
	Strong   bool   // it asks for the second factor too
	factorForm
}

// Act is where the form is sent.
func (f proveForm) Act() string { return f.act.Name }

func (v *visit) proveForm() (f proveForm, err error) {
	a, ok := acts[v.Request.PathValue("act")]
	if !ok {
		return f, errMissing
	}
	f.act, f.ID = a, short(v.Request.FormValue("id"))
	if a.Name == "remove" {
		has, err := factor.Find(v.App, v.user, f.ID)
		if err != nil || has.Kind == factor.Mail {
			return f, errMissing
		}
		f.Name = has.Name
	}
	if f.Strong, err = factor.Strong(v.App, v.user); err != nil {
		return f, err
	}
	return f, v.room.ask(v.RequestEvent, v.user, &f.factorForm)
}

func proveYourself(v *visit) error {
	f, err := v.proveForm()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "prove", page{Title: f.Heading, Body: f})
}

// changeFactors asks for the password, and for the second factor of an account that has
// one: an open browser is not enough, nor is somebody's password.
func changeFactors(v *visit) error {
	f, err := v.proveForm()
	if err != nil {
		return err
	}
	again := func(p problem) error {
		return v.show(http.StatusUnprocessableEntity, "prove", page{Title: f.Heading, Body: f, Problems: []problem{p}})
	}
	if ok, answered := v.proven(again); !ok {
		return answered
	}

	var codes []string
	change := func(tx core.App) (err error) {
		switch f.act.Name {
		case "recovery":
			codes, err = signin.NewRecoveryCodes(tx, v.user)
		case "remove":
			err = signin.RemoveFactor(tx, v.user, f.ID)
		default:
			return nil
		}
		return err
	}
	if f.Strong {
		proof, given := v.room.proofIn(v.RequestEvent)
		if !given {
			return again(problem{"code", "Enter the code, or use another way"})
		}
		_, err = signin.TakeSecondFactor(v.App, v.user, proof, v.room.now(), func(tx core.App) error { return v.changedIn(tx, change) })
	} else {
		err = v.App.RunInTransaction(func(tx core.App) error { return v.changedIn(tx, change) })
	}
	var slow *factor.Slow
	if errors.As(err, &slow) {
		return v.room.tooManyCodes(v.RequestEvent, slow.Wait)
	}
	if errors.Is(err, factor.ErrWrong) {
		return again(problem{"code", wrongFactor})
	}
	if fields, refused := kernel.Refusal(err); refused {
		return v.notThat(fields)
	}
	if err != nil {
		return err
	}
	switch f.act.Name {
	case "totp":
		return v.setUpApp()
	case "passkey":
		return v.makePasskey()
	case "recovery":
		return v.showRecovery(codes)
	}
	return v.Redirect(seeOther, factorsPage+"?done=removed")
}

// setUp shows what is being added, until it has proved that it works.
type setUp struct {
	Secret, Name string
	Picture      template.URL
	passkey
}

func (v *visit) setUpApp() error {
	name := partnership(v.App)
	if name == "" {
		name = "Holdfast"
	}
	e, err := factor.BeginTOTP(v.App, v.user, name, v.room.now())
	if err != nil {
		return err
	}
	return v.showApp(http.StatusOK, e, "")
}

func (v *visit) showApp(status int, e factor.Enrolment, name string, problems ...problem) error {
	b := setUp{Secret: spaced(e.Secret), Name: name, passkey: passkey{Ceremony: e.ID},
		Picture: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(e.Picture))} // made here, of nothing that anybody typed
	return v.show(status, "set-up-app", page{Title: "Set up your authenticator app", Body: b, Problems: problems})
}

func (v *visit) makePasskey() error {
	party := v.room.party(v.RequestEvent)
	if party == (factor.Party{}) {
		return errNoPasskey
	}
	ceremony, options, err := factor.BeginPasskey(v.App, v.user, party, v.room.now())
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "make-passkey", page{Title: "Make your passkey", Body: setUp{passkey: passkey{Ceremony: ceremony, Options: string(options)}}})
}

// confirmFactor keeps what was begun, once it has proved that it works.
func confirmFactor(v *visit) error {
	form := v.Request.PostForm
	ceremony, name := short(form.Get("ceremony")), typed(form.Get("name"))
	var codes []string
	var problems []problem
	err := v.changing(func(tx core.App) (err error) {
		switch v.Request.PathValue("act") {
		case "totp":
			codes, err = signin.AddTOTP(tx, v.user, ceremony, digitsOf(form.Get("code")), name, v.room.now())
		case "passkey":
			codes, err = signin.AddPasskey(tx, v.user, v.room.party(v.RequestEvent), ceremony, []byte(form.Get("response")), name, v.room.now())
		default:
			err = errMissing
		}
		return err
	})
	if errors.Is(err, factor.ErrWrong) && v.Request.PathValue("act") == "totp" {
		problems = append(problems, problem{"code", "This code is not right. Check that your phone's clock is, and enter the code that it shows now"})
		e, err := factor.TOTPBegun(v.App, v.user, ceremony, v.room.now())
		if err == nil {
			return v.showApp(http.StatusUnprocessableEntity, e, name, problems...)
		}
	}
	if fields, refused := kernel.Refusal(err); refused {
		return v.notThat(fields)
	}
	switch {
	case errors.Is(err, factor.ErrOver), errors.Is(err, factor.ErrWrong):
		return errBegun
	case errors.Is(err, factor.ErrTooMany):
		return errFactors
	case err != nil:
		return err
	case len(codes) > 0:
		return v.showRecovery(codes)
	}
	return v.Redirect(seeOther, factorsPage+"?done=added")
}

func (v *visit) showRecovery(codes []string) error {
	return v.show(http.StatusOK, "recovery", page{Title: "Your recovery codes", Body: codes})
}

// changing runs a change of how the visitor signs in, and keeps this browser signed in.
func (v *visit) changing(change func(tx core.App) error) error {
	return v.App.RunInTransaction(func(tx core.App) error { return v.changedIn(tx, change) })
}

// changedIn is changing inside a transaction. The change ends every sign-in of the
// account; this browser begins a new one, with a new cookie.
func (v *visit) changedIn(tx core.App, change func(tx core.App) error) error {
	if err := kernel.Within(tx, v.actor(), change); err != nil {
		return err
	}
	user, err := tx.FindRecordById("users", v.user.Id)
	if err != nil || user.TokenKey() == v.user.TokenKey() {
		return err
	}
	token, err := begin(tx, user, v.room.now())
	if err != nil {
		return err
	}
	v.user, v.session = user, session{token: token, user: user}
	v.SetCookie(cookieOf(v.Request, token))
	v.owes, err = v.room.owes(user)
	return err
}

// notThat is the page of a change that the rules do not allow.
func (v *visit) notThat(fields validation.Errors) error {
	why := ""
	for _, f := range fields {
		why = sentence(f) + "."
	}
	return &refusal{Status: http.StatusUnprocessableEntity, Heading: "This was not changed", Text: why, Next: factorsPage, Link: "Go to your second factor"}
}

// spaced is a secret in groups of four, as somebody types it.
func spaced(s string) string {
	var out []byte
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, s[i])
	}
	return string(out)
}

var (
	errBegun = &refusal{Status: http.StatusConflict, Heading: "This did not work, or it took too long",
		Text: "Nothing was added to your account. Begin again, and finish within a quarter of an hour.", Next: factorsPage, Link: "Go to your second factor"}
	errFactors = &refusal{Status: http.StatusConflict, Heading: "You have as many second factors as there can be",
		Text: "Remove one that you no longer use first.", Next: factorsPage, Link: "Go to your second factor"}
	errNoPasskey = &refusal{Status: http.StatusConflict, Heading: "No passkey can be made at this address",
		Text: "A passkey belongs to a website's name and needs a secure connection. Open these pages at the name that your operator gave them.", Next: factorsPage, Link: "Go to your second factor"}
)
