package upload

import (
	"bytes"
	"errors"
	pixels "image"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/upload/inspection"
)

// The red quarter must end top left however the camera was held.
func TestAPreviewIsUpright(t *testing.T) {
	for turn, dark := range map[uint16]pixels.Point{ // where the red quarter of a picture ends that is turned so
		1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1},
	} {
		exif := string(gps(turn))
		for kind, img := range map[string][]byte{
			"jpeg": segment(jpegOf(80, 40), 0xe1, "Exif\x00\x00"+exif), "png": chunk(pngOf(80, 40), "eXIf", exif),
		} {
			out, err := render(bytes.NewReader(img))
			if err != nil {
				t.Fatal(err)
			}
			p, _, err := pixels.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			w, h := p.Bounds().Dx(), p.Bounds().Dy()
			if tall := turn >= 5; tall != (h > w) {
				t.Errorf("%s turned %d is %d by %d", kind, turn, w, h)
			}
			for y := range 2 {
				for x := range 2 {
					r, _, b, _ := p.At(w/4+x*w/2, h/4+y*h/2).RGBA()
					if red := r > b; red != (pixels.Point{X: x, Y: y} == dark) {
						t.Errorf("%s turned %d: quarter %d,%d red is %t", kind, turn, x, y, red)
					}
				}
			}
		}
	}
}

// A WebP's turn is read like any other's; nothing here writes a WebP large enough to look at.
func TestAWebPSaysHowItLies(t *testing.T) {
	for turn := uint16(1); turn <= 8; turn++ {
		img := told("VP8L", pixel, "XMP ", xmp, "EXIF", string(gps(turn)))
		if got, err := inspection.Orientation(bytes.NewReader(img), "webp"); err != nil || got != int(turn) {
			t.Errorf("turned %d it is read as %d, %v", turn, got, err)
		}
	}
}

func TestWhatUnpacksTooFarIsNotUnpacked(t *testing.T) {
	photo, picture := jpegOf(64, 48), pngOf(64, 48)
	passes := append([]byte{}, photo...)
	for range 200 {
		passes = append(passes, 0xff, 0xda)
	}
	for name, img := range map[string][]byte{
		"a PNG of 60,000 by 60,000":    claims(picture, 60_000, 60_000),
		"a PNG of one very long line":  claims(picture, 1<<31-1, 1),
		"a JPEG of 65,000 by 65,000":   claims(photo, 65_000, 65_000),
		"a JPEG of two hundred passes": passes,
		"half a photo":                 photo[:len(photo)/2],
		"half a picture":               picture[:len(picture)/2],
		"no picture":                   []byte("hello"),
		"nothing":                      nil,
		"a head alone":                 photo[:2],
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := render(bytes.NewReader(img))
		runtime.ReadMemStats(&after)
		if !inspection.Undrawable(err) {
			t.Errorf("%s: %v", name, err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
			t.Errorf("%s took %d bytes", name, grown)
		}
	}
}

func TestAPreviewGoesToMembersAndIntoTheTrail(t *testing.T) {
	d := fellmoor(t)
	photo := segment(jpegOf(2_000, 1_000), 0xe1, "Exif\x00\x00"+string(gps(6)))
	d.announce("evidenceview001", photo, "kind", "home_conditions", "mime", "image/jpeg")
	wantStatus(t, d.send("evidenceview001", photo), 204, "")
	for range 2 {
		status, h, body := d.as(demo.School).get("/api/evidence/evidenceview001/preview")
		c, _, err := pixels.DecodeConfig(bytes.NewReader(body))
		if status != 200 || err != nil || c.Width != 640 || c.Height != 1280 || h.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d, %v, %d by %d, %v", status, err, c.Width, c.Height, h)
		}
	}
	if got := d.trail("evidenceview001"); !strings.HasSuffix(got, "update file file") {
		t.Errorf("the custody trail is %q", got)
	}
	_, _, original := d.get("/api/evidence/evidenceview001/original")
	if !bytes.Equal(original, photo) {
		t.Error("the original was touched")
	}
	heic := ftyp("heic")
	d.announce("evidenceview002", heic, "kind", "home_conditions")
	wantStatus(t, d.send("evidenceview002", heic), 204, "")
	wantStatus(t, d.Do("GET", "/api/evidence/evidenceview002/preview", d.token, nil), 404, "no_preview")
}

// A PDF's first page is shown like a photo; what cannot be drawn says so on its row,
// so that it is tried once.
func TestAPDFHasItsFirstPageShown(t *testing.T) {
	app := demotest.App(t)
	compiled := must(os.UserCacheDir()) // seven seconds of work, kept between runs
	must(0, os.MkdirAll(filepath.Join(compiled, "holdfast-firstpage"), 0o700))
	must(0, os.Symlink(filepath.Join(compiled, "holdfast-firstpage"), filepath.Join(app.DataDir(), "firstpage")))
	d := desks(t, app)
	var letter bytes.Buffer
	p := fpdf.New("P", "mm", "A4", "")
	p.SetKeywords(coordinate, true)
	p.AddPage()
	p.SetFillColor(220, 20, 20)
	p.Rect(0, 0, 105, 148, "F")
	if err := p.Output(&letter); err != nil {
		t.Fatal(err)
	}
	d.announce("evidencepdf0001", letter.Bytes())
	wantStatus(t, d.send("evidencepdf0001", letter.Bytes()), 204, "")
	var kept []byte
	for range 2 {
		status, h, body := d.as(demo.School).get("/api/evidence/evidencepdf0001/preview")
		img, _, err := pixels.Decode(bytes.NewReader(body))
		if status != 200 || err != nil || h.Get("Content-Type") != "image/jpeg" {
			t.Fatalf("%d, %v, %s", status, err, body[:min(len(body), 200)])
		}
		b := img.Bounds()
		left, _, _, _ := img.At(b.Dx()/4, b.Dy()/4).RGBA()
		_, right, _, _ := img.At(3*b.Dx()/4, b.Dy()/4).RGBA()
		if b.Dy() != inspection.PictureSide || left < 0xc000 || right < 0xf000 {
			t.Errorf("%v, left %x, right %x", b, left, right)
		}
		if kept != nil && !bytes.Equal(kept, body) {
			t.Error("a copy is made once")
		}
		kept = body
	}
	if got := d.row("evidencepdf0001").GetString("preview"); got != "possible" {
		t.Errorf("the row says %q", got)
	}

	hollow := pdf("")
	d.announce("evidencepdf0002", hollow)
	wantStatus(t, d.send("evidencepdf0002", hollow), 204, "")
	for range 2 {
		wantStatus(t, d.Do("GET", "/api/evidence/evidencepdf0002/preview", d.token, nil), 404, "no_preview")
		if got := d.row("evidencepdf0002").GetString("preview"); got != "none" {
			t.Errorf("the row says %q", got)
		}
	}
	if got := d.trail("evidencepdf0002"); strings.Count(got, "update") != 2 { // sealed, and given up
		t.Errorf("it was tried again: %q", got)
	}
}

// Storage that fails for a moment costs no preview.
func TestAReaderThatFailsIsNoBrokenPicture(t *testing.T) {
	s := &source{ReadSeeker: faulty{bytes.NewReader(jpegOf(64, 48))}}
	if _, err := render(s); err == nil || s.err == nil {
		t.Errorf("%v, %v", err, s.err)
	}
}

type faulty struct{ *bytes.Reader }

func (f faulty) Read(p []byte) (int, error) {
	if f.Len() < 200 {
		return 0, errors.New("the line broke")
	}
	return f.Reader.Read(p[:min(len(p), 100)])
}
