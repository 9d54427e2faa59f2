package upload

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/intake"
	"holdfast/server/demo/demotest"
	"holdfast/server/upload/inspection"
)

// judged is how a file ends: its type, or the code of its refusal.
func judged(t *testing.T, c *core.Collection, policy *intake.Policy, s specimen, mime string) string {
	t.Helper()
	part := filepath.Join(t.TempDir(), "x.part")
	if err := os.WriteFile(part, s.bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(s.bytes)
	row := core.NewRecord(c)
	row.Load(map[string]any{"kind": s.kind, "size": len(s.bytes), "sha256": hex.EncodeToString(sum[:]), "mime": mime})
	v, err := inspection.Judge(part, "", row, policy)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	if v.Reason != "" {
		code, more, _ := strings.Cut(v.Reason, ": ")
		if more == "" {
			t.Errorf("%s: the reason %q says nothing to a person", s.name, v.Reason)
		}
		return code
	}
	return v.MIME
}

// evidence is the collection, and the policy as it is delivered.
func evidence(t *testing.T) (*core.Collection, *intake.Policy) {
	t.Helper()
	app := demotest.App(t)
	c, err := app.FindCollectionByNameOrId("evidence")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := evidencerules.EvidencePolicy(app)
	if err != nil {
		t.Fatal(err)
	}
	return c, policy
}

func TestHostileFilesEndAsTheyMust(t *testing.T) {
	c, policy := evidence(t)
	refused := 0
	for _, s := range corpus() {
		if got := judged(t, c, policy, s, ""); got != s.want {
			t.Errorf("%s as %s ends as %q, must be %q", s.name, s.kind, got, s.want)
		} else if !strings.Contains(got, "/") {
			refused++
		}
	}
	if refused < 60 {
		t.Errorf("only %d hostile files", refused)
	}
}

func TestAnAnnouncedTypeMustBeNearTheTruth(t *testing.T) {
	c, policy := evidence(t)
	photo := specimen{"a photo", "other", jpegOf(8, 8), ""}
	for mime, want := range map[string]string{
		"": "image/jpeg", "image/jpeg": "image/jpeg", "image/heic": "image/jpeg", "image/jpg": "image/jpeg",
		"application/pdf": inspection.TypeMismatch, "text/html": inspection.TypeMismatch, "x": inspection.TypeMismatch,
	} {
		if got := judged(t, c, policy, photo, mime); got != want {
			t.Errorf("announced as %q: %q, want %q", mime, got, want)
		}
	}
}

func TestNoPreviewTellsWhere(t *testing.T) {
	photo, picture := jpegOf(640, 480), pngOf(640, 480)
	for name, hostile := range map[string][]byte{
		"EXIF":            segment(photo, 0xe1, "Exif\x00\x00"+string(gps(6))),
		"XMP":             segment(photo, 0xe1, xmp),
		"a comment":       segment(photo, 0xfe, coordinate),
		"IPTC":            segment(photo, 0xed, "Photoshop 3.0\x00"+coordinate),
		"behind the end":  join(photo, []byte(coordinate)),
		"PNG eXIf":        chunk(picture, "eXIf", string(gps(1))),
		"PNG tEXt":        chunk(picture, "tEXt", "Location\x00"+coordinate),
		"PNG iTXt":        chunk(picture, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp),
		"PNG behind IEND": join(picture, []byte(coordinate)),
		"WebP EXIF":       told("VP8L", pixel, "EXIF", string(gps(6))),
		"WebP XMP":        told("VP8L", pixel, "XMP ", xmp),
		"WebP, before it": told("EXIF", string(gps(3)), "XMP ", xmp, "VP8L", pixel),
		"behind a WebP":   join(webp, []byte(coordinate)),
	} {
		if !bytes.Contains(hostile, []byte("53")) {
			t.Fatalf("%s holds no coordinate to begin with", name)
		}
		out, err := render(bytes.NewReader(hostile))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, word := range []string{"GPS", "53.38", "53,22", "Exif", "adobe", "SN12345", "rdf:"} {
			if bytes.Contains(out, []byte(word)) {
				t.Errorf("the preview of %s holds %q", name, word)
			}
		}
		if bytes.Contains(out, []byte{0xff, 0xe1}) {
			t.Errorf("the preview of %s has EXIF", name)
		}
	}
}
