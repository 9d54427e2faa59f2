package coordinate

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/server/demo"
)

// resets takes the mails of new passwords in place of a server.
func (d *desk) resets() func() (to, token string) {
	var mu sync.Mutex
	type mail struct{ to, token string }
	sent := make(chan mail, 20)
	d.App.OnMailerRecordPasswordResetSend("users").BindFunc(func(e *core.MailerRecordEvent) error {
		mu.Lock()
		defer mu.Unlock()
		sent <- mail{e.Message.To[0].Address, e.Meta["token"].(string)}
		return nil
	})
	return func() (string, string) {
		select {
		case m := <-sent:
			return m.to, m.token
		case <-time.After(10 * time.Second):
			return "", ""
		}
	}
}

func chosen(password string) url.Values {
	return url.Values{"password": {password}, "again": {password}}
}

const fresh = "thimble-orchard-9-lantern"

// A coordinator who forgot their password chooses another on our pages. Every session
// ends, nobody is signed in by it, the link works once, and the second factor stays.
func TestAForgottenPasswordIsChosenAnewOnOurPages(t *testing.T) {
	d := openDesk(t)
	mail := d.resets()
	d.letterbox()
	d.mailed(demo.Coordinator)
	open, b := d.as(demo.Coordinator), d.browser()
	wants(t, b.get("/coordinate/sign-in"), 200, "Forgotten your password?", `href="/coordinate/forgotten"`)
	wants(t, b.post("/coordinate/forgotten", url.Values{"email": {" "}}), 422, "Enter your email address")
	wants(t, b.post("/coordinate/forgotten", url.Values{"email": {"COORDINATOR@fellmoor.example "}}), 200, "Look at your mail")
	to, token := mail()
	if to != demo.Coordinator.Email() {
		t.Fatalf("mailed to %q", to)
	}
	path := "/coordinate/reset/" + token
	for range 10 { // a scanner opens it
		wants(t, b.get(path), 200, "Choose a password", demo.Coordinator.Email())
	}
	for password, why := range map[string]string{"": "Enter a password", "eleven-char": "At least 12", "password1234": "commonest", "coordinator-of-fellmoor": "your name", strings.Repeat("🐙🦊", 12): "72"} {
		a := b.post(path, chosen(password))
		wants(t, a, 422, "There is a problem", why)
		if password != "" {
			lacks(t, a, password)
		}
	}
	wants(t, b.post(path, url.Values{"password": {fresh}, "again": {fresh + "x"}}), 422, "Type the same password again")
	done := b.post(path, chosen(fresh))
	if done.status != 303 || done.header.Get("Location") != "/coordinate/sign-in?new=1" || done.header.Get("Set-Cookie") != "" {
		t.Fatalf("%d to %q with %q", done.status, done.header.Get("Location"), done.header.Get("Set-Cookie"))
	}
	wants(t, b.get("/coordinate/sign-in?new=1"), 200, "Your password is set.")
	if a := open.get("/coordinate"); a.status != 303 {
		t.Errorf("a session from before the new password answers %d", a.status)
	}
	wants(t, b.get(path), 404, "This link cannot be used")
	wants(t, b.post(path, chosen(fresh+"2")), 404, "This link cannot be used")
	wants(t, b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)), 422)
	wants(t, b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), fresh)), 200, "Enter the code") // what the reset did not undo
}

// Whether there is such an account, in use or not, is nobody's to learn.
func TestAskingForANewPasswordIsAnsweredAlike(t *testing.T) {
	d := openDesk(t)
	mail := d.resets()
	d.give(demo.DPO, map[string]any{"active": false})
	var bodies []string
	for _, email := range []string{"nobody@fellmoor.example", demo.DPO.Email(), demo.Coordinator.Email()} {
		a := d.browser().post("/coordinate/forgotten", url.Values{"email": {email}})
		wants(t, a, 200, "Look at your mail")
		bodies = append(bodies, a.body)
	}
	if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Error("the answers tell one reason from another")
	}
	if to, _ := mail(); to != demo.Coordinator.Email() {
		t.Errorf("mailed to %q", to)
	}
	for range 4 {
		d.browser().post("/coordinate/forgotten", url.Values{"email": {demo.Coordinator.Email()}})
	}
	wants(t, d.browser().post("/coordinate/forgotten", url.Values{"email": {demo.Coordinator.Email()}}), 429, "There were too many tries")
	wants(t, d.browser().get("/coordinate/reset/x.y.z"), 404, "This link cannot be used")
}

// invited is somebody new whom the practitioner, as lead, invites, and their link.
func (d *desk) invited(b *browser, email string) (*core.Record, string) {
	d.t.Helper()
	form := b.get("/coordinate/people/new").fields()
	form["name"], form["email"], form["job_title"], form["roles"], form["manager"] = []string{"Nia Newling"}, []string{email}, []string{"Health visitor"}, []string{"practitioner"}, []string{demo.Manager.ID}
	a := b.post("/coordinate/people/new", form)
	if a.status != 303 {
		d.t.Fatalf("%d\n%s", a.status, a.body)
	}
	id := regexp.MustCompile(`people/([a-z0-9]{15})\?`).FindStringSubmatch(a.header.Get("Location"))
	user, err := d.App.FindRecordById("users", id[1])
	if err != nil {
		d.t.Fatal(err)
	}
	return user, d.invitation(user.Id)
}

// invitation is the link of an account's invitation as it is now.
func (d *desk) invitation(id string) string {
	d.t.Helper()
	user, err := d.App.FindRecordById("users", id)
	if err != nil {
		d.t.Fatal(err)
	}
	token, err := accountrules.InvitationToken(d.App, user)
	if err != nil {
		d.t.Fatal(err)
	}
	return "/coordinate/invitation/" + token
}

// A lead invites a health visitor, who chooses a password and works.
func TestALeadInvitesSomebodyWhoChoosesAPassword(t *testing.T) {
	d := openDesk(t)
	lead := d.lead()
	wants(t, lead.get("/coordinate/people"), 200, `href="/coordinate/people/new"`)
	user, link := d.invited(lead, "Nia.Newling@Fellmoor.example")
	if user.GetBool("active") || user.Email() != "nia.newling@fellmoor.example" || user.GetString("agency") != demo.Practitioner.Agency || user.GetString("manager") != demo.Manager.ID {
		t.Fatal(user.PublicExport())
	}
	mails, err := d.App.FindRecordsByFilter("outbox", "kind = 'invitation' && record = '"+user.Id+"'", "", 0, 0)
	if err != nil || len(mails) != 1 || mails[0].GetString("to") != user.Email() || strings.Contains(fmt.Sprint(mails[0].PublicExport()), strings.Split(link, ".")[2]) {
		t.Fatal(mails, err)
	}
	wants(t, lead.get("/coordinate/people/"+user.Id+"?done=invited"), 200, "The invitation is on its way.", "Send it again", "27 November 2026")
	wants(t, lead.get("/coordinate/people?status=invited"), 200, "Nia Newling", "Invited")
	wants(t, d.browser().post("/coordinate/sign-in", credentials(user.Email(), fresh)), 422)
	d.browser().post("/coordinate/forgotten", url.Values{"email": {user.Email()}}) // which does not open what was never chosen

	b := d.browser()
	for range 10 {
		wants(t, b.get(link), 200, "Welcome", "Nia Newling", user.Email())
	}
	wants(t, b.post(link, chosen("newling-newling")), 422, "must not hold your name")
	if a := b.post(link, chosen(fresh)); a.status != 303 || a.header.Get("Set-Cookie") != "" {
		t.Fatal(a.status, a.body)
	}
	if a := b.post("/coordinate/sign-in", credentials(user.Email(), fresh)); a.status != 303 {
		t.Fatalf("signing in afterwards answered %d", a.status)
	}
	wants(t, b.get(link), 404, "This link cannot be used") // used twice
	wants(t, b.post(link, chosen("somebody-elses-lantern")), 404)
	lacks(t, lead.get("/coordinate/people/"+user.Id), "Send it again")
	again := lead.get("/coordinate/people/" + user.Id).fields()
	wants(t, lead.post("/coordinate/people/"+user.Id+"/invitation", again), 409, "There is no invitation that waits")
}

func TestAnInvitationEndsAndIsSentAgainAndWithdrawn(t *testing.T) {
	d := openDesk(t)
	lead := d.lead()
	user, first := d.invited(lead, "nia@fellmoor.example")
	post := func(action string) answer {
		return lead.post("/coordinate/people/"+user.Id+"/"+action, lead.get("/coordinate/people/"+user.Id).fields())
	}
	d.now = d.now.Add(8 * 24 * time.Hour)
	lead = d.lead()
	wants(t, d.browser().get(first), 404, "This link cannot be used")
	wants(t, lead.get("/coordinate/people/"+user.Id), 200, "its time is over")
	if a := post("invitation"); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	second := d.invitation(user.Id)
	if a := post("invitation"); a.status != 303 { // within the same second
		t.Fatal(a.status, a.body)
	}
	third := d.invitation(user.Id)
	wants(t, d.browser().get(second), 404)
	wants(t, d.browser().post(second, chosen(fresh)), 404)
	wants(t, d.browser().get(third), 200)
	on := lead.get("/coordinate/people/" + user.Id).fields()
	on["name"], on["active"], on["roles"] = []string{"Nia"}, []string{"yes"}, []string{"practitioner"}
	wants(t, lead.post("/coordinate/people/"+user.Id, on), 422, "as soon as the person has chosen a password")
	if a := post("withdraw"); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	wants(t, d.browser().get(third), 404)
	wants(t, post("invitation"), 409, "There is no invitation that waits")
	for _, forged := range []string{"", user.Id, user.Id + ".zzzzzz.AAAA", strings.ToUpper(third), third + "A"} {
		if a := d.browser().get("/coordinate/invitation/" + strings.TrimPrefix(forged, "/coordinate/invitation/")); a.status == 200 {
			t.Errorf("%q opens", forged)
		}
	}
}

// Nobody invites beyond their agency, or above themselves, or twice.
func TestALeadInvitesNobodyBeyondWhatTheyMay(t *testing.T) {
	d := openDesk(t)
	lead := d.lead()
	for say, values := range map[string]url.Values{
		"a coordinator":               {"roles": {"coordinator"}},
		"a manager of another agency": {"manager": {demo.School.ID}},
		"no name":                     {"name": {" "}},
		"no address":                  {"email": {"nowhere"}},
		"one who is there already":    {"email": {strings.ToUpper(demo.Colleague.Email())}},
	} {
		form := lead.get("/coordinate/people/new").fields()
		form["name"], form["email"], form["job_title"], form["roles"] = []string{"Nia"}, []string{"nia@fellmoor.example"}, []string{"Worker"}, []string{"practitioner"}
		for k, v := range values {
			form[k] = v
		}
		if a := lead.post("/coordinate/people/new", form); a.status != 422 || !strings.Contains(a.text(), "There is a problem") {
			t.Errorf("%s: %d", say, a.status)
		}
	}
	if n, err := d.App.CountRecords("outbox"); err != nil || n != 0 {
		t.Errorf("%d mails, %v", n, err)
	}
	for _, p := range []demo.Person{demo.Coordinator, demo.Manager, demo.DPO} {
		if a := d.as(p).get("/coordinate/people/new"); a.status != 403 {
			t.Errorf("%s: %d", p.Account, a.status)
		}
	}
	other, _ := d.invited(lead, "nia@fellmoor.example")
	d.give(demo.School, map[string]any{"roles": []string{"practitioner", "agency_lead"}})
	school := d.as(demo.School)
	seal := school.get("/coordinate/people").fields()
	wants(t, school.post("/coordinate/people/"+other.Id+"/invitation", seal), 404)
	wants(t, school.post("/coordinate/people/"+other.Id+"/withdraw", seal), 404)
}
