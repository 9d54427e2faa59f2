package letterpage

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/hooks/lettertext"
)

var (
	elementPattern = regexp.MustCompile(`(?s)(\d+) 0 obj\n<</Type/StructElem/S/(\w+)/P (\d+) 0 R/K\[([^\]]*(?:<<[^>]*>>[^\]]*)*)\]`)
	insidePattern  = regexp.MustCompile(`<</Type/MCR/Pg (\d+) 0 R/MCID (\d+)>>|(\d+) 0 R`)
)

// outline is the structure as a screen reader walks it: what each part is, from the top.
func outline(shell string) []string {
	kinds, kids := map[string]string{}, map[string][]string{}
	root := ""
	for _, m := range elementPattern.FindAllStringSubmatch(shell, -1) {
		kinds[m[1]] = m[2]
		if m[2] == "Document" {
			root = m[1]
		}
		for _, inside := range insidePattern.FindAllStringSubmatch(m[4], -1) {
			if inside[3] != "" {
				kids[m[1]] = append(kids[m[1]], inside[3])
			}
		}
	}
	var walk func(string) []string
	walk = func(n string) []string {
		out := []string{kinds[n]}
		for _, k := range kids[n] {
			out = append(out, walk(k)...)
		}
		return out
	}
	return walk(root)
}

// A screen reader finds the language, a title that names nobody, headings, lists and
// paragraphs in the order of the letter, and skips what is no part of it.
func TestThePaperIsTagged(t *testing.T) {
	for name, doc := range everyLetter(t) {
		shell := readOnce(t, name, doc).shell
		for _, must := range []string{"/MarkInfo<</Marked true>>", "/Lang<FEFF0065006E>", "/DisplayDocTitle true", "/StructTreeRoot", "/Tabs/S"} {
			if doc.Language == "cy" {
				must = strings.Replace(must, "0065006E", "00630079", 1)
			}
			if !strings.Contains(shell, must) {
				t.Errorf("%s lacks %s", name, must)
			}
		}
		got := outline(shell)
		headings := 0
		for _, b := range doc.Body {
			if b.Kind == lettertext.Heading || b.Kind == lettertext.Subheading {
				headings++
			}
		}
		count := func(kind string) (n int) {
			for _, k := range got {
				if k == kind {
					n++
				}
			}
			return n
		}
		if count("H1")+count("H2") != headings || count("LI") != count("LBody") || count("LI") != count("Lbl") || got[0] != "Document" {
			t.Errorf("%s: the structure is %v", name, got)
		}
	}
	doc := merged(t, "L0_invite.en.standard", nil)
	want := []string{"Document", "P", "P", "P", "P", "P", "H1", "P"}
	if got := outline(readPDF(t, rendered(t, doc)).shell); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("a letter begins with %v, want %v", got, want)
	}
}

func TestTheTitleOfThePaperNamesNobody(t *testing.T) {
	doc := merged(t, "L1_missed.en.standard", nil)
	for _, c := range []struct {
		paper Paper
		want  string
	}{
		{Paper{Kind: "First missed contact"}, "First missed contact, " + doc.Sender[0]},
		{Paper{Kind: "First missed contact", Copy: "Copy of what was posted."}, "Copy: First missed contact, " + doc.Sender[0]},
		{Paper{}, doc.Sender[0]},
	} {
		var b bytes.Buffer
		if err := PDF(&b, doc, c.paper); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(b.Bytes(), []byte(`<rdf:li xml:lang="x-default">`+c.want+`</rdf:li>`)) {
			t.Errorf("the metadata has no title %q", c.want)
		}
	}
}

// Bold is a face of its own, not the same struck twice.
func TestBoldIsASecondFace(t *testing.T) {
	file := readPDF(t, rendered(t, merged(t, "L1_missed.en.standard", nil)))
	for _, name := range []string{"+LiberationSans/", "+LiberationSans-Bold/"} {
		if !strings.Contains(file.shell, name) {
			t.Errorf("no font %s is embedded", name)
		}
	}
	for _, piece := range file.pages[0] {
		if piece.text == "We missed you" && (!piece.bold || piece.part != "H1") {
			t.Errorf("the heading is %+v", piece)
		}
	}
}

// Each picture stands beside its sentence, with a text for who cannot see it: on paper
// and on the screen, in the four kinds that have them.
func TestPicturesStandBesideTheirSentences(t *testing.T) {
	for _, name := range lettertext.Pictures {
		if p := pictures[name]; p.English == "" || p.Welsh == "" || len(p.Strokes) == 0 {
			t.Errorf("nobody drew %s", name)
		}
	}
	pictured := 0
	for name := range starter(t) {
		doc := merged(t, name, nil)
		shown := 0
		for _, b := range doc.Body {
			if b.Picture != "" {
				shown++
			}
		}
		if doc.Print != "large" {
			if shown > 0 {
				t.Errorf("%s has pictures", name)
			}
			continue
		}
		if shown < 6 {
			t.Errorf("%s has %d pictures", name, shown)
		}
		pictured++
		file := readPDF(t, rendered(t, doc))
		if n := strings.Count(file.shell, "/S/Figure"); n != shown || strings.Count(file.shell, "/Alt <FEFF") != shown {
			t.Errorf("%s: %d of %d pictures are on the paper", name, n, shown)
		}
		page := onScreen(t, doc)
		if n := strings.Count(page, `role="img" aria-label="`); n != shown {
			t.Errorf("%s: %d of %d pictures are on the page", name, n, shown)
		}
	}
	if pictured != 4 {
		t.Errorf("%d kinds have easy read with pictures, want 4", pictured)
	}
	doc := merged(t, "L1_missed.en.easy_read", nil)
	if page := onScreen(t, doc); !strings.Contains(page, `aria-label="A telephone"`) || !strings.Contains(page, "</svg> <span>Please phone") {
		t.Error("the telephone does not stand before its sentence")
	}
	tree := outline(readPDF(t, rendered(t, doc)).shell)
	if at := slices.Index(tree, "Figure"); at < 0 || tree[at-1] != "H1" && tree[at+1] != "H1" {
		t.Errorf("the first picture is not beside the heading: %v", tree)
	}
}

func TestACrestStandsAboveTheWindow(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 900, 200))
	for i := range picture.Pix {
		picture.Pix[i] = 200
	}
	picture.Set(3, 3, color.Black)
	var raw bytes.Buffer
	if err := png.Encode(&raw, picture); err != nil {
		t.Fatal(err)
	}
	crest, err := NewCrest(raw.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if crest.Width > crestWide || crest.Height > crestHigh {
		t.Errorf("a crest is kept of %d by %d", crest.Width, crest.Height)
	}
	var x, wide, high, y float64
	drawn := crest.drawn()
	if _, err := fmt.Sscanf(drawn[strings.Index(drawn, "q "):], "q %f 0 0 %f %f %f cm", &wide, &high, &x, &y); err != nil {
		t.Fatal(err)
	}
	everTop := points(pageHeight) - 44*72/25.4 // what the window may ever show begins here
	if y < everTop || x+wide > points(senderLeft) || y+high > points(pageHeight) {
		t.Errorf("it stands at %.0f, %.0f and is %.0f by %.0f", x, y, wide, high)
	}
	doc := merged(t, "L1_missed.en.standard", nil)
	var paper bytes.Buffer
	if err := PDF(&paper, doc, Paper{Crest: crest}); err != nil {
		t.Fatal(err)
	}
	if got := words(bodyOf(readPDF(t, paper.Bytes()))); got != inType(said(doc)) {
		t.Error("the crest changes what the letter says")
	}
}

// Another program finds no fault in the file and its structure.
func TestAnotherProgramReadsTheStructure(t *testing.T) {
	if _, err := exec.LookPath("pdfinfo"); err != nil {
		t.Skip("poppler-utils is not installed")
	}
	path := filepath.Join(t.TempDir(), "letter.pdf")
	if err := os.WriteFile(path, rendered(t, merged(t, "L1_missed.en.easy_read", nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdfinfo", path).CombinedOutput()
	if err != nil || !regexp.MustCompile(`Tagged:\s+yes`).Match(out) || !bytes.Contains(out, []byte("Title:           Anytown Family Support")) || bytes.Contains(out, []byte("rror")) {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = exec.Command("pdfinfo", "-struct-text", path).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("H1")) || !bytes.Contains(out, []byte(`"We missed you"`)) || !bytes.Contains(out, []byte("Ms Siân Kowalska Flat 2 14 Mill Lane Anytown")) || !bytes.Contains(out, []byte("Figure")) || bytes.Contains(out, []byte("rror")) {
		t.Errorf("%v\n%s", err, out)
	}
}
