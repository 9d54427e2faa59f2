package coordinate

import (
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/openid"
	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
)

// Room serves the coordinators' pages.
type Room struct {
	app     core.App
	now     func() time.Time
	pages   map[string]*template.Template
	look    look
	origin  *http.CrossOriginProtection
	links   tries        // at links that were mailed
	mail    string       // the folder of a demo's mail; empty elsewhere
	standIn *core.Record // whose password is checked when there is no such account

	codes, codeMails tries     // at one-time codes, and mails that bring them
	standInCode      *core.OTP // which is checked when there is no such code

	keys         *signing.Keys
	organisation *openid.Provider
}

// Desk is how the pages are opened.
type Desk struct {
	Mail   string // the folder to which a demo's mail is written; empty where mail is sent
	OpenID openid.Config
}

// Open binds the pages to a server.
func (d Desk) Open(e *core.ServeEvent) error {
	_, err := d.open(e, time.Now)
	return err
}

func (d Desk) open(e *core.ServeEvent, now func() time.Time) (*Room, error) {
	r := &Room{app: e.App, now: now, mail: d.Mail, origin: http.NewCrossOriginProtection(), organisation: openid.New(d.OpenID)}
	r.links, r.codes, r.codeMails = tries{r, signin.ByLink}, tries{r, signin.ByCode}, tries{r, signin.ByMail}
	var err error
	if r.keys, err = signing.Load(e.App); err != nil {
		return nil, err
	}
	if r.look, err = loadLook(assets); err != nil {
		return nil, err
	}
	if r.pages, err = loadPages(); err != nil {
		return nil, err
	}
	users, err := e.App.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	r.standIn = core.NewRecord(users)
	r.standIn.SetPassword(security.RandomString(30))
	r.standInCode = core.NewOTP(e.App)
	r.standInCode.SetPassword(security.RandomString(30))
	r.bind(e)
	return r, nil
}

// bodyLimit is the most that a form here may hold, in bytes.
const bodyLimit = 64 << 10

// workLimit is the most that a form of a worker's own record may hold: a long note in
// letters that take nine bytes each in a form.
const workLimit = 1 << 20

// pictureLimit is the most that a form with a picture may hold: one that is too large is
// then told of by its page.
const pictureLimit = 2 << 20

func (r *Room) bind(e *core.ServeEvent) {
	g := e.Router.Group("/coordinate").Unbind(apis.DefaultCorsMiddlewareId) // no other origin reads a page
	g.Bind(apis.SkipSuccessActivityLog(), apis.BodyLimit(bodyLimit))
	g.Bind(&hook.Handler[*core.RequestEvent]{Func: r.frame, Priority: apis.DefaultBodyLimitMiddlewarePriority - 1})
	g.GET("/assets/{path...}", r.asset)
	g.GET("/sign-in", r.askSignIn)
	g.POST("/sign-in", r.signIn)
	g.POST("/sign-in/code", r.signInCode)
	g.POST("/sign-in/code/again", r.signInAgain)
	g.POST("/sign-in/factor", r.signInFactor)
	g.POST("/sign-out", r.signedIn(r.signOut))
	r.bindAbout(g)
	r.bindAgreement(g)
	r.bindOrganisation(g)
	r.bindNewPassword(g)
	for _, d := range doors {
		route := g.Route(d.method, d.path, r.signedIn(d.open))
		if d.method == http.MethodPost && (strings.HasPrefix(d.path, "/conflicts/") || strings.HasPrefix(d.path, "/refusals/")) {
			route.Unbind(apis.DefaultBodyLimitMiddlewareId).Bind(apis.BodyLimit(workLimit))
		}
		if d.method == http.MethodPost && d.path == "/agency/crest" {
			route.Unbind(apis.DefaultBodyLimitMiddlewareId).Bind(apis.BodyLimit(pictureLimit))
		}
	}
	g.Route("", "/{rest...}", r.signedIn(missing))
}
