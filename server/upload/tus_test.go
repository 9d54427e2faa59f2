package upload

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// cut begins a request by hand, sends part of its body and closes the connection.
func (d *desk) cut(path string, at, announced int, body []byte) {
	d.t.Helper()
	conn := d.hold(path, at, announced, body)
	_ = conn.Close()
}

// hold begins a PATCH by hand and leaves it waiting for more.
func (d *desk) hold(path string, at, announced int, body []byte) net.Conn {
	d.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
	if err != nil {
		d.t.Fatal(err)
	}
	fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: fellmoor\r\nAuthorization: Bearer %s\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n",
		path, d.token, offsetType, at, announced)
	if _, err := conn.Write(body); err != nil {
		d.t.Fatal(err)
	}
	return conn
}

// until waits for something that another goroutine brings about.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for give := time.Now().Add(2 * time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(give) {
			t.Fatal("never: " + what)
		}
	}
}

func TestACutUploadGoesOnWhereItStood(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(300_000)
	d.announce("evidencecut0001", content)
	at := d.begin("evidencecut0001", len(content))
	d.cut(at, 0, len(content), content[:123_457])
	stands := 123_457
	until(t, "what came before the cut is counted", func() bool {
		h := d.ask("HEAD", at, nil)
		return h.Status == 200 && h.Header.Get("Upload-Offset") == strconv.Itoa(stands)
	})
	wrong := wantStatus(t, d.patch(at, stands-1, content[stands-1:]), 409, "upload_offset")
	if wrong.Header.Get("Upload-Offset") != "123457" {
		t.Errorf("the refusal names offset %q", wrong.Header.Get("Upload-Offset"))
	}
	a := wantStatus(t, d.patch(at, stands, content[stands:]), 204, "")
	if a.Header.Get("Upload-Offset") != "300000" || a.Header.Get("Holdfast-Receipt") == "" {
		t.Errorf("the last answer: %v", a.Header)
	}
	// The last answer was lost: asking again gives it again.
	h := d.ask("HEAD", at, nil)
	if h.Status != 200 || h.Header.Get("Upload-Offset") != "300000" || h.Header.Get("Holdfast-Receipt") != a.Header.Get("Holdfast-Receipt") {
		t.Errorf("HEAD after the end: %d %v", h.Status, h.Header)
	}
}

func TestAnUploadSurvivesTheServer(t *testing.T) {
	app := demotest.App(t)
	d := desks(t, app)
	content := letterOf(90_000)
	d.announce("evidencefall001", content)
	d.announce("evidencefall002", content)
	half, whole := d.begin("evidencefall001", len(content)), d.begin("evidencefall002", len(content))
	wantStatus(t, d.patch(half, 0, content[:50_000]), 204, "")
	wantStatus(t, d.patch(whole, 0, content[:50_000]), 204, "")
	// The server falls after the last byte is on the disk and before the row is sealed.
	appendTo(t, app.DataDir(), whole, content[50_000:])
	// A part whose upload was never entered: it fell while creating.
	stray := filepath.Join(app.DataDir(), "uploads", "neverentered.part")
	if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}

	d = desks(t, demotest.Open(t, app.DataDir()))
	if s := d.row("evidencefall002").GetString("status"); s != "sealed" {
		t.Errorf("the whole one is %s after the restart", s)
	}
	if got := d.trail("evidencefall002"); got != "create received sealed update" {
		t.Errorf("its custody trail is %q", got)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("the stray part is still there")
	}
	if got := d.offset(half); got != "50000" {
		t.Fatalf("the half one stands at %s", got)
	}
	wantStatus(t, d.patch(half, 50_000, content[50_000:]), 204, "")
	if s := d.row("evidencefall001").GetString("status"); s != "sealed" {
		t.Errorf("the half one is %s in the end", s)
	}
}

func appendTo(t *testing.T, dir, at string, b []byte) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "uploads", filepath.Base(at)+".part"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOneWriterAnUpload(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(50_000)
	d.announce("evidencelock001", content)
	at := d.begin("evidencelock001", len(content))
	conn := d.hold(at, 0, len(content), content[:10_000])
	until(t, "the first writer is at work", func() bool {
		info, err := os.Stat(filepath.Join(d.App.DataDir(), "uploads", filepath.Base(at)+".part"))
		return err == nil && info.Size() == 10_000
	})
	a := wantStatus(t, d.patch(at, 10_000, content[10_000:]), 423, "upload_locked")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no time to come back")
	}
	if h := d.ask("HEAD", at, nil); h.Status != 423 {
		t.Errorf("HEAD beside a writer: %d; its offset would not be on the disk", h.Status)
	}
	wantStatus(t, d.ask("DELETE", at, nil), 423, "upload_locked")
	if _, err := conn.Write(content[10_000:]); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != 204 {
		t.Fatalf("the first writer ends with %v, %v", res, err)
	}
	if s := d.row("evidencelock001").GetString("status"); s != "sealed" {
		t.Errorf("the row is %s", s)
	}
}

func TestAChunkWithAWrongChecksumIsNotKept(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(20_000)
	d.announce("evidencechunk01", content)
	at := d.begin("evidencechunk01", len(content))
	s1, s256 := sha1.Sum(content[:5_000]), sha256.Sum256(content[5_000:])
	right1 := "sha1 " + base64.StdEncoding.EncodeToString(s1[:])
	wantStatus(t, d.patch(at, 0, content[:5_000], "Upload-Checksum", right1), 204, "")
	wantStatus(t, d.patch(at, 5_000, content[5_000:], "Upload-Checksum", right1), 460, "checksum_mismatch")
	if got := d.offset(at); got != "5000" {
		t.Fatalf("after the wrong chunk the upload stands at %s", got)
	}
	wantStatus(t, d.patch(at, 5_000, content[5_000:], "Upload-Checksum", "md5 x"), 400, "malformed")
	wantStatus(t, d.patch(at, 5_000, content[5_000:], "Upload-Checksum", "sha256 "+base64.StdEncoding.EncodeToString(s256[:])), 204, "")
	if s := d.row("evidencechunk01").GetString("status"); s != "sealed" {
		t.Errorf("the row is %s", s)
	}
}

func TestTheProtocol(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(1_000)
	d.announce("evidenceproto01", content)
	d.announce("evidenceproto02", content, "size", 14<<20, "kind", "home_conditions")
	d.allow("image", 8<<20) // since it was announced
	named := []string{"Upload-Metadata", metadata("evidenceproto01")}

	o := d.Do("OPTIONS", "/api/uploads", "", nil)
	if o.Status != 204 || o.Header.Get("Tus-Version") != "1.0.0" || o.Header.Get("Tus-Extension") != extensions || o.Header.Get("Tus-Checksum-Algorithm") != "sha1,sha256" {
		t.Errorf("OPTIONS: %d %v", o.Status, o.Header)
	}
	old := wantStatus(t, d.Do("POST", "/api/uploads", d.token, nil, "Tus-Resumable", "0.2.2"), 412, "tus_version")
	if old.Header.Get("Tus-Version") != "1.0.0" {
		t.Error("the refusal does not say what is spoken")
	}
	wantStatus(t, d.Do("POST", "/api/uploads", "", nil, "Tus-Resumable", "1.0.0"), 401, "unauthorised")
	for _, c := range []struct {
		what   string
		status int
		code   string
		header []string
	}{
		{"no length", 400, "malformed", named},
		{"another length", 400, "upload_length", append([]string{"Upload-Length", "999"}, named...)},
		{"a length later", 400, "malformed", append([]string{"Upload-Defer-Length", "1"}, named...)},
		{"in pieces", 400, "malformed", append([]string{"Upload-Concat", "partial", "Upload-Length", "1000"}, named...)},
		{"no evidence", 400, "malformed", []string{"Upload-Length", "1000", "Upload-Metadata", "filename eA=="}},
		{"no base64", 400, "malformed", []string{"Upload-Length", "1000", "Upload-Metadata", "evidence ***"}},
		{"too large for its kind", 413, "too_large", []string{"Upload-Length", strconv.Itoa(14 << 20), "Upload-Metadata", metadata("evidenceproto02")}},
		{"a body beyond the length", 413, "too_large", append([]string{"Upload-Length", "1000", "body", "1001"}, named...)},
	} {
		var body []byte
		if n := len(c.header); n > 2 && c.header[2] == "body" {
			body, c.header = make([]byte, 1_001), append(c.header[:2:2], c.header[4:]...)
		}
		a := d.ask("POST", "/api/uploads", body, c.header...)
		if a.Status != c.status || a.Code() != c.code {
			t.Errorf("%s: %d %q, want %d %q", c.what, a.Status, a.Code(), c.status, c.code)
		}
	}

	at := d.begin("evidenceproto01", len(content))
	h := d.ask("HEAD", at, nil)
	if h.Header.Get("Upload-Length") != "1000" || h.Header.Get("Upload-Metadata") != metadata("evidenceproto01") || h.Header.Get("Cache-Control") != "no-store" || h.Header.Get("Upload-Expires") == "" {
		t.Errorf("HEAD: %v", h.Header)
	}
	wantStatus(t, d.patch(at, 0, content, "Content-Type", "text/plain"), 415, "upload_media_type")
	wantStatus(t, d.ask("PATCH", at, content), 400, "malformed")
	wantStatus(t, d.patch(at, 0, append(content, 'x')), 413, "too_large")
	// Of a body whose length is not told, nothing stays when it is too long.
	wantStatus(t, d.Do("PATCH", at, d.token, io.MultiReader(bytes.NewReader(content), strings.NewReader("x")),
		"Tus-Resumable", "1.0.0", "Content-Type", offsetType, "Upload-Offset", "0"), 413, "too_large")
	if got := d.offset(at); got != "0" {
		t.Errorf("after refusals the upload stands at %s", got)
	}
	wantStatus(t, d.ask("POST", at, content[:10], "X-HTTP-Method-Override", "PATCH", "Upload-Offset", "0"), 204, "")
	wantStatus(t, d.ask("DELETE", at, nil), 204, "")
	if h := d.ask("HEAD", at, nil); h.Status != 404 {
		t.Errorf("HEAD of a terminated upload: %d", h.Status)
	}
	whole := d.ask("POST", "/api/uploads", content, append([]string{"Upload-Length", "1000"}, named...)...)
	if whole.Status != 201 || whole.Header.Get("Upload-Offset") != "1000" || whole.Header.Get("Holdfast-Receipt") == "" {
		t.Errorf("creation with upload: %d %s %v", whole.Status, whole.Body, whole.Header)
	}
}

func TestAForeignUploadIsAMissingOne(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(1_000)
	d.announce("evidenceown0001", content)
	d.announce("evidenceown0002", content)
	wantStatus(t, d.send("evidenceown0002", content), 204, "")
	at := d.begin("evidenceown0001", len(content))
	for _, who := range []demo.Person{demo.Outsider, demo.Coordinator, demo.DPO} {
		o := d.as(who)
		same := func(what string, foreign, missing demotest.Answer) {
			t.Helper()
			for _, h := range []http.Header{foreign.Header, missing.Header} {
				h.Del("Date")
			}
			if foreign.Status != 404 || missing.Status != 404 || string(foreign.Body) != string(missing.Body) || fmt.Sprint(foreign.Header) != fmt.Sprint(missing.Header) {
				t.Errorf("%s for the %s: foreign %d %s %v, missing %d %s %v", what, who.Account,
					foreign.Status, foreign.Body, foreign.Header, missing.Status, missing.Body, missing.Header)
			}
		}
		for _, size := range []string{"1000", "7", "99999999999"} {
			create := func(id string) demotest.Answer {
				return o.ask("POST", "/api/uploads", content[:5], "Upload-Length", size, "Upload-Metadata", metadata(id))
			}
			same("POST", create("evidenceown0001"), create("evidencenone001"))
			same("POST of what is sealed", create("evidenceown0002"), create("../etc/passwd"))
		}
		const none = "/api/uploads/abcdefghijklmnopqrstuvwxyz"
		same("HEAD", o.ask("HEAD", at, nil), o.ask("HEAD", none, nil))
		same("PATCH", o.patch(at, 0, content), o.patch(none, 0, content))
		same("PATCH elsewhere", o.patch(at, 5, content, "Content-Type", "text/plain"), o.patch(none, 5, content, "Content-Type", "text/plain"))
		same("DELETE", o.ask("DELETE", at, nil), o.ask("DELETE", none, nil))
		for _, what := range []string{"original", "preview", "receipt"} {
			get := func(id string, h ...string) demotest.Answer {
				return o.Do("GET", "/api/evidence/"+id+"/"+what, o.token, nil, h...)
			}
			same("GET "+what, get("evidenceown0002"), get("evidencenone001"))
			same("GET "+what+" of what is announced", get("evidenceown0001"), get("evidencenone001"))
			same("range of "+what, get("evidenceown0002", "Range", "bytes=0-9"), get("evidencenone001", "Range", "bytes=0-9"))
		}
		file := d.row("evidenceown0002").GetString("file")
		same("PocketBase's file door", o.Do("GET", "/api/files/evidence/evidenceown0002/"+file, o.token, nil), o.Do("GET", "/api/files/evidence/evidencenone001/"+file, o.token, nil))
	}
	// PocketBase's file door is shut for members too: it would write no trail.
	user, err := d.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := user.NewFileToken()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"evidence", "EVIDENCE", "hf_evidence"} {
		wantStatus(t, d.Do("GET", "/api/files/"+name+"/evidenceown0002/"+d.row("evidenceown0002").GetString("file")+"?token="+ticket, d.token, nil), 404, "not_found")
	}
	// A member of the case does not reach another member's upload either.
	wantStatus(t, d.as(demo.School).ask("DELETE", at, nil), 404, "not_found")
	if got := d.offset(at); got != "0" {
		t.Errorf("somebody else's request moved the upload to %s", got)
	}
	if got := d.trail("evidenceown0002"); got != "create received sealed update" {
		t.Errorf("the refused requests left a trail: %q", got)
	}
}

// A body that is refused unread must not be taken for the next request on its
// connection: behind a proxy that next request is somebody else's.
func TestWhatIsLeftOfARefusedBodyIsNoRequest(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(3 << 20)
	d.announce("evidenceleft001", content)
	at := d.begin("evidenceleft001", len(content))
	smuggled := []byte("DELETE " + at + " HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer " + d.token + "\r\n\r\n")
	for _, unread := range []int{10, 300 << 10, 1 << 20} {
		body := append(bytes.Repeat([]byte("\r\n"), unread/2), smuggled...)
		conn := d.hold(at, 77, len(body), body) // the wrong offset
		raw, err := io.ReadAll(io.LimitReader(&patient{conn, time.Minute}, 64<<10))
		if answers := bytes.Count(raw, []byte("HTTP/1.1 ")); answers != 1 {
			t.Errorf("%d bytes unread: %d answers, %v\n%s", unread, answers, err, raw)
		}
		_ = conn.Close()
	}
	if got := d.offset(at); got != "0" {
		t.Errorf("the upload stands at %s", got)
	}
}

// patient reads until the other side has nothing more to say.
type patient struct {
	net.Conn
	waits time.Duration
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.SetReadDeadline(time.Now().Add(p.waits)); err != nil {
		return 0, err
	}
	p.waits = 2 * time.Second // the first word may take its time
	return p.Conn.Read(b)
}
