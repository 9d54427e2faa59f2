package gate_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// reads are the audit's lines of what somebody was shown.
func reads(t *testing.T, s *demotest.Server, of demo.Person) (lines []string) {
	t.Helper()
	if err := kernel.SettleAudit(s.App); err != nil {
		t.Fatal(err)
	}
	err := s.App.ConcurrentDB().NewQuery(`SELECT collection || ' ' || "case" || ' ' || count FROM audit_log WHERE actor = {:a} AND verb = 'read' ORDER BY rowid`).
		Bind(dbx.Params{"a": of.ID}).Column(&lines)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// What an expand delivers of a case is written down as a list of it is; where nothing is
// to be expanded, it is refused (H1).
func TestAnExpandIsWrittenDownOrRefused(t *testing.T) {
	s := house(t)
	p := demo.Practitioner
	token := s.Token(p)
	self := collectionsAt + "users/records/" + p.ID
	for name, a := range map[string]demotest.Answer{
		"backwards from agencies": s.Do("GET", query("agencies", "expand", "cases_via_lead_agency.notes_via_case,cases_via_lead_agency.people_via_case"), token, nil),
		"refreshing":              s.Do("POST", collectionsAt+"users/auth-refresh?expand=case_members_via_user.case.notes_via_case", token, nil),
		"signing in": s.Do("POST", collectionsAt+"users/auth-with-password?expand=case_members_via_user.case.people_via_case", "",
			map[string]any{"identity": p.Email(), "password": demo.Password}),
		"changing oneself":   s.Do("PATCH", self+"?expand=case_members_via_user", token, map[string]any{"job_title": "x"}),
		"changing, forwards": s.Do("PATCH", self+"?expand=agency", token, map[string]any{"job_title": "x"}),
		"a view, backwards":  s.Do("GET", collectionsAt+"agencies/records/"+demo.Agencies[0].ID+"?expand=cases_via_lead_agency.evidence_via_case", token, nil),
		"making":             s.Do("POST", collectionsAt+"notes/records?expand=case", token, map[string]any{"case": demo.CaseID(1), "body": "x", "source": "document"}),
		"in a batch": s.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{
			{"method": "POST", "url": collectionsAt + "notes/records?expand=case", "body": map[string]any{"case": demo.CaseID(1), "body": "x", "source": "document"}}}}),
	} {
		if a.Status != 400 || strings.Contains(string(a.Body), `"expand":{`) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if lines := reads(t, s, p); len(lines) != 0 {
		t.Errorf("what was refused is written down as read: %v", lines)
	}
	a := s.Do("GET", query("case_members", "filter", "case = '"+demo.CaseID(1)+"'", "expand", "case"), token, nil)
	var page struct {
		Items []struct {
			Expand struct {
				Case struct{ ID string }
			}
		}
	}
	a.JSON(t, &page)
	if a.Status != 200 || len(page.Items) < 3 || page.Items[0].Expand.Case.ID != demo.CaseID(1) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	lines := reads(t, s, p)
	if len(lines) != 2 || !slices.Contains(lines, "cases "+demo.CaseID(1)+" 1") {
		t.Errorf("the page and the case beside it: %v", lines)
	}
	// What one may not view is not there, as ever.
	if a := s.Do("GET", query("case_members", "expand", "user"), token, nil); a.Status != 200 || strings.Contains(string(a.Body), demo.School.Email()) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// A guest is turned away before a byte of the body is read; a body is measured before it
// is parsed (H7).
func TestBodiesAreMeasuredBeforeTheyAreParsed(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	notes := collectionsAt + "notes/records"
	empties := func(n int) string { return `{"x":[` + strings.TrimSuffix(strings.Repeat("{},", n), ",") + `]}` }
	signIn := collectionsAt + "users/auth-with-password"
	for name, c := range map[string]struct {
		path, token, body string
		status            int
	}{
		"a guest's record":          {notes, "", empties(10), 401},
		"a guest's long record":     {notes, "", empties(1 << 20), 401},
		"a guest's batch":           {"/api/batch", "", `{"requests":[]}`, 401},
		"a guest's long sign-in":    {signIn, "", `{"x":"` + strings.Repeat("x", 300<<10) + `"}`, 413},
		"a guest's many values":     {signIn, "", empties(30_000), 400},
		"a guest's depth":           {signIn, "", `{"x":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, 400},
		"a person's long record":    {notes, token, `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		"a person's long batch":     {"/api/batch", token, `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		"a person's long topics":    {"/api/realtime", token, `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		"a person's many values":    {notes, token, empties(30_000), 400},
		"a person's depth":          {notes, token, `{"x":` + strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 66), 400},
		"a person's fields unknown": {notes, token, empties(10), 400},
	} {
		a := s.Do("POST", c.path, c.token, strings.NewReader(c.body))
		if a.Status != c.status {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if c.status == 401 && !strings.Contains(string(a.Body), `"status":401`) {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	if a := s.Do("POST", notes, token, strings.NewReader(`{"case":"case00000000001","body":"Seen.","source":"document","confidence":1e400}`)); a.Status != 400 || !strings.Contains(string(a.Body), "lose digits") {
		t.Errorf("a number that nobody can read: %d %s", a.Status, a.Body)
	}
	for name, header := range map[string][]string{"gzip": {"Content-Encoding", "gzip"}, "XML": {"Content-Type", "text/xml"}, "nothing named": {"Content-Type", ""}} {
		if a := s.Do("POST", signIn, "", strings.NewReader("<a/>"), header...); a.Status != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// An honest body of nearly a mebibyte, and the longest page, pass; one page more is
// refused with what to ask instead, and nothing of it counts as read.
func TestAPageIsBoundedInBytes(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	for range 60 {
		r := core.NewRecord(collection(t, s, "notes"))
		r.Load(map[string]any{"case": demo.CaseID(1), "body": strings.Repeat("word ", 3900), "source": "seen_by_worker", "shared": true, "author": demo.Practitioner.ID, "agency": demo.Practitioner.Agency})
		if err := s.App.Save(kernel.AsServer(r)); err != nil {
			t.Fatal(err)
		}
	}
	before := len(reads(t, s, demo.Practitioner))
	a := s.Do("GET", query("notes", "perPage", "500"), token, nil)
	if a.Status != 413 || a.Code() != "too_large" || !strings.Contains(string(a.Body), "perPage=") {
		t.Errorf("%d %.300s", a.Status, a.Body)
	}
	if after := len(reads(t, s, demo.Practitioner)); after != before {
		t.Errorf("%d lines for a page that was not delivered", after-before)
	}
	if a := s.Do("GET", query("notes", "perPage", "30"), token, nil); a.Status != 200 || len(a.Body) > 1<<20 {
		t.Errorf("%d, %d bytes", a.Status, len(a.Body))
	}
}

func collection(t *testing.T, s *demotest.Server, noun string) *core.Collection {
	t.Helper()
	c, err := s.App.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The SDK sends all its topics together: what cannot be listened to is left out and said,
// and sync goes on (F4).
func TestATopicThatIsNotAllowedIsLeftOutAlone(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	for name, c := range map[string]struct{ asked, taken, out []string }{
		"sync":            {[]string{"sync"}, []string{"sync"}, nil},
		"with PB_CONNECT": {[]string{"sync", "PB_CONNECT"}, []string{"PB_CONNECT", "sync"}, nil},
		"with records":    {[]string{"notes/*", `sync?options={"query":{}}`, "cases", "@collection", "@oauth2", "a\u00e9b"}, []string{`sync?options={"query":{}}`}, []string{"notes/*", "cases", "@collection", "@oauth2", "ab"}},
		"records alone":   {[]string{"notes/" + demo.CaseID(1)}, nil, []string{"notes/" + demo.CaseID(1)}},
	} {
		client := subscriptions.NewDefaultClient()
		s.App.SubscriptionsBroker().Register(client)
		a := s.Do("POST", "/api/realtime", token, map[string]any{"clientId": client.Id(), "subscriptions": c.asked})
		var taken []string
		for topic := range client.Subscriptions() {
			taken = append(taken, topic)
		}
		slices.Sort(taken)
		if a.Status != 204 || !slices.Equal(taken, c.taken) || a.Header.Get("Holdfast-Left-Out") != strings.Join(c.out, ", ") {
			t.Errorf("%s: %d, took %v, said %q", name, a.Status, taken, a.Header.Get("Holdfast-Left-Out"))
		}
	}
}

// Every answer with case content stays out of caches (L6).
func TestNoAnswerIsStored(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	for _, path := range []string{query("notes"), query("cases", "filter", "a.b = 1"), collectionsAt + "cases/records/" + demo.CaseID(1), collectionsAt + "users/auth-methods", "/api/health"} {
		if a := s.Do("GET", path, token, nil); a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q", path, a.Status, a.Header.Get("Cache-Control"))
		}
	}
}

// Who asks many things at once is answered one after the other; a question that takes
// too long ends, and says so, and its asker's next one waits (H6).
func TestOnePersonsQuestionsTakeTurns(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			if a := s.Do("GET", query("notes", "filter", fmt.Sprintf("body !~ '%d'", i)), token, nil); a.Status != 200 && a.Code() != "busy" {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	all.Wait()
	// Rows enough that no machine reads them in two seconds.
	if _, err := s.App.NonconcurrentDB().NewQuery(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
		INSERT INTO notes (id, "case", body, source, shared, author, agency) SELECT printf('long%011d', i), {:case}, replace(hex(zeroblob(9500)), '00', 'a_'), 'document', 1, {:author}, {:agency} FROM n`).
		Bind(dbx.Params{"case": demo.CaseID(1), "author": demo.Practitioner.ID, "agency": demo.Practitioner.Agency}).Execute(); err != nil {
		t.Fatal(err)
	}
	worst := strings.TrimSuffix(strings.Repeat("body !~ '%a_a_a_a_a_a_b_a_a%z' && ", 20), " && ")
	began := time.Now()
	a := s.Do("GET", query("notes", "filter", worst, "skipTotal", "1", "perPage", "1", "sort", "-body"), token, nil)
	if took := time.Since(began); a.Status == 200 {
		t.Logf("this machine answers it whole, in %v", took)
	} else if a.Status != 503 || a.Code() != "busy" || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s after %v", a.Status, a.Body, took)
	}
	// Their next waits, somebody else's does not.
	if a := s.Do("GET", query("notes", "perPage", "1"), s.Token(demo.School), nil); a.Status != 200 {
		t.Errorf("somebody else's question: %d %s", a.Status, a.Body)
	}
	for end := time.Now().Add(time.Minute); ; {
		a := s.Do("GET", query("notes", "perPage", "1"), token, nil)
		if a.Status == 200 {
			break
		}
		if a.Code() != "busy" || time.Now().After(end) {
			t.Fatalf("their next question: %d %s", a.Status, a.Body)
		}
	}
}
