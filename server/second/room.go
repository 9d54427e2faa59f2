package second

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/factor"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
)

// bodyLimit is more than any passkey's answer takes, in bytes.
const bodyLimit = 16 << 10

// Room takes second factors.
type Room struct {
	now func() time.Time
}

// Open binds the room to a server.
func Open(e *core.ServeEvent) error { return Room{time.Now}.open(e) }

func (r Room) open(e *core.ServeEvent) error {
	g := e.Router.Group("/api/sign-in")
	g.BindFunc(reply.Unknown)
	g.POST("/factors", r.factors)
	g.POST("/factor", r.take)
	return nil
}

// factors says what an account whose password was right can show. For one that needs
// better than it has, it says so: that is set up on the pages, not by a program.
func (r Room) factors(e *core.RequestEvent) error {
	var ask contract.FactorsRequest
	if err := reply.Decode(e, bodyLimit, &ask); err != nil {
		return err
	}
	_, user := waiting(e.App, ask.MFA)
	if user == nil {
		return reply.Error(contract.FactorWrong, "")
	}
	s, err := signin.SecondFactorOf(e.App, user)
	if err != nil {
		return err
	}
	if s.Owed() {
		return reply.Error(contract.FactorNeeded, "It is set up at "+strings.TrimRight(e.App.Settings().Meta.AppURL, "/")+"/coordinate.")
	}
	var answer contract.FactorsAnswer
	if s.SignsInByMail() {
		answer.Ways = append(answer.Ways, factor.Mail)
	}
	ceremony, options, err := factor.AskPasskey(e.App, user, party(e), r.now())
	if err != nil {
		return err
	}
	if ceremony != "" {
		answer.Ways = append(answer.Ways, factor.Passkey)
		answer.Passkey = &contract.PasskeyQuestion{Ceremony: ceremony, Options: options}
	}
	for _, f := range s.Factors {
		if f.Kind == factor.TOTP {
			answer.Ways = append(answer.Ways, factor.TOTP)
			break
		}
	}
	if s.Recovery > 0 {
		answer.Ways = append(answer.Ways, "recovery")
	}
	return e.JSON(http.StatusOK, answer)
}

// take judges what is shown, and answers as PocketBase's own sign-in does. What is not
// right and a sign-in that never was are one answer.
func (r Room) take(e *core.RequestEvent) error {
	var ask contract.FactorRequest
	if err := reply.Decode(e, bodyLimit, &ask); err != nil {
		return err
	}
	if (ask.Code == "") == (ask.Passkey == nil) {
		return reply.Error(contract.Malformed, "Either code or passkey.")
	}
	proof := factor.Proof{Code: ask.Code}
	if ask.Passkey != nil {
		proof.Passkey = &factor.Assertion{Party: party(e), Ceremony: ask.Passkey.Ceremony, Response: ask.Passkey.Response}
	}
	m, user := waiting(e.App, ask.MFA)
	if user != nil {
		if s, err := signin.SecondFactorOf(e.App, user); err != nil {
			return err
		} else if s.Owed() {
			return reply.Error(contract.FactorNeeded, "")
		}
	}
	_, err := signin.TakeSecondFactor(e.App, user, proof, r.now(), func(tx core.App) error {
		fresh, err := tx.FindMFAById(m.Id)
		if err != nil || fresh.Method() != core.MFAMethodPassword || !user.GetBool("active") {
			return factor.ErrWrong
		}
		fresh.SetMethod("both") // used up: what answers below takes it away
		return tx.Save(fresh)
	})
	var slow *factor.Slow
	switch {
	case errors.As(err, &slow):
		return reply.Later(e, contract.TooManyTries, slow.Wait)
	case errors.Is(err, factor.ErrWrong):
		return reply.Error(contract.FactorWrong, "")
	case err != nil:
		return err
	}
	return apis.RecordAuthResponse(e, user, signin.BySecondFactor, nil)
}

// waiting is the sign-in of that id whose password was right, and whose it is; or nil.
func waiting(app core.App, id string) (*core.MFA, *core.Record) {
	m, err := app.FindMFAById(id)
	if err != nil || m.Method() != core.MFAMethodPassword {
		return nil, nil
	}
	user, err := app.FindRecordById("users", m.RecordRef())
	if err != nil || m.CollectionRef() != user.Collection().Id || m.HasExpired(user.Collection().MFA.DurationTime()) || !user.GetBool("active") {
		return nil, nil
	}
	return m, user
}

func party(e *core.RequestEvent) factor.Party {
	meta := e.App.Settings().Meta
	return factor.PartyAt(meta.AppName, meta.AppURL, e.Request.Host)
}
