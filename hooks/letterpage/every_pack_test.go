package letterpage

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"holdfast/hooks/lettertext"
)

// hard is what strains a letter of any kind: names of 60 characters with Welsh and
// Polish letters, eight lines of address with the name's two, text that runs to a second page.
func hard(t testing.TB) lettertext.Data {
	t.Helper()
	const name60 = "Wilhelmina Aleksandra Featherstonehaugh-Brzęczyszczykiewicza"
	one, many := lettertext.One, lettertext.Many
	help := make([]string, 14)
	for i := range help {
		help[i] = fmt.Sprintf("help number %d, such as a lift to Llanfairŵyn or to the clinic in Łódź Street", i+1)
	}
	long := strings.Repeat("We would like to hear how things are for you and for Żaneta and Siân. ", 5)
	return lettertext.Data{
		"area.name": one("Fellmoor a Thŷ Gwyn Family Support Partnership for Łęczyca ..."), "recipient.name": one(name60), "recipient.salutation_name": one(name60),
		"recipient.address_lines": many("Flat 12b, Yr Hen Ysgol Tŷ'n-y-Coed", "Almshouses Court", "Trading Estate Road North", "Near Ŵybren Fawr i Żółkwia", "Fellmoor"),
		"recipient.postcode":      one("FM1 4QR"),
		"child.first_names":       many("Siân", "Łucja", "Gŵyn"),
		"support_offered":         many(help...), "closing.done": many(help...), "meeting.attending": many(help...), "referral.shared": many(help...),
		"next.kind": one(long), "rights_text": one(long), "views_how": one(long), "consequence_text": one(long), "offer.service": one("family support, " + long),
		"advice.name": one(name60), "contact.name": one(name60), "signatory.name": one(name60), "signatory.role": one("Gweithiwr cymorth teulu / Pracownik pomocy rodzinie, starszy spec."),
	}
}

// Every kind of letter, in each language and variant, with all that strains it: all of
// its text is there in reading order, the address shows in the window and nothing else
// can, each page says which it is. HOLDFAST_LETTERS names a folder to look at them in.
func TestEveryPackTakesTheHardestLetter(t *testing.T) {
	folder := os.Getenv("HOLDFAST_LETTERS")
	_, missing := exec.LookPath("pdftotext")
	twoPages := 0
	for name := range starter(t) {
		doc := merged(t, name, hard(t))
		raw := rendered(t, doc)
		file := readPDF(t, raw)
		var got strings.Builder
		for i, page := range file.pages {
			want := strings.NewReplacer("{n}", fmt.Sprint(i+1), "{m}", fmt.Sprint(len(file.pages))).Replace(doc.Labels.Page)
			if footer := page[len(page)-1].text; footer != want {
				t.Errorf("%s: page %d says %q, want %q", name, i+1, footer, want)
			}
			for _, piece := range page[:len(page)-2] {
				got.WriteString(piece.text)
			}
		}
		if want := inType(said(doc)); words(got.String()) != want {
			t.Errorf("%s says\n%s\nwant\n%s", name, words(got.String()), want)
		}
		if !FitsWindow(doc) {
			t.Errorf("%s: an address of eight lines does not fit the window", name)
		}
		if len(file.pages) > 1 {
			twoPages++
		}
		if folder == "" && missing != nil {
			continue
		}
		if folder == "" {
			folder = t.TempDir()
		}
		path := filepath.Join(folder, name+".pdf")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if missing == nil {
			foundInOrder(t, name, path, doc)
		}
	}
	if missing != nil {
		t.Log("poppler-utils is not installed: no other program read the letters")
	}
	if twoPages < 12 {
		t.Errorf("only %d letters have two pages", twoPages)
	}
}

// foundInOrder asks another program for the text, letter by letter.
func foundInOrder(t *testing.T, name, path string, doc *lettertext.Document) {
	t.Helper()
	out, err := exec.Command("pdftotext", "-raw", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := squeeze(norm.NFC.String(string(out)))
	if strings.Contains(text, "\uFFFD") {
		t.Errorf("%s: a letter is lost", name)
	}
	parts := append([]string{strings.Join(doc.Sender, ""), strings.Join(doc.Recipient, ""), doc.Salutation}, doc.Body[0].Text(), doc.Closing+doc.Signatory.Name)
	for _, want := range parts {
		at := strings.Index(text, squeeze(norm.NFC.String(want)))
		if at < 0 {
			t.Errorf("%s: %q is missing or too early in\n%s", name, want, text)
			return
		}
		text = text[at:]
	}
}
