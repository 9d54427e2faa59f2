package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"github.com/pocketbase/dbx"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast/hooks/kernel"
	"holdfast/hooks/openid/openidtest"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
	"holdfast/server/tour"
)

// validators finds what runs other people's validators, or skips the test.
func validators(t *testing.T) (node string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the contract is not held to other people's validators")
	}
	if _, err := os.Stat("published/node_modules/ajv"); err != nil {
		t.Skip("ajv is not installed: npm ci in server/published, as make test does")
	}
	return node
}

// exchange is one question and its answer, as they went over the wire.
type exchange struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Status  int               `json:"status"`
	Type    string            `json:"type"`
	Headers map[string]string `json:"headers"`
	Asked   string            `json:"asked"`
	Body    string            `json:"body"`
}

// recorder stands before a server and writes down what goes over the contract's doors.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	list []exchange
}

func record(t *testing.T, s *demotest.Server) *recorder {
	t.Helper()
	r := &recorder{}
	to := must(url.Parse(s.URL))
	proxy := &httputil.ReverseProxy{FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(to)
		p.Out.Host = p.In.Host // what a proof names
		p.Out.Header.Del("Accept-Encoding")
	}}
	asked := func(req *http.Request) string { text, _ := req.Context().Value(r).(string); return text }
	proxy.ModifyResponse = func(res *http.Response) error {
		x := exchange{
			Method: res.Request.Method, Path: res.Request.URL.Path, Status: res.StatusCode, Type: res.Header.Get("Content-Type"),
			Headers: map[string]string{}, Asked: asked(res.Request),
		}
		for name := range res.Header {
			x.Headers[name] = res.Header.Get(name)
		}
		if !strings.HasPrefix(x.Path, "/api/") && !strings.HasPrefix(x.Path, "/sync/") && x.Path != "/write-checkpoint2.json" {
			return nil
		}
		if strings.HasPrefix(x.Path, "/sync/") {
			x.Asked = "" // in a form that is PowerSync's to publish
		}
		if !strings.HasPrefix(x.Type, "text/event-stream") && (x.Path != "/sync/stream" || x.Status != 200) { // which do not end
			raw, err := io.ReadAll(res.Body)
			if err != nil {
				return err
			}
			res.Body = io.NopCloser(bytes.NewReader(raw))
			if strings.HasPrefix(x.Type, "application/json") || strings.HasPrefix(x.Type, "application/x-ndjson") || len(raw) == 0 {
				x.Body = string(raw)
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.list = append(r.list, x)
		return nil
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.Header.Get("Content-Type"), "application/json") {
			raw, _ := io.ReadAll(req.Body) // what breaks off, breaks off behind as well
			req.Body = io.NopCloser(bytes.NewReader(raw))
			req = req.WithContext(context.WithValue(req.Context(), r, string(raw)))
		}
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

// exchanges are what was written down, a line each.
func (r *recorder) exchanges() io.Reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out bytes.Buffer
	for _, x := range r.list {
		_ = json.NewEncoder(&out).Encode(x) // texts: they encode
	}
	return &out
}

// verdict is what a script of published/ says last.
type verdict struct {
	Fault                   string
	Operations, Schemas     int
	Answers, Records, Lines int
	Never, Empty, Unseen    []string
	Filled                  int
}

// judged runs a script of published/, and each fault that it finds is one of the test.
func judged(t *testing.T, script string, in io.Reader) (last verdict) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, validators(t), script, "../../mobile-contract")
	cmd.Dir, cmd.Stdin, cmd.Stderr = "published", in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v", script, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		last = verdict{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatalf("%s said %q", script, lines.Text())
		}
		if last.Fault != "" {
			t.Error(last.Fault)
		}
	}
	return last
}

// What other people's tools make of the document: redocly's linter and swagger-parser
// take it, and what openapi-typescript makes of it compiles with a client's code over it.
func TestPublishedDocumentSatisfiesOtherPeoplesTools(t *testing.T) {
	v := judged(t, "document.mjs", nil)
	if v.Operations < 50 || v.Schemas < 150 {
		t.Errorf("only %d operations and %d schemas were looked at", v.Operations, v.Schemas)
	}
}

// ends cancels what the tour left open of FM-0001, so that its closing can be proposed.
func (w *wire) ends() {
	open, err := w.App.FindAllRecords("pathways", dbx.HashExp{"case": demo.CaseID(1), "ended": false})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range open {
		if a := w.Do("POST", "/api/collections/pathway_events/records", w.Token(demo.Manager), map[string]any{
			"case": demo.CaseID(1), "pathway": p.Id, "kind": "pathway.cancelled", "occurred_at": time.Now().UTC().Format(time.RFC3339), "data": map[string]any{"reason": "It was opened in error."},
		}); a.Status != 200 || !strings.Contains(string(a.Body), `"accepted"`) {
			w.t.Fatalf("cancelling: %d %s", a.Status, a.Body)
		}
	}
	letters, err := w.App.FindAllRecords("letters", dbx.HashExp{"case": demo.CaseID(1), "status": "approved"})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range letters { // that wait to go: no case is closed over them
		if a := w.Do("PATCH", "/api/collections/letters/records/"+l.Id, w.Token(demo.Manager), map[string]any{"status": "withdrawn"}); a.Status != 200 {
			w.t.Fatalf("withdrawing a letter: %d %s", a.Status, a.Body)
		}
	}
}

// fills fills lists that nobody of the demo has filled.
func (w *wire) fills() {
	for noun, values := range map[string]map[string]any{
		"people":   {"communication": []string{"large_print"}},
		"letters":  {"explained": []string{"interpreter"}, "explained_on": "2026-11-20", "explained_by": "Priya Kendal"},
		"evidence": {"children": []string{demo.ID("child", 100)}},
	} {
		r, err := w.App.FindFirstRecordByFilter(noun, "case = {:c}", dbx.Params{"c": demo.CaseID(1)})
		if err != nil {
			w.t.Fatal(err)
		}
		r.Load(values)
		if err := w.App.Save(kernel.AsServer(r)); err != nil {
			w.t.Fatalf("%s: %v", noun, err)
		}
	}
}

// What a running server is asked and answers in the first thread, in a day of everybody's
// phone and at each door that is left, is as published: every operation, a thousand
// records and every line of streams.
func TestPublishedIsWhatGoesOverTheWire(t *testing.T) {
	validators(t)
	w := &wire{t: t, provider: openidtest.Start(t, "https://holdfast.fellmoor.example/nowhere")}
	app := demotest.App(t)
	ops.Bind(app)
	s := demotest.Serve(t, app, rooms(&ops.Options{Together: true, OpenID: w.provider.Config()})...)
	r := record(t, s)
	s.URL, w.Server = r.URL, s
	w.signsIn()
	w.casework()
	w.mistakes()
	w.evidence()
	w.reads()
	w.loses()
	var out strings.Builder
	if !tour.Walk(&out, s.URL, demo.Password) {
		t.Fatal(out.String())
	}
	w.ends()
	extra(t, s.App) // what the demo has none of
	w.fills()
	for _, p := range demo.Cast {
		if p.Account == demo.DPO.Account || p.Account == demo.Outsider.Account {
			continue // whose password is no longer enough
		}
		token := s.Token(p)
		s.Do("POST", "/api/sync/pull", token, contract.PullRequest{Limit: 5000})
		s.Do("POST", "/api/sync/pull", token, contract.PullRequest{}, "Accept", "application/x-ndjson")
	}
	v := judged(t, "answers.mjs", r.exchanges())
	t.Logf("%+v", v)
	if v.Records < 1000 || v.Lines < 500 || v.Answers < 100 {
		t.Errorf("only %d records, %d lines and %d answers were looked at", v.Records, v.Lines, v.Answers)
	}
	for _, o := range v.Never {
		t.Errorf("%s was never answered", o)
	}
	for _, c := range v.Unseen {
		t.Errorf("no record of %s was looked at", c)
	}
	if v.Filled < 500 {
		t.Errorf("only %d fields had something in them", v.Filled)
	}
	for _, l := range v.Empty {
		t.Errorf("%s was empty in every record", l)
	}
}
