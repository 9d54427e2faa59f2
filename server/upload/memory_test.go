package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"runtime"
	"testing"
)

// tone is sound that is made while it is read, so that the test itself holds none.
type tone struct{ at, size int64 }

func (s *tone) Read(p []byte) (int, error) {
	if s.at == s.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.size-s.at))
	for i := range p[:n] {
		p[i] = byte((s.at + int64(i)) * 7 >> 3)
	}
	if s.at == 0 {
		copy(p, wav(64))
	}
	s.at += int64(n)
	return n, nil
}

func (d *desk) announceTone(id string, size int64) {
	d.t.Helper()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, &tone{size: size}, make([]byte, 64<<10)); err != nil {
		d.t.Fatal(err)
	}
	d.announce(id, nil, "kind", "audio", "size", size, "sha256", hex.EncodeToString(h.Sum(nil)))
}

// Neither what is held nor what is allocated in passing grows with the file, on the
// way in and on the way out.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	d := fellmoor(t)
	measure := func(id string, size int64, do func()) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	up := func(id string, size int64) uint64 {
		d.announceTone(id, size)
		at := d.begin(id, int(size))
		return measure(id, size, func() {
			a := d.Do("PATCH", at, d.token, io.LimitReader(&tone{size: size}, size), "Tus-Resumable", "1.0.0", "Content-Type", offsetType, "Upload-Offset", "0")
			wantStatus(t, a, 204, "")
		})
	}
	up("evidencememory0", 1<<20) // what is allocated once
	small, large := up("evidencememory1", 8<<20), up("evidencememory2", 64<<20)
	t.Logf("8 MiB in: %d KiB allocated; 64 MiB in: %d KiB", small>>10, large>>10)
	if large > small+(1<<20) {
		t.Errorf("64 MiB allocate %d bytes, 8 MiB %d", large, small)
	}
	down := func(id string, size int64) uint64 {
		return measure(id, size, func() {
			n, err := d.drain("/api/evidence/" + id + "/original")
			if err != nil || n != size {
				t.Fatal(n, err)
			}
		})
	}
	down("evidencememory0", 1<<20)
	small, large = down("evidencememory1", 8<<20), down("evidencememory2", 64<<20)
	t.Logf("8 MiB out: %d KiB allocated; 64 MiB out: %d KiB", small>>10, large>>10)
	if large > small+(1<<20) {
		t.Errorf("64 MiB allocate %d bytes, 8 MiB %d", large, small)
	}
}
