package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

// logged is a house that keeps its log, as a server does and a test does not.
func logged(t *testing.T) *demotest.Server {
	t.Helper()
	app := demotest.App(t)
	ops.Bind(app)
	app.Settings().Logs.MaxDays = 5
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	return demotest.Serve(t, app, append(rooms(&ops.Options{}), breaks)...)
}

// breaks are routes of which something goes wrong in every way there is.
func breaks(e *core.ServeEvent) error {
	text := func(r *http.Request) string {
		return "no family in " + r.URL.RequestURI() + " or " + r.URL.Query().Get("filter")
	}
	e.Router.GET("/break/panic", func(e *core.RequestEvent) error { panic(text(e.Request)) })
	e.Router.GET("/break/error", func(e *core.RequestEvent) error { return errors.New(text(e.Request)) })
	e.Router.GET("/break/refusal", func(e *core.RequestEvent) error {
		return e.BadRequestError("Not so.", errors.New(text(e.Request)))
	})
	e.Router.GET("/break/inner", func(e *core.RequestEvent) error {
		return e.InternalServerError("", errors.New(text(e.Request)))
	})
	e.Router.GET("/break/line", func(e *core.RequestEvent) error {
		_, err := url.Parse("http://[" + e.Request.URL.RequestURI())
		e.App.Logger().Error("Reading "+e.Request.URL.RequestURI(), "error", err, "from", e.Request.Referer())
		return e.NoContent(204)
	})
	return nil
}

// written is everything that the log's file holds once n requests are in it.
func written(t *testing.T, app core.App, n int) []byte {
	t.Helper()
	var rows int
	for range 1000 {
		if err := app.Logger().Handler().(*logger.BatchHandler).WriteAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := app.AuxConcurrentDB().NewQuery(`SELECT count(*) FROM _logs WHERE data->>'type' = 'request'`).Row(&rows); err != nil {
			t.Fatal(err)
		}
		if rows >= n {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if rows < n {
		t.Fatalf("%d of %d requests are in the log", rows, n)
	}
	var all []byte
	for _, name := range []string{"auxiliary.db", "auxiliary.db-wal"} {
		raw, err := os.ReadFile(demotest.Path(app, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw...)
	}
	return all
}

// What somebody asked for, the links and tokens they came with and who failed to sign in
// stand nowhere in the log, whatever became of the request.
func TestTheLogHoldsNothingThatWasAskedFor(t *testing.T) {
	s := logged(t)
	const family, child, link, secret, mail, once = "Quillfeather", "zephyrine", "LINKcanaryLINKcanary", "TOKENcanaryTOKENcanary", "nobody.canary", "ONCEcanaryONCEcanaryONCEcanary9"
	token, n := s.Token(demo.Practitioner), 0
	send := func(method, path, token string, body any) {
		t.Helper()
		s.Do(method, path, token, body, "Referer", s.URL+"/coordinate/cases?family="+family+"#"+child, "X-Canary", secret, "Cookie", "session="+secret)
		n++
	}
	query := "?" + url.Values{"filter": {"family_name ~ '" + family + "' && note = \"" + child + "\""}, "link": {link}, "token": {link}}.Encode()
	open := "?filter=family_name~'" + family + "'&link=" + link + "&" + child // as somebody types it
	for _, e := range contract.Endpoints {
		if e.Path == "/api/sync/stream" || strings.HasPrefix(e.Path, "/api/realtime") {
			continue
		}
		path := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(e.Path, demo.ID("evidence", 100))
		for _, as := range []string{"", token, secret} {
			send(e.Method, path+query, as, nil)
		}
	}
	for _, noun := range []string{"cases", "notes", "people", "users", "nosuch"} {
		for _, q := range []string{query, open, "?filter=" + family + "(", "?sort=" + family, "?expand=" + family, "?page=" + family, "?%66ilter=%51uillfeather"} {
			send("GET", "/api/collections/"+noun+"/records"+q, token, nil)
			send("GET", "/api/collections/"+noun+"/records%3F"+q[1:], token, nil)
			send("PATCH", "/api/collections/"+noun+"/records/"+demo.CaseID(1)+q, token, map[string]any{"family_name": strings.Repeat(family, 200), family: 1})
		}
	}
	for _, broken := range []string{"panic", "error", "refusal", "inner", "line"} {
		send("GET", "/break/"+broken+query, token, nil)
		send("GET", "/break/"+broken+open, "", nil)
	}
	for _, as := range []string{"users", "_superusers"} {
		for _, wrong := range []map[string]any{
			{"identity": mail + "@fellmoor.example", "password": secret}, {"identity": demo.Practitioner.Email(), "password": secret},
			{"identity": mail + "@", "password": ""}, {"email": mail + "@fellmoor.example"}, {"otpId": secret, "password": secret}, {"token": secret},
		} {
			for _, action := range []string{"auth-with-password", "request-otp", "auth-with-otp", "request-password-reset", "confirm-password-reset", "request-verification"} {
				send("POST", "/api/collections/"+as+"/"+action+"?identity="+mail+"@fellmoor.example", "", wrong)
			}
		}
	}
	for _, method := range []string{"PUT", "DELETE"} { // no route: PocketBase's own answer
		for _, tail := range []string{"", "/", "/x", "?" + link} {
			send(method, "/coordinate/agreement/"+once+tail, "", nil)
		}
	}
	send("GET", "/api/files/evidence/"+demo.ID("evidence", 100)+"/"+family+"_and_her_bruises.jpg", token, nil)
	form := func(path string, v url.Values) {
		res, err := http.PostForm(s.URL+path, v)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		n++
	}
	form("/coordinate/sign-in?next="+family, url.Values{"email": {mail + "@fellmoor.example"}, "password": {secret}})
	form("/coordinate/sign-in/code?next="+family, url.Values{"code": {secret}})

	held := bytes.ToLower(written(t, s.App, n/2)) // some routes keep no line
	for _, canary := range []string{family, child, link, secret, mail, once, "practitioner@", token[:40]} {
		if at := bytes.Index(held, bytes.ToLower([]byte(canary))); at >= 0 {
			t.Errorf("the log holds %q: …%q", canary, held[max(0, at-150):min(len(held), at+60)])
		}
	}
	for _, useful := range []string{"/api/collections/cases/records", "/break/panic", "panic recover", "log_canary_test.go", `"status":400`, demo.ID("evidence", 100), "/api/files/evidence/" + demo.ID("evidence", 100) + "/…"} {
		if !bytes.Contains(held, []byte(useful)) {
			t.Errorf("the operator does not find %s in the log", useful)
		}
	}
	var marked int
	if err := s.App.AuxConcurrentDB().NewQuery(`SELECT count(*) FROM _logs WHERE instr(message, '?') > 0 AND data->>'type' = 'request' OR instr(data->>'url', '?') > 0`).Row(&marked); err != nil || marked != 0 {
		t.Errorf("%d lines have a query: %v", marked, err)
	}
}
