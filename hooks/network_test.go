package hooks_test

import (
	"strings"
	"testing"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestNoChildEntersTheSchemesRecords(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	token := s.Token(demo.School)
	for noun, body := range map[string]map[string]any{
		"surgery_sessions": {"on": "2020-01-01", "minutes": 30, "note": "About FM-0001."},
		"cascade_log":      {"on": "2020-01-01", "audience": "Team", "people": 3, "topic": "The child of 09/04/2017"},
		"good_practice":    {"title": "It helped", "body": "Number 943 476 5919."},
	} {
		before, err := s.App.CountRecords(noun)
		if err != nil {
			t.Fatal(err)
		}
		a := s.Do("POST", "/api/collections/"+noun+"/records", token, body)
		if a.Status != 400 || !strings.Contains(string(a.Body), "identifies") || !strings.Contains(string(a.Body), "could lead to a child") {
			t.Errorf("%s: %d %s", noun, a.Status, a.Body)
		}
		if after, _ := s.App.CountRecords(noun); after != before {
			t.Errorf("%s: something was written", noun)
		}
	}
}

func TestGoodPracticeIsReadBeforeItIsShared(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	at := "/api/collections/good_practice/records"
	author, other, coordinator := s.Token(demo.School), s.Token(demo.Colleague), s.Token(demo.Coordinator)
	var item struct{ ID, Status string }
	a := s.Do("POST", at, author, map[string]any{"title": "Walking home together", "body": "We walk the long way round."})
	a.JSON(t, &item)
	step := func(token string, body map[string]any, want int) {
		t.Helper()
		if a := s.Do("PATCH", at+"/"+item.ID, token, body); a.Status != want {
			t.Fatalf("%v: %d %s", body, a.Status, a.Body)
		}
	}
	if item.Status != "draft" {
		t.Fatal(string(a.Body))
	}
	step(coordinator, map[string]any{"status": "shared"}, 404) // a draft is its author's alone
	step(author, map[string]any{"status": "shared"}, 400)
	step(author, map[string]any{"status": "submitted"}, 200)
	step(author, map[string]any{"body": "Something else that nobody read."}, 400)
	step(coordinator, map[string]any{"body": "Words in another's mouth."}, 400)
	if a := s.Do("GET", at+"/"+item.ID, other, nil); a.Status != 404 {
		t.Fatalf("a colleague sees it before it is shared: %d", a.Status)
	}
	step(coordinator, map[string]any{"status": "shared"}, 200)
	if a := s.Do("GET", at+"/"+item.ID, other, nil); a.Status != 200 || !strings.Contains(string(a.Body), "Harbour School") {
		t.Fatalf("shared, and a colleague gets %d %s", a.Status, a.Body)
	}
	step(author, map[string]any{"body": "Another text under the same approval."}, 400)
}

func TestACoordinatorsOwnPracticeIsReadByAnother(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	at := "/api/collections/good_practice/records"
	var item struct{ ID string }
	s.Do("POST", at, s.Token(demo.Coordinator), map[string]any{"title": "t", "body": "b", "status": "submitted"}).JSON(t, &item)
	if a := s.Do("PATCH", at+"/"+item.ID, s.Token(demo.Coordinator), map[string]any{"status": "shared"}); a.Status != 400 {
		t.Fatal(a.Status, string(a.Body))
	}
}

func TestOnlyChampionsRecordWhatTheyPassedOn(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	body := map[string]any{"on": "2020-01-01", "audience": "Team", "people": 3, "topic": "Small things", "resource": demo.ID("resource", 2)}
	if a := s.Do("POST", "/api/collections/cascade_log/records", s.Token(demo.Colleague), body); a.Status != 400 || !strings.Contains(string(a.Body), "no_champion") {
		t.Fatal(a.Status, string(a.Body))
	}
	a := s.Do("POST", "/api/collections/cascade_log/records", s.Token(demo.School), body)
	if a.Status != 200 || !strings.Contains(string(a.Body), `"resource_version":1`) || !strings.Contains(string(a.Body), demo.School.Agency) {
		t.Fatal(a.Status, string(a.Body))
	}
	for _, path := range []string{"cascade_log", "surgery_sessions"} {
		if a := s.Do("POST", "/api/collections/"+path+"/records", s.Token(demo.School), map[string]any{"on": "2099-01-01", "audience": "a", "topic": "t"}); a.Status != 400 {
			t.Errorf("%s in the future: %d", path, a.Status)
		}
	}
}
