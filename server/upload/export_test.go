package upload

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/upload/bundle"
)

func (d *desk) export(values map[string]string) demotest.Answer {
	d.t.Helper()
	ask := map[string]string{"case": demo.CaseID(1), "reason": "For the review panel of 3 December"}
	for k, v := range values {
		ask[k] = v
	}
	return d.Do("POST", "/api/evidence/bundles", d.token, ask)
}

func TestABundleIsTheCasesEvidenceSigned(t *testing.T) {
	d := fellmoor(t)
	content := d.sealedText("evidencebund001", 3_000)
	d.announce("evidencebund002", letterOf(10), "title", "Not here yet", "captured_at", "2026-11-19 10:00:00.000Z")
	d.announce("evidencebund003", letterOf(700), "captured_at", "2026-10-01 10:00:00.000Z")
	keys := must(signing.Load(d.App))

	a := d.as(demo.Manager).export(map[string]string{"shared_with": "Fellmoor Family Court", "basis": "court order"})
	if a.Status != 200 || a.Header.Get("Content-Type") != "application/zip" || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %.200s", a.Status, a.Header, a.Body)
	}
	m, faults := bundle.Verify(bytes.NewReader(a.Body), int64(len(a.Body)), keys.Public())
	if len(faults) != 0 || m.Case != "FM-0001" || m.MadeBy != "Moira Ash" || m.Key != keys.ID() || m.SharedWith != "Fellmoor Family Court" {
		t.Fatalf("%v %+v", faults, m)
	}
	z := must(zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body))))
	f := must(z.Open("originals/evidencebund001.txt"))
	if got := must(io.ReadAll(f)); !bytes.Equal(got, content) {
		t.Error("the original in the bundle is another one")
	}
	var index struct{ Items []bundle.Item }
	if err := json.Unmarshal(must(io.ReadAll(must(z.Open("index.json")))), &index); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bundle.Item{}
	for _, i := range index.Items {
		seen[i.Evidence] = i
	}
	if len(seen) != 4 || seen["evidencebund002"].LeftOut == "" || seen["evidencebund002"].File != "" || len(seen["evidencebund001"].Custody) != 6 {
		t.Errorf("the index has %+v", seen)
	}
	if got := d.chain("evidencebund001"); got != "announced received verified sealed exported shared" {
		t.Errorf("custody: %q", got)
	}
	if got := d.chain("evidencebund002"); got != "announced" {
		t.Errorf("custody of what was left out: %q", got)
	}
	n, err := d.App.CountRecords("audit_log", dbx.HashExp{"verb": "export"})
	if err != nil || n != 1 {
		t.Errorf("%d audit rows, %v", n, err)
	}

	// A period.
	a = d.export(map[string]string{"from": "2026-10-01", "until": "2026-10-31"})
	m, faults = bundle.Verify(bytes.NewReader(a.Body), int64(len(a.Body)), keys.Public())
	if len(faults) != 0 || strings.Contains(string(a.Body), "evidencebund001") || !strings.Contains(string(a.Body), "evidencebund003") || m.From != "2026-10-01" {
		t.Errorf("october: %v", faults)
	}
	if left, _ := filepath.Glob(filepath.Join(d.App.DataDir(), "uploads", "bundle-*")); len(left) != 0 {
		t.Errorf("what was kept for the index stays: %v", left)
	}
}

func TestABundleNeedsARightAndAReason(t *testing.T) {
	d := fellmoor(t)
	d.sealedText("evidenceright01", 300)
	wantStatus(t, d.as(demo.School).export(nil), 403, "not_allowed")
	wantStatus(t, d.as(demo.Outsider).export(nil), 404, "not_found")
	wantStatus(t, d.as(demo.DPO).export(nil), 404, "not_found")
	// A row that calls somebody a manager is not enough: they are one at their agency.
	if _, err := d.App.NonconcurrentDB().NewQuery(`UPDATE case_members SET role = 'manager' WHERE "user" = {:u}`).Bind(dbx.Params{"u": demo.School.ID}).Execute(); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, d.as(demo.School).export(nil), 403, "not_allowed")
	wantStatus(t, d.Do("POST", "/api/evidence/bundles", "", map[string]string{}), 401, "unauthorised")
	for what, values := range map[string]map[string]string{
		"no reason": {"reason": ""}, "half a reason": {"reason": "court"}, "a blank reason": {"reason": "              "},
		"no day": {"from": "yesterday"}, "backwards": {"from": "2026-11-02", "until": "2026-11-01"}, "no case": {"case": "x"},
	} {
		if a := d.export(values); a.Status != 400 || a.Code() != "malformed" {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	if got := d.chain("evidenceright01"); got != "announced received verified sealed" {
		t.Errorf("refused exports are in the custody: %q", got)
	}
}

// A bundle whose original was tampered with breaks off: what was sent has no list of
// files, and nobody can take it for a whole one.
func TestABundleOfAnAlteredOriginalBreaksOff(t *testing.T) {
	d := fellmoor(t)
	d.sealedText("evidencebroke01", 9_000)
	row := d.row("evidencebroke01")
	file := filepath.Join(d.App.DataDir(), core.LocalStorageDirName, row.BaseFilesPath(), row.GetString("file"))
	raw := must(os.ReadFile(file))
	raw[70] ^= 1
	if err := errors.Join(os.Chmod(file, 0o600), os.WriteFile(file, raw, 0o600)); err != nil {
		t.Fatal(err)
	}
	req := must(http.NewRequest("POST", d.URL+"/api/evidence/bundles", strings.NewReader(`{"case":"`+demo.CaseID(1)+`","reason":"For the review panel"}`)))
	req.Header.Set("Authorization", "Bearer "+d.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return // broken off before anything came
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil {
		t.Error("the answer ends as if it were whole")
	}
	if _, faults := bundle.Verify(bytes.NewReader(body), int64(len(body)), must(signing.Load(d.App)).Public()); len(faults) == 0 {
		t.Error("a broken bundle verifies")
	}
}

func TestABundlesMemoryDoesNotGrowWithIt(t *testing.T) {
	d := fellmoor(t)
	size := func(c string) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		req := must(http.NewRequest("POST", d.URL+"/api/evidence/bundles", strings.NewReader(`{"case":"`+c+`","reason":"For the review panel"}`)))
		req.Header.Set("Authorization", "Bearer "+d.token)
		res := must(http.DefaultClient.Do(req))
		defer res.Body.Close()
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{res.Body}, make([]byte, 64<<10)); err != nil || res.StatusCode != 200 {
			t.Fatal(res.StatusCode, err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	d.announceTone("evidencelarge01", 1<<20)
	at := d.begin("evidencelarge01", 1<<20)
	a := d.Do("PATCH", at, d.token, &tone{size: 1 << 20}, "Tus-Resumable", "1.0.0", "Content-Type", offsetType, "Upload-Offset", "0")
	wantStatus(t, a, 204, "")
	size(demo.CaseID(1)) // what is allocated once
	small := size(demo.CaseID(1))
	d.announceTone("evidencelarge02", 48<<20)
	at = d.begin("evidencelarge02", 48<<20)
	wantStatus(t, d.Do("PATCH", at, d.token, &tone{size: 48 << 20}, "Tus-Resumable", "1.0.0", "Content-Type", offsetType, "Upload-Offset", "0"), 204, "")
	large := size(demo.CaseID(1))
	t.Logf("1 MiB: %d KiB allocated; 49 MiB: %d KiB", small>>10, large>>10)
	if large > small+(2<<20) {
		t.Errorf("a bundle of 49 MiB allocates %d bytes, one of 1 MiB %d", large, small)
	}
}
