package upload

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

func TestTheLaneIsServedAFewAtATime(t *testing.T) {
	c := make(counter, 1)
	served := 0
	var door hook.Hook[*core.RequestEvent]
	door.Bind(c.queue())
	door.BindFunc(func(*core.RequestEvent) error { served++; return nil })
	ask := func(method string) error {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		e := &core.RequestEvent{}
		e.Request, e.Response = httptest.NewRequestWithContext(gone, method, "/api/uploads", nil), httptest.NewRecorder()
		return door.Trigger(e)
	}
	c.back() // somebody stands there
	if err := ask("HEAD"); err == nil || served != 0 {
		t.Errorf("%v, %d served at a counter that is taken", err, served)
	}
	if err := ask("OPTIONS"); err != nil || served != 1 {
		t.Errorf("a preflight asks nothing of anybody: %v", err)
	}
	if err := c.aside(func() error {
		select {
		case c <- struct{}{}:
			c.leave()
			return nil
		default:
			return errors.New("who steps aside keeps the counter")
		}
	}); err != nil {
		t.Error(err)
	}
	if len(c) != 1 {
		t.Error("who stepped aside did not come back")
	}
}

// All of the lane stands behind the counter, and nothing else does.
func TestTheWholeLaneQueues(t *testing.T) {
	app := demotest.App(t)
	var r *Room
	d := &desk{Server: demotest.Serve(t, app, devices.Open, func(e *core.ServeEvent) error {
		r = must(newRoom(e.App))
		return r.serve(e, Options{})
	}), t: t}
	d.token = d.Token(demo.Practitioner)
	text := letterOf(100)
	d.announce("evidencequeue01", text)
	at := d.begin("evidencequeue01", len(text))
	for range maxServed {
		r.counter.back() // somebody stands at each place
	}
	for _, ask := range [][2]string{{"HEAD", at}, {"PATCH", at}, {"DELETE", at}, {"POST", "/api/uploads"}, {"POST", at}} {
		gone, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		req := must(http.NewRequestWithContext(gone, ask[0], d.URL+ask[1], nil))
		for k, v := range map[string]string{"Authorization": "Bearer " + d.token, "Tus-Resumable": tusVersion} {
			req.Header.Set(k, v)
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			t.Errorf("%s %s is answered %d, past everybody", ask[0], ask[1], res.StatusCode)
			_ = res.Body.Close()
		}
		cancel()
	}
	wantStatus(t, d.Do("GET", "/api/keys", d.token, nil), 200, "")
	if t.Failed() {
		return // who did not take a place cannot give it up
	}
	for range maxServed {
		r.counter.leave()
	}
	wantStatus(t, d.patch(at, 0, text), 204, "")
}

// Phones that send slowly keep nobody from the counter.
func TestWhoSendsSlowlyKeepsNobodyWaiting(t *testing.T) {
	d := fellmoor(t)
	sound := wav(2_000)
	var lanes []string
	for _, id := range []string{"evidenceslow001", "evidenceslow002", "evidenceslow003", "evidenceslow004"} {
		d.announce(id, sound, "kind", "audio")
		lanes = append(lanes, d.begin(id, len(sound)))
	}
	ended := make(chan int, len(lanes))
	var hold []*io.PipeWriter
	for _, at := range lanes[1:] { // one more than are served at once
		body, in := io.Pipe()
		hold = append(hold, in)
		go func() {
			req, _ := http.NewRequest("PATCH", d.URL+at, body)
			req.ContentLength = int64(len(sound))
			for k, v := range map[string]string{"Authorization": "Bearer " + d.token, "Tus-Resumable": tusVersion, "Content-Type": offsetType, "Upload-Offset": "0"} {
				req.Header.Set(k, v)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				ended <- 0
				return
			}
			ended <- res.StatusCode
		}()
		must(in.Write(sound[:100])) // it is being read, or will be
	}
	wantStatus(t, d.patch(lanes[0], 0, sound), 204, "")
	for _, in := range hold {
		must(in.Write(sound[100:]))
		must(0, in.Close())
	}
	for range hold {
		if status := <-ended; status != 204 {
			t.Errorf("a slow one ends with %d", status)
		}
	}
}

func TestTheHandGivesWay(t *testing.T) {
	var kept bytes.Buffer
	sent := bytes.Repeat([]byte("what was seen, "), 5*bufferLen/16)
	if n, err := theHand().pour(&kept, iotest.HalfReader(bytes.NewReader(sent))); n != int64(len(sent)) || err != nil || !bytes.Equal(kept.Bytes(), sent) {
		t.Errorf("%d of %d bytes, %v", n, len(sent), err)
	}
	kept.Reset()
	cut := errors.New("the signal was lost")
	if n, err := theHand().pour(&kept, io.MultiReader(bytes.NewReader(sent), iotest.ErrReader(cut))); n != int64(len(sent)) || !errors.Is(err, cut) || !bytes.Equal(kept.Bytes(), sent) {
		t.Errorf("a body that breaks off: %d of %d bytes, %v", n, len(sent), err)
	}
	full := errors.New("no more room")
	if n, err := theHand().pour(failing{full}, bytes.NewReader(sent)); n != 0 || !errors.Is(err, full) {
		t.Errorf("what went wrong is told as %d bytes, %v", n, err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	low, usual := 0, 20-must(syscall.Getpriority(syscall.PRIO_PROCESS, 0)) // as the kernel tells it
	threads, err := filepath.Glob("/proc/self/task/*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range threads {
		raw, err := os.ReadFile(at)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(raw), ") ")
		if strings.Fields(rest)[16] == strconv.Itoa(min(usual+10, 19)) {
			low++
		}
	}
	if low != 1 && usual < 19 { // where all give way as far as they can, it is one of many
		t.Errorf("%d of %d threads give way", low, len(threads))
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }
