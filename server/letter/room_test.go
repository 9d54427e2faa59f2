package letter

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	"holdfast/hooks/lettertext"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

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
	if err := hooks.Within(app, hooks.Actor{User: user, Door: "test"}, func(tx core.App) error { return tx.Save(l) }); err != nil {
		t.Fatal(err)
	}
	return l
}

var whole = lettertext.Data{
	"missed":    lettertext.Table(lettertext.Row{"date": "2026-11-18", "time": "10:00", "kind": "home visit", "place": "your home"}),
	"next.date": lettertext.One("2026-11-25"), "next.time": lettertext.One("10:00"), "next.place": lettertext.One("your home"),
	"next.kind": lettertext.One("a visit"), "support_offered": lettertext.Many("help with mornings"),
}

func TestALetterIsOnePageAndOnePaper(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app, Open)
	l := draft(t, app, whole)
	if l.GetString("content_hash") == "" {
		t.Fatalf("unresolved: %s", l.GetString("problems"))
	}
	page := s.Do("GET", "/api/letters/"+l.Id+"/html", s.Token(demo.School), nil)
	if page.Status != 200 || !strings.Contains(string(page.Body), "14 Quarry Row") || !strings.Contains(string(page.Body), "18 November 2026") {
		t.Errorf("page: %d %s", page.Status, page.Body)
	}
	paper := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.School), nil)
	again := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.School), nil)
	if paper.Status != 200 || !bytes.HasPrefix(paper.Body, []byte("%PDF-")) || !bytes.Equal(paper.Body, again.Body) {
		t.Errorf("paper: %d, %d bytes, the same twice: %v", paper.Status, len(paper.Body), bytes.Equal(paper.Body, again.Body))
	}
	if paper.Header.Get("Cache-Control") != "no-store" {
		t.Error("a letter may be cached")
	}
	foreign := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.Outsider), nil)
	missing := s.Do("GET", "/api/letters/nosuchletter000/pdf", s.Token(demo.Outsider), nil)
	if foreign.Status != 404 || string(foreign.Body) != string(missing.Body) {
		t.Errorf("foreign %d %s, missing %d %s", foreign.Status, foreign.Body, missing.Status, missing.Body)
	}
}

func TestNothingUnresolvedIsApproved(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app, Open)
	l := draft(t, app, lettertext.Data{})
	if a := s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.Practitioner), nil); a.Status != 400 || !strings.Contains(string(a.Body), "next.date") {
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
	tess.Set("contact_points", []hooks.ContactPoint{{Kind: "address", Lines: []string{"14 Quarry Row"}, Current: true, ConfirmedOn: "2026-10-01", SafePost: false}})
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
