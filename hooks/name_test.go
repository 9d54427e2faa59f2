package hooks_test

import (
	"strings"
	"testing"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// Nobody takes a colleague's name, however it is spelt; a real change of name is kept
// with the account and goes where people look others up.
func TestNobodyTakesAnothersName(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	d := &office{s.App, t}
	me := "/api/collections/users/records/" + demo.Colleague.ID
	for _, name := range []string{"Moira Ash", "MOIRA ASH", "  moira   ash ", "Mоira Ash", "Móira Ash", "Moira\u200b Ash", "Ｍoira Ash", "Moira-Ash"} {
		a := s.Do("PATCH", me, s.Token(demo.Colleague), map[string]any{"name": name})
		if a.Status != 400 || !strings.Contains(string(a.Body), "what tells you apart") { // however it is spelt, it is said why
			t.Errorf("%q: %d %s", name, a.Status, a.Body)
		}
	}
	for _, name := range []string{"   ", "\u00a0", "\u200b", "\u3164", "\u2800", "\u0301"} {
		if a := s.Do("PATCH", me, s.Token(demo.Colleague), map[string]any{"name": name}); a.Status != 400 {
			t.Errorf("%q is a name: %d", name, a.Status)
		}
		if _, err := d.by(&demo.Practitioner, "people", "", map[string]any{"case": demo.CaseID(1), "kind": "child", "name": name}); err == nil {
			t.Errorf("a child is called %q", name)
		}
	}
	if a := s.Do("PATCH", "/api/collections/users/records/"+demo.Outsider.ID, s.Token(demo.Outsider), map[string]any{"name": "Moira Ash"}); a.Status != 200 {
		t.Errorf("a namesake at another agency: %d %s", a.Status, a.Body)
	}

	saskia := must(s.App.FindFirstRecordByData("champions", "user", demo.School.ID)).Id
	if a := s.Do("PATCH", "/api/collections/users/records/"+demo.School.ID, s.Token(demo.School), map[string]any{"name": "Saskia Dunn-Vale"}); a.Status != 200 {
		t.Fatalf("a real change of name: %d %s", a.Status, a.Body)
	}
	if got := must(s.App.FindRecordById("champions", saskia)).GetString("name"); got != "Saskia Dunn-Vale" {
		t.Errorf("in the directory of champions she is %q", got)
	}
	d.wants("the name", d.words("users", demo.School.ID, "name"), `"Saskia Dunn" The server>Saskia Dunn changed`)
	if got := d.membership(demo.School, demo.CaseID(1)).GetString("name"); got != "Saskia Dunn-Vale" {
		t.Errorf("on her cases she is %q", got)
	}
}
