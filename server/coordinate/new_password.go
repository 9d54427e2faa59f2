package coordinate

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/routine"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
)

// errPasswordLink is the one page for every such link that cannot be used.
var errPasswordLink = &refusal{Status: http.StatusNotFound, Heading: "This link cannot be used",
	Text: "It may have been used already, a newer one may have been sent, or its time may be over. Nothing was changed. If your account is in use, ask for a new password. If you were invited, ask the lead of your agency to send the invitation again.",
	Next: "/coordinate/forgotten", Link: "Ask for a new password"}

// forgotten is the page on which a new password is asked for.
type forgotten struct {
	Email, Folder string // of a demo's mail
	Sent          bool
}

// newPassword is the page on which a password is chosen.
type newPassword struct {
	Action, Name, Email string
	Invited             bool
}

// bindNewPassword opens the pages of who has no password, or none any more. Opening a
// link changes nothing, since mail scanners open every link before a person does.
// Requests are not logged by PocketBase: their address is the token.
func (r *Room) bindNewPassword(g *router.RouterGroup[*core.RequestEvent]) {
	g.GET("/forgotten", func(e *core.RequestEvent) error { return r.showForgotten(e, http.StatusOK, forgotten{}) })
	g.POST("/forgotten", r.askReset)
	for path, way := range map[string]passwordWay{
		"/reset": {
			open: accountrules.OpenReset,
			set: func(token, password string) error {
				return accountrules.ResetPassword(r.app, token, password, "coordinate")
			},
		},
		"/invitation": {
			invited: true,
			open: func(app core.App, token string) (*core.Record, error) {
				return accountrules.OpenInvitation(app, token, r.now())
			},
			set: func(token, password string) error {
				return accountrules.AcceptInvitation(r.app, token, password, "coordinate", r.now())
			},
		},
	} {
		links := g.Group(path).Unbind(apis.DefaultActivityLoggerMiddlewareId)
		links.Bind(&hook.Handler[*core.RequestEvent]{Func: func(e *core.RequestEvent) error {
			e.Response.Header().Set("Referrer-Policy", "no-referrer")
			return e.Next()
		}})
		links.GET("/{token}", func(e *core.RequestEvent) error {
			b, err := r.openPassword(e, path, way)
			if err != nil {
				return err
			}
			return r.show(e, http.StatusOK, "new-password", page{Title: "Choose a password", Body: b})
		})
		links.POST("/{token}", func(e *core.RequestEvent) error { return r.takePassword(e, path, way) })
	}
}

// passwordWay is how a link of one kind is opened, and what a password does by it.
type passwordWay struct {
	invited bool
	open    func(core.App, string) (*core.Record, error)
	set     func(token, password string) error
}

func (r *Room) showForgotten(e *core.RequestEvent, status int, f forgotten, problems ...problem) error {
	f.Folder = r.mail
	return r.show(e, status, "forgotten", page{Title: "Forgotten password", Problems: problems, Body: f})
}

// askReset mails a link, when there is such an account in use. The page and the work
// before it are the same whether there is or not; the mail goes out behind it.
func (r *Room) askReset(e *core.RequestEvent) error {
	if err := e.Request.ParseForm(); err != nil {
		return errBody
	}
	f := forgotten{Email: typed(e.Request.PostForm.Get("email"))}
	if f.Email == "" {
		return r.showForgotten(e, http.StatusUnprocessableEntity, f, problem{"email", "Enter your email address"})
	}
	attempt := r.trying(e, f.Email)
	attempt.Way = signin.ByMail
	if wait := attempt.Begin(); wait > 0 {
		return r.showForgotten(e, http.StatusTooManyRequests, f, problem{"email", r.tooMany(e, wait)})
	}
	attempt.Wrong() // a mail that was asked for stays counted
	if user := attempt.User; user != nil && user.GetBool("active") {
		routine.FireAndForget(func() {
			if err := mails.SendRecordPasswordReset(r.app, user); err != nil {
				r.app.Logger().Error("The mail of a new password could not be sent", "user", user.Id, "error", err)
			}
		})
	}
	f.Sent = true
	return r.showForgotten(e, http.StatusOK, f)
}

// openPassword opens a page to a link that can be used. Tries are counted before the
// link is looked up.
func (r *Room) openPassword(e *core.RequestEvent, path string, way passwordWay) (newPassword, error) {
	token := e.Request.PathValue("token")
	if wait := r.links.try(hashed(token), e.RealIP()); wait > 0 {
		retryAfter(e, wait)
		return newPassword{}, &refusal{Status: http.StatusTooManyRequests, Heading: "Too many tries", Text: "Wait " + minutes(wait.Minutes()) + " and open your link again."}
	}
	user, err := way.open(r.app, token)
	if errors.Is(err, kernel.ErrLink) {
		r.links.wrong(hashed(token), e.RealIP())
		return newPassword{}, errPasswordLink
	}
	if err != nil {
		return newPassword{}, err
	}
	r.links.right(hashed(token), e.RealIP())
	return newPassword{Action: "/coordinate" + path + "/" + token, Name: user.GetString("name"), Email: user.Email(), Invited: way.invited}, nil
}

// takePassword sets a password that was typed twice alike and that the policy takes.
func (r *Room) takePassword(e *core.RequestEvent, path string, way passwordWay) error {
	b, err := r.openPassword(e, path, way)
	if err != nil {
		return err
	}
	if err := e.Request.ParseForm(); err != nil {
		return errBody
	}
	password, again := e.Request.PostForm.Get("password"), e.Request.PostForm.Get("again")
	var problems []problem
	switch why := signin.PasswordProblem(password, b.Name, b.Email); {
	case password == "":
		problems = append(problems, problem{"password", "Enter a password"})
	case why != "":
		problems = append(problems, problem{"password", why})
	case password != again:
		problems = append(problems, problem{"again", "Type the same password again"})
	}
	if len(problems) == 0 {
		leave, ok := signin.CheckingPassword(r.app)
		if !ok {
			return errBusy
		}
		defer leave()
		err := way.set(e.Request.PathValue("token"), password)
		switch fields, refused := kernel.Refusal(err); {
		case err == nil:
			return e.Redirect(seeOther, "/coordinate/sign-in?new=1")
		case errors.Is(err, kernel.ErrLink):
			return errPasswordLink
		case !refused:
			return err
		default:
			for _, why := range fields {
				problems = append(problems, problem{"password", sentence(why)})
			}
		}
	}
	return r.show(e, http.StatusUnprocessableEntity, "new-password", page{Title: "Choose a password", Body: b, Problems: problems})
}
