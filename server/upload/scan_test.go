package upload

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// bad is what our own test signature finds: nothing that harms, and no scanner's.
const bad = "HOLDFAST-TEST-MALWARE-71f0c2"

// scanner is a daemon on a socket that can go down and come up again.
type scanner struct {
	path  string
	l     net.Listener
	asked atomic.Int32
}

func (s *scanner) up(t *testing.T) {
	t.Helper()
	_ = os.Remove(s.path)
	l, err := net.Listen("unix", s.path)
	if err != nil {
		t.Fatal(err)
	}
	s.l = l
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.asked.Add(1)
			s.judge(conn)
			_ = conn.Close()
		}
	}()
}

func (s *scanner) judge(conn net.Conn) {
	var all []byte
	command := make([]byte, 10)
	if _, err := io.ReadFull(conn, command); err != nil {
		return
	}
	for {
		var n uint32
		if err := binary.Read(conn, binary.BigEndian, &n); err != nil {
			return
		}
		if n == 0 {
			break
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(conn, chunk); err != nil {
			return
		}
		all = append(all, chunk...)
	}
	switch {
	case bytes.Contains(all, []byte(bad)):
		_, _ = io.WriteString(conn, "stream: Holdfast.Test FOUND\x00")
	case bytes.Contains(all, []byte("too much for you")):
		_, _ = io.WriteString(conn, "INSTREAM size limit exceeded. ERROR\x00")
	default:
		_, _ = io.WriteString(conn, "stream: OK\x00")
	}
}

// scannedBy is a desk whose room asks a scanner.
func scannedBy(t *testing.T, address string) *desk {
	t.Helper()
	app := demotest.App(t)
	t.Cleanup(func() {
		e := &core.TerminateEvent{App: app}
		_ = app.OnTerminate().Trigger(e, func(*core.TerminateEvent) error { return nil })
	})
	s := demotest.Serve(t, app, devices.Open, Options{Clamd: address}.Open)
	d := &desk{Server: s, t: t}
	d.token = d.Token(demo.Practitioner)
	return d
}

func (d *desk) becomes(id, status string) {
	d.t.Helper()
	until(d.t, id+" becomes "+status, func() bool { return d.row(id).GetString("status") == status })
}

func (d *desk) bring(id, content string) {
	d.t.Helper()
	d.announce(id, []byte(content))
	a := wantStatus(d.t, d.send(id, []byte(content)), 204, "")
	if a.Header.Get("Holdfast-Receipt") == "" {
		d.t.Error("no receipt: the phone would keep its copy though ours is whole")
	}
}

func TestNothingIsReadBeforeTheScannerHasAnswered(t *testing.T) {
	s := &scanner{path: filepath.Join(t.TempDir(), "c.sock")}
	d := scannedBy(t, "unix:"+s.path)
	d.bring("evidencescan001", "Attendance, autumn.\n")
	d.bring("evidencescan002", "Dear all, "+bad+"\n")
	d.bring("evidencescan003", "This is too much for you.\n")
	for _, id := range []string{"evidencescan001", "evidencescan002", "evidencescan003"} {
		if got := d.row(id); got.GetString("status") != "scanning" || got.GetString("scan") != "" {
			t.Errorf("%s is %s, %q, and the scanner is down", id, got.GetString("status"), got.GetString("scan"))
		}
		for _, what := range []string{"original", "preview"} {
			wantStatus(t, d.Do("GET", "/api/evidence/"+id+"/"+what, d.token, nil), 409, "being_scanned")
		}
		wantStatus(t, d.Do("POST", "/api/evidence/"+id+"/links", d.token, map[string]string{"of": "original"}), 409, "being_scanned")
		wantStatus(t, d.Do("GET", "/api/evidence/"+id+"/receipt", d.token, nil), 200, "")
		wantStatus(t, d.ask("POST", "/api/uploads", nil, "Upload-Length", fmt.Sprint(d.row(id).GetInt("size")), "Upload-Metadata", metadata(id)), 409, "already_sealed")
	}
	if a := d.export(nil); strings.Contains(string(a.Body), "Attendance, autumn.\n") && strings.Contains(string(a.Body), "originals/evidencescan001") {
		t.Error("a bundle carries what was not scanned")
	}

	s.up(t) // and nobody tells the room
	d.becomes("evidencescan001", "sealed")
	d.becomes("evidencescan002", "quarantined")
	if status, _, body := d.get("/api/evidence/evidencescan001/original"); status != 200 || string(body) != "Attendance, autumn.\n" {
		t.Errorf("found clean: %d", status)
	}
	if got := d.row("evidencescan001").GetString("scan"); got != "clean" {
		t.Errorf("the clean one says %q", got)
	}
	if row := d.row("evidencescan002"); row.GetString("scan") != "infected" || row.GetString("reason") != "infected: Holdfast.Test" {
		t.Errorf("the infected one says %q, %q", row.GetString("scan"), row.GetString("reason"))
	}
	for _, what := range []string{"original", "preview", "receipt"} {
		wantStatus(t, d.Do("GET", "/api/evidence/evidencescan002/"+what, d.token, nil), 409, "not_sealed")
	}
	wantStatus(t, d.ask("POST", "/api/uploads", nil, "Upload-Length", fmt.Sprint(d.row("evidencescan002").GetInt("size")), "Upload-Metadata", metadata("evidencescan002")), 422, "quarantined")
	if got := d.chain("evidencescan001"); got != "announced received verified scanned sealed viewed" {
		t.Errorf("custody of the clean one: %q", got)
	}
	if got := d.chain("evidencescan002"); got != "announced received verified scanned quarantined" {
		t.Errorf("custody of the infected one: %q", got)
	}
	// What the scanner has no answer for waits alone; what comes after it does not wait.
	if got := d.row("evidencescan003").GetString("status"); got != "scanning" {
		t.Errorf("without a verdict: %s", got)
	}
	d.bring("evidencescan004", "And then?\n")
	d.becomes("evidencescan004", "sealed")
	if missing, extra, altered, err := Reconcile(d.App); err != nil || len(missing)+len(extra)+len(altered) != 0 {
		t.Errorf("missing %v, extra %v, altered %v, %v", missing, extra, altered, err)
	}
}

func TestWithoutAScannerEvidenceSaysSo(t *testing.T) {
	d := fellmoor(t)
	d.sealedText("evidencenoscan1", 100)
	if got := d.row("evidencenoscan1").GetString("scan"); got != "not_scanned" {
		t.Errorf("it says %q", got)
	}
	// Taking the scanner away opens nothing that it had not answered for.
	row := d.row("evidencenoscan1")
	if _, err := d.App.NonconcurrentDB().NewQuery(`UPDATE evidence SET status = 'scanning', scan = '' WHERE id = 'evidencenoscan1'`).Execute(); err != nil {
		t.Fatal(err)
	}
	r := must(newRoom(d.App))
	if err := r.scanWith(""); err != nil {
		t.Fatal(err)
	}
	r.recover()
	if got := d.row(row.Id).GetString("status"); got != "scanning" {
		t.Errorf("it became %s", got)
	}
	if err := r.scanWith("nonsense"); err == nil {
		t.Error("a scanner's address that is none is taken")
	}
}

func TestAScannerThatIsDownIsLeftAloneForLonger(t *testing.T) {
	d := fellmoor(t)
	r := must(newRoom(d.App))
	r.watch = &watch{again: map[string]*postponed{}}
	for range 3 {
		r.postpone("x", io.EOF)
	}
	if got := r.watch.again["x"].wait; got != 4*scanSoon {
		t.Errorf("after three times: %s", got)
	}
	for range 20 {
		r.postpone("x", io.EOF)
	}
	if got := r.watch.again["x"].wait; got != scanLate {
		t.Errorf("at the longest: %s", got)
	}
}

// The real daemon, where it is installed, with a signature of our own and the test
// string that every scanner's makers agreed on, as a signature in a local file.
func TestARealClamd(t *testing.T) {
	binary, err := exec.LookPath("clamd")
	if err != nil {
		t.Skip("no clamd here: its protocol alone was tried, by TestNothingIsReadBeforeTheScannerHasAnswered")
	}
	version, err := exec.Command(binary, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a real clamd: %s", bytes.TrimSpace(version))
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	eicar := `X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`
	write("local.ndb", fmt.Sprintf("Holdfast.Test:0:*:%x\nEicar.Test:0:*:%x\n", bad, eicar[:60]))
	socket := filepath.Join(dir, "clamd.sock")
	write("clamd.conf", "LocalSocket "+socket+"\nDatabaseDirectory "+dir+"\nForeground yes\nStreamMaxLength 2M\nLogFile "+filepath.Join(dir, "log")+"\nMaxThreads 2\n")
	cmd := exec.Command(binary, "-c", filepath.Join(dir, "clamd.conf"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	until(t, "clamd listens", func() bool {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	d := scannedBy(t, "unix:"+socket)
	d.bring("evidencereal001", "Attendance, autumn.\n")
	d.bring("evidencereal002", "Dear all, "+bad+"\n")
	d.bring("evidencereal003", eicar)
	d.bring("evidencereal004", string(letterOf(5<<20))) // more than it takes
	d.becomes("evidencereal001", "sealed")
	d.becomes("evidencereal002", "quarantined")
	d.becomes("evidencereal003", "quarantined")
	d.bring("evidencereal005", "And then?\n")
	d.becomes("evidencereal005", "sealed")
	if got := d.row("evidencereal002").GetString("reason"); !strings.HasPrefix(got, "infected: Holdfast.Test") {
		t.Errorf("the reason is %q", got)
	}
	if got := d.row("evidencereal004").GetString("status"); got != "scanning" {
		t.Errorf("larger than the scanner takes: %s", got)
	}
}
