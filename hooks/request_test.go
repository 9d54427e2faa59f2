package hooks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestTheStockDoorsRefuseClearly(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	token := s.Token(demo.Practitioner)
	before := count(t, s, "contact_attempts")
	good := map[string]any{"case": demo.CaseID(1), "method": "phone", "outcome": "no_answer", "occurred_at": "2026-11-20 10:00:00.000Z"}
	for name, c := range map[string]struct {
		field string
		value any
		code  string
	}{
		"an unknown field":      {"colour", "red", "unknown_field"},
		"a field of the server": {"author", demo.School.ID, "server_owned"},
		"a wrong type":          {"occurred_at", 7, "wrong_type"},
		"a date that is none":   {"occurred_at", "next Tuesday", "wrong_type"},
		"a text for a flag":     {"contact_confirmed", "yes", "wrong_type"},
		"no such choice":        {"method", "pigeon", "validation_invalid_value"},
		"a foreign pathway":     {"pathway", "nosuchrecord000", "other_case"},
	} {
		body := map[string]any{c.field: c.value}
		for k, v := range good {
			if k != c.field {
				body[k] = v
			}
		}
		a := s.Do("POST", "/api/collections/contact_attempts/records", token, body)
		var e struct {
			Data map[string]struct{ Code, Message string }
		}
		if a.Status != 400 || json.Unmarshal(a.Body, &e) != nil || e.Data[c.field].Code != c.code || e.Data[c.field].Message == "" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if after := count(t, s, "contact_attempts"); after != before {
		t.Errorf("%d attempts were written by refused requests", after-before)
	}
	if a := s.Do("POST", "/api/collections/contact_attempts/records", token, good); a.Status != 200 {
		t.Errorf("the good one: %d %s", a.Status, a.Body)
	}
}

func TestPatchHonoursIfMatchAndWritesOnlyWhatChanged(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	token := s.Token(demo.Practitioner)
	path := "/api/collections/cases/records/" + demo.CaseID(1)
	seen := s.Do("GET", path, token, nil).Header.Get("ETag")
	if seen == "" {
		t.Fatal("a view has no ETag")
	}
	if a := s.Do("PATCH", path, token, map[string]any{"summary": "first"}, "If-Match", seen); a.Status != 200 {
		t.Fatalf("with the rev of now: %d %s", a.Status, a.Body)
	}
	if a := s.Do("PATCH", path, token, map[string]any{"summary": "second"}, "If-Match", seen); a.Status != 412 {
		t.Fatalf("with a stale rev: %d %s", a.Status, a.Body)
	}
	r := must(s.App.FindRecordById("cases", demo.CaseID(1)))
	if r.GetString("summary") != "first" {
		t.Errorf("the stale write changed the summary to %q", r.GetString("summary"))
	}
	rev := must(feed.Rev(s.App.ConcurrentDB(), "cases", demo.CaseID(1)))
	if a := s.Do("PATCH", path, token, map[string]any{"summary": "first"}); a.Status != 200 {
		t.Fatal(a.Status)
	}
	if after := must(feed.Rev(s.App.ConcurrentDB(), "cases", demo.CaseID(1))); after != rev {
		t.Errorf("a patch that changes nothing moved the rev from %d to %d", rev, after)
	}
}

func TestWhatMayOnlyBeAddedToStays(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	for _, noun := range []string{"contact_attempts", "audit_log"} {
		r, err := s.App.FindFirstRecordByFilter(noun, "id != ''")
		if err != nil {
			t.Fatal(noun, err)
		}
		if err := s.App.Delete(r); err == nil {
			t.Errorf("a record of %s was deleted", noun)
		}
		r.Set("note", "changed")
		r.Set("verb", "changed")
		if err := s.App.Save(r); err == nil {
			t.Errorf("a record of %s was changed", noun)
		}
	}
	r, err := s.App.FindFirstRecordByFilter("letter_templates", "status = 'published'")
	if err != nil {
		t.Fatal(err)
	}
	r.Set("title", "Changed")
	if err := s.App.Save(r); err == nil {
		t.Error("a published template was changed")
	}
	r, _ = s.App.FindFirstRecordByFilter("letter_templates", "status = 'published'")
	r.Set("status", "superseded")
	if err := s.App.Save(r); err != nil {
		t.Errorf("a published template may go out of use: %v", err)
	}
}

func TestALeadComesFromTheAgencyThatLeads(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	token := s.Token(demo.Practitioner)
	a := s.Do("POST", "/api/collections/case_members/records", token, map[string]any{"case": demo.CaseID(2), "work_email": demo.Outsider.Email(), "role": "lead"})
	if a.Status != 400 || !strings.Contains(string(a.Body), "other_agency") {
		t.Errorf("an outsider as lead: %d %s", a.Status, a.Body)
	}
	a = s.Do("POST", "/api/collections/case_members/records", token, map[string]any{"case": demo.CaseID(2), "work_email": demo.Outsider.Email(), "role": "member"})
	if a.Status != 200 {
		t.Errorf("an outsider as member: %d %s", a.Status, a.Body)
	}
}

func TestEveryWriteAndEveryReadOfACaseIsOnRecord(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	token := s.Token(demo.Practitioner)
	entries := func() int64 {
		t.Helper()
		if err := hooks.SettleAudit(s.App); err != nil {
			t.Fatal(err)
		}
		return count(t, s, "audit_log")
	}
	for name, do := range map[string]func() demotest.Answer{
		"a view": func() demotest.Answer {
			return s.Do("GET", "/api/collections/cases/records/"+demo.CaseID(1), token, nil)
		},
		"a list of one case": func() demotest.Answer {
			return s.Do("GET", "/api/collections/people/records?filter=case%3D'"+demo.CaseID(1)+"'", token, nil)
		},
		"a create": func() demotest.Answer {
			return s.Do("POST", "/api/collections/notes/records", token, map[string]any{"case": demo.CaseID(1), "body": "A secret.", "source": "seen_by_worker"})
		},
		"an update": func() demotest.Answer {
			return s.Do("PATCH", "/api/collections/cases/records/"+demo.CaseID(1), token, map[string]any{"summary": "A secret."})
		},
	} {
		before := entries()
		if a := do(); a.Status != 200 {
			t.Fatalf("%s: %d %s", name, a.Status, a.Body)
		}
		if n := entries() - before; n != 1 {
			t.Errorf("%s left %d audit entries, want 1", name, n)
		}
	}
	rows, err := s.App.FindAllRecords("audit_log")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if raw, _ := r.MarshalJSON(); strings.Contains(string(raw), "secret") {
			t.Errorf("an audit entry holds a value: %s", raw)
		}
	}
	before := entries()
	s.Do("GET", "/api/collections/cases/records/"+demo.CaseID(1), s.Token(demo.Outsider), nil)
	if n := entries() - before; n != 0 {
		t.Errorf("a view that delivered nothing left %d entries", n)
	}
}

func count(t *testing.T, s *demotest.Server, noun string) int64 {
	t.Helper()
	n, err := s.App.CountRecords(noun)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
