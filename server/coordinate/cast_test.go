package coordinate

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/hooks/openid"
	schemerules "holdfast/hooks/scheme"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// desk is Fellmoor before anybody offered to be a champion, with this room open
// and a clock that a test turns.
type desk struct {
	*demotest.Server
	t    *testing.T
	now  time.Time
	mail string
	room *Room

	openID openid.Config // the area's identity provider, when it has one
}

// openDesk opens this room, and others beside it where what they lend is asked for.
func openDesk(t *testing.T, others ...func(*core.ServeEvent) error) *desk {
	t.Helper()
	return openDeskWith(t, openid.Config{}, others...)
}

// openDeskWith opens it for an area with an identity provider.
func openDeskWith(t *testing.T, provider openid.Config, others ...func(*core.ServeEvent) error) *desk {
	t.Helper()
	d := &desk{t: t, now: demotest.Today, mail: t.TempDir(), openID: provider}
	app := demotest.App(t)
	for _, table := range []string{"champions", "champion_registrations", "champion_history", "manager_links", "outbox", "network_events", "network_attendance",
		"cascade_log", "surgery_sessions", "good_practice", "coverage_targets", "champion_policies"} {
		if _, err := app.NonconcurrentDB().Delete(table, nil).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	d.Server = demotest.Serve(t, app, append(others, func(e *core.ServeEvent) (err error) {
		e.Router.Bind(apis.CORS(apis.CORSConfig{AllowOrigins: []string{"*"}})) // as PocketBase's own server does
		d.room, err = Desk{Mail: d.mail, OpenID: d.openID}.open(e, func() time.Time { return d.now })
		return err
	})...)
	return d
}

// browser keeps cookies and follows no redirect.
type browser struct {
	d      *desk
	client *http.Client
}

func (d *desk) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return &browser{d, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as is a browser in which a person is signed in, without the password's cost.
func (d *desk) as(p demo.Person) *browser {
	d.t.Helper()
	user, err := d.App.FindRecordById("users", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	token, err := begin(d.App, user, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	b := d.browser()
	at, _ := url.Parse(d.URL)
	b.client.Jar.SetCookies(at, []*http.Cookie{{Name: cookieLoopback, Value: token, Path: "/"}})
	return b
}

// answer is what a browser was shown.
type answer struct {
	status int
	header http.Header
	body   string
}

// text is the body with its character references read, as a person sees it.
func (a answer) text() string { return html.UnescapeString(a.body) }

func (b *browser) get(path string, header ...string) answer { return b.do("GET", path, nil, header...) }

func (b *browser) post(path string, form url.Values, header ...string) answer {
	return b.do("POST", path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
}

func (b *browser) do(method, path string, body io.Reader, header ...string) answer {
	b.d.t.Helper()
	req, err := http.NewRequest(method, b.d.URL+path, body)
	if err != nil {
		b.d.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.d.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.d.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(raw)}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="(seal|rev|decision|base)" value="([^"]*)">`)

// fields are the hidden fields of the forms on a page.
func (a answer) fields() url.Values {
	out := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(a.body, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

// decide opens a registration and sends one of its forms.
func (b *browser) decide(id, action, reason string) answer {
	b.d.t.Helper()
	form := b.get("/coordinate/registrations/" + id).fields()
	form.Set("reason", reason)
	return b.post("/coordinate/registrations/"+id+"/"+action, form)
}

// offer makes a registration the way a worker's own phone does.
func (d *desk) offer(p demo.Person, values map[string]any) *core.Record {
	d.t.Helper()
	user, err := d.App.FindRecordById("users", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	registrations, err := d.App.FindCollectionByNameOrId("champion_registrations")
	if err != nil {
		d.t.Fatal(err)
	}
	r := core.NewRecord(registrations)
	r.Load(map[string]any{
		"job_title": p.JobTitle, "work_email": p.Email(), "work_phone": "01632 960 111", "locality": "Harbour",
		"reason": "I see families early and would like to help colleagues.", "target_groups": []string{"2", "3"},
		"manager_name": "Moira Ash", "manager_email": demo.Manager.Email(), "directory_consent": true,
	})
	r.Load(values)
	err = kernel.Within(d.App, kernel.Actor{User: user, Door: "sync"}, func(tx core.App) error { return tx.Save(r) })
	if err != nil {
		d.t.Fatal(fmt.Errorf("the registration of %s: %w", p.Account, err))
	}
	return r
}

// stored reads a registration again.
func (d *desk) stored(id string) *core.Record {
	d.t.Helper()
	r, err := d.App.FindRecordById("champion_registrations", id)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// give changes an account the way the operator does.
func (d *desk) give(p demo.Person, values map[string]any) {
	d.t.Helper()
	user, err := d.App.FindRecordById("users", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	for k, v := range values {
		user.Set(k, v)
	}
	if err := d.App.Save(kernel.AsServer(user)); err != nil {
		d.t.Fatal(err)
	}
}

func wants(t *testing.T, a answer, status int, shows ...string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("answered %d, want %d\n%s", a.status, status, a.body)
	}
	for _, s := range shows {
		if !strings.Contains(a.text(), s) {
			t.Fatalf("the page does not show %q\n%s", s, a.body)
		}
	}
}

func lacks(t *testing.T, a answer, hides ...string) {
	t.Helper()
	for _, s := range hides {
		if strings.Contains(a.text(), s) {
			t.Fatalf("the page shows %q\n%s", s, a.body)
		}
	}
}

// agree answers a registration's link as its line manager does.
func (d *desk) agree(id string) {
	d.t.Helper()
	if err := schemerules.AnswerLink(d.App, d.link(id, "agreement"), schemerules.Answer{Agrees: true, Name: "Moira Ash"}, d.at()); err != nil {
		d.t.Fatal(err)
	}
}

// link makes the link that the line manager is sent.
func (d *desk) link(id, purpose string) string {
	d.t.Helper()
	token, err := schemerules.NewLink(d.App, d.stored(id), purpose, d.at())
	if err != nil {
		d.t.Fatal(err)
	}
	return token
}

func (d *desk) at() types.DateTime {
	at, err := types.ParseDateTime(d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	return at
}

// raise takes a registration all the way to active, with the forms of the pages.
func (d *desk) raise(b *browser, id string) {
	d.t.Helper()
	for _, action := range []string{champion.Ask, "", champion.Induct, champion.Activate} {
		if action == "" {
			d.agree(id)
			continue
		}
		if a := b.decide(id, action, ""); a.status != 303 {
			d.t.Fatalf("%s answered %d\n%s", action, a.status, a.body)
		}
	}
}
