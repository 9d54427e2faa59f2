package demotest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"

	_ "holdfast/collections/migrations"
	"holdfast/hooks"
	"holdfast/hooks/lineage"
	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
	"holdfast/hooks/store"
	"holdfast/server/demo"
)

// Today is the day on which every test's Fellmoor stands.
var Today = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// App is a fresh Fellmoor in a folder of its own, gone when the test ends.
func App(t testing.TB) core.App {
	t.Helper()
	dir := t.TempDir()
	if err := master.copy(dir); err != nil {
		t.Fatal(err)
	}
	return Open(t, dir)
}

// Open opens a store in a folder with every hook bound.
func Open(t testing.TB, dir string) core.App {
	t.Helper()
	app, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		lineage.Leave(app)
		_ = app.ResetBootstrapState()
	})
	return app
}

func open(dir string) (core.App, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: store.Open})
	hooks.Bind(app)
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	return app, hooks.Ready(app)
}

// CopyKeys takes a store's key ring along with a copy of its database: a copy without it
// is not the server that it was copied from.
func CopyKeys(t testing.TB, from, to string) {
	t.Helper()
	err := os.CopyFS(filepath.Join(to, signing.Folder), os.DirFS(filepath.Join(from, signing.Folder)))
	if err != nil {
		t.Fatal(err)
	}
}

// Server is a running Fellmoor.
type Server struct {
	App core.App
	URL string
	// Handler answers as URL does, for a test that stands another address before it.
	Handler http.Handler
	t       testing.TB

	tokens sync.Map // a person's id -> the token of their phone
	reads  reads
}

// Serve starts a server on loopback with the rooms given, as main does.
func Serve(t testing.TB, app core.App, rooms ...func(*core.ServeEvent) error) *Server {
	t.Helper()
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	event := &core.ServeEvent{App: app, Router: router}
	for _, room := range rooms {
		if err := room(event); err != nil {
			t.Fatal(err)
		}
	}
	mux, err := router.BuildMux()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	made := &Server{App: app, URL: s.URL, Handler: mux, t: t, reads: reads{shown: map[string]int{}}}
	t.Cleanup(func() { made.reads.reckon(t, app) })
	return made
}

// Answer is what the server said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON reads the answer into to, which must fit.
func (a Answer) JSON(t testing.TB, to any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, to); err != nil {
		t.Fatalf("answer %d is not the JSON wanted: %v\n%s", a.Status, err, a.Body)
	}
}

// Code is the stable data.code of an error answer.
func (a Answer) Code() string {
	var e struct{ Data map[string]any }
	_ = json.Unmarshal(a.Body, &e)
	code, _ := e.Data["code"].(string)
	return code
}

// Do sends one request; body is JSON unless it is a reader.
func (s *Server) Do(method, path, token string, body any, header ...string) Answer {
	s.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, s.URL+path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	answer := Answer{res.StatusCode, res.Header, raw}
	s.reads.see(method, path, answer)
	return answer
}

// SignIn signs a person in with PocketBase's own token, without the password's cost. It
// opens their account, and registers a phone while it is fresh.
func (s *Server) SignIn(p demo.Person) string {
	s.t.Helper()
	u, err := s.App.FindRecordById("users", p.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	token, err := signin.SignInToken(u, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// Token is what a person works with: the access token of a phone of theirs, one a
// server. Where the room of devices is not open it is the sign-in's.
func (s *Server) Token(p demo.Person) string {
	s.t.Helper()
	if token, ok := s.tokens.Load(p.ID); ok {
		return token.(string)
	}
	token := s.SignIn(p)
	var device struct {
		Token string `json:"access_token"`
	}
	if a := s.Do("POST", "/api/sync/devices", token, map[string]string{"name": "a phone of " + p.Account}); a.Status == http.StatusOK {
		a.JSON(s.t, &device)
		token = device.Token
	} else if a.Status != http.StatusNotFound {
		s.t.Fatalf("a phone of %s: %d %s", p.Account, a.Status, a.Body)
	}
	s.tokens.Store(p.ID, token)
	return token
}

// Path joins the parts of a file under the test's store.
func Path(app core.App, parts ...string) string {
	return filepath.Join(append([]string{app.DataDir()}, parts...)...)
}
