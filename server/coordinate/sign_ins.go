package coordinate

import (
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
)

// signIns is where an account is signed in: its phones and its browsers.
type signIns struct {
	Phones   []openPhone
	Browsers []openBrowser
}

// signInsPart is that as a part of a page, with where its forms are sent.
type signInsPart struct {
	Page                 page
	Open                 signIns
	Action, Heading, All string
}

// openPhone is one phone's registration.
type openPhone struct {
	deviceRow
	Proof string // whether it proves that it is the phone it was; empty when nobody knows
}

// openBrowser is one browser that is signed in to these pages.
type openBrowser struct {
	ID            string
	Name          string
	Started, Seen types.DateTime
	Here          bool // the one that asks
}

// idLength is how much of a session's hash names it on a page: enough to tell it from
// every other, and of no use as a cookie.
const idLength = 20

// describe keeps what kind of browser a session is in, when it opens its first page.
func (v *visit) describe() error {
	if v.session.browser != "" {
		return nil
	}
	v.session.browser = browserOf(v.Request.UserAgent())
	_, err := v.App.NonconcurrentDB().NewQuery(`UPDATE coordinate_sessions SET browser = {:b} WHERE token = {:t}`).
		Bind(dbx.Params{"b": v.session.browser, "t": hashed(v.session.token)}).Execute()
	return err
}

// signIns are an account's, the latest used first.
func (v *visit) signIns(account *core.Record) (s signIns, err error) {
	if s.Browsers, err = v.browsers(account); err != nil {
		return s, err
	}
	rows, err := v.App.FindRecordsByFilter("devices", "user = {:u} && (status = 'active' || status = 'locked' || status = 'wipe')", "-created", 50, 0, dbx.Params{"u": account.Id})
	if err != nil {
		return s, err
	}
	for _, d := range rows {
		p := openPhone{deviceRow: deviceRow{ID: d.Id, Name: d.GetString("name"), Platform: d.GetString("platform"), Version: d.GetString("app_version"),
			Status: d.GetString("status"), Created: d.GetDateTime("created")}}
		if p.Seen, err = lastSeen(v.App, d.Id); err != nil {
			return s, err
		}
		if d.Collection().Fields.GetByName("proves") != nil {
			p.Proof = "does not prove that it is the same phone"
			if d.GetBool("proves") {
				p.Proof = "proves that it is the same phone"
			}
		}
		s.Phones = append(s.Phones, p)
	}
	return s, nil
}

func (v *visit) browsers(account *core.Record) (out []openBrowser, err error) {
	var rows []struct {
		Token   string `db:"token"`
		Browser string `db:"browser"`
		Started int64  `db:"started"`
		Seen    int64  `db:"seen"`
	}
	now := v.room.now()
	err = v.App.ConcurrentDB().NewQuery(`SELECT token, browser, started, seen FROM coordinate_sessions
		WHERE "user" = {:u} AND account = {:a} AND seen >= {:idle} AND started >= {:whole} ORDER BY seen DESC, started DESC`).
		Bind(dbx.Params{"u": account.Id, "a": hashed(account.TokenKey()), "idle": now.Add(-idle).Unix(), "whole": now.Add(-whole).Unix()}).All(&rows)
	for _, r := range rows {
		b := openBrowser{ID: r.Token[:idLength], Name: r.Browser, Here: r.Token == hashed(v.session.token)}
		if b.Name == "" {
			b.Name = "A browser"
		}
		b.Started, _ = types.ParseDateTime(time.Unix(r.Started, 0))
		b.Seen, _ = types.ParseDateTime(time.Unix(r.Seen, 0))
		out = append(out, b)
	}
	return out, err
}

// endOwn ends one of the visitor's own sign-ins, or all but this one.
func endOwn(v *visit) error {
	if err := v.endSignIn(v.user); err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/account?done=ended#sign-ins")
}

// endTheirs ends a sign-in of somebody of the visitor's agency, or all of them.
func endTheirs(v *visit) error {
	r, err := v.ownPerson(v.App)
	if err != nil {
		return err
	}
	if r.Id == v.user.Id {
		return endOwn(v)
	}
	if err := v.endSignIn(r); err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/people/"+r.Id+"?done=ended")
}

// endSignIn ends what a form names: a browser, a phone, or all there is but this
// browser. What has ended already is no error: it is as was asked.
func (v *visit) endSignIn(account *core.Record) error {
	id := short(v.Request.PostForm.Get("id"))
	switch v.Request.PostForm.Get("what") {
	case "browser":
		return kernel.Within(v.App, v.actor(), func(tx core.App) error {
			done, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM coordinate_sessions WHERE "user" = {:u} AND substr(token, 1, {:n}) = {:id} AND token != {:own}`).
				Bind(dbx.Params{"u": account.Id, "id": id, "n": idLength, "own": hashed(v.session.token)}).Execute()
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				return err
			}
			return kernel.Audit(tx, v.actor(), kernel.Entry{Verb: "signed_out", Collection: "users", Record: account.Id, Count: 1})
		})
	case "phone":
		err := v.changing(func(tx core.App) error { return signin.EndPhone(tx, account, id) }) // with a phone end browsers; this one stays
		if _, refused := kernel.Refusal(err); refused {
			return errMissing
		}
		return err
	case "all":
		return v.changing(func(tx core.App) error { return signin.EndSignIns(tx, account) })
	}
	return &refusal{Status: http.StatusUnprocessableEntity, Heading: "Nothing was ended", Text: "Choose a phone or a browser first.", Next: "/coordinate/account", Link: "Go to your account"}
}

func confirmReset(v *visit) error {
	r, err := v.ownPerson(v.App)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "factor-reset", page{Title: "Reset a second factor", Body: personBody{ID: r.Id, Name: r.GetString("name"), Own: r.Id == v.user.Id}})
}

// resetFactor is for somebody who lost theirs; who may, the hook says.
func resetFactor(v *visit) error {
	r, err := v.ownPerson(v.App)
	if err != nil {
		return err
	}
	err = kernel.Within(v.App, v.actor(), func(tx core.App) error { return signin.ResetSecondFactor(tx, r, v.room.now()) })
	if fields, refused := kernel.Refusal(err); refused {
		why := ""
		for _, f := range fields {
			why = sentence(f) + "."
		}
		return &refusal{Status: http.StatusForbidden, Heading: "This was not reset", Text: why, Next: "/coordinate/people/" + r.Id, Link: "Go back"}
	}
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/people/"+r.Id+"?done=reset")
}
