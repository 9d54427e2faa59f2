package letterpage

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/typeface"
)

// families are names in the scripts that a letter has to write, each with the other
// parent's and a child's.
var families = []struct {
	script, name, child string
	fetched             bool // the type for it is fetched by make
}{
	{"Vietnamese", "Nguyễn Thị Hạnh", "Đặng Quốc Ưng", false},
	{"Yoruba and Igbo", "Ọláwùmí Ẹ̀bùnolúwa Ụzọma", "Ọ̀ṣúnlékè", false},
	{"Polish", "Żaneta Brzęczyszczykiewicz-Łoś", "Świętosława", false},
	{"Arabic", "محمد عبد الرحمن خان", "عائشة", true},
	{"Urdu", "فاطمہ بیگم چوہدری", "ٹیپو گڑیا", true},
	{"Chinese", "歐陽小龍", "李娜", true},
	{"Thai", "สมศักดิ์ น้ำผึ้ง", "ปิ่นแก้ว", true},
	{"Devanagari", "श्रीमती लक्ष्मी क्षितिज", "ऋषि", true},
	{"Korean", "김민준", "박서연", true},
}

// addresses are a short one and one of eight lines with the name's and the postcode's.
var addresses = map[string]lettertext.Data{
	"short": {"recipient.address_lines": lettertext.Many("14 Mill Lane", "Fellmoor"), "recipient.postcode": lettertext.One("FM1 4QR")},
	"long": {"recipient.address_lines": lettertext.Many("Flat 12b, The Old Schoolhouse", "Almshouses Court", "Trading Estate Road North", "Lower Middleton", "Near Great Łódź", "County of Anyshire"),
		"recipient.postcode": lettertext.One("FM28 4QR")},
}

// Every kind to every family at both addresses: nobody is asked to misspell a mother's
// name (B12). Another program finds each name and each child's; nothing is a box; the
// address shows in the window. HOLDFAST_LETTERS names a folder to look at them in.
func TestEveryKindIsWrittenToEveryName(t *testing.T) {
	folder := os.Getenv("HOLDFAST_LETTERS")
	if folder == "" {
		folder = t.TempDir()
	}
	_, missing := exec.LookPath("pdftotext")
	written := 0
	for name := range starter(t) {
		for i, f := range families {
			if f.fetched && !typeface.Fetched() {
				continue
			}
			for where, address := range addresses {
				data := lettertext.Data{
					"recipient.name": lettertext.One(f.name), "recipient.salutation_name": lettertext.One(f.name), "child.first_names": lettertext.Many(f.child, "Siân"),
					"contact.name": lettertext.One(f.name), "area.return_line": lettertext.One("PO Box 12, Fellmoor FM1 1AA"),
				}
				for field, value := range address {
					data[field] = value
				}
				doc := merged(t, name, data)
				if !FitsWindow(doc) {
					t.Errorf("%s to %s: the %s address does not show in the window", name, f.name, where)
				}
				raw := rendered(t, doc)
				if got := words(bodyOf(readPDF(t, raw))); got != inType(said(doc)) {
					t.Errorf("%s to %s says\n%s\nwant\n%s", name, f.name, got, inType(said(doc)))
				}
				path := filepath.Join(folder, fmt.Sprintf("%s-%d-%s.pdf", name, i, where))
				if err := os.WriteFile(path, raw, 0o600); err != nil {
					t.Fatal(err)
				}
				written++
				if where == "short" && missing == nil {
					foundByAnother(t, path, f.name, strings.Contains(said(doc), squeeze(f.child)), f.child)
				}
			}
		}
	}
	if !typeface.Fetched() {
		t.Logf("make has not fetched the type for other scripts: %d letters to the other names", written)
	}
	if want := len(starter(t)) * 2 * 3; written < want {
		t.Errorf("%d letters written, want at least %d", written, want)
	}
}

// bodyOf is the text of the pages without their footers.
func bodyOf(file readFile) string {
	var b strings.Builder
	var backward []string // what was drawn from left to right and is read from right to left
	end := func() {
		slices.Reverse(backward)
		b.WriteString(strings.Join(backward, ""))
		backward = nil
	}
	y := 0.0
	for _, page := range file.pages {
		for _, piece := range page {
			if piece.y != y && piece.part != "Artifact" && (piece.y-y > piece.size*0.9 || y-piece.y > piece.size*0.9) { // not an accent's own height
				end()
				y = piece.y
			}
			switch {
			case piece.part == "Artifact":
			case strings.ContainsFunc(piece.text, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }):
				backward = append(backward, piece.text)
			default:
				end()
				b.WriteString(piece.text)
			}
		}
	}
	end()
	return b.String()
}

// foundByAnother asks a program that did not write the file for the names in it.
func foundByAnother(t *testing.T, path, name string, hasChild bool, child string) {
	t.Helper()
	out, err := exec.Command("pdftotext", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Map(func(r rune) rune { // what says which way text runs is no part of a name
		if r >= 0x200E && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, norm.NFC.String(string(out)))
	if got := strings.Count(squeeze(text), squeeze(norm.NFC.String(name))); got < 2 {
		t.Errorf("%s: %q is found %d times in\n%s", filepath.Base(path), name, got, text)
	}
	if hasChild && !strings.Contains(squeeze(text), squeeze(norm.NFC.String(child))) {
		t.Errorf("%s: the child %q is not found in\n%s", filepath.Base(path), child, text)
	}
}

// Whoever cannot print a letter is told the name, not a letter of it.
func TestWhatCannotBePrintedIsToldByName(t *testing.T) {
	doc := merged(t, "L1_missed.en.standard", lettertext.Data{"recipient.name": lettertext.One("Zoë 😀mma, Nguyễn")})
	if got := UnprintableNames(doc); len(got) != 1 || got[0] != "😀mma" {
		t.Errorf("told of %q", got)
	}
}
