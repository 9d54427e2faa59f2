package coordinate

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	schemerules "holdfast/hooks/scheme"
)

// errLink is the one page for every link that cannot be used: never given out, used,
// void or expired. Which of them it is, is nobody's to learn.
var errLink = &refusal{Status: http.StatusNotFound, Heading: "This link cannot be used",
	Text: "It may have been used already, a newer one may have been sent, or its time may be over. Nothing was changed. If you were asked to agree to a champion and have not answered, ask the person who runs the scheme for a new link."}

// agreementBody is what a line manager is shown: what they need to decide, and
// nothing else of the applicant (no address, no telephone, no reason for applying).
type agreementBody struct {
	Token, Name, JobTitle, Agency string
	Renewal                       bool
	Until                         types.DateTime
	Said                          said
}

// said is what stands in the form.
type said struct{ Decision, Name, Reason, Hours string }

// bindAgreement opens the pages of the single-use link. They need no account: the
// link is the right. Opening one changes nothing, since mail scanners open every link
// before a person does; only the form answers, once. Requests are not logged by
// PocketBase: their address is the token.
func (r *Room) bindAgreement(g *router.RouterGroup[*core.RequestEvent]) {
	a := g.Group("/agreement").Unbind(apis.DefaultActivityLoggerMiddlewareId)
	a.GET("/thank-you", func(e *core.RequestEvent) error {
		return r.show(e, http.StatusOK, "agreed", page{Title: "Thank you"})
	})
	a.GET("/{token}", r.link(func(e *core.RequestEvent, b *agreementBody) error {
		return r.show(e, http.StatusOK, "agreement", page{Title: "Your agreement", Body: b})
	}))
	a.POST("/{token}", r.link(r.answer))
}

// link opens a page to a link that waits for its manager. Tries are counted before
// the link is looked up, so that guessing is slow whatever is guessed.
func (r *Room) link(page func(*core.RequestEvent, *agreementBody) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		e.Response.Header().Set("Referrer-Policy", "strict-origin") // no address of a page leaves it
		token := e.Request.PathValue("token")
		if wait := r.links.try(hashed(token), e.RealIP()); wait > 0 {
			retryAfter(e, wait)
			return &refusal{Status: http.StatusTooManyRequests, Heading: "Too many tries", Text: "Wait " + minutes(wait.Minutes()) + " and open your link again."}
		}
		at, err := types.ParseDateTime(r.now())
		if err != nil {
			return err
		}
		link, registration, err := schemerules.OpenLink(r.app, token, at)
		if errors.Is(err, kernel.ErrLink) {
			r.links.wrong(hashed(token), e.RealIP())
			return errLink
		}
		if err != nil {
			return err
		}
		r.links.right(hashed(token), e.RealIP())
		b := &agreementBody{Token: token, Name: registration.GetString("name"), JobTitle: registration.GetString("job_title"),
			Renewal: link.GetString("purpose") == "renewal", Until: link.GetDateTime("expires_at"),
			Said: said{Name: registration.GetString("manager_name")}}
		if agency, err := r.app.FindRecordById("agencies", registration.GetString("agency")); err == nil {
			b.Agency = agency.GetString("name")
		}
		return page(e, b)
	}
}

// answer takes a manager's form.
func (r *Room) answer(e *core.RequestEvent, b *agreementBody) error {
	if err := readForm(e); err != nil {
		return err
	}
	form := e.Request.PostForm
	b.Said = said{form.Get("decision"), typed(form.Get("name")), typed(form.Get("reason")), typed(form.Get("hours"))}
	problems := b.Said.problems()
	if len(problems) == 0 {
		hours, _ := strconv.Atoi(b.Said.Hours)
		at, err := types.ParseDateTime(r.now())
		if err != nil {
			return err
		}
		err = schemerules.AnswerLink(r.app, b.Token, schemerules.Answer{Agrees: b.Said.Decision == "agree", Name: b.Said.Name, Reason: b.Said.Reason, Hours: hours}, at)
		switch fields, refused := kernel.Refusal(err); {
		case err == nil:
			return e.Redirect(seeOther, "/coordinate/agreement/thank-you")
		case errors.Is(err, kernel.ErrLink):
			return errLink
		case !refused:
			return err
		default:
			for _, why := range fields {
				problems = append(problems, problem{"name", sentence(why)})
			}
		}
	}
	return r.show(e, http.StatusUnprocessableEntity, "agreement", page{Title: "Your agreement", Body: b, Problems: problems})
}

// problems are what a manager must put right, each beside its field.
func (s said) problems() (out []problem) {
	if s.Decision != "agree" && s.Decision != "refuse" {
		out = append(out, problem{"decision", "Choose whether you agree"})
	}
	switch {
	case s.Name == "":
		out = append(out, problem{"name", "Enter your name"})
	case utf8.RuneCountInString(s.Name) > 200 || strings.Contains(s.Name, "\n"):
		out = append(out, problem{"name", "Enter your name on one line, with 200 characters at the most"})
	}
	switch {
	case s.Decision == "refuse" && s.Reason == "":
		out = append(out, problem{"reason", "Say why you do not agree"})
	case utf8.RuneCountInString(s.Reason) > 200:
		out = append(out, problem{"reason", "Say it in 200 characters at the most"})
	}
	if n, err := strconv.Atoi(s.Hours); s.Hours != "" && (err != nil || n < 0 || n > 500) {
		out = append(out, problem{"hours", "Enter a whole number of hours, such as 6"})
	}
	return out
}

// safePath is a request's path for the operator's log, without a link's token.
func safePath(path string) string {
	for _, link := range []string{"/coordinate/agreement/", "/coordinate/reset/", "/coordinate/invitation/"} {
		if strings.HasPrefix(path, link) {
			return link + "…"
		}
	}
	return path
}
