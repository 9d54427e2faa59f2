package upload

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// Two hundred phones come back from a day without signal and send five files of 8 MiB
// each at once, while the house goes on syncing. Everything must be sealed with its
// own hash. What it took is printed, not asserted: machines differ.
//
//	HOLDFAST_SOAK=1 go test ./server/upload -run SoakTwoHundredPhones -v -timeout 60m
//
// HOLDFAST_SOAK_PHONES and HOLDFAST_SOAK_MIB make it smaller. The server is the real
// one, built here, in a process of its own. The phones are another, which gives way to
// it, since real ones bring processors of their own; who pulls is a third, this one,
// with nothing else to do, so that what is timed is not the phones' own queue.
func TestSoakTwoHundredPhones(t *testing.T) {
	if os.Getenv("HOLDFAST_SOAK") == "" {
		t.Skip("a soak: HOLDFAST_SOAK=1")
	}
	phones, size := number("HOLDFAST_SOAK_PHONES", 200), int64(number("HOLDFAST_SOAK_MIB", 8))<<20
	app := demotest.App(t)
	d := &desk{Server: demotest.Serve(t, app, devices.Open), t: t}
	d.allow("audio", 100<<20)
	crowd := crowd{Size: size}
	for i := range phones {
		crowd.Tokens = append(crowd.Tokens, d.refreshToken(crew(t, app, i)))
	}
	d.policy(func(p map[string]any) {
		sound := p["kinds"].(map[string]any)["audio"].(map[string]any)
		sound["per_case"], sound["per_day"] = 1_000_000, 1_000_000
	})
	h := sha256.New()
	must(io.Copy(h, &tone{size: size}))
	for i := range phones * filesEach {
		d.announce(soakID(i), nil, "kind", "audio", "size", size, "sha256", hex.EncodeToString(h.Sum(nil)))
	}
	puller, another := d.refreshToken(demo.Practitioner.ID), d.refreshToken(demo.Practitioner.ID)
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	c := house(t, app.DataDir())
	crowd.URL = c.url

	quiet, stop := make(chan []time.Duration), make(chan struct{})
	go func() { quiet <- pulling(t, c.url, puller, stop) }()
	time.Sleep(2 * time.Second)
	close(stop)
	before := <-quiet

	busy, stop := make(chan []time.Duration), make(chan struct{})
	go func() { busy <- pulling(t, c.url, another, stop) }()
	idle, start := c.processor(t), time.Now()
	theirs, err := crowd.send(t)
	total := time.Since(start)
	close(stop)
	took := <-busy
	ours, resident := c.processor(t)-idle, c.resident(t, "VmHWM")
	c.kill()
	if err != nil {
		t.Error(err)
	}

	bytes := float64(phones*filesEach) * float64(size) / (1 << 20)
	t.Logf("%d phones, %d files of %d MiB: %.1f s, %.0f MiB/s; processor: server %.1f s, phones %.1f s; %d MiB resident at most",
		phones, phones*filesEach, size>>20, total.Seconds(), bytes/total.Seconds(), ours.Seconds(), theirs.Seconds(), resident>>20)
	t.Logf("pulls of 500 rows: before, %d, p50 %s, p99 %s; meanwhile, %d, p50 %s, p99 %s, longest %s",
		len(before), at(before, 50), at(before, 99), len(took), at(took, 50), at(took, 99), at(took, 100))
	again := demotest.Open(t, app.DataDir())
	var left int
	if err := again.ConcurrentDB().NewQuery(`SELECT count(*) FROM evidence WHERE status != 'sealed'`).Row(&left); err != nil || left > 0 {
		t.Errorf("%d not sealed, %v", left, err)
	}
	missing, extra, altered, err := Reconcile(again)
	if err != nil || len(missing)+len(extra)+len(altered) > 0 {
		t.Errorf("missing %d, extra %d, altered %d, %v", len(missing), len(extra), len(altered), err)
	}
}

// filesEach is how many files a phone has.
const filesEach = 5

// crowd is phones that send at once, in a process of their own: phone i sends the
// files from soakID(i*filesEach) on.
type crowd struct {
	URL    string
	Tokens []string // to be refreshed: those that a phone works with live ten minutes
	Size   int64
}

// crowdIn names the environment that says which crowd this process is.
const crowdIn = "HOLDFAST_UPLOAD_CROWD"

// TestCrowd is no test of its own: it is the phones of the soak.
func TestCrowd(t *testing.T) {
	from := os.Getenv(crowdIn)
	if from == "" {
		t.Skip("only as the child of a test")
	}
	var c crowd
	if err := json.Unmarshal(must(os.ReadFile(from)), &c); err != nil {
		t.Fatal(err)
	}
	content := must(io.ReadAll(&tone{size: c.Size}))
	var work sync.WaitGroup
	for i, token := range c.Tokens {
		work.Go(func() {
			for f := range filesEach {
				phone, err := refreshed(c.URL, token)
				if token = phone.RefreshToken; err == nil {
					err = sendTone(c.URL, phone.AccessToken, soakID(i*filesEach+f), content)
				}
				if err != nil {
					t.Errorf("phone %d, file %d: %v", i, f, err)
				}
			}
		})
	}
	work.Wait()
}

// send lets the crowd send and answers what of the processor it took.
func (c crowd) send(t *testing.T) (time.Duration, error) {
	t.Helper()
	told := filepath.Join(t.TempDir(), "crowd.json")
	must(0, os.WriteFile(told, must(json.Marshal(c)), 0o600))
	cmd := exec.Command("nice", "-n", "19", os.Args[0], "-test.run=^TestCrowd$", "-test.timeout=50m")
	cmd.Env = append(os.Environ(), crowdIn+"="+told)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// processor is what a running child has had of the processor.
func (c *child) processor(t *testing.T) time.Duration {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	ticks := strings.Fields(rest)
	return time.Duration(must(strconv.Atoi(ticks[11]))+must(strconv.Atoi(ticks[12]))) * 10 * time.Millisecond
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func soakID(i int) string { return fmt.Sprintf("evidences%06d", i) }

// crew is one more worker on FM-0001.
func crew(t *testing.T, app core.App, i int) string {
	t.Helper()
	id := fmt.Sprintf("crew%011d", i)
	err := kernel.Within(app, kernel.Actor{Door: "test"}, func(tx core.App) error {
		u := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("users")))
		u.Load(map[string]any{"id": id, "email": id + "@fellmoor.example", "name": "Worker", "agency": demo.Agencies[1].ID, "roles": []string{"practitioner"}, "active": true})
		u.SetRaw("password", "")
		u.RefreshTokenKey()
		if err := tx.SaveNoValidate(kernel.AsServer(u)); err != nil {
			return err
		}
		m := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("case_members")))
		m.Load(map[string]any{"case": demo.CaseID(1), "user": id, "role": "member"})
		return tx.Save(kernel.AsServer(m))
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// refreshToken is that of a new phone of somebody's.
func (d *desk) refreshToken(user string) string {
	var phone contract.DeviceAnswer
	signIn := must(signin.SignInToken(must(d.App.FindRecordById("users", user)), time.Now()))
	d.Do("POST", "/api/sync/devices", signIn, contract.DeviceRequest{Name: "phone"}).JSON(d.t, &phone)
	return phone.RefreshToken
}

// refreshed trades a phone's refresh token for its next tokens.
func refreshed(url, token string) (phone contract.DeviceAnswer, err error) {
	res, err := http.Post(url+"/api/sync/devices/refresh", "application/json", bytes.NewReader(must(json.Marshal(contract.RefreshRequest{RefreshToken: token}))))
	if err != nil {
		return phone, err
	}
	defer res.Body.Close()
	if res.StatusCode != 200 {
		return phone, fmt.Errorf("refreshing: %d", res.StatusCode)
	}
	return phone, json.NewDecoder(res.Body).Decode(&phone)
}

// house builds and starts the real server.
func house(t *testing.T, dir string) *child {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "holdfast")
	if out, err := exec.Command("go", "build", "-o", binary, "holdfast/server").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	free := must(net.Listen("tcp", "127.0.0.1:0"))
	address := free.Addr().String()
	must(0, free.Close())
	c := &child{cmd: exec.Command(binary, "serve", "--http", address, "--dir", dir), url: "http://" + address}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	until(t, "the server answers", func() bool {
		res, err := http.Get(c.url + "/api/health")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil && res.StatusCode == 200
	})
	return c
}

// sendTone uploads as a phone does, in pieces of 2 MiB, and waits when it is told to.
func sendTone(url, token, id string, content []byte) error {
	size := int64(len(content))
	ask := func(method, path string, body io.Reader, length int64, header ...string) (*http.Response, error) {
		req, err := http.NewRequest(method, url+path, body)
		if err != nil {
			return nil, err
		}
		req.ContentLength = length
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Tus-Resumable", "1.0.0")
		req.Header.Set("Content-Type", offsetType)
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
		return res, err
	}
	res, err := ask("POST", "/api/uploads", nil, 0, "Upload-Length", strconv.FormatInt(size, 10), "Upload-Metadata", metadata(id), "Content-Type", "text/plain")
	if err != nil || res.Header.Get("Location") == "" {
		return fmt.Errorf("creating: %v, %w", res, err)
	}
	at := res.Header.Get("Location")
	for offset, tries := int64(0), 0; offset < size; {
		n := min(2<<20, size-offset)
		res, err := ask("PATCH", at, bytes.NewReader(content[offset:offset+n]), n, "Upload-Offset", strconv.FormatInt(offset, 10))
		if tries++; tries > 100 {
			return fmt.Errorf("it does not come through: %v, %w", res, err)
		}
		if err != nil || res.StatusCode >= 400 {
			time.Sleep(200 * time.Millisecond)
			if res, err = ask("HEAD", at, nil, 0); err != nil || res.StatusCode != 200 {
				continue
			}
		}
		if offset, err = strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64); err != nil {
			return err
		}
	}
	return nil
}

// pulling is another phone that pulls again and again, from nothing.
func pulling(t *testing.T, url, refresh string, stop chan struct{}) (took []time.Duration) {
	defer func() { slices.Sort(took) }()
	post := func(path, token, body string) []byte {
		req := must(http.NewRequest("POST", url+path, strings.NewReader(body)))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return nil
		}
		defer res.Body.Close()
		raw := must(io.ReadAll(res.Body))
		if res.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, res.StatusCode, raw)
		}
		return raw
	}
	for {
		phone, err := refreshed(url, refresh)
		if err != nil {
			t.Error(err)
			return took
		}
		refresh = phone.RefreshToken
		for range 200 { // a token lives ten minutes
			select {
			case <-stop:
				return took
			default:
			}
			begun := time.Now()
			post("/api/sync/pull", phone.AccessToken, `{"position":null,"limit":500}`)
			took = append(took, time.Since(begun))
		}
	}
}

func at(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)*percent/100].Round(time.Millisecond)
}
