package coordinate

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/devices"
)

// registered is a phone that a person registered, its id and its token.
func (d *desk) registered(p demo.Person, name string) (id, token string) {
	d.t.Helper()
	var phone struct {
		Device string `json:"device"`
		Token  string `json:"access_token"`
	}
	a := d.Do("POST", "/api/sync/devices", d.SignIn(p), map[string]string{"name": name, "platform": "android"})
	if a.JSON(d.t, &phone); a.Status != 200 {
		d.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return phone.Device, phone.Token
}

func (d *desk) works(token string) bool {
	return d.Do("GET", "/api/sync/status", token, nil).Status == 200
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

func TestOneSeesAndEndsWhereOneIsSignedIn(t *testing.T) {
	d := openDesk(t, devices.Open)
	own, phone := d.registered(demo.Practitioner, "My <b>red</b> phone")
	theirs, colleagues := d.registered(demo.Colleague, "A colleague's phone")
	here, there, third := d.as(demo.Practitioner), d.as(demo.Practitioner), d.as(demo.Practitioner)
	other := d.as(demo.Colleague)
	wants(t, there.get("/coordinate", "User-Agent", firefox), 200)
	wants(t, third.get("/coordinate", "User-Agent", "<script>alert(1)</script> iPhone Safari/605"), 200)
	page := here.get("/coordinate/account")
	wants(t, page, 200, "Where you are signed in", "(this one)", "Firefox on Linux", "Safari on an iPhone", "My <b>red</b> phone", "registered")
	lacks(t, page, "A colleague's phone", "alert(1)", "127.0.0.1")
	if strings.Contains(page.body, "<b>red") {
		t.Fatal("a phone's name is markup")
	}
	var kept []string
	if err := d.App.ConcurrentDB().NewQuery(`SELECT browser FROM coordinate_sessions`).Column(&kept); err != nil || strings.Contains(strings.Join(kept, " "), "<") {
		t.Fatalf("the store keeps %q, %v", kept, err)
	}
	// what somebody else has is not theirs to end
	seal := page.fields().Get("seal")
	var foreign string
	if err := d.App.ConcurrentDB().NewQuery(`SELECT substr(token, 1, 20) FROM coordinate_sessions WHERE "user" = {:u}`).Bind(dbx.Params{"u": demo.Colleague.ID}).Row(&foreign); err != nil {
		t.Fatal(err)
	}
	for what, id := range map[string]string{"phone": theirs, "browser": foreign} {
		here.post("/coordinate/account/sign-ins", map[string][]string{"what": {what}, "id": {id}, "seal": {seal}})
	}
	if !d.works(colleagues) || other.get("/coordinate").status != 200 {
		t.Fatal("somebody ended what is another's")
	}
	unsealed := here.post("/coordinate/account/sign-ins", map[string][]string{"what": {"all"}})
	wants(t, unsealed, 403)
	wants(t, here.post("/coordinate/account/sign-ins", map[string][]string{"what": {"everything"}, "seal": {seal}}), 422, "Choose a phone or a browser")

	end := func(b *browser, what, id string) answer {
		f := b.get("/coordinate/account").fields()
		f.Set("what", what)
		f.Set("id", id)
		return b.post("/coordinate/account/sign-ins", f)
	}
	var id string
	if err := d.App.ConcurrentDB().NewQuery(`SELECT substr(token, 1, 20) FROM coordinate_sessions WHERE browser LIKE 'Firefox%'`).Row(&id); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second time is as good
		if a := end(here, "browser", id); a.status != 303 {
			t.Fatalf("%d", a.status)
		}
	}
	if there.get("/coordinate").status != 303 || third.get("/coordinate").status != 200 || here.get("/coordinate").status != 200 {
		t.Fatal("not the one browser that was named")
	}
	if !d.works(phone) {
		t.Fatal("the phone ended with a browser")
	}
	for range 2 {
		if a := end(here, "phone", own); a.status != 303 {
			t.Fatalf("%d", a.status)
		}
	}
	if d.works(phone) {
		t.Fatal("the phone works on")
	}
	lacks(t, here.get("/coordinate/account"), "My <b>red</b> phone")

	_, again := d.registered(demo.Practitioner, "Another phone")
	stock := d.SignIn(demo.Practitioner)
	if a := end(here, "all", ""); a.status != 303 {
		t.Fatalf("%d", a.status)
	}
	if third.get("/coordinate").status != 303 || d.works(again) || here.get("/coordinate").status != 200 {
		t.Fatal("not all but this one")
	}
	if a := d.Do("GET", "/api/collections/users/records", stock, nil); a.Status != 401 {
		t.Errorf("PocketBase's own token works on: %d", a.Status)
	}
	n, err := d.App.CountRecords("audit_log", dbx.HashExp{"verb": "signed_out", "record": demo.Practitioner.ID, "actor": demo.Practitioner.ID})
	if err != nil || n != 2 {
		t.Errorf("it is on record %d times, %v", n, err)
	}
}

func TestALeadSeesAndEndsTheirPeoplesSignIns(t *testing.T) {
	d := openDesk(t, devices.Open)
	d.give(demo.Colleague, map[string]any{"roles": []string{"agency_lead"}})
	_, phone := d.registered(demo.Practitioner, "The lost phone")
	school, schools := d.registered(demo.School, "The school's phone")
	theirs := d.as(demo.Practitioner)
	wants(t, theirs.get("/coordinate", "User-Agent", firefox), 200)
	lead := d.as(demo.Colleague)
	at := "/coordinate/people/" + demo.Practitioner.ID
	page := lead.get(at)
	wants(t, page, 200, "Where they are signed in", "The lost phone", "Firefox on Linux")
	nobody := d.as(demo.Manager)
	form := page.filled(at+"/sign-ins", "what", "all", "seal", nobody.get("/coordinate/account").fields().Get("seal"))
	wants(t, nobody.post(at+"/sign-ins", form), 403, "not for your role")
	elsewhere := "/coordinate/people/" + demo.School.ID + "/sign-ins"
	f := page.filled(at + "/sign-ins")
	f.Set("what", "phone")
	f.Set("id", school)
	wants(t, lead.post(elsewhere, f), 404)
	wants(t, lead.get("/coordinate/people/"+demo.School.ID+"/second-factor"), 404)
	lead.post(at+"/sign-ins", f) // a phone of somebody else under a person's name
	if !d.works(schools) {
		t.Fatal("a lead ended another agency's phone")
	}
	f = page.filled(at + "/sign-ins")
	f.Set("what", "all")
	if a := lead.post(at+"/sign-ins", f); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if d.works(phone) || theirs.get("/coordinate").status != 303 || lead.get("/coordinate").status != 200 {
		t.Fatal("they are still signed in, or the lead is not")
	}
	wants(t, lead.get(at+"?done=ended"), 200, "It is ended", "Nowhere")
}

// Somebody who lost their second factor is helped by their agency's lead, and sets up a
// new one; nobody helps themselves.
func TestALeadResetsALostSecondFactor(t *testing.T) {
	d := openDesk(t)
	box := d.letterbox()
	d.give(demo.Colleague, map[string]any{"roles": []string{"agency_lead"}})
	secret, _ := d.withApp(demo.Practitioner)
	lead := d.as(demo.Colleague)
	at := "/coordinate/people/" + demo.Practitioner.ID
	wants(t, lead.get(at), 200, "reset their second factor")
	own := lead.get("/coordinate/people/" + demo.Colleague.ID + "/second-factor")
	wants(t, own, 200, "This is your own account")
	f := lead.get(at).fields()
	wants(t, lead.post("/coordinate/people/"+demo.Colleague.ID+"/second-factor", f), 403, "You cannot reset your own")
	page := lead.get(at + "/second-factor")
	wants(t, page, 200, "Do this only when you have spoken to them")
	if a := lead.send(page, at+"/second-factor"); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	wants(t, lead.get(at+"?done=reset"), 200, "Their second factor is reset")
	b := d.browser()
	asked := b.post("/coordinate/sign-in", credentials(demo.Practitioner.Email(), demo.Password))
	wants(t, asked, 200, "Enter the code") // by mail, until they set up something better
	if a := b.post("/coordinate/sign-in/code", asked.typing(box.last())); a.status != 303 {
		t.Fatalf("%d", a.status)
	}
	s, err := signin.SecondFactorOf(d.App, d.user(demo.Practitioner))
	if err != nil || s.Strong {
		t.Fatalf("%+v %v", s, err)
	}
	if anew, _ := d.withApp(demo.Practitioner); anew == secret {
		t.Fatal("the same secret")
	}
	d.give(demo.Practitioner, map[string]any{"roles": []string{"practitioner", "coordinator"}})
	page = lead.get(at + "/second-factor")
	wants(t, lead.send(page, at+"/second-factor"), 403, "works beyond your agency")
}

func TestABrowserIsSaidInWords(t *testing.T) {
	for agent, want := range map[string]string{
		firefox: "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36 Edg/149.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36":               "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/604.1":     "Safari on an iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15":         "Safari on a Mac",
		"curl/8.9":                               "A browser",
		"":                                       "A browser",
		strings.Repeat("x", 10_000) + "Firefox/": "A browser",
	} {
		if got := browserOf(agent); got != want {
			t.Errorf("%.60q is %q, want %q", agent, got, want)
		}
	}
}

// A phone that is nobody's, or somebody else's, is none of the visitor's; it is no failure
// of the server's.
func TestAPhoneThatIsNotTheirsIsNotEndedHere(t *testing.T) {
	d := openDesk(t, devices.Open)
	theirs, _ := d.registered(demo.School, "The school's phone")
	b := d.as(demo.Practitioner)
	for _, id := range []string{theirs, "nosuchrecord000", ""} {
		f := b.get("/coordinate/account").fields()
		f.Set("what", "phone")
		f.Set("id", id)
		if a := b.post("/coordinate/account/sign-ins", f); a.status != 404 {
			t.Errorf("%q: %d", id, a.status)
		}
	}
}
