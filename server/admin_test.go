package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

// The dashboard and whoever signs in to it are on the operators' address, and on the
// public one there is no trace of them: no page, no sign-in, and a superuser's token is
// nobody's. Both listeners end with the server.
func TestOperatorsHaveAnAddressOfTheirOwn(t *testing.T) {
	app := demotest.App(t)
	ops.Bind(app)
	operator := core.NewRecord(must(app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password-of-theirs")
	if err := app.Save(operator); err != nil {
		t.Fatal(err)
	}
	public, free := must(net.Listen("tcp", "127.0.0.1:0")), must(net.Listen("tcp", "127.0.0.1:0"))
	admin := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = public
		for _, open := range rooms(&ops.Options{Mail: t.TempDir()}) {
			if err := open(e); err != nil {
				return err
			}
		}
		return serveOperators(e, admin)
	})
	ended := make(chan error, 1)
	go func() { ended <- apis.Serve(app, apis.ServeConfig{HttpAddr: public.Addr().String()}) }()

	token := must(signin.SignInToken(operator, time.Now()))
	do := func(at, method, path, token, body string) (int, string) {
		t.Helper()
		req := must(http.NewRequest(method, "http://"+at+path, strings.NewReader(body)))
		req.Header.Set("Content-Type", "application/json")
		if token != "" {
			req.Header.Set("Authorization", token)
		}
		res := must(http.DefaultClient.Do(req))
		defer res.Body.Close()
		return res.StatusCode, string(must(io.ReadAll(res.Body)))
	}
	const password = `{"identity":"operator@fellmoor.example","password":"a-long-password-of-theirs"}`
	id := operator.Collection().Id
	for _, c := range []struct {
		method, path, token, body string
		public, admin             int
	}{
		{"GET", "/_/", "", "", 404, 200},
		{"GET", "/_/extensions.js", "", "", 404, 200},
		{"POST", "/api/collections/_superusers/auth-with-password", "", password, 404, 401}, // 401: the second factor
		{"POST", "/api/collections/%5Fsuperusers/auth-with-password", "", password, 404, 401},
		{"POST", "/api/collections/_SUPERUSERS/auth-with-password", "", password, 404, 401},
		{"POST", "/api/collections/" + id + "/auth-with-password", "", password, 404, 401},
		{"POST", "/api/collections/" + id + "/auth-refresh", token, "", 404, 200},
		{"POST", "/api/collections/_superusers/request-password-reset", "", `{"email":"operator@fellmoor.example"}`, 404, 204},
		{"GET", "/api/collections/_superusers/auth-methods", "", "", 404, 200},
		{"GET", "/api/collections/_superusers/records", token, "", 404, 200},
		{"GET", "/api/collections", token, "", 404, 200},
		{"GET", "/api/settings", token, "", 404, 200},
		{"GET", "/api/logs", token, "", 404, 200},
		{"GET", "/api/crons", token, "", 404, 200},
		{"GET", "/api/ops/health", token, "", 404, 200},
		{"POST", "/api/ops/glass", token, "{}", 404, 400},
		{"GET", "/api/collections/users/records", token, "", 401, 200},
		{"POST", "/api/batch", token, `{"requests":[]}`, 401, 400},
		{"POST", "/api/files/token", token, "", 401, 200},
		{"GET", "/api/health", "", "", 200, 200},
		{"GET", "/coordinate/sign-in", "", "", 200, 200},
	} {
		if got, body := do(public.Addr().String(), c.method, c.path, c.token, c.body); got != c.public {
			t.Errorf("public: %s %s: %d, not %d %.200s", c.method, c.path, got, c.public, body)
		}
		if got, body := do(admin, c.method, c.path, c.token, c.body); got != c.admin {
			t.Errorf("operators: %s %s: %d, not %d %.200s", c.method, c.path, got, c.admin, body)
		}
	}

	end := new(core.TerminateEvent)
	end.App = app
	if err := app.OnTerminate().Trigger(end, func(*core.TerminateEvent) error { return nil }); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil && err != http.ErrServerClosed {
		t.Error(err)
	}
	for _, at := range []string{public.Addr().String(), admin} {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			t.Errorf("%s still answers", at)
		}
	}
}

// An address that is taken stops the start, and leaves the public one free.
func TestAnOperatorsAddressThatIsTakenIsSaid(t *testing.T) {
	app := demotest.App(t)
	taken := must(net.Listen("tcp", "127.0.0.1:0"))
	defer taken.Close()
	app.OnServe().BindFunc(func(e *core.ServeEvent) error { return serveOperators(e, taken.Addr().String()) })
	err := apis.Serve(app, apis.ServeConfig{HttpAddr: "127.0.0.1:0"})
	if err == nil || !strings.Contains(err.Error(), "--admin") {
		t.Errorf("it says %v", err)
	}
}

// glassBroken is the token of an operator who has broken the glass: what then holds, holds
// of everybody.
func glassBroken(t *testing.T, s *demotest.Server) (token string) {
	t.Helper()
	operator := core.NewRecord(must(s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password-of-theirs")
	if err := s.App.Save(operator); err != nil {
		t.Fatal(err)
	}
	token = must(operator.NewAuthToken())
	if a := s.Do("POST", "/api/ops/glass", token, map[string]any{"reason": "A court has asked for the file.", "told": demo.DPO.Email()}); a.Status != 200 {
		t.Fatalf("breaking the glass: %d %s", a.Status, a.Body)
	}
	return token
}

// Holdfast's own doors are for people: the glass does not open them to an operator.
func TestOurOwnDoorsKnowNoOperator(t *testing.T) {
	s := house(t)
	token := glassBroken(t, s)
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/api/cases/" + demo.CaseID(1) + "/chronology", nil},
		{"POST", "/api/evidence/bundles", map[string]any{"case": demo.CaseID(1), "reason": "r"}},
		{"POST", "/api/sync/pull", map[string]any{"contract": 1}},
		{"POST", "/api/sync/push", map[string]any{"mutations": []any{}}},
		{"GET", "/api/sync/conflicts", nil},
		{"POST", "/api/sync/devices", map[string]any{"name": "a phone"}},
	} {
		if a := s.Do(c.method, c.path, token, c.body); a.Status < 400 || strings.Contains(string(a.Body), "Marlowe") {
			t.Errorf("%s %s: %d %.200s", c.method, c.path, a.Status, a.Body)
		}
	}
}
