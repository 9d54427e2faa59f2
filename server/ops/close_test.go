package ops

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func house(t *testing.T, o Options) *demotest.Server {
	t.Helper()
	app := demotest.App(t)
	Bind(app)
	o.Together = true
	return demotest.Serve(t, app, o.Open)
}

func operator(t *testing.T, s *demotest.Server) string {
	t.Helper()
	c, err := s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail("operator@fellmoor.example")
	r.SetPassword("a-long-password")
	if err := s.App.Save(r); err != nil {
		t.Fatal(err)
	}
	token, err := r.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestDoorsThatGoAroundThePromisesAreClosed(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	for _, r := range [][2]string{{"POST", "/api/sql"}, {"GET", "/api/backups"}, {"POST", "/api/backups"}, {"POST", "/api/backups/x.zip/restore"}} {
		if a := s.Do(r[0], r[1], token, map[string]any{"query": "SELECT 1", "name": "x.zip"}); a.Status != 403 || a.Code() != "not_allowed" {
			t.Errorf("%s %s for the operator: %d %s", r[0], r[1], a.Status, a.Body)
		}
	}
	for _, r := range [][2]string{{"POST", "/api/collections/users/auth-with-oauth2"}, {"GET", "/api/oauth2-redirect?state=x&code=y"}, {"POST", "/api/oauth2-redirect"}} {
		for who, token := range map[string]string{"a guest": "", "the operator": token} {
			if a := s.Do(r[0], r[1], token, map[string]any{"provider": "oidc", "code": "x", "redirectURL": "https://id.example"}); a.Status != 403 || a.Code() != "not_allowed" {
				t.Errorf("%s %s for %s: %d %s", r[0], r[1], who, a.Status, a.Body)
			}
		}
	}
	open := house(t, Options{SQL: true})
	token = operator(t, open)
	ask := map[string]any{"query": "SELECT 1"}
	if a := open.Do("POST", "/api/sql", token, ask); a.Status != 403 {
		t.Errorf("opened by the operator's flag, with the glass whole: %d %s", a.Status, a.Body)
	}
	smash(t, open, token)
	if a := open.Do("POST", "/api/sql", token, ask); a.Status != 200 {
		t.Errorf("opened by the operator's flag: %d %s", a.Status, a.Body)
	}
	if n := onRecord(t, open, `verb = 'sql' AND door = 'glass'`); n != 1 {
		t.Errorf("%d lines on record", n)
	}
}

func TestAFileIsCachedNowhereAndItsReadingIsOnRecord(t *testing.T) {
	s := house(t, Options{})
	e, err := s.App.FindRecordById("evidence", demo.ID("evidence", 100))
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/files/evidence/" + e.Id + "/" + e.GetString("file")
	if a := s.Do("GET", path, "", nil); a.Status == 200 {
		t.Errorf("a guest with the address gets the file: %s", a.Body)
	}
	token := func(p demo.Person) string {
		var answer struct{ Token string }
		s.Do("POST", "/api/files/token", s.Token(p), nil).JSON(t, &answer)
		return answer.Token
	}
	before, _ := s.App.CountRecords("audit_log")
	a := s.Do("GET", path+"?token="+token(demo.Practitioner), "", nil)
	if a.Status != 200 || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a member: %d, Cache-Control %q", a.Status, a.Header.Get("Cache-Control"))
	}
	if after, _ := s.App.CountRecords("audit_log"); after != before+1 {
		t.Errorf("%d audit entries for one file", after-before)
	}
	if n := onRecord(t, s, "verb = 'file' AND actor = '"+demo.Practitioner.ID+"'"); n != 1 {
		t.Errorf("%d lines say whose reading it was", n)
	}
	if a := s.Do("GET", path+"?token="+token(demo.Outsider), "", nil); a.Status != 404 {
		t.Errorf("the outsider: %d", a.Status)
	}
}

// A long body that is refused before it was read must not become the next request
// on its connection.
func TestARefusedLongBodyDoesNotSpoilTheConnection(t *testing.T) {
	s := house(t, Options{})
	for range 3 {
		a := s.Do("POST", "/api/backups", "", strings.NewReader(`{"x":"`+strings.Repeat("y", 2<<20)+`"}`))
		if a.Status != 403 {
			t.Fatalf("the long one: %d %s", a.Status, a.Body)
		}
		if a := s.Do("GET", "/api/health", "", nil); a.Status != 200 {
			t.Fatalf("the next one: %d %s", a.Status, a.Body)
		}
	}
}
