package letter

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	letterrules "holdfast/hooks/letter"
	"holdfast/hooks/lettertext"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// confirmed notes today that Tess Marlowe lives where she does.
func confirmed(t *testing.T, app core.App) {
	t.Helper()
	tess, err := app.FindRecordById("people", demo.ID("adult", 100))
	if err != nil {
		t.Fatal(err)
	}
	tess.Set("contact_points", []letterrules.ContactPoint{{
		Kind: "address", Lines: []string{"14 Quarry Row", "Fellmoor"}, Postcode: "FM1 4QR", Current: true, SafePost: true, ConfirmedOn: time.Now().UTC().Format(time.DateOnly),
	}})
	if err := app.Save(tess); err != nil {
		t.Fatal(err)
	}
}

// draft makes the first missed-contact letter to Tess Marlowe as the practitioner.
func draft(t *testing.T, app core.App, data lettertext.Data) *core.Record {
	t.Helper()
	user, err := app.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	template, err := app.FindFirstRecordByFilter("letter_templates", "key = 'L1_missed' && language = 'en' && variant = 'standard'")
	if err != nil {
		t.Fatal(err)
	}
	letters, err := app.FindCollectionByNameOrId("letters")
	if err != nil {
		t.Fatal(err)
	}
	l := core.NewRecord(letters)
	l.Load(map[string]any{"case": demo.CaseID(1), "recipient": demo.ID("adult", 100), "template": template.Id, "merge": data})
	if err := kernel.Within(app, kernel.Actor{User: user, Door: "test"}, func(tx core.App) error { return tx.Save(l) }); err != nil {
		t.Fatal(err)
	}
	return l
}

var whole = lettertext.Data{
	"next.date": lettertext.One("2026-11-25"), "next.time": lettertext.One("10:00"), "next.place": lettertext.One("your home"),
	"next.kind": lettertext.One("a visit"), "support_offered": lettertext.Many("help with mornings"),
}

func TestALetterIsOnePageAndOnePaper(t *testing.T) {
	app := demotest.App(t)
	confirmed(t, app)
	s := demotest.Serve(t, app, Open)
	l := draft(t, app, whole)
	if l.GetString("content_hash") == "" {
		t.Fatalf("unresolved: %s", l.GetString("problems"))
	}
	page := s.Do("GET", "/api/letters/"+l.Id+"/html", s.Token(demo.School), nil)
	for _, want := range []string{"14 Quarry Row", "a phone call on", "Parental responsibility of Tess Marlowe for Ivy: nobody has recorded it.", "<strong>DRAFT</strong>", `class="unfinished"`, "Reading grade", "Written, Priya Kendal"} {
		if page.Status != 200 || !strings.Contains(string(page.Body), want) {
			t.Errorf("the draft's page lacks %s: %d %s", want, page.Status, page.Body)
		}
	}
	if a := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.Practitioner), nil); a.Status != 409 || a.Code() != "letter_not_ready" {
		t.Errorf("a draft on paper: %d %s", a.Status, a.Body)
	}
	path := "/api/collections/letters/records/" + l.Id
	if a := s.Do("PATCH", path, s.Token(demo.Practitioner), map[string]any{"status": "approved"}); a.Status != 200 {
		t.Fatalf("approving: %d %s", a.Status, a.Body)
	}
	page = s.Do("GET", "/api/letters/"+l.Id+"/html", s.Token(demo.School), nil)
	if body := string(page.Body); strings.Contains(body, "DRAFT") || !strings.Contains(body, `class="final"`) || !strings.Contains(body, "Approved, Priya Kendal") {
		t.Errorf("the approved page: %s", body)
	}
	paper := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.School), nil)
	again := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.School), nil)
	if paper.Status != 200 || !bytes.HasPrefix(paper.Body, []byte("%PDF-")) || !bytes.Equal(paper.Body, again.Body) {
		t.Errorf("paper: %d, %d bytes, the same twice: %v", paper.Status, len(paper.Body), bytes.Equal(paper.Body, again.Body))
	}
	kept, err := app.FindRecordById("letters", l.Id)
	if err != nil || paper.Header.Get("ETag") != `"`+kept.GetString("pdf_sha256")+`"` || paper.Header.Get("Letter-Bytes") != "" {
		t.Errorf("the paper is %s, approved was %s: %v", paper.Header.Get("ETag"), kept.GetString("pdf_sha256"), err)
	}
	if paper.Header.Get("Cache-Control") != "no-store" {
		t.Error("a letter may be cached")
	}
	foreign := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.Outsider), nil)
	missing := s.Do("GET", "/api/letters/nosuchletter000/pdf", s.Token(demo.Outsider), nil)
	if foreign.Status != 404 || string(foreign.Body) != string(missing.Body) {
		t.Errorf("foreign %d %s, missing %d %s", foreign.Status, foreign.Body, missing.Status, missing.Body)
	}
	if a := s.Do("PATCH", path, s.Token(demo.Practitioner), map[string]any{"status": "withdrawn"}); a.Status != 200 {
		t.Fatalf("withdrawing: %d %s", a.Status, a.Body)
	}
	if a := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.Practitioner), nil); a.Status != 409 {
		t.Errorf("a withdrawn letter on paper: %d", a.Status)
	}
}

// Pages of two families are never in one document (domain 3.4, hard block 7).
func TestADocumentIsOneLetter(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app, Open)
	a, b := draft(t, app, whole), draft(t, app, whole)
	for _, ask := range []string{a.Id + "," + b.Id + "/pdf", a.Id + "%2C" + b.Id + "/pdf", a.Id + "/pdf?ids=" + b.Id, a.Id + "/html?letters[]=" + b.Id, a.Id + "/pdf?with=" + b.Id} {
		if got := s.Do("GET", "/api/letters/"+ask, s.Token(demo.Practitioner), nil); got.Status != 400 || got.Code() != "letter_one_at_a_time" {
			t.Errorf("%s: %d %s", ask, got.Status, got.Body)
		}
	}
}

// The page shows what stands in the way, the listed words and what became of a letter,
// and text from people stays text.
func TestThePageSaysHowTheLetterStands(t *testing.T) {
	app := demotest.App(t)
	confirmed(t, app)
	s := demotest.Serve(t, app, Open)
	html := func(id string) string {
		return string(s.Do("GET", "/api/letters/"+id+"/html", s.Token(demo.Practitioner), nil).Body)
	}
	began, err := app.FindRecordById("cases", demo.CaseID(1)) // no letter went before its case began
	if err != nil {
		t.Fatal(err)
	}
	began.Set("opened_on", "2020-12-01")
	if err := app.Save(began); err != nil {
		t.Fatal(err)
	}
	l := draft(t, app, lettertext.Data{})
	if body := html(l.Id); !strings.Contains(body, "Fill in first: ") || !strings.Contains(body, "DRAFT") || strings.Contains(body, "<main") {
		t.Errorf("an unresolved draft: %s", body)
	}
	police := lettertext.Data{}
	for k, v := range whole {
		police[k] = v
	}
	police["next.kind"] = lettertext.One("a visit <b>after</b> the police came")
	l = draft(t, app, police)
	if body := html(l.Id); !strings.Contains(body, "“police” in paragraph ") || strings.Contains(body, "<b>after") {
		t.Errorf("listed words: %s", body)
	}
	path := "/api/collections/letters/records/" + l.Id
	if a := s.Do("PATCH", path, s.Token(demo.Manager), map[string]any{"status": "approved", "acknowledged": []string{"police"}}); a.Status != 200 {
		t.Fatalf("approving: %d %s", a.Status, a.Body)
	}
	for _, kind := range []string{"posted", "returned"} {
		if a := s.Do("POST", "/api/collections/letter_events/records", s.Token(demo.Practitioner), map[string]any{
			"case": demo.CaseID(1), "letter": l.Id, "kind": kind, "occurred_at": "2020-12-23 10:00:00.000Z", "note": "<i>x</i>",
		}); a.Status != 200 {
			t.Fatalf("%s: %d %s", kind, a.Status, a.Body)
		}
		want := map[string]string{"posted": "taken to have come from Tuesday 29 December 2020; that it was received is not known", "returned": "Came back"}[kind]
		if body := html(l.Id); !strings.Contains(body, want) || strings.Contains(body, "<i>") {
			t.Errorf("%s: %s", kind, body)
		}
	}
}

func TestNothingUnresolvedIsApproved(t *testing.T) {
	app := demotest.App(t)
	confirmed(t, app)
	s := demotest.Serve(t, app, Open)
	l := draft(t, app, lettertext.Data{})
	if a := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.Practitioner), nil); a.Status != 409 {
		t.Errorf("an unresolved letter: %d %s", a.Status, a.Body)
	}
	path := "/api/collections/letters/records/" + l.Id
	if a := s.Do("PATCH", path, s.Token(demo.Manager), map[string]any{"status": "approved"}); a.Status != 400 || !strings.Contains(string(a.Body), "unresolved") {
		t.Errorf("approved unresolved: %d %s", a.Status, a.Body)
	}
	if a := s.Do("PATCH", path, s.Token(demo.Practitioner), map[string]any{"merge": whole}); a.Status != 200 {
		t.Fatalf("filling in: %d %s", a.Status, a.Body)
	}
	if a := s.Do("PATCH", path, s.Token(demo.Manager), map[string]any{"status": "approved"}); a.Status != 200 {
		t.Fatalf("approving: %d %s", a.Status, a.Body)
	}
	if a := s.Do("PATCH", path, s.Token(demo.Practitioner), map[string]any{"merge": whole, "date": "2026-12-01"}); a.Status != 400 {
		t.Errorf("an approved letter was changed: %d", a.Status)
	}
}

func TestALetterGoesToASafeAddressOnly(t *testing.T) {
	app := demotest.App(t)
	tess, err := app.FindRecordById("people", demo.ID("adult", 100))
	if err != nil {
		t.Fatal(err)
	}
	tess.Set("contact_points", []letterrules.ContactPoint{{Kind: "address", Lines: []string{"14 Quarry Row"}, Current: true, ConfirmedOn: "2026-10-01", SafePost: false}})
	if err := app.Save(tess); err != nil {
		t.Fatal(err)
	}
	forged := lettertext.Data{"recipient.address_lines": lettertext.Many("1 Somebody Else's Street")}
	for k, v := range whole {
		forged[k] = v
	}
	l := draft(t, app, forged)
	if l.GetString("content_hash") != "" || !strings.Contains(l.GetString("problems"), "recipient.address_lines") {
		t.Errorf("a letter without a safe address: %s %s", l.GetString("content_hash"), l.GetString("merge"))
	}
}
