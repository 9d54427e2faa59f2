package letterpage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/typeface"
)

func TestEveryLetterSaysAllOfItInReadingOrder(t *testing.T) {
	for name, doc := range everyLetter(t) {
		t.Run(name, func(t *testing.T) {
			file := readOnce(t, name, doc)
			var got strings.Builder
			for i, page := range file.pages {
				if len(page) < 3 {
					t.Fatalf("page %d has nothing but its footer", i+1)
				}
				for _, piece := range page[:len(page)-2] { // a page ends with its footer
					got.WriteString(piece.text)
				}
			}
			if want := inType(said(doc)); words(got.String()) != want {
				t.Errorf("the PDF says\n%s\nthe letter says\n%s", words(got.String()), want)
			}
		})
	}
}

// words is what was read without white space and the marks of bullets.
func words(s string) string { return strings.ReplaceAll(squeeze(s), "•", "") }

// inType is a text as the paper writes it.
func inType(s string) string { return printable(s) }

// Another program must find the same order. The test above does not need it.
func TestPdftotextFindsTheSameOrder(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Log("poppler-utils is not installed: TestEveryLetterSaysAllOfItInReadingOrder stands alone")
		return
	}
	for name, doc := range everyLetter(t) {
		file := filepath.Join(t.TempDir(), "letter.pdf")
		if err := os.WriteFile(file, rendered(t, doc), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("pdftotext", "-raw", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		text := squeeze(norm.NFC.String(string(out)))
		// The first and the last words of a page are not its footer's.
		for _, want := range []string{
			doc.Sender[0] + strings.Join(doc.Sender[1:], ""), strings.Join(doc.Recipient, ""), doc.Salutation,
			doc.Body[0].Text(), doc.Body[len(doc.Body)-1].Text(), doc.Closing + doc.Signatory.Name + doc.Signatory.Role,
		} {
			at := strings.Index(text, squeeze(norm.NFC.String(want)))
			if at < 0 {
				t.Errorf("%s: %q is missing, or comes too early in\n%s", name, want, text)
				break
			}
			text = text[at:]
		}
	}
}

func TestTheSameLetterIsTheSameBytes(t *testing.T) {
	for name, doc := range everyLetter(t) {
		first := rendered(t, doc)
		if !bytes.Equal(first, rendered(t, doc)) {
			t.Errorf("%s: two renderings differ", name)
		}
		var copied lettertext.Document
		decode(t, doc.Canonical(), &copied)
		if !bytes.Equal(first, rendered(t, &copied)) {
			t.Errorf("%s: the stored document renders differently", name)
		}
	}
}

// When this hash changes, issued letters no longer render to the bytes that were
// stored for them: Renderer must change too.
func TestTheBytesAreThoseOfThisRenderer(t *testing.T) {
	const renderer, want = "holdfast-letter-pdf/3", "0f46e0449473208c3e5477f12c4583616a6a9fff0fb2938890327f97a448df8b"
	got, err := SHA256(merged(t, "L1_missed.en.standard", nil), Paper{})
	if err != nil {
		t.Fatal(err)
	}
	if got != want || Renderer != renderer {
		t.Errorf("%s renders to %s, want %s by %s", Renderer, got, want, renderer)
	}
}

func TestTheHashIsThatOfTheBytes(t *testing.T) {
	doc := merged(t, "L_wnb.en.standard", nil)
	sum := sha256.Sum256(rendered(t, doc))
	if got, err := SHA256(doc, Paper{}); err != nil || got != hex.EncodeToString(sum[:]) {
		t.Errorf("got %s, %v", got, err)
	}
	other := merged(t, "L_wnb.en.standard", lettertext.Data{"letter.date": lettertext.One("2026-03-04")})
	if got, _ := SHA256(other, Paper{}); got == hex.EncodeToString(sum[:]) {
		t.Error("a letter of another day has the same hash")
	}
}

func TestNoLetterHoldsAnythingThatActs(t *testing.T) {
	for name, doc := range everyLetter(t) {
		file := readOnce(t, name, doc)
		if found := active.FindString(file.shell); found != "" {
			t.Errorf("%s: the PDF holds %s", name, found)
		}
		if strings.Contains(file.shell, doc.Recipient[0]) || strings.Contains(file.shell, doc.Salutation) {
			t.Errorf("%s: a name is in the PDF's properties", name)
		}
	}
	if active.FindString("<< /Type /Action /S /URI /URI (x) >>") == "" || active.FindString("/OpenAction [3 0 R]") == "" {
		t.Error("the pattern finds nothing")
	}
}

// A document that did not come from Merge may hold anything.
func TestAForgedDocumentIsDrawnAsText(t *testing.T) {
	doc := merged(t, "L0_invite.en.standard", nil)
	doc.Language = "en) /OpenAction << /S /JavaScript /JS (x) >> /X ("
	doc.Reference = "R\n\x00) /JS (x)\xe0" // a broken byte at the end: fpdf would read on
	doc.Print = "huge"
	doc.Body = append(doc.Body, lettertext.Block{Kind: "script", Spans: []lettertext.Span{{Text: "last\r\n\xff words"}}}, lettertext.Block{Kind: lettertext.Bullet})
	file := readPDF(t, rendered(t, doc))
	if found := active.FindString(file.shell); found != "" {
		t.Errorf("the PDF holds %s", found)
	}
	if text := squeeze(file.text()); !strings.Contains(text, "last□□□words") || !strings.Contains(text, "R□□)/JS(x)□") {
		t.Errorf("the words are not shown: %s", text)
	}
	var page bytes.Buffer
	if err := HTML(&page, doc); err != nil || !strings.Contains(page.String(), "words") {
		t.Errorf("the page lacks the words: %v", err)
	}
}

func TestACharacterWithoutAShapeStopsThePDF(t *testing.T) {
	doc := merged(t, "L1_missed.en.standard", lettertext.Data{
		"recipient.name": lettertext.One("Emma 😀 ᠮᠣᠩ"), "contact.name": lettertext.One("Nguyễn"),
	})
	var wrong *UnprintableError
	var b bytes.Buffer
	if err := PDF(&b, doc, Paper{}); !errors.As(err, &wrong) || b.Len() > 0 {
		t.Fatalf("got %v and %d bytes", err, b.Len())
	}
	want := []rune("ᠮᠣᠩ😀")
	slices.Sort(want)
	if !slices.Equal(wrong.Characters, want) || !slices.Equal(Unprintable(doc), want) {
		t.Errorf("characters are %q, want %q", string(wrong.Characters), string(want))
	}
	if !strings.Contains(wrong.Error(), "😀") {
		t.Errorf("the error names none: %v", wrong)
	}
	var page bytes.Buffer
	if err := HTML(&page, doc); err != nil || !strings.Contains(page.String(), "Emma 😀 ᠮᠣᠩ") {
		t.Errorf("the page does not show it: %v", err)
	}
	if _, err := SHA256(doc, Paper{}); err == nil {
		t.Error("a letter that cannot be printed has a hash")
	}
}

func TestALetterWithoutADateIsRefused(t *testing.T) {
	doc := merged(t, "L1_missed.en.standard", nil)
	doc.Date = ""
	if err := PDF(&bytes.Buffer{}, doc, Paper{}); err == nil {
		t.Error("it was rendered, on a day that nobody chose")
	}
}

// The promise is a thousand letters in ten seconds on one core: run it with -cpu 1.
func BenchmarkPDF(b *testing.B) {
	var docs []*lettertext.Document
	for name := range starter(b) {
		docs = append(docs, merged(b, name, nil))
		for _, f := range families {
			if !f.fetched || typeface.Fetched() {
				docs = append(docs, merged(b, name, lettertext.Data{"recipient.name": lettertext.One(f.name), "child.first_names": lettertext.Many(f.child)}))
			}
		}
	}
	began := core()
	for i := 0; b.Loop(); i++ {
		if err := PDF(io.Discard, docs[i%len(docs)], Paper{}); err != nil {
			b.Fatal(err)
		}
	}
	each := (core() - began) / time.Duration(b.N)
	b.ReportMetric(each.Seconds()*1000, "core-s/1000letters")
	if each > 10*time.Millisecond {
		b.Errorf("a letter takes %v of a core", each)
	}
}

// core is the time that this program has had of the machine's cores, its own and the
// system's for it: what others do meanwhile is not a letter's.
func core() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
