package coordinate

import (
	"net/url"
	"strings"
	"testing"

	"holdfast/server/demo"
)

func TestAPostFromAnotherSiteIsRefused(t *testing.T) {
	d := phones(t)
	conflict, phone := d.disagree("A", "B"), d.handset(demo.Practitioner).Device
	r := d.offer(demo.Colleague, nil)
	b := d.as(demo.Coordinator)
	form := b.get("/coordinate/registrations/" + r.Id).fields()
	d.gather()
	if a := d.as(demo.Coordinator).decide(d.offer(demo.School, nil).Id, "ask_manager", ""); a.status != 303 {
		t.Fatal(a.status)
	}
	asked, err := d.App.FindFirstRecordByData("champion_registrations", "user", demo.School.ID)
	if err != nil {
		t.Fatal(err)
	}
	token := d.link(asked.Id, "agreement")
	posts := map[string]url.Values{
		"/coordinate/agreement/" + token:                                 {"decision": {"agree"}, "name": {"M"}},
		"/coordinate/events":                                             form,
		"/coordinate/events/" + demo.ID("event", 1):                      form,
		"/coordinate/events/" + demo.ID("event", 1) + "/attendance":      form,
		"/coordinate/good-practice/" + demo.ID("practice", 1) + "/share": form,
		"/coordinate/conflicts/" + conflict:                              {"choice": {"ours"}, "seal": form["seal"]},
		"/coordinate/refusals/none00000000000/resend":                    form,
		"/coordinate/devices/" + phone + "/wipe":                         {"reason": {"A try."}, "seal": form["seal"]},
		"/coordinate/approvals/none00000000000/approve":                  form,
		"/coordinate/transfers":                                          form,
		"/coordinate/transfers/none00000000000/accept":                   form,
		"/coordinate/scheme":                                             form,
		"/coordinate/scheme/targets":                                     form,
		"/coordinate/cascade":                                            form,
		"/coordinate/cascade/" + demo.ID("cascade", 1):                   form,
		"/coordinate/surgeries":                                          form,
		"/coordinate/surgeries/" + demo.ID("surgery", 1):                 form,
		"/coordinate/sign-in":                                            credentials(demo.Coordinator.Email(), demo.Password),
		"/coordinate/sign-out":                                           form,
		"/coordinate/registrations/" + r.Id + "/ask_manager":             form,
		"/coordinate/registrations/" + r.Id + "/decline":                 form,
		"/coordinate/registrations/" + r.Id + "/withdraw":                form,
	}
	for path, form := range posts {
		for _, from := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
		} {
			wants(t, b.post(path, form, from...), 403, "This form came from another website")
		}
	}
	if s := d.stored(r.Id).GetString("status"); s != "submitted" {
		t.Fatalf("the registration is %s", s)
	}
	if s := d.stored(asked.Id).GetString("status"); s != "awaiting_manager" {
		t.Fatalf("another site answered for the manager: %s", s)
	}
	if s := d.field("sync_conflicts", conflict, "status") + " " + d.field("devices", phone, "status"); s != "open active" {
		t.Fatalf("another site settled or wiped: %s", s)
	}
	wants(t, b.get("/coordinate"), 200) // and the session is still there
	a := b.post("/coordinate/registrations/"+r.Id+"/ask_manager", form, "Sec-Fetch-Site", "same-origin", "Origin", d.URL)
	if a.status != 303 {
		t.Fatalf("the page's own form answered %d: the refusals above prove nothing", a.status)
	}
}

func TestAFormThatIsNotThisSessionsIsRefused(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	b := d.as(demo.Coordinator)
	path := "/coordinate/registrations/" + r.Id
	form := b.get(path).fields()
	others := d.as(demo.Coordinator).get(path).fields().Get("seal")
	if others == form.Get("seal") || len(others) != 64 {
		t.Fatal("two sessions share one seal")
	}
	for _, seal := range []string{"", others, form.Get("seal")[1:], strings.ToUpper(form.Get("seal"))} {
		f := url.Values{"rev": form["rev"], "seal": {seal}}
		wants(t, b.post(path+"/ask_manager", f), 403, "This form is too old to use")
		wants(t, b.post("/coordinate/sign-out", f), 403)
	}
	// In the address it does not count.
	wants(t, b.post(path+"/approve?seal="+form.Get("seal"), url.Values{"rev": form["rev"]}), 403)
	if s := d.stored(r.Id).GetString("status"); s != "submitted" {
		t.Fatalf("the registration is %s", s)
	}
}

func TestEveryAnswerCarriesTheHeadersThatBrowsersObey(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	answers := map[string]answer{
		"page": b.get("/coordinate", "Origin", "https://evil.example"), "csv": b.get("/coordinate/registrations.csv"), "missing": b.get("/coordinate/none"),
		"sign-in": d.browser().get("/coordinate/sign-in"), "redirect": d.browser().get("/coordinate"),
		"role": d.as(demo.Outsider).get("/coordinate"), "too long": b.post("/coordinate/sign-out", url.Values{"x": {strings.Repeat("x", bodyLimit)}}),
	}
	for name, a := range answers {
		for header, want := range map[string]string{
			"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := a.header.Get(header); got != want {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
		if a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins may read it", name)
		}
	}
	if b.get("/api/health", "Origin", "https://evil.example").header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("no route has the header here: that these pages lack it proves nothing")
	}
	for _, must := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, must) {
			t.Errorf("the policy does not say %s", must)
		}
	}
	for _, never := range []string{"unsafe-", "*", "http", "blob:", "nonce-"} {
		if strings.Contains(policy, never) {
			t.Errorf("the policy lets in %s", never)
		}
	}
	wants(t, answers["too long"], 400, "This form could not be read")
}
