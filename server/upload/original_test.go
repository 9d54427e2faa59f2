package upload

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
)

func (d *desk) get(path string, header ...string) (int, http.Header, []byte) {
	d.t.Helper()
	a := d.Do("GET", path, d.token, nil, header...)
	return a.Status, a.Header, a.Body
}

func TestAnOriginalGoesToMembersAndIntoTheTrailFirst(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(30_000)
	d.announce("evidenceorig001", content, "title", "Ivy's \"list\" \u202e../../x\r\nSet-Cookie: a=b")
	wantStatus(t, d.Do("GET", "/api/evidence/evidenceorig001/original", d.token, nil), 409, "not_sealed")
	wantStatus(t, d.send("evidenceorig001", content), 204, "")

	status, h, body := d.as(demo.School).get("/api/evidence/evidenceorig001/original")
	if status != 200 || !bytes.Equal(body, content) {
		t.Fatalf("%d, %d bytes", status, len(body))
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "text/plain; charset=utf-8",
		"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'", "Set-Cookie": "",
		"Content-Disposition": `attachment; filename="Ivys list x Set-Cookie ab.txt"`,
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	status, h, body = d.get("/api/evidence/evidenceorig001/original", "Range", "bytes=100-199")
	if status != 206 || !bytes.Equal(body, content[100:200]) || h.Get("Content-Range") != "bytes 100-199/30000" {
		t.Errorf("range: %d, %d bytes, %s", status, len(body), h.Get("Content-Range"))
	}
	if got := d.trail("evidenceorig001"); got != "create received sealed update file file" {
		t.Errorf("the custody trail is %q", got)
	}

	// What cannot be written down is not delivered.
	if _, err := d.App.NonconcurrentDB().NewQuery(`CREATE TRIGGER deaf BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'deaf'); END`).Execute(); err != nil {
		t.Fatal(err)
	}
	status, _, body = d.get("/api/evidence/evidenceorig001/original")
	if status != 500 || bytes.Contains(body, content[:50]) || strings.Contains(string(body), "deaf") {
		t.Errorf("without a trail: %d %.80s", status, body)
	}
}

func TestOneFlippedByteIsFound(t *testing.T) {
	d := fellmoor(t)
	for _, id := range []string{"evidenceflip001", "evidenceflip002", "evidenceflip003"} {
		content := letterOf(10_000)
		d.announce(id, content)
		wantStatus(t, d.send(id, content), 204, "")
	}
	file := func(id string) string {
		return filepath.Join(d.App.DataDir(), core.LocalStorageDirName, d.row(id).BaseFilesPath(), d.row(id).GetString("file"))
	}
	raw, err := os.ReadFile(file("evidenceflip001"))
	if err != nil {
		t.Fatal(err)
	}
	raw[7_777] ^= 1
	if err := os.Chmod(file("evidenceflip001"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file("evidenceflip001"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file("evidenceflip002")); err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(filepath.Dir(file("evidenceflip003")), "stray.txt")
	if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing, extra, altered, err := Reconcile(d.App)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(missing, " ") != "evidenceflip002" || strings.Join(altered, " ") != "evidenceflip001" || strings.Join(extra, " ") != "hf_evidence/evidenceflip003/stray.txt" {
		t.Errorf("missing %v, extra %v, altered %v", missing, extra, altered)
	}
}
