package letterpage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/goregular"

	"holdfast/hooks/lettertext"
)

// Renderer names what a PDF's bytes depend on besides the document. It is stored
// with each letter that is issued.
const Renderer = "holdfast-letter-pdf/1"

// PDF writes the letter as a PDF of A4 pages. The error is an *UnprintableError
// when the font lacks a character, or says that the date is missing, or is the
// writer's own; nothing has been written in the first two cases.
func PDF(w io.Writer, d *lettertext.Document) error {
	if missing := Unprintable(d); len(missing) > 0 {
		return &UnprintableError{missing}
	}
	day, err := time.Parse(time.DateOnly, d.Date)
	if err != nil {
		return fmt.Errorf("letter %s has no date: %w", d.Reference, err)
	}
	file := newFile(d, day)
	for _, p := range layout(d) {
		draw(file, p)
	}
	if err := file.Output(w); err != nil {
		return fmt.Errorf("write letter %s: %w", d.Reference, err)
	}
	return nil
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}$`)

// SHA256 is the hash of the bytes that PDF writes, in lower-case hexadecimal. Its
// errors are those of PDF.
func SHA256(d *lettertext.Document) (string, error) {
	sum := sha256.New()
	if err := PDF(sum, d); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// newFile begins a PDF whose bytes depend on the document alone. Its title is the
// reference: a title shows in lists of files, where no name belongs.
func newFile(d *lettertext.Document, day time.Time) *fpdf.Fpdf {
	file := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: points(pageWidth), Ht: points(pageHeight)}})
	file.SetCatalogSort(true)
	file.SetCreationDate(day)
	file.SetModificationDate(day)
	file.SetProducer(Renderer, false)
	file.SetTitle(printable(d.Reference), true)
	if languageTag.MatchString(d.Language) { // fpdf writes it as it is
		file.SetLang(d.Language)
	}
	file.SetMargins(0, 0, 0)
	file.SetAutoPageBreak(false, 0)
	file.AddUTF8FontFromBytes("letter", "", goregular.TTF)
	return file
}

// draw sets the marks of one page. Bold is the outline drawn over the letters, in
// the text's own colour.
func draw(file *fpdf.Fpdf, p page) {
	const fill, fillAndOutline = 0, 2
	file.AddPage()
	file.SetLineJoinStyle("round")
	bold, size := false, 0
	for _, m := range p {
		if m.size != size {
			size = m.size
			file.SetFont("letter", "", float64(size))
			file.SetLineWidth(points(size * 3))
		}
		if m.bold != bold {
			if bold = m.bold; bold {
				file.SetTextRenderingMode(fillAndOutline)
			} else {
				file.SetTextRenderingMode(fill)
			}
		}
		file.Text(points(m.x), points(m.y), m.text)
	}
	file.SetTextRenderingMode(fill)
}

// points turns hundredths of a point into points.
func points(hundredths int) float64 { return float64(hundredths) / 100 }
