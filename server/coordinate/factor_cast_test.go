package coordinate

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// strict has managers and others of these roles need a second factor.
func (d *desk) strict(roles ...string) {
	d.t.Helper()
	c, err := d.App.FindCollectionByNameOrId("account_policies")
	if err != nil {
		d.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"second_factor": roles, "device_keys": "asked", "reason": "a test"})
	if err := d.App.Save(r); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) user(p demo.Person) *core.Record {
	d.t.Helper()
	u, err := d.App.FindRecordById("users", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return u
}

// withApp gives a person an authenticator app; a minute later its first code is spent.
func (d *desk) withApp(p demo.Person) (secret string, recovery []string) {
	d.t.Helper()
	u := d.user(p)
	e, err := factor.BeginTOTP(d.App, u, "Fellmoor", d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	err = kernel.Within(d.App, kernel.Actor{User: u, Door: "coordinate"}, func(tx core.App) (err error) {
		recovery, err = signin.AddTOTP(tx, u, e.ID, d.code(e.Secret), "My phone", d.now)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.now = d.now.Add(time.Minute)
	return e.Secret, recovery
}

// code is what an authenticator app shows now.
func (d *desk) code(secret string) string {
	d.t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

var anyHidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// filled is a page's form to that address, with what stands in it and what is typed.
func (a answer) filled(action string, typed ...string) url.Values {
	_, rest, _ := strings.Cut(a.body, `action="`+action+`"`)
	inside, _, _ := strings.Cut(rest, "</form>")
	out := url.Values{}
	for _, m := range anyHidden.FindAllStringSubmatch(inside, -1) {
		out.Set(m[1], html.UnescapeString(m[2]))
	}
	for i := 0; i+1 < len(typed); i += 2 {
		out.Set(typed[i], typed[i+1])
	}
	return out
}

// send fills a page's form and sends it.
func (b *browser) send(page answer, action string, typed ...string) answer {
	b.d.t.Helper()
	if !strings.Contains(page.body, `action="`+action+`"`) {
		b.d.t.Fatalf("the page has no form to %s\n%s", action, page.body)
	}
	return b.post(action, page.filled(action, typed...))
}

// named has the pages stand at a name, which passkeys need.
func (d *desk) named() *desk {
	d.URL = strings.Replace(d.URL, "127.0.0.1", "localhost", 1)
	return d
}

// token is a software authenticator at these pages' address.
type token struct {
	d   *desk
	at  virtualwebauthn.RelyingParty
	is  virtualwebauthn.Authenticator
	key virtualwebauthn.Credential
}

func (d *desk) token() *token {
	return &token{d, virtualwebauthn.RelyingParty{ID: "localhost", Name: "Fellmoor", Origin: d.URL}, virtualwebauthn.NewAuthenticator(),
		demotest.Passkey(d.t)}
}

var asked = regexp.MustCompile(`data-options="([^"]*)"`)

func (a answer) options(t *testing.T) string {
	t.Helper()
	m := asked.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("the page asks for no passkey\n%s", a.body)
	}
	return `{"publicKey":` + html.UnescapeString(m[1]) + `}`
}

// make answers a page that asks for a new passkey.
func (k *token) make(page answer) string {
	options, err := virtualwebauthn.ParseAttestationOptions(page.options(k.d.t))
	if err != nil {
		k.d.t.Fatal(err)
	}
	return virtualwebauthn.CreateAttestationResponse(k.at, k.is, k.key, *options)
}

// show answers a page that asks for a passkey.
func (k *token) show(page answer) string {
	options, err := virtualwebauthn.ParseAssertionOptions(page.options(k.d.t))
	if err != nil {
		k.d.t.Fatal(err)
	}
	return virtualwebauthn.CreateAssertionResponse(k.at, k.is, k.key, *options)
}

var shownSecret = regexp.MustCompile(`<strong class="hf-secret">([A-Z2-7 ]+)</strong>`)

// secret is what the page of an authenticator app shows to be typed.
func (a answer) secret(t *testing.T) string {
	t.Helper()
	m := shownSecret.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no secret is shown\n%s", a.body)
	}
	return m[1]
}

var shownCode = regexp.MustCompile(`<li>([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})</li>`)

func (a answer) recovery() (codes []string) {
	for _, m := range shownCode.FindAllStringSubmatch(a.body, -1) {
		codes = append(codes, m[1])
	}
	return codes
}

// factorForms are those of the second step, and of setting one up.
func (d *desk) factorForms(to map[string][]formOn) {
	d.t.Helper()
	d.withApp(demo.Bronagh)
	second := d.browser()
	asked := second.post("/coordinate/sign-in", credentials(demo.Bronagh.Email(), demo.Password))
	sortForms(to, second.forms(func() answer { return asked }))
	adds := d.as(demo.Tomos)
	for _, what := range []string{"/totp", "/passkey"} {
		begun := adds.send(adds.get(factorsPage+what), factorsPage+what, "password", demo.Password)
		sortForms(to, adds.forms(func() answer { return begun }))
	}
}
