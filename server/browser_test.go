package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

// chromium finds a browser, and what drives it, or skips the test.
func chromium(t *testing.T) (node, browser string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the pages are not tried in a browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if browser, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if err != nil {
		t.Skip("Chromium is not installed (Debian: apt-get install chromium): the pages are not tried in a browser")
	}
	if _, err := os.Stat("browser/node_modules/playwright-core"); err != nil {
		t.Skip("playwright-core is not installed: npm ci in server/browser, as make test does")
	}
	return node, browser
}

// livedIn is a running Fellmoor as it stands today, as serve --demo has it: a browser
// has no clock that a test could turn.
func livedIn(t *testing.T) *demotest.Server { return filledBy(t, demo.Fill) }

// filledBy is the same with the families that somebody fills it with.
func filledBy(t *testing.T, fill func(core.App, time.Time) error) *demotest.Server {
	t.Helper()
	app := demotest.Open(t, t.TempDir())
	if err := fill(app, time.Now()); err != nil {
		t.Fatal(err)
	}
	ops.Bind(app)
	s := demotest.Serve(t, app, rooms(&ops.Options{Mail: filepath.Join(app.DataDir(), "mail")})...)
	app.Settings().Meta.AppURL = s.URL // mail leads to where this server is
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	return s
}

// postMail has the mail's next round go out now.
func postMail(t *testing.T, app core.App) {
	t.Helper()
	for _, j := range app.Cron().Jobs() {
		if j.Id() == "mail" {
			j.Run()
			return
		}
	}
	t.Fatal("there is no round of mail")
}

// step is one thing that a script did or looked at, or asks this test to do.
type step struct {
	Step, Problem, Ask string
	Paths              []string // the pages that were looked at
}

// inBrowser runs a script of browser/ to its end. Each of its steps is a subtest; what
// it asks for is answered by answer.
func inBrowser(t *testing.T, script string, told map[string]any, answer func(ask string) map[string]any) (steps []step) {
	t.Helper()
	node, browser := chromium(t)
	told["chromium"], told["password"] = browser, demo.Password
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, node, script)
	cmd.Dir, cmd.Stderr = "browser", os.Stderr
	in, out := must(cmd.StdinPipe()), must(cmd.StdoutPipe())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		in.Close() // a script that still waits sees that nobody is there
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", script, err)
		}
	}()
	say := json.NewEncoder(in)
	if err := say.Encode(told); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		var s step
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatalf("%s said %q", script, lines.Text())
		}
		if s.Ask != "" {
			if err := say.Encode(answer(s.Ask)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		steps = append(steps, s)
		t.Run(s.Step, func(t *testing.T) {
			if s.Problem != "" {
				t.Error(s.Problem)
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
