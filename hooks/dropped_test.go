package hooks_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/gate"
)

// form is a body in parts, of texts and of files.
func form(t *testing.T, texts, files map[string]string) (*bytes.Buffer, string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, value := range texts {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range files {
		part := must(w.CreateFormFile(name, "words.txt"))
		if _, err := part.Write([]byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return &out, w.FormDataContentType()
}

// What a request says of a field is written or refused, whatever form it comes in: a file
// for a field of words, something added to what is no list, a word for a number. Answered
// with 200 and dropped, it would look saved.
func TestNothingThatIsSentIsDroppedInSilence(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open)
	token := s.Token(demo.Practitioner)
	one, people, evidence := "/api/collections/cases/records/"+demo.CaseID(1), "/api/collections/people/records", "/api/collections/evidence/records"
	child := map[string]string{"case": demo.CaseID(1), "kind": "child", "name": "Kid"}
	paper := map[string]string{"case": demo.CaseID(1), "title": "t", "kind": "document", "sha256": strings.Repeat("a", 64), "size": "1"}
	with := func(of map[string]string, name, value string) map[string]string {
		out := map[string]string{name: value}
		for k, v := range of {
			if k != name {
				out[k] = v
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		method, path string
		texts, files map[string]string
		json         map[string]any
		field        string
	}{
		"a file for the summary":         {"PATCH", one, nil, map[string]string{"summary": "words"}, nil, "summary"},
		"a file added to the summary":    {"PATCH", one, nil, map[string]string{"summary+": "words"}, nil, "summary+"},
		"a file for a flag":              {"PATCH", one, nil, map[string]string{"restricted": "true"}, nil, "restricted"},
		"a file for a child's needs":     {"POST", people, child, map[string]string{"needs": "words"}, nil, "needs"},
		"a flag with something added":    {"PATCH", one, nil, nil, map[string]any{"restricted+": true}, "restricted+"},
		"a summary with something added": {"PATCH", one, nil, nil, map[string]any{"summary+": "x"}, "summary+"},
		"a summary, something before it": {"PATCH", one, nil, nil, map[string]any{"+summary": "x"}, "+summary"},
		"a summary, something taken":     {"PATCH", one, nil, nil, map[string]any{"-summary": "y"}, "-summary"},
		"a choice with another added":    {"PATCH", one, nil, nil, map[string]any{"status+": "closed"}, "status+"},
		"a form with something added":    {"PATCH", one, map[string]string{"summary+": "x"}, nil, nil, "summary+"},
		"a form, a word for a flag":      {"PATCH", one, map[string]string{"restricted": "yes"}, nil, nil, "restricted"},
		"a form, a word for a number":    {"POST", evidence, with(paper, "size", "large"), nil, nil, "size"},
		"a number with a sign before":    {"POST", evidence, with(paper, "+size", "1"), nil, nil, "+size"},
	} {
		before := count(t, s, "people") + count(t, s, "evidence")
		var body any = c.json
		kind := "application/json"
		if c.json == nil {
			body, kind = form(t, c.texts, c.files)
		}
		a := s.Do(c.method, c.path, token, body, "Content-Type", kind)
		if a.Status != 400 || !strings.Contains(string(a.Body), `"`+c.field+`":{"code":"wrong_type"`) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if after := count(t, s, "people") + count(t, s, "evidence"); after != before {
			t.Errorf("%s: a record was made", name)
		}
		inner := map[string]any{"method": c.method, "url": c.path, "body": c.json}
		files := map[string]string{}
		switch {
		case c.json == nil && len(c.files) == 0:
			continue // in a batch the words are JSON
		case c.json == nil:
			inner["body"] = c.texts
			if c.texts == nil {
				inner["body"] = map[string]any{}
			}
			for part, words := range c.files {
				files["requests.0."+part] = words
			}
		}
		payload := string(must(json.Marshal(map[string]any{"requests": []any{inner}})))
		body, kind = form(t, map[string]string{"@jsonPayload": payload}, files)
		a = s.Do("POST", "/api/batch", token, body, "Content-Type", kind)
		if a.Status != 400 || !strings.Contains(string(a.Body), `"`+c.field+`":{"code":"wrong_type"`) {
			t.Errorf("%s, in a batch: %d %s", name, a.Status, a.Body)
		}
	}
	a := s.Do("POST", "/api/batch", token, map[string]any{"requests": []any{map[string]any{"method": "PATCH", "url": one, "body": map[string]any{"restricted": "yes"}}}})
	if a.Status != 400 || !strings.Contains(string(a.Body), `"restricted":{"code":"wrong_type"`) {
		t.Errorf("a word for a flag in a batch: %d %s", a.Status, a.Body)
	}
	for _, stray := range []string{"summary", "requests.1.summary", "requests"} { // for none of the requests
		payload := string(must(json.Marshal(map[string]any{"requests": []any{map[string]any{"method": "PATCH", "url": one, "body": map[string]any{"summary": "with a file"}}}})))
		body, kind := form(t, map[string]string{"@jsonPayload": payload}, map[string]string{stray: "words"})
		if a := s.Do("POST", "/api/batch", token, body, "Content-Type", kind); a.Status != 400 {
			t.Errorf("a batch with the file %s: %d %s", stray, a.Status, a.Body)
		}
	}
	if got := must(s.App.FindRecordById("cases", demo.CaseID(1))); got.GetString("summary") == "with a file" || got.GetBool("restricted") {
		t.Error("what was refused was written")
	}
}

// What PocketBase can do is still done: a form's words, flags and numbers, more in a list.
func TestAFormAndAPartOfAListAreWritten(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open)
	token := s.Token(demo.Practitioner)
	one := "/api/collections/cases/records/" + demo.CaseID(1)
	body, kind := form(t, map[string]string{"summary": "0123"}, nil)
	if a := s.Do("PATCH", one, token, body, "Content-Type", kind); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	r := must(s.App.FindRecordById("cases", demo.CaseID(1)))
	if r.GetString("summary") != "0123" {
		t.Errorf("%q", r.GetString("summary"))
	}
	note := url.Values{"case": {demo.CaseID(1)}, "body": {"Seen."}, "source": {"seen_by_worker"}, "shared": {"true"}}
	a := s.Do("POST", "/api/collections/notes/records", token, bytes.NewBufferString(note.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	var made struct {
		ID     string
		Shared bool
	}
	if a.JSON(t, &made); a.Status != 200 || !made.Shared {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
