package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// ending is a pathway of FM-0001 on which ending was proposed, days ago, by somebody,
// and every child was seen. The school is on the case and has not answered.
type ending struct {
	*demotest.Server
	t       *testing.T
	pathway string
}

func proposeEnding(t *testing.T, by demo.Person, days int) *ending {
	t.Helper()
	e := &ending{Server: house(t), t: t}
	template := must(e.App.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'"))
	opened := time.Now().AddDate(0, 0, -days-1)
	e.pathway = e.made(demo.Practitioner, "pathways", map[string]any{"case": demo.CaseID(1), "template": template.Id, "opened_at": opened, "trigger": "missed_contact"})
	e.event(demo.Practitioner, "child.seen", time.Now().Add(-time.Minute), map[string]any{"children": []string{demo.ID("child", 100), demo.ID("child", 101)}})
	if v, why := e.event(by, "closure.proposed", opened.Add(time.Hour), map[string]any{"reason": "needs_met", "basis": "assessment"}); v != "accepted" && v != "accepted_late" {
		t.Fatal(v, why)
	}
	// The days to answer run from when it came, not from the day that it says of itself.
	_, err := e.App.NonconcurrentDB().NewQuery("UPDATE pathway_events SET received_at = occurred_at WHERE pathway = {:p} AND kind = 'closure.proposed'").Bind(dbx.Params{"p": e.pathway}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *ending) made(who demo.Person, noun string, values map[string]any) string {
	e.t.Helper()
	a := e.Do("POST", "/api/collections/"+noun+"/records", e.Token(who), values)
	if a.Status != 200 {
		e.t.Fatalf("%s: %d %s", noun, a.Status, a.Body)
	}
	var r struct{ ID string }
	a.JSON(e.t, &r)
	return r.ID
}

// event records one by the REST door, and gives the engine's verdict.
func (e *ending) event(who demo.Person, kind string, at time.Time, data map[string]any) (verdict, reasons string) {
	e.t.Helper()
	r := must(e.App.FindRecordById("pathway_events", e.made(who, "pathway_events", e.approval(kind, at, data))))
	return r.GetString("verdict"), r.GetString("reasons")
}

func (e *ending) approval(kind string, at time.Time, data map[string]any) map[string]any {
	return map[string]any{"case": demo.CaseID(1), "pathway": e.pathway, "kind": kind, "occurred_at": at.UTC().Format("2006-01-02 15:04:05.000Z"), "data": data}
}

func checked() map[string]any {
	return map[string]any{"chronology": "2026-11-10", "views": "2026-11-10", "notified": "2026-11-11"}
}

// open fails the test where anything of the ending went through.
func (e *ending) open(door string) {
	e.t.Helper()
	p, c := must(e.App.FindRecordById("pathways", e.pathway)), must(e.App.FindRecordById("cases", demo.CaseID(1)))
	if p.GetBool("ended") || p.GetString("state") != "closure_proposed" || c.GetString("status") != "open" {
		e.t.Fatalf("%s: the pathway is %s, the case %s", door, p.GetString("state"), c.GetString("status"))
	}
}

// page is a manager's browser at the approvals.
type page struct {
	e      *ending
	client *http.Client
}

func (e *ending) page(who demo.Person) *page {
	e.t.Helper()
	jar, _ := cookiejar.New(nil)
	p := &page{e, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if status, body := p.post("/coordinate/sign-in", url.Values{"email": {who.Email()}, "password": {demo.Password}}); status != 303 {
		e.t.Fatalf("signing in: %d %s", status, body)
	}
	return p
}

func (p *page) post(path string, form url.Values) (int, string) {
	p.e.t.Helper()
	res, err := p.client.PostForm(p.e.URL+path, form)
	return p.read(res, err)
}

func (p *page) read(res *http.Response, err error) (int, string) {
	p.e.t.Helper()
	if err != nil {
		p.e.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, string(must(io.ReadAll(res.Body)))
}

var (
	formOf = regexp.MustCompile(`action="(/coordinate/approvals/[a-z0-9]+/approve)"`)
	sealOf = regexp.MustCompile(`name="seal" value="([^"]*)"`)
)

// approve sends the page's own form for the one thing that waits.
func (p *page) approve(form url.Values) (int, string) {
	p.e.t.Helper()
	status, shown := p.read(p.client.Get(p.e.URL + "/coordinate/approvals"))
	action := formOf.FindStringSubmatch(shown)
	if status != 200 || action == nil {
		p.e.t.Fatalf("nothing waits on the page: %d\n%s", status, shown)
	}
	if strings.Contains(shown, "Marlowe") || !strings.Contains(shown, "FM-0001") {
		p.e.t.Fatalf("the page names the family, or not the case:\n%s", shown)
	}
	if without, _ := p.post(action[1], form); without != 403 {
		p.e.t.Fatalf("a form without its seal: %d", without)
	}
	form.Set("seal", sealOf.FindStringSubmatch(shown)[1])
	return p.post(action[1], form)
}

func days() url.Values {
	return url.Values{"day-chronology": {"2026-11-10"}, "day-views": {"2026-11-10"}, "day-notified": {"2026-11-11"}}
}

// No agency closes alone, by whichever door it tries (G7): each is refused while the
// school has not been heard, and the case does not close past its pathway.
func TestNoDoorClosesWithoutTheOtherAgencies(t *testing.T) {
	e := proposeEnding(t, demo.Practitioner, 0)
	approve := e.approval("closure.approved", time.Now(), map[string]any{"checklist": checked(), "override_reason": "We are sure: the children are well."})
	closed := map[string]any{"status": "closed", "closed_on": "2026-11-20"}
	cases, pathways := "/api/collections/cases/records/"+demo.CaseID(1), "/api/collections/pathways/records/"+e.pathway
	operator := glassBroken(t, e.Server)
	for door, token := range map[string]string{"rest": e.Token(demo.Manager), "dashboard": operator} {
		a := e.Do("POST", "/api/collections/pathway_events/records", token, approve)
		if door == "dashboard" { // who writes nothing of a case, with the glass broken or whole
			if a.Status != 403 {
				t.Errorf("%s: approving answered %d %s", door, a.Status, a.Body)
			}
		} else if a.Status != 200 || !strings.Contains(string(a.Body), `"verdict":"attempted"`) {
			t.Errorf("%s: approving answered %d %s", door, a.Status, a.Body)
		}
		for say, a := range map[string]demotest.Answer{
			"closing the case":             e.Do("PATCH", cases, token, closed),
			"ending the pathway by hand":   e.Do("PATCH", pathways, token, map[string]any{"ended": true}),
			"stating its end":              e.Do("PATCH", pathways, token, map[string]any{"state": "closed_needs_met"}),
			"swapping its template":        e.Do("PATCH", pathways, token, map[string]any{"template": must(e.App.FindFirstRecordByData("pathway_templates", "key", "was-not-brought")).Id}),
			"deleting a step":              e.Do("DELETE", "/api/collections/pathway_steps/records/"+must(e.App.FindFirstRecordByData("pathway_steps", "pathway", e.pathway)).Id, token, nil),
			"deleting the pathway":         e.Do("DELETE", pathways, token, nil),
			"deleting the proposal's case": e.Do("DELETE", cases, token, nil),
			"in another's name": e.Do("POST", "/api/collections/pathway_events/records", token, func() map[string]any {
				forged := e.approval("closure.approved", time.Now(), approve["data"].(map[string]any))
				forged["author"], forged["role"] = demo.Manager.ID, "manager"
				forged["verdict"] = "accepted"
				return forged
			}()),
		} {
			if a.Status < 400 {
				t.Errorf("%s, %s: %d %s", door, say, a.Status, a.Body)
			}
		}
		e.open(door)
	}

	token := e.Token(demo.Manager)
	batch := e.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{
		{"method": "POST", "url": "/api/collections/pathway_events/records", "body": approve},
		{"method": "PATCH", "url": cases, "body": closed},
	}})
	if batch.Status != 400 {
		t.Errorf("batch: %d %s", batch.Status, batch.Body)
	}
	e.open("batch")

	var device contract.DeviceAnswer
	e.Do("POST", "/api/sync/devices", e.SignIn(demo.Manager), contract.DeviceRequest{Name: "the manager's phone"}).JSON(t, &device)
	push := e.Do("POST", "/api/sync/push", device.AccessToken, map[string]any{"mutations": []map[string]any{
		{"id": "01jd0000000000000000000001", "collection": "pathway_events", "record": "approvedbyphone", "op": "create", "set": approve, "recorded_at": "2026-11-20T10:00:00.000Z"},
		{"id": "01jd0000000000000000000002", "collection": "cases", "record": demo.CaseID(1), "op": "update", "base": 1, "set": closed, "was": map[string]any{"status": "open", "closed_on": ""}, "recorded_at": "2026-11-20T10:00:00.000Z"},
	}})
	var pushed contract.PushAnswer
	push.JSON(t, &pushed)
	if len(pushed.Results) != 2 || pushed.Results[1].Verdict != contract.Refused {
		t.Errorf("push: %s", push.Body)
	}
	if r := must(e.App.FindRecordById("pathway_events", "approvedbyphone")); r.GetString("verdict") != "attempted" {
		t.Errorf("push: %s", r.GetString("verdict"))
	}
	e.open("sync")

	manager := e.page(demo.Manager)
	if status, shown := manager.approve(days()); status != 422 || !strings.Contains(shown, "Wait for") {
		t.Errorf("page: %d %s", status, shown)
	}
	e.open("page")

	// Heard, the same page ends it.
	if v, why := e.event(demo.School, "closure.consulted", time.Now(), map[string]any{"answer": "no objection"}); v != "accepted" {
		t.Fatal(v, why)
	}
	if status, shown := manager.approve(days()); status != 303 {
		t.Fatalf("with every answer: %d %s", status, shown)
	}
	if p := must(e.App.FindRecordById("pathways", e.pathway)); p.GetString("state") != "closed_needs_met" || !p.GetBool("ended") {
		t.Fatal(p.GetString("state"))
	}
	if a := e.Do("PATCH", cases, token, closed); a.Status != 400 || !strings.Contains(string(a.Body), "fixed") {
		t.Errorf("whether a case is open is a field that anybody on it sets: %d %s", a.Status, a.Body)
	}
}

// Over silence: only once the time is up, with a reason, by a manager who did not
// propose it.
func TestAManagerEndsOverSilenceOnlyWithAReason(t *testing.T) {
	e := proposeEnding(t, demo.Practitioner, 20)
	page := e.page(demo.Manager)
	if status, shown := page.approve(days()); status != 422 || !strings.Contains(shown, "without an answer") {
		t.Fatalf("without a reason: %d %s", status, shown)
	}
	e.open("without a reason")
	form := days()
	form.Set("reason", "The school has closed for good; its records are with us.")
	if status, shown := page.approve(form); status != 303 {
		t.Fatalf("with a reason: %d %s", status, shown)
	}
	if p := must(e.App.FindRecordById("pathways", e.pathway)); !p.GetBool("ended") {
		t.Fatal(p.GetString("state"))
	}

	own := proposeEnding(t, demo.Manager, 20)
	if v, _ := own.event(demo.Manager, "closure.approved", time.Now(), map[string]any{"checklist": checked(), "override_reason": "We are sure: the children are well."}); v != "attempted" {
		t.Error(v)
	}
	own.open("the proposer's own approval")
}

// Taking the school off the case is no way round asking it.
func TestTakingAnAgencyOffTheCaseDoesNotCloseIt(t *testing.T) {
	e := proposeEnding(t, demo.Practitioner, 0)
	m := must(e.App.FindFirstRecordByFilter("case_members", "case = '"+demo.CaseID(1)+"' && user = '"+demo.School.ID+"'"))
	if a := e.Do("PATCH", "/api/collections/case_members/records/"+m.Id, e.Token(demo.Manager), map[string]any{"until": time.Now().Add(-time.Second).UTC().Format("2006-01-02 15:04:05.000Z")}); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if v, _ := e.event(demo.Manager, "closure.approved", time.Now(), map[string]any{"checklist": checked(), "override_reason": "We are alone on it, and they are well."}); v != "attempted" {
		t.Error(v)
	}
	e.open("with the school gone")
}

// A child whom nobody can see is why a family goes to social care: the page asks for it, and
// does not stop at it (A16).
func TestAHandoverSaysWhoWasNotSeen(t *testing.T) {
	e := &ending{Server: house(t), t: t}
	template := must(e.App.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'"))
	at := time.Now().Add(-48 * time.Hour)
	e.pathway = e.made(demo.Practitioner, "pathways", map[string]any{"case": demo.CaseID(1), "template": template.Id, "opened_at": at, "trigger": "no_access"})
	for i, tell := range []struct {
		who  demo.Person
		kind string
		data map[string]any
	}{
		{demo.Practitioner, "referral.sent", map[string]any{"reason": "Kept from us at the door."}},
		{demo.Practitioner, "referral.accepted", map[string]any{"decided_by": "Margaret Hall"}},
		{demo.Practitioner, "closure.proposed", map[string]any{"reason": "statutory", "basis": "handover"}},
		{demo.School, "closure.consulted", nil},
	} {
		if v, why := e.event(tell.who, tell.kind, at.Add(time.Duration(i+1)*time.Hour), tell.data); v != "accepted" {
			t.Fatal(tell.kind, v, why)
		}
	}
	page := e.page(demo.Manager)
	status, shown := page.approve(days())
	if status != 422 || !strings.Contains(shown, "Say in the handover which child was not seen, and why: nobody has recorded seeing") ||
		!strings.Contains(shown, `name="not-seen"`) || strings.Contains(shown, "Marlowe") {
		t.Fatalf("%d %s", status, shown)
	}
	form := days()
	form.Set("not-seen", "The door stays shut; the social worker has been there twice.")
	if status, shown := page.approve(form); status != 303 {
		t.Fatalf("%d %s", status, shown)
	}
	if p := must(e.App.FindRecordById("pathways", e.pathway)); p.GetString("state") != "closed_statutory" {
		t.Error(p.GetString("state"))
	}
}
