package phone

import (
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo/demotest"
)

// built is an app as make leaves it, as far as this room can tell.
var built = fstest.MapFS{
	"built/README": {Data: []byte("make puts it here")}, "built/main.js": {Data: []byte("draw()")}, "built/worker.js": {Data: []byte("keep()")},
	"built/phone.css": {Data: []byte("a{}")}, "built/manifest.webmanifest": {Data: []byte("{}")},
}

func served(t *testing.T, files fstest.MapFS) *demotest.Server {
	t.Helper()
	return demotest.Serve(t, demotest.App(t), func(e *core.ServeEvent) error { return open(e, files) })
}

type answer struct {
	status int
	head   http.Header
	body   string
}

func get(t *testing.T, s *demotest.Server, path string, more ...string) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{a.StatusCode, a.Header, string(body)}
}

func TestTheFrontDoorIsTheApp(t *testing.T) {
	s := served(t, built)
	a := get(t, s, "/")
	for _, want := range []string{`<script type="module" src="/app/main.js">`, `href="tel:999"`, "Fellmoor front door", `href="tel:01632960001"`, `href="/coordinate"`, "newer browser"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page does not have %q:\n%s", want, a.body)
		}
	}
	policy := a.head.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q lacks %q", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(a.body, "<script>") || strings.Contains(a.body, "style=") {
		t.Errorf("the page, or its policy, lets something run that stands in the page")
	}
}

func TestWithoutNodeThePageSaysWhatIsNeededAndWhomToRing(t *testing.T) {
	s := served(t, fstest.MapFS{"built/README": {Data: []byte("make puts it here")}})
	a := get(t, s, "/")
	if a.status != http.StatusOK || strings.Contains(a.body, "<script") {
		t.Errorf("status %d, or a script that is not there:\n%s", a.status, a.body)
	}
	for _, want := range []string{"The app is not on this server", "<code>make</code>", `href="tel:999"`, `href="tel:01632960002"`, `href="/coordinate"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page does not say %q:\n%s", want, a.body)
		}
	}
	if a := get(t, s, "/app/README"); a.status != http.StatusNotFound {
		t.Errorf("what is no part of the app is answered %d", a.status)
	}
}

// What is for everybody is what the area has published to read, and nothing else.
func TestTheCardAndTheGuidesAreForEverybody(t *testing.T) {
	s := served(t, built)
	draft := core.NewRecord(must(s.App.FindCollectionByNameOrId("resources")))
	draft.Load(map[string]any{"key": "draft", "title": "Not yet", "kind": "guide", "body": "Unpublished.", "published": false})
	if err := s.App.Save(draft); err != nil {
		t.Fatal(err)
	}
	a := get(t, s, "/app/area.json")
	if !strings.Contains(a.body, "Who to ring") || !strings.Contains(a.body, "Seven minutes on neglect") || strings.Contains(a.body, "Unpublished") {
		t.Errorf("the area says %s", a.body)
	}
	if strings.Index(a.body, "Who to ring") > strings.Index(a.body, "Seven minutes") {
		t.Error("the card does not come first")
	}
	for _, name := range []string{"Hughes", "Priya", "FM-0005"} {
		if strings.Contains(a.body, name) || strings.Contains(get(t, s, "/").body, name) {
			t.Errorf("whoever has not signed in is told of %s", name)
		}
	}
}

func TestPartsOfTheAppAreAskedForAgainOnlyWhereTheyChanged(t *testing.T) {
	s := served(t, built)
	a := get(t, s, "/app/main.js")
	if a.body != "draw()" || a.head.Get("Content-Type") != "text/javascript; charset=utf-8" || a.head.Get("Cache-Control") != "no-cache" {
		t.Errorf("the script is %q, %v", a.body, a.head)
	}
	if again := get(t, s, "/app/main.js", "If-None-Match", a.head.Get("ETag")); again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("asked again: %d %q", again.status, again.body)
	}
	if w := get(t, s, "/app/worker.js"); w.head.Get("Service-Worker-Allowed") != "/" {
		t.Error("the service worker may not keep the app's own page")
	}
	if m := get(t, s, "/app/main.js"); m.head.Get("Service-Worker-Allowed") != "" {
		t.Error("another file could be made the service worker of everything")
	}
	for _, path := range []string{"/app/", "/app/../main.js", "/app/nowhere.js", "/elsewhere"} {
		if a := get(t, s, path); a.status != http.StatusNotFound && a.status/100 != 3 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// The page of a server without the app reads the card as the app does (numbers.ts).
func TestNumbersAreReadOutOfTheCard(t *testing.T) {
	got := numbers([]guide{{Kind: "briefing", Body: "Ring 01632 960 009."}, {Kind: "contact_card", Body: "If a child is in danger now, ring 999.\r\nFront door: 01632 960 001. Out of hours: +44 1632 960002\nNobody"}})
	if len(got) != 2 || got[0] != (number{"Front door", "01632 960 001", "tel:01632960001"}) || got[1] != (number{"Out of hours", "+44 1632 960002", "tel:+441632960002"}) {
		t.Errorf("got %+v", got)
	}
}

// What the app's screens say is drawn from rows by functions, which have tests of their own.
func TestTheAppsFunctions(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the app is not built")
	}
	const folder = "../../mobile-contract/phone"
	if _, err := exec.Command("test", "-d", folder+"/node_modules/esbuild").Output(); err != nil {
		t.Skip("esbuild is not installed: npm ci in mobile-contract/phone, as make does")
	}
	for _, args := range [][]string{{"node_modules/typescript/bin/tsc", "-p", "."}, {"build.mjs", "test"}, {"--test", "test/built/"}} {
		c := exec.Command(node, args...)
		c.Dir = folder
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("node %v: %v\n%s", args, err, out)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
