package upload

import (
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// drain reads an answer without keeping it.
func (d *desk) drain(path string) (int64, error) {
	req, err := http.NewRequest("GET", d.URL+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{res.Body}, make([]byte, 64<<10))
}

// One upload of 256 MiB against writing and hashing the same bytes to the same
// disk, in the same run. The type limits are lifted for it.
func BenchmarkUploadAgainstTheDisk(b *testing.B) {
	const size = 256 << 20
	d := fellmoor(b)
	d.allow("audio", size)
	var disk, lane time.Duration
	for i := range b.N {
		id := "evidencebench" + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
		d.announceTone(id, size)
		from := filepath.Join(b.TempDir(), "source")
		source, err := os.Create(from)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(source, &tone{size: size}); err != nil {
			b.Fatal(err)
		}
		if err := source.Sync(); err != nil {
			b.Fatal(err)
		}

		plain := func() {
			start := time.Now()
			if err := writeAndHash(source, filepath.Join(d.App.DataDir(), "plain")); err != nil {
				b.Fatal(err)
			}
			disk += time.Since(start)
		}
		at := d.begin(id, size)
		upload := func() {
			if _, err := source.Seek(0, io.SeekStart); err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			d.stream(b, at, source, size)
			lane += time.Since(start)
		}
		if i%2 == 0 { // who comes first meets a disk that is less busy
			plain()
			upload()
		} else {
			upload()
			plain()
		}
		_ = source.Close()
	}
	mib := float64(b.N) * size / (1 << 20)
	b.ReportMetric(mib/disk.Seconds(), "disk-MiB/s")
	b.ReportMetric(mib/lane.Seconds(), "upload-MiB/s")
	b.ReportMetric(100*disk.Seconds()/lane.Seconds(), "%ofdisk")
}

func (d *desk) stream(b *testing.B, at string, body io.Reader, size int64) {
	req, err := http.NewRequest("PATCH", d.URL+at, io.NopCloser(body))
	if err != nil {
		b.Fatal(err)
	}
	req.ContentLength = size
	for k, v := range map[string]string{"Authorization": "Bearer " + d.token, "Tus-Resumable": "1.0.0", "Content-Type": offsetType, "Upload-Offset": "0"} {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusNoContent {
		b.Fatal(res, err)
	}
}

func writeAndHash(from io.ReadSeeker, to string) error {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(io.MultiWriter(f, sha256.New()), struct{ io.Reader }{from}, make([]byte, bufferLen))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(to))
}
