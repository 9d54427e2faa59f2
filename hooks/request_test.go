package hooks_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"strconv"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/gate"
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
		if err := kernel.SettleAudit(s.App); err != nil {
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

// What a form brings for no field of the record is refused by its name, a file too: kept
// by nobody, it would look saved (F5).
func TestAFilePartForNoFieldIsRefused(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open)
	token := s.Token(demo.Practitioner)
	for _, part := range []string{"attachment", "file", "+attachment"} { // evidence keeps its file to itself
		var out bytes.Buffer
		w := multipart.NewWriter(&out)
		for k, v := range map[string]string{"case": demo.CaseID(1), "title": "t", "kind": "document", "sha256": strings.Repeat("a", 64), "size": "1"} {
			if err := w.WriteField(k, v); err != nil {
				t.Fatal(err)
			}
		}
		f := must(w.CreateFormFile(part, "x.txt"))
		if _, err := f.Write([]byte("bytes")); err != nil {
			t.Fatal(err)
		}
		w.Close()
		a := s.Do("POST", "/api/collections/evidence/records", token, &out, "Content-Type", w.FormDataContentType())
		if a.Status != 400 || !strings.Contains(string(a.Body), `"`+part+`":{"code":"unknown_field"`) {
			t.Errorf("%s: %d %s", part, a.Status, a.Body)
		}
	}
}

// An id or a key that is taken by what one may not see is answered as any create that one
// has no right to; one's own is told (L9, M68).
func TestATakenIDTellsNothingOfForeignRecords(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open)
	person := func(case_, id string) map[string]any {
		return map[string]any{"case": case_, "kind": "adult", "name": "Somebody", "id": id}
	}
	own := map[string]any{"id": "owncase00000001", "reference": "ZZ-9001", "family_name": "Zzz", "lead_agency": demo.Outsider.Agency, "status": "open"}
	token := s.Token(demo.Outsider)
	if a := s.Do("POST", "/api/collections/cases/records", token, own); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	people := "/api/collections/people/records"
	noRight := s.Do("POST", people, token, person(demo.CaseID(1), "freeid000000001"))
	foreign := s.Do("POST", people, token, person("owncase00000001", demo.ID("child", 100)))
	if foreign.Status != 400 || string(foreign.Body) != string(noRight.Body) {
		t.Errorf("a foreign id: %d %s\nno right: %d %s", foreign.Status, foreign.Body, noRight.Status, noRight.Body)
	}
	taken := must(s.App.FindRecordById("cases", demo.CaseID(1))).GetString("reference")
	if a := s.Do("POST", "/api/collections/cases/records", token, map[string]any{"reference": taken, "family_name": "Y", "lead_agency": demo.Outsider.Agency, "status": "open"}); a.Status == 400 && string(a.Body) != string(noRight.Body) {
		t.Errorf("a foreign reference: %d %s", a.Status, a.Body)
	}
	if a := s.Do("POST", people, token, person("owncase00000001", "freeid000000002")); a.Status != 200 {
		t.Errorf("a free id: %d %s", a.Status, a.Body)
	}
	if a := s.Do("POST", people, token, person("owncase00000001", "freeid000000002")); a.Status != 400 || !strings.Contains(string(a.Body), "not_unique") {
		t.Errorf("one's own, once more: %d %s", a.Status, a.Body)
	}
}

// The rev of a record is in its body, and with one record in the header that If-Match
// answers to (F15); nothing else that the house keeps with a record comes along.
func TestEveryRecordComesWithItsRev(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open)
	token := s.Token(demo.Practitioner)
	at := "/api/collections/notes/records"
	type record struct {
		ID     string
		Rev    int64
		Expand struct{ Case struct{ Rev int64 } }
	}
	one := func(a demotest.Answer) (r record) {
		t.Helper()
		a.JSON(t, &r)
		if rev := must(feed.Rev(s.App.ConcurrentDB(), "notes", r.ID)); a.Status != 200 || r.Rev != rev || a.Header.Get("ETag") != `"`+strconv.FormatInt(rev, 10)+`"` {
			t.Errorf("%d, the header %s, the rev is %d: %s", a.Status, a.Header.Get("ETag"), rev, a.Body)
		}
		if !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), "ETag") || a.Header.Get("Cache-Control") != "no-store" || strings.Contains(string(a.Body), `" server"`) {
			t.Errorf("%v %s", a.Header, a.Body)
		}
		return r
	}
	made := one(s.Do("POST", at, token, map[string]any{"case": demo.CaseID(1), "body": "Seen.", "source": "seen_by_worker", "shared": true}))
	seen := one(s.Do("GET", at+"/"+made.ID, token, nil))
	changed := one(s.Do("PATCH", at+"/"+made.ID, token, map[string]any{"body": "Seen again."}, "If-Match", strconv.FormatInt(seen.Rev, 10)))
	if changed.Rev <= seen.Rev {
		t.Error(changed.Rev, seen.Rev)
	}
	if a := s.Do("PATCH", at+"/"+made.ID, token, map[string]any{"body": "Too late."}, "If-Match", strconv.FormatInt(seen.Rev, 10)); a.Status != 412 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	var page struct{ Items []record }
	s.Do("GET", at+"?expand=case", token, nil).JSON(t, &page)
	for _, r := range page.Items {
		if r.Rev == 0 || r.Expand.Case.Rev == 0 {
			t.Errorf("without a rev: %+v", r)
		}
	}
	var batch []struct{ Body record }
	a := s.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{{"method": "PATCH", "url": at + "/" + made.ID, "body": map[string]any{"body": "In a batch."}}}})
	a.JSON(t, &batch)
	if a.Status != 200 || batch[0].Body.Rev <= changed.Rev {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// Where a record's content has a field of that name, its rev is still what `rev` says, in a
// list and alone.
func TestARevIsTheRecordsOwn(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open)
	token := s.Token(demo.Practitioner)
	r := core.NewRecord(must(s.App.FindCollectionByNameOrId("sync_conflicts")))
	r.Load(map[string]any{"case": demo.CaseID(1), "user": demo.Practitioner.ID, "collection": "notes", "record": "contestednote01", "fields": []string{"body"}, "theirs": map[string]any{"body": "A"}, "ours": map[string]any{"body": "B"}, "base": 1, "rev": 2, "status": "open"})
	if err := s.App.Save(kernel.AsServer(r)); err != nil {
		t.Fatal(err)
	}
	rev := must(feed.Rev(s.App.ConcurrentDB(), "sync_conflicts", r.Id))
	at := "/api/collections/sync_conflicts/records"
	var one struct{ Rev int64 }
	a := s.Do("GET", at+"/"+r.Id, token, nil)
	a.JSON(t, &one)
	if rev == 2 || one.Rev != rev || a.Header.Get("ETag") != `"`+strconv.FormatInt(rev, 10)+`"` {
		t.Errorf("its rev is %d, the header says %s: %s", rev, a.Header.Get("ETag"), a.Body)
	}
	var page struct{ Items []struct{ Rev int64 } }
	s.Do("GET", at, token, nil).JSON(t, &page)
	if len(page.Items) != 1 || page.Items[0].Rev != rev {
		t.Errorf("its rev is %d, in a list %v", rev, page.Items)
	}
}
