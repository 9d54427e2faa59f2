package firstpage

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// cache is shared by all tests and kept between runs: compiling takes seven seconds.
var cache string

func TestMain(m *testing.M) {
	kept, err := os.UserCacheDir()
	if err != nil {
		kept = os.TempDir()
	}
	cache = filepath.Join(kept, "holdfast-firstpage")
	os.Exit(m.Run())
}

// paper is a PDF of numbered objects, the first its catalogue.
func paper(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

func stream(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(content), content)
}

func deflated(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

// sheet is one page with what else its catalogue and its page say and what it draws.
func sheet(catalogue, page, content string, more ...string) []byte {
	return paper(append([]string{
		"<</Type/Catalog/Pages 2 0 R " + catalogue + ">>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R " + page + ">>", stream("", content),
	}, more...)...)
}

const (
	a4     = "/MediaBox[0 0 595 842]"
	corner = "1 0 0 rg 0 421 297 421 re f" // the upper left quarter, red
)

func draw(t *testing.T, pdf []byte) (image.Image, []byte, error) {
	t.Helper()
	out, err := Draw(context.Background(), cache, 1280, bytes.NewReader(pdf))
	if err != nil {
		return nil, nil, err
	}
	p, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return p, out, nil
}

// red says of each quarter, from the upper left on, whether it is red.
func red(p image.Image) (out string) {
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	for y := range 2 {
		for x := range 2 {
			r, g, _, _ := p.At(w/4+x*w/2, h/4+y*h/2).RGBA()
			switch {
			case r > 0xc000 && g < 0x4000:
				out += "R"
			case r > 0xf000 && g > 0xf000:
				out += "-"
			default:
				out += "?"
			}
		}
	}
	return out
}

func TestAPageIsDrawnUpright(t *testing.T) {
	for turn, want := range map[string]struct {
		w, h int
		red  string
	}{"0": {904, 1280, "R---"}, "90": {1280, 904, "-R--"}, "180": {904, 1280, "---R"}, "270": {1280, 904, "--R-"}} {
		p, _, err := draw(t, sheet("", a4+"/Rotate "+turn, corner))
		if err != nil {
			t.Errorf("turned %s: %v", turn, err)
			continue
		}
		w, h := p.Bounds().Dx(), p.Bounds().Dy()
		if abs(w-want.w) > 2 || abs(h-want.h) > 2 || red(p) != want.red {
			t.Errorf("turned %s it is %d by %d, %s; want %d by %d, %s", turn, w, h, red(p), want.w, want.h, want.red)
		}
	}
}

func abs(n int) int { return max(n, -n) }

// What stands beside the page's drawing stays in the original.
func TestAPageTellsNothingElse(t *testing.T) {
	const secret = "GPSLatitude 53.380943"
	pdf := sheet("/Metadata 5 0 R", a4+"/PieceInfo<</Camera("+secret+")>>", corner,
		stream("/Type/Metadata/Subtype/XML", "<x:xmpmeta>"+secret+"</x:xmpmeta>"))
	_, out, err := draw(t, pdf)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"GPS", "53.38", "xmpmeta", "PDF", "Exif"} {
		if bytes.Contains(out, []byte(word)) {
			t.Errorf("the picture holds %q", word)
		}
	}
	if !bytes.HasPrefix(out, []byte("\xff\xd8\xff\xdb")) {
		t.Errorf("something stands before the picture's tables: % x", out[:8])
	}
}

// What a hostile PDF would run is not run, and its page is a page like any other.
func TestNothingInAPageRuns(t *testing.T) {
	mark := t.TempDir() + "/ran"
	for name, pdf := range map[string][]byte{
		"a script":          sheet("/OpenAction<</S/JavaScript/JS(while(1){})>>", a4, corner),
		"a script by pages": sheet("", a4+"/AA<</O<</S/JavaScript/JS(while(1){})>>>>", corner),
		"a program":         sheet("/OpenAction<</S/Launch/F(/bin/sh)/P(-c 'touch "+mark+"')>>", a4, corner),
		"another file":      sheet("/OpenAction<</S/GoToR/F(/etc/passwd)/D[0/Fit]>>", a4, corner),
		"a form's script":   sheet("/AcroForm<</XFA(<script>1</script>)>>", a4, corner),
	} {
		p, _, err := draw(t, pdf)
		if err != nil || red(p) != "R---" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(mark); !errors.Is(err, os.ErrNotExist) {
		t.Error("a program ran")
	}
}

func TestWhatCannotBeDrawnSaysSo(t *testing.T) {
	whole := sheet("", a4, corner)
	for name, pdf := range map[string][]byte{
		"nothing":                    {},
		"no PDF":                     []byte("hello"),
		"a head alone":               whole[:60],
		"a locked one":               locked(t),
		"one without a page":         paper("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"),
		"pages that hold themselves": paper("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"),
		"more than is read":          append(append([]byte{}, whole...), make([]byte, largest)...),
	} {
		if _, _, err := draw(t, pdf); !errors.Is(err, ErrUndrawable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever size a page claims, its picture is of ours.
func TestAGiantPageIsASmallPicture(t *testing.T) {
	for box, drawn := range map[string]bool{
		"[0 0 14400 14400]": true, "[0 0 2000000000 2000000000]": true, "[0 0 1 14400]": true, "[0 0 0.001 14400]": false, "[0 0 1e300 1]": false,
	} {
		p, _, err := draw(t, sheet("", "/MediaBox"+box, corner))
		switch {
		case err == nil:
			if w, h := p.Bounds().Dx(), p.Bounds().Dy(); w > 1280 || h > 1280 {
				t.Errorf("%s is %d by %d", box, w, h)
			}
		case drawn || !errors.Is(err, ErrUndrawable):
			t.Errorf("%s: %v", box, err)
		}
	}
}

// A page that asks for more work or more memory than there is ends with its process.
func TestABombIsPutOut(t *testing.T) {
	within(t, time.Second)
	lines := deflated(strings.Repeat("0 0 m 595 842 l 0 842 l 595 0 l b* ", 4<<20))
	image := stream("/Type/XObject/Subtype/Image/Width 65535/Height 65535/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode", deflated(strings.Repeat("\x00", 1<<20)))
	for name, pdf := range map[string][]byte{
		"forms in forms": nested(),
		"140 MB of lines": paper("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/Contents 4 0 R "+a4+">>", stream("/Filter/FlateDecode", lines)),
		"20,000 gradients": endless(),
		"a vast image":     sheet("", a4+"/Resources<</XObject<</X 5 0 R>>>>", "595 0 0 842 0 0 cm /X Do", image),
	} {
		begun := time.Now()
		_, out, err := draw(t, pdf)
		t.Logf("%s: %.1f s, %d bytes, %v", name, time.Since(begun).Seconds(), len(out), err)
		if err != nil && !errors.Is(err, ErrUndrawable) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && name != "a vast image" { // that one PDFium skips
			t.Errorf("%s: it was drawn", name)
		}
	}
}

func locked(t *testing.T) []byte {
	p := fpdf.New("P", "mm", "A4", "")
	p.SetProtection(0, "known", "owner")
	p.AddPage()
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
