package coordinate

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// visit is one request of somebody who is signed in.
type visit struct {
	*core.RequestEvent
	room    *Room
	session session
	user    *core.Record
	owes    bool // a second factor, before anything else opens
}

// visitKey is where a request keeps its visit, for the page that refuses it.
const visitKey = "coordinate.visit"

// signedIn opens a page to a session. Without one a reader is sent to sign in and
// brought back; a post is not repeated. A form must be this session's own.
func (r *Room) signedIn(page func(*visit) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		token := tokenIn(e.Request)
		if token == "" {
			return e.Redirect(seeOther, signInAddress(e.Request, false))
		}
		s, err := resume(r.app, token, r.now())
		if errors.Is(err, errEnded) {
			e.SetCookie(cookieOf(e.Request, ""))
			return e.Redirect(seeOther, signInAddress(e.Request, true))
		}
		if err != nil {
			return err
		}
		v := &visit{RequestEvent: e, room: r, session: s, user: s.user}
		e.Set(visitKey, v)
		if err := v.describe(); err != nil {
			return err
		}
		if v.owes, err = r.owes(s.user); err != nil {
			return err
		}
		if v.owes && !settingUp(e.Request.URL.Path) {
			return e.Redirect(seeOther, factorsPage)
		}
		if e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead {
			if err := readForm(e); err != nil {
				return err
			}
			if !s.sealed(e.Request.PostForm.Get("seal")) {
				return errForm
			}
		}
		return page(v)
	}
}

// show renders a page for this visitor.
func (v *visit) show(status int, name string, p page) error {
	return v.room.show(v.RequestEvent, status, name, p)
}

// actor is the visitor as the writer of records.
func (v *visit) actor() kernel.Actor { return kernel.Actor{User: v.user, Door: "coordinate"} }

// signInAddress is the sign-in page that leads back to where a reader wanted to go.
func signInAddress(r *http.Request, ended bool) string {
	q := url.Values{}
	if ended {
		q.Set("ended", "1")
	}
	if (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.URL.Path != "/coordinate" {
		q.Set("next", r.URL.RequestURI())
	}
	if len(q) == 0 {
		return "/coordinate/sign-in"
	}
	return "/coordinate/sign-in?" + q.Encode()
}

// nextAddress is where to go after signing in: only ever a page of this room.
func nextAddress(next string) string {
	const home = "/coordinate"
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.Contains(next, `\`) {
		return home
	}
	if u.Path == home || (strings.HasPrefix(u.Path, home+"/") && !strings.Contains(u.Path, "..") && !strings.Contains(u.Path, "//")) {
		return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
	}
	return home
}

// readForm parses a form, all of whose text every phone can read: what is none would be
// stored as other words than were sent.
func readForm(e *core.RequestEvent) error {
	parse := e.Request.ParseForm
	if strings.HasPrefix(e.Request.Header.Get("Content-Type"), "multipart/form-data") {
		parse = func() error { return e.Request.ParseMultipartForm(pictureLimit) }
	}
	if err := parse(); err != nil {
		return errBody
	}
	for name, values := range e.Request.PostForm {
		if !kernel.Legible(name) || !kernel.Legible(values) {
			return errBody
		}
	}
	return nil
}

// typed is what somebody wrote in a form: valid text without the bytes that no
// field holds, and with plain line ends.
func typed(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	return strings.TrimSpace(strings.NewReplacer("\x00", "", "\r\n", "\n", "\r", "\n").Replace(value))
}
