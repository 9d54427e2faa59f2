package upload

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// served is the folder that this process serves, when it is the child of a test.
const served = "HOLDFAST_UPLOAD_SERVE"

// TestServe is no test of its own: it is the server that others kill.
func TestServe(t *testing.T) {
	dir := os.Getenv(served)
	if dir == "" {
		t.Skip("only as the child of a test")
	}
	app := demotest.Open(t, dir)
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	router.Bind(apis.CORS(apis.CORSConfig{AllowOrigins: []string{"*"}})) // as PocketBase's own serving does
	for _, room := range []func(*core.ServeEvent) error{devices.Open, Open} {
		if err := room(&core.ServeEvent{App: app, Router: router}); err != nil {
			t.Fatal(err)
		}
	}
	mux, err := router.BuildMux()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nserving http://%s\n", l.Addr())
	server := &http.Server{Handler: mux, ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, ReadHeaderTimeout: time.Minute}
	t.Log(server.Serve(l))
}

// child is a server in a process of its own.
type child struct {
	cmd  *exec.Cmd
	url  string
	once sync.Once
}

func start(t *testing.T, dir string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServe$")
	cmd.Env = append(os.Environ(), served+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd}
	t.Cleanup(c.kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			c.url = url
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return c
		}
	}
	t.Fatal("the server does not start")
	return nil
}

// kill ends the process at once, with whatever it was writing, and returns when it has
// ended, whoever asked for that.
func (c *child) kill() { c.once.Do(func() { _ = c.cmd.Process.Kill(); _ = c.cmd.Wait() }) }

// resident is what the process has held at most since it began, or holds now, in
// bytes.
func (c *child) resident(t *testing.T, field string) int64 {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	_, rest, _ := strings.Cut(string(raw), field+":")
	kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// An upload is cut and its server killed, again and again, and it arrives whole.
// HOLDFAST_UPLOAD_MIB sets its size; 90 MiB unless told.
func TestAnUploadOutlivesCutsAndKills(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	size := int64(90 << 20)
	if mib, err := strconv.ParseInt(os.Getenv("HOLDFAST_UPLOAD_MIB"), 10, 64); err == nil {
		size = mib << 20
	}
	const cuts, kills = 40, 5
	app := demotest.App(t)
	setUp := &desk{Server: demotest.Serve(t, app, devices.Open), t: t}
	setUp.token = setUp.Token(demo.Practitioner)
	setUp.allow("audio", max(size, 100<<20))
	setUp.announceTone("evidencekilled1", size)
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}

	c := start(t, app.DataDir())
	idle, worst := c.resident(t, "VmRSS"), int64(0)
	d := &desk{&demotest.Server{URL: c.url}, t, setUp.token}
	ask := func(method, path string, at int64, body io.Reader, length int64) (*http.Response, error) {
		req, err := http.NewRequest(method, c.url+path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = length
		for k, v := range map[string]string{
			"Authorization": "Bearer " + d.token, "Tus-Resumable": "1.0.0", "Content-Type": offsetType, "Upload-Offset": strconv.FormatInt(at, 10),
			"Upload-Length": strconv.FormatInt(size, 10), "Upload-Metadata": metadata("evidencekilled1"),
		} {
			req.Header.Set(k, v)
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		return res, err
	}
	res, err := ask("POST", "/api/uploads", 0, nil, 0)
	if err != nil || res.StatusCode != 201 {
		t.Fatal(res, err)
	}
	at, told, killed := res.Header.Get("Location"), int64(0), 0
	for round := 0; ; round++ {
		var offset int64
		until(t, "HEAD answers an offset", func() bool {
			res, err := ask("HEAD", at, 0, nil, 0)
			if err != nil || res.StatusCode != 200 {
				return false
			}
			offset, err = strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64)
			return err == nil
		})
		if offset < told {
			t.Fatalf("round %d: the upload stands at %d, the server had told %d", round, offset, told)
		}
		told = offset
		if round == cuts {
			break
		}
		// Send about a fortieth, promise all, and break off.
		body := &tone{at: offset, size: size}
		part := min(size-offset, size/cuts/2+rand.Int64N(size/cuts))
		if part == size-offset {
			part /= 2
		}
		broken := &breaks{r: io.LimitReader(body, part), then: func() {}}
		fatal := round%(cuts/kills) == cuts/kills-1
		if fatal {
			worst = max(worst, c.resident(t, "VmHWM"))
			broken.then = c.kill
		}
		// The request before may reach the server after our HEAD did: this one is
		// then refused before its body has broken off.
		if res, err := ask("PATCH", at, offset, broken, size-offset); err == nil && res.StatusCode != 409 && res.StatusCode != 423 {
			t.Fatalf("round %d: a body that broke off was answered %d", round, res.StatusCode)
		}
		if fatal {
			c.kill() // an answer may be here before its request's body has broken off
			killed++
			c = start(t, app.DataDir())
		}
	}
	until(t, "the last piece arrives", func() bool {
		if res, err = ask("HEAD", at, 0, nil, 0); err != nil || res.StatusCode != 200 {
			return false
		}
		if told, err = strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64); err != nil {
			t.Fatal(err)
		}
		res, err = ask("PATCH", at, told, &tone{at: told, size: size}, size-told)
		return err == nil && res.StatusCode == 204 && res.Header.Get("Holdfast-Receipt") != ""
	})
	if killed != kills {
		t.Errorf("the server was killed %d times", killed)
	}
	worst = max(worst, c.resident(t, "VmHWM"))
	t.Logf("%d MiB, %d cuts, %d kills; resident %d MiB idle, %d MiB at most", size>>20, cuts, killed, idle>>20, worst>>20)
	if worst > idle+100<<20 {
		t.Errorf("%d bytes resident over idle", worst-idle)
	}
}

// breaks is a body that fails when it has given what it has.
type breaks struct {
	r    io.Reader
	then func()
}

func (b *breaks) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.EOF {
		b.then()
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}
