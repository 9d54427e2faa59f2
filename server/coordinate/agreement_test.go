package coordinate

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/tally"
	"holdfast/server/demo"
)

// asked is a registration that waits for its manager, and the manager's link.
func (d *desk) asked() (*core.Record, string) {
	d.t.Helper()
	r := d.offer(demo.Colleague, map[string]any{"reason": "A private reason."})
	if a := d.as(demo.Coordinator).decide(r.Id, "ask_manager", ""); a.status != 303 {
		d.t.Fatal(a.status, a.body)
	}
	return r, "/coordinate/agreement/" + d.link(r.Id, "agreement")
}

func TestAManagerAgreesByLinkWithoutAnAccount(t *testing.T) {
	d := openDesk(t)
	r, path := d.asked()
	b := d.browser()
	for range 10 { // scanners open a link before its reader does: nothing happens
		wants(t, b.get(path), 200, demo.Colleague.Name, "Family support worker", "Fellmoor Early Help", "Do you agree to this champion?", "4 December 2026")
	}
	if s := d.stored(r.Id).GetString("status"); s != "awaiting_manager" {
		t.Fatalf("opening the link made it %s", s)
	}
	lacks(t, b.get(path), demo.Colleague.Email(), "01632 960 111", "A private reason.", "Harbour") // nothing that a manager does not need
	if a := b.do("HEAD", path, nil); a.status != 200 {
		t.Error("HEAD", a.status)
	}
	wants(t, b.post(path, url.Values{}), 422, "Choose whether you agree", "Enter your name", `href="#decision"`)
	wants(t, b.post(path, url.Values{"decision": {"refuse"}, "name": {"Moira Ash"}}), 422, "Say why you do not agree")
	wants(t, b.post(path, url.Values{"decision": {"agree"}, "name": {strings.Repeat("x", 201)}, "hours": {"many"}}), 422, "200 characters", "whole number")
	done := b.post(path, url.Values{"decision": {"agree"}, "name": {"Moira Ash"}, "hours": {"6"}})
	if done.status != 303 || done.header.Get("Location") != "/coordinate/agreement/thank-you" {
		t.Fatal(done.status, done.body)
	}
	wants(t, b.get("/coordinate/agreement/thank-you"), 200, "Thank you")
	l, err := d.App.FindFirstRecordByFilter("manager_links", "registration = {:r} && answer = 'agreed'", dbx.Params{"r": r.Id})
	if err != nil || l.GetString("answered_by") != "Moira Ash" || l.GetString("email") != demo.Manager.Email() || l.GetInt("hours") != 6 || !l.GetDateTime("answered_at").Equal(d.at()) {
		t.Fatal(l, err)
	}
	if now := d.stored(r.Id); now.GetString("status") != "approved" || now.GetString("agreed_by") != "Moira Ash" {
		t.Fatal(now.PublicExport())
	}
}

func TestEveryLinkThatCannotBeUsedGetsOnePage(t *testing.T) {
	d := openDesk(t)
	r, used := d.asked()
	if a := d.browser().post(used, url.Values{"decision": {"agree"}, "name": {"M"}}); a.status != 303 {
		t.Fatal(a.status)
	}
	other := d.offer(demo.School, nil)
	if a := d.as(demo.Coordinator).decide(other.Id, "ask_manager", ""); a.status != 303 {
		t.Fatal(a.status)
	}
	void := "/coordinate/agreement/" + d.link(other.Id, "agreement")
	good := "/coordinate/agreement/" + d.link(other.Id, "agreement") // resent: the first is void
	flipped := good[:len(good)-2] + map[bool]string{true: "AA", false: "BB"}[!strings.HasSuffix(good, "AA")]
	wants(t, d.browser().get(good), 200)
	pages := map[string]answer{"used": d.browser().get(used), "used again": d.browser().post(used, url.Values{"decision": {"refuse"}, "name": {"M"}, "reason": {"r"}}),
		"void": d.browser().get(void), "tampered": d.browser().get(flipped), "made up": d.browser().get("/coordinate/agreement/" + strings.Repeat("A", 43)),
		"short": d.browser().get("/coordinate/agreement/x")}
	d.now = d.now.Add(14 * 24 * time.Hour)
	pages["expired"] = d.browser().get(good)
	for name, a := range pages {
		wants(t, a, 404, "This link cannot be used", "ask the person who runs the scheme for a new link")
		lacks(t, a, demo.Colleague.Name, demo.School.Name)
		if a.body != pages["void"].body {
			t.Errorf("%s: the page tells one reason from another", name)
		}
		if got := a.header.Get("Referrer-Policy"); got != "strict-origin" {
			t.Errorf("%s: Referrer-Policy is %q", name, got)
		}
	}
	if s := d.stored(r.Id).GetString("status"); s != "approved" {
		t.Fatalf("a link was used twice: %s", s)
	}
}

func TestAManagerRefusesWithAReason(t *testing.T) {
	d := openDesk(t)
	r, path := d.asked()
	if a := d.browser().post(path, url.Values{"decision": {"refuse"}, "name": {"Moira Ash"}, "reason": {"<b>Not</b> this year."}}); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	page := d.as(demo.Coordinator).get("/coordinate/registrations/" + r.Id)
	wants(t, page, 200, "Declined", "did not agree", "<b>Not</b> this year.")
	if strings.Contains(page.body, "<b>Not</b>") {
		t.Fatal("a manager's words are markup")
	}
}

func TestGuessingLinksIsSlowed(t *testing.T) {
	d := openDesk(t)
	_, path := d.asked()
	b := d.browser()
	guess := func(i int) string {
		return "/coordinate/agreement/" + strings.Repeat("g", 41) + string(rune('a'+i/26)) + string(rune('a'+i%26))
	}
	for i := range tally.FreeAccounts {
		wants(t, b.get(guess(i)), 404)
	}
	slowed := b.get(guess(tally.FreeAccounts))
	wants(t, slowed, 429, "Too many tries")
	if slowed.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	wants(t, b.get(path), 429) // a right guess is slowed too
	d.now = d.now.Add(10 * time.Second)
	wants(t, b.get(path), 200)
}

func TestADemosMailIsShownAndNoOther(t *testing.T) {
	d := openDesk(t)
	wants(t, d.as(demo.Coordinator).get("/coordinate/mail"), 200, "There is no mail yet")
	m, _, err := readMail([]byte("From: a@b.example\r\nTo: =?utf-8?q?Si=C3=A2n?= <s@fellmoor.example>\r\nSubject: Hello\r\nDate: Fri, 20 Nov 2026 09:00:00 +0000\r\n"+
		"Content-Type: multipart/alternative; boundary=xx\r\n\r\n--xx\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nDear Si=C3=A2n,\r\nhttp://fellmoor.example/coordinate/agreement/abc\r\nhttp://evil.example/x\r\n--xx--\r\n"), "http://fellmoor.example/")
	if err != nil || m.To != "Siân <s@fellmoor.example>" || m.Lines[0].Text != "Dear Siân," || m.Lines[1].Address != "/coordinate/agreement/abc" || m.Lines[2].Address != "" {
		t.Fatalf("%+v %v", m, err)
	}
}
