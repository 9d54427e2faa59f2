package upload

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A client that somebody else wrote, as it comes from npm: it uploads, is cut, takes
// up again what it had stored, and a chunk that was spoiled on the way is sent anew.
func TestAnUnmodifiedTusClientUploads(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat("tusjs/node_modules/tus-js-client"); err != nil {
		t.Skip("tus-js-client is not installed: npm ci in server/upload/tusjs, as make test does")
	}
	d := fellmoor(t)
	content := letterOf(900_000)
	d.announce("evidencetusjs01", content)
	file := filepath.Join(t.TempDir(), "evidence.txt")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "client.mjs", d.URL, d.token, "evidencetusjs01", file)
	cmd.Dir = "tusjs"
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var seen struct {
		Created, Resumed int
		Offsets          []int
		Statuses         []string
		Receipt          string
	}
	if err := json.Unmarshal(out, &seen); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if seen.Created != 1 {
		t.Errorf("%d uploads were created", seen.Created)
	}
	if seen.Resumed < 64<<10 {
		t.Errorf("it went on from %d", seen.Resumed)
	}
	if !slices.Contains(seen.Statuses, "PATCH 460") {
		t.Errorf("the spoiled chunk was taken: %v", seen.Statuses)
	}
	if row := d.row("evidencetusjs01"); row.GetString("status") != "sealed" || strings.Count(seen.Receipt, ".") != 2 {
		t.Errorf("the row is %s, the receipt %q", row.GetString("status"), seen.Receipt)
	}
	if _, _, body := d.get("/api/evidence/evidencetusjs01/original"); string(body) != string(content) {
		t.Error("what is sealed is not what was sent")
	}
}
