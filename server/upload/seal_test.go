package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"holdfast/hooks/signing"
	"holdfast/server/demo"
)

func TestEvidenceIsSealedAndTheReceiptBearsItsHash(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(70_000)
	d.announce("evidenceseal001", content)
	a := wantStatus(t, d.send("evidenceseal001", content), 204, "")

	row := d.row("evidenceseal001")
	if row.GetString("status") != "sealed" || row.GetString("mime") != "text/plain" || row.GetDateTime("sealed_at").IsZero() {
		t.Fatalf("the row is %s, %s, sealed at %s", row.GetString("status"), row.GetString("mime"), row.GetString("sealed_at"))
	}
	if got := d.trail("evidenceseal001"); got != "create received sealed update" {
		t.Errorf("the custody trail is %q", got)
	}

	keys, err := signing.Load(d.App)
	if err != nil {
		t.Fatal(err)
	}
	var r Receipt
	receipt := a.Header.Get("Holdfast-Receipt")
	_, err = jwt.ParseWithClaims(receipt, &r, func(*jwt.Token) (any, error) { return keys.Public(), nil }, jwt.WithValidMethods([]string{"EdDSA"}))
	if err != nil {
		t.Fatalf("the receipt does not verify: %v", err)
	}
	sum := sha256.Sum256(content)
	if r.SHA256 != hex.EncodeToString(sum[:]) || r.Size != 70_000 || r.Subject != row.Id || r.SealedAt != row.GetString("sealed_at") {
		t.Errorf("the receipt says %+v", r)
	}
	var again struct{ Receipt string }
	d.as(demo.School).Do("GET", "/api/evidence/evidenceseal001/receipt", d.as(demo.School).token, nil).JSON(t, &again)
	if again.Receipt != receipt {
		t.Error("the receipt asked for again is another one")
	}

	if left, _ := os.ReadDir(filepath.Join(d.App.DataDir(), "uploads")); len(left) != 0 {
		t.Errorf("%d parts stay behind", len(left))
	}
	if missing, extra, altered, err := Reconcile(d.App); err != nil || len(missing)+len(extra)+len(altered) != 0 {
		t.Errorf("storage: missing %v, extra %v, altered %v, %v", missing, extra, altered, err)
	}
}

func TestWhatDisagreesIsKeptApartWithAReason(t *testing.T) {
	d := fellmoor(t)
	announced, sent := letterOf(5_000), letterOf(5_000)
	d.announce("evidenceapart01", announced)
	a := wantStatus(t, d.send("evidenceapart01", sent), 422, "quarantined")
	if a.Header.Get("Holdfast-Receipt") != "" {
		t.Error("a receipt was given for bytes that were not sealed")
	}
	row := d.row("evidenceapart01")
	if row.GetString("status") != "quarantined" || !strings.HasPrefix(row.GetString("reason"), "hash_mismatch: ") || row.GetString("file") != "" {
		t.Fatalf("%s, %q, file %q", row.GetString("status"), row.GetString("reason"), row.GetString("file"))
	}
	if got := d.trail(row.Id); got != "create received quarantined update" {
		t.Errorf("the custody trail is %q", got)
	}
	kept := onlyFile(t, filepath.Join(d.App.DataDir(), "quarantine"))
	if string(kept) != string(sent) {
		t.Error("what was kept is not what was sent")
	}

	// The right bytes may still come; what was kept stays.
	wantStatus(t, d.send(row.Id, announced), 204, "")
	if row = d.row(row.Id); row.GetString("status") != "sealed" || row.GetString("reason") != "" {
		t.Errorf("after the right bytes: %s, %q", row.GetString("status"), row.GetString("reason"))
	}
	if string(onlyFile(t, filepath.Join(d.App.DataDir(), "quarantine"))) != string(sent) {
		t.Error("quarantine was touched")
	}
}

func onlyFile(t *testing.T, dir string) []byte {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d files in %s, %v", len(list), dir, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, list[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestOfTwoUploadsOfOneRowOneWins(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(40_000)
	d.announce("evidencetwice01", content)
	school := d.as(demo.School)
	first, second := d.begin("evidencetwice01", len(content)), school.begin("evidencetwice01", len(content))
	wantStatus(t, school.patch(second, 0, content[:30_000]), 204, "")
	won := wantStatus(t, d.patch(first, 0, content), 204, "")
	wantStatus(t, school.patch(second, 30_000, content[30_000:31_000]), 409, "already_sealed") // told before the last byte
	lost := wantStatus(t, school.patch(second, 30_000, content[30_000:]), 409, "already_sealed")
	if lost.Header.Get("Holdfast-Receipt") != won.Header.Get("Holdfast-Receipt") {
		t.Error("who came second does not learn what was sealed")
	}
	wantStatus(t, school.ask("POST", "/api/uploads", nil, "Upload-Length", "40000", "Upload-Metadata", metadata("evidencetwice01")), 409, "already_sealed")
	if got := d.trail("evidencetwice01"); got != "create received sealed update" {
		t.Errorf("the custody trail is %q", got)
	}
}

// Both have every byte before either is judged.
func TestTwoWholeUploadsOfOneRowLeaveOneFile(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(40_000)
	d.announce("evidencetwice02", content)
	r, err := newRoom(d.App)
	if err != nil {
		t.Fatal(err)
	}
	var lanes []*upload
	for _, who := range []demo.Person{demo.Practitioner, demo.School} {
		l := &upload{ID: newID(), Evidence: "evidencetwice02", User: who.ID, Size: int64(len(content))}
		if err := enter(d.App, l); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(r.parts.path(l.ID), content, 0o600); err != nil {
			t.Fatal(err)
		}
		lanes = append(lanes, l)
	}
	states := make(chan string, 2)
	for _, l := range lanes {
		go func() {
			if err := r.finishFor(l); err != nil {
				t.Error(err)
			}
			now, err := find(d.App.ConcurrentDB(), l.ID)
			if err != nil {
				t.Error(err)
			}
			states <- now.State
		}()
	}
	if a, b := <-states, <-states; a == b || a+b != sealed+beaten && b+a != sealed+beaten {
		t.Errorf("the two ended %s and %s", a, b)
	}
	if missing, extra, altered, err := Reconcile(d.App); err != nil || len(missing)+len(extra)+len(altered) != 0 {
		t.Errorf("missing %v, extra %v, altered %v, %v", missing, extra, altered, err)
	}
}
