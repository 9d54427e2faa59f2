package upload

import (
	"bytes"
	"errors"
	pixels "image"
	"runtime"
	"strings"
	"testing"

	"holdfast/server/demo"
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
		if !errors.Is(err, errUndrawable) {
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
