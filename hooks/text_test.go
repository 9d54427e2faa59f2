package hooks_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/gate"
	"holdfast/server/sync"
)

// A partner's form sends a letter in Windows-1252, another client half of a surrogate
// pair, a third NUL: no door takes it, and nobody's pull is the poorer (B01).
func TestNoDoorTakesWhatIsNoText(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open, sync.Open)
	token := s.Token(demo.Practitioner)
	notes := "/api/collections/notes/records"
	before := count(t, s, "notes")
	form := func(body string) (string, string) {
		return "case=" + demo.CaseID(1) + "&source=seen_by_worker&shared=true&body=" + body, "application/x-www-form-urlencoded"
	}
	parts := func(name, body string) (string, string) {
		var out bytes.Buffer
		w := multipart.NewWriter(&out)
		for k, v := range map[string]string{"case": demo.CaseID(1), "source": "seen_by_worker", "shared": "true", name: body} {
			if err := w.WriteField(k, v); err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		return out.String(), w.FormDataContentType()
	}
	note := func(body string) (string, string) {
		return `{"case":"` + demo.CaseID(1) + `","source":"seen_by_worker","shared":true,"body":"` + body + `"}`, "application/json"
	}
	for name, send := range map[string]func() (string, string){
		"a form with a stray byte":   func() (string, string) { return form("caf%E9+visit") },
		"a form with NUL":            func() (string, string) { return form("nul%00visit") },
		"parts with a stray byte":    func() (string, string) { return parts("body", "caf\xe9 visit") },
		"parts with JSON":            func() (string, string) { return parts("@jsonPayload", `{"body":"\ud800"}`) },
		"JSON with a stray byte":     func() (string, string) { return note("caf\xe9 visit") },
		"JSON with half a surrogate": func() (string, string) { return note(`\ud83d`) },
		"JSON with NUL":              func() (string, string) { return note(`nul\u0000visit`) },
	} {
		body, kind := send()
		if a := s.Do("POST", notes, token, strings.NewReader(body), "Content-Type", kind); a.Status != 400 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	super := core.NewRecord(must(s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	super.Load(map[string]any{"email": "operator@fellmoor.example", "password": "a-long-password"})
	if err := s.App.Save(super); err != nil {
		t.Fatal(err)
	}
	operator := must(super.NewAuthToken())
	for name, send := range map[string]func() (string, string){
		"JSON with half a surrogate":  func() (string, string) { return `{"summary":"\ud800"}`, "application/json" },
		"JSON with a stray byte":      func() (string, string) { return "{\"summary\":\"caf\xe9\"}", "application/json" },
		"a form with a stray byte":    func() (string, string) { return "summary=caf%E9", "application/x-www-form-urlencoded" },
		"parts with half a surrogate": func() (string, string) { return parts("@jsonPayload", `{"summary":"\ud800"}`) },
		"parts with a stray byte":     func() (string, string) { return parts("summary", "caf\xe9") },
	} {
		body, kind := send()
		for _, at := range []string{"/api/collections/cases/records/" + demo.CaseID(1), "/api/settings"} {
			if a := s.Do("PATCH", at, operator, strings.NewReader(body), "Content-Type", kind); a.Status != 400 || !strings.Contains(string(a.Body), "every phone can read") {
				t.Errorf("an operator's %s at %s: %d %s", name, at, a.Status, a.Body)
			}
		}
	}
	inner, _ := note(`\udc00`)
	if a := s.Do("POST", "/api/batch", token, strings.NewReader(`{"requests":[{"method":"POST","url":"`+notes+`","body":`+inner+`}]}`)); a.Status != 400 {
		t.Errorf("a batch: %d %s", a.Status, a.Body)
	}
	if got := count(t, s, "notes"); got != before {
		t.Errorf("%d notes were stored", got-before)
	}

	// A push: that element is refused and kept, the one beside it applied.
	id := func(n string) string { return "01jd00000000000000000000" + n }
	mutation := func(n, body string) string {
		b, _ := note(body)
		return `{"id":"` + id(n) + `","collection":"notes","record":"pushed0000000` + n + `","op":"create","recorded_at":"2026-11-20T10:00:00Z","set":` + b + `}`
	}
	deep := `{"id":"` + id("05") + `","collection":"network\u0000","record":"pushed000000005","op":"create","recorded_at":"","set":{"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}}`
	a := s.Do("POST", "/api/sync/push", token, strings.NewReader(`{"mutations":[`+strings.Join([]string{mutation("01", "caf\xe9"), mutation("02", `\ud800`), mutation("03", `nul\u0000`), mutation("04", "good"), deep}, ",")+`]}`))
	var answer struct {
		Results []struct{ Verdict, Code string }
	}
	a.JSON(t, &answer)
	for i, want := range []string{"wrong_type", "wrong_type", "wrong_type", "", "malformed"} {
		if len(answer.Results) != 5 || answer.Results[i].Code != want {
			t.Fatalf("pushed: %d %s", a.Status, a.Body)
		}
	}
	for _, accept := range []string{"", "application/x-ndjson"} {
		pull := s.Do("POST", "/api/sync/pull", token, map[string]any{"position": nil, "limit": 5000}, "Accept", accept)
		if pull.Status != 200 || !utf8.Valid(pull.Body) || strings.Contains(string(pull.Body), `\ud800`) {
			t.Errorf("the pull %q: %d, readable: %v", accept, pull.Status, utf8.Valid(pull.Body))
		}
	}

	// Whoever writes, the server itself too.
	r := must(s.App.FindFirstRecordByData("notes", "body", "good"))
	r.Set("body", "caf\xe9")
	if err := s.App.Save(kernel.AsServer(r)); err == nil {
		t.Error("the server saved what is no text")
	}
	r = must(s.App.FindFirstRecordByData("people", "case", demo.CaseID(1)))
	r.Set("contact_points", json.RawMessage(`[{"kind":"phone","value":"\ud800"}]`))
	if err := s.App.Save(kernel.AsServer(r)); err == nil && strings.Contains(r.GetString("contact_points"), `\ud800`) {
		t.Error("half of a surrogate pair was saved in JSON")
	}
}

// What was stored past every door: found, said where, and meanwhile no page is unreadable.
func TestStoredBytesThatAreNoTextAreFound(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app, gate.Open, devices.Open, sync.Open)
	token := s.Token(demo.Practitioner)
	note := must(app.FindFirstRecordByData("notes", "case", demo.CaseID(1)))
	if _, err := app.NonconcurrentDB().NewQuery("UPDATE notes SET body = CAST(X'636166E9206E756C0078' AS TEXT) WHERE id = {:id}").Bind(dbx.Params{"id": note.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	pull := func() string {
		a := s.Do("POST", "/api/sync/pull", token, map[string]any{"position": nil, "limit": 5000})
		var page struct{ Changes []json.RawMessage }
		a.JSON(t, &page)
		if a.Status != 200 || !utf8.Valid(a.Body) || len(page.Changes) < 10 {
			t.Fatalf("the pull: %d, readable: %v", a.Status, utf8.Valid(a.Body))
		}
		return string(a.Body)
	}
	pull()
	if err := kernel.LookAtTexts(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	if found := kernel.Illegible(app); len(found) != 1 || found[0].String() != "notes/"+note.Id+" body" {
		t.Fatal(found)
	}
	// Another field of it can still be written.
	stored := must(app.FindRecordById("notes", note.Id))
	stored.Set("verbatim", !stored.GetBool("verbatim"))
	if err := app.Save(kernel.AsServer(stored)); err != nil {
		t.Error(err)
	}
}
