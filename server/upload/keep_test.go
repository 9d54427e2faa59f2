package upload

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func (d *desk) parts() int {
	d.t.Helper()
	list, err := os.ReadDir(filepath.Join(d.App.DataDir(), "uploads"))
	if err != nil {
		d.t.Fatal(err)
	}
	return len(list)
}

func TestExpiredPartsGoAndQuarantineStays(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(1_000)
	d.announce("evidenceswept01", content)
	d.announce("evidenceswept02", content)
	d.announce("evidenceswept03", content)
	wantStatus(t, d.send("evidenceswept03", letterOf(1_000)), 422, "quarantined")
	old, young := d.begin("evidenceswept01", 1_000), d.begin("evidenceswept02", 1_000)
	wantStatus(t, d.patch(old, 0, content[:500]), 204, "")
	r, err := newRoom(d.App)
	if err != nil {
		t.Fatal(err)
	}
	last := time.Now().Add(-life - time.Hour)
	if err := os.Chtimes(r.parts.path(filepath.Base(old)), last, last); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, d.patch(old, 500, content[500:]), 410, "upload_ended") // though nobody has swept yet
	if err := r.sweep(time.Now()); err != nil {
		t.Fatal(err)
	}
	if h := d.ask("HEAD", old, nil); h.Status != 404 {
		t.Errorf("the expired upload answers %d", h.Status)
	}
	if d.offset(young) != "0" || d.parts() != 1 {
		t.Errorf("the young one stands at %s among %d parts", d.offset(young), d.parts())
	}
	if err := r.sweep(time.Now().Add(10 * 365 * 24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if d.parts() != 0 {
		t.Errorf("%d parts after ten years", d.parts())
	}
	onlyFile(t, r.apart)
}

// What is whole is never swept away: it is sealed, however late.
func TestAWholePartIsSealedNotSwept(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(1_000)
	d.announce("evidencelate001", content)
	at := d.begin("evidencelate001", 1_000)
	appendTo(t, d.App.DataDir(), at, content)
	r, err := newRoom(d.App)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.sweep(time.Now().Add(10 * life)); err != nil {
		t.Fatal(err)
	}
	if s := d.row("evidencelate001").GetString("status"); s != "sealed" {
		t.Errorf("the row is %s", s)
	}
}

func TestARunningHashIsOfItsOffsetAlone(t *testing.T) {
	var h hashes
	h.keep("a", 5, sha256.New())
	if h.take("a", 6) != nil {
		t.Error("the hash of five bytes was given for six")
	}
	h.keep("a", 5, sha256.New())
	if h.take("a", 5) == nil || h.take("a", 5) != nil {
		t.Error("a hash is given once")
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	app := demotest.App(t)
	dir := filepath.Join(app.DataDir(), "uploads")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("a small disk can only be made as root:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	free = func(string) (int64, error) { return 1 << 40, nil } // the disk is fuller than it says
	t.Cleanup(func() { free = freeBytes })
	d := desks(t, app)
	content := letterOf(3 << 20)
	d.announce("evidencefull001", content)
	at := d.begin("evidencefull001", len(content))
	wantStatus(t, d.patch(at, 0, content[:300_000]), 204, "")
	a := wantStatus(t, d.patch(at, 300_000, content[300_000:]), 507, "disk_full")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no time to come back")
	}
	stands, err := strconv.Atoi(d.offset(at))
	if err != nil || stands < 300_000 || stands > 1<<20 {
		t.Fatalf("the upload stands at %d", stands)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=16m"); err != nil { // the operator makes room
		t.Fatal(err)
	}
	wantStatus(t, d.patch(at, stands, content[stands:]), 204, "")
	if s := d.row("evidencefull001").GetString("status"); s != "sealed" {
		t.Errorf("the row is %s", s)
	}
}

func TestADiskWithoutRoomIsSaidBeforeBytesAreSent(t *testing.T) {
	d := fellmoor(t)
	content := letterOf(1_000)
	d.announce("evidenceroom001", content)
	at := d.begin("evidenceroom001", 1_000)
	free = func(string) (int64, error) { return headroom + 500, nil }
	t.Cleanup(func() { free = freeBytes })
	a := wantStatus(t, d.ask("POST", "/api/uploads", nil, "Upload-Length", "1000", "Upload-Metadata", metadata("evidenceroom001")), 507, "disk_full")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no time to come back")
	}
	wantStatus(t, d.patch(at, 0, content), 507, "disk_full")
	wantStatus(t, d.patch(at, 0, content[:400]), 204, "")
	if got := d.offset(at); got != "400" {
		t.Errorf("the upload stands at %s", got)
	}
}

func TestTooMuchAtOnceIsRefused(t *testing.T) {
	d := fellmoor(t)
	before := quota
	t.Cleanup(func() { quota = before })
	quota.openUser = 2
	content := letterOf(1_000)
	d.announce("evidencequota01", content)
	first := d.begin("evidencequota01", 1_000)
	d.begin("evidencequota01", 1_000)
	third := func() demotest.Answer {
		return d.ask("POST", "/api/uploads", nil, "Upload-Length", "1000", "Upload-Metadata", metadata("evidencequota01"))
	}
	if a := wantStatus(t, third(), 429, "upload_quota"); a.Header.Get("Retry-After") == "" {
		t.Error("no time to come back")
	}
	quota.openUser, quota.bytesUser = 5, 2_500
	wantStatus(t, third(), 429, "upload_quota") // 3,000 bytes would be under way
	if d.parts() != 2 {
		t.Errorf("a refused creation leaves %d parts", d.parts())
	}
	wantStatus(t, d.ask("DELETE", first, nil), 204, "")
	wantStatus(t, third(), 201, "")

	quota = before
	quota.openDevice, quota.bytesDevice = 2, 5_000
	onPhone := func(phone string, size int64) error {
		return enter(d.App, &upload{ID: newID(), Evidence: "evidencequota01", User: demo.Practitioner.ID, Device: phone, Size: size})
	}
	if err := errors.Join(onPhone("a", 1_000), onPhone("b", 1_000), onPhone("b", 1_000)); err != nil {
		t.Fatal(err)
	}
	if err := onPhone("b", 1); !errors.Is(err, errQuota) {
		t.Errorf("a third upload of one phone: %v", err)
	}
	if err := onPhone("a", 4_001); !errors.Is(err, errQuota) {
		t.Errorf("too many bytes of one phone: %v", err)
	}
}

// What fails when the disk fails is told as such.
func TestFull(t *testing.T) {
	if !full(&os.PathError{Err: syscall.ENOSPC}) || full(errors.New("no space left on device")) {
		t.Error("a full disk is known by its number")
	}
}
