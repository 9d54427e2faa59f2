package letterpage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"time"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/pdffile"
)

// Renderer names what a PDF's bytes depend on besides the document. It is stored
// with each letter that is issued.
const Renderer = "holdfast-letter-pdf/2"

// PDF writes the letter as a PDF of A4 pages, with the organisation's crest where it has
// one. The error is an *UnprintableError when there is no type for a character, or says
// that the date is missing, or is the writer's own; nothing has been written in the first
// two cases.
func PDF(w io.Writer, d *lettertext.Document, crest *Crest) error {
	if missing := Unprintable(d); len(missing) > 0 {
		return &UnprintableError{missing}
	}
	day, err := time.Parse(time.DateOnly, d.Date)
	if err != nil {
		return fmt.Errorf("letter %s has no date: %w", d.Reference, err)
	}
	set := layout(d)
	ink := newInk(d.Language)
	file := &pdffile.Document{
		Title: title(d), Producer: Renderer, Day: day, Root: set.root,
		Width: points(pageWidth), Height: points(pageHeight),
	}
	if languageTag.MatchString(d.Language) {
		file.Language = d.Language
	}
	for i, p := range set.pages {
		content := ""
		if i == 0 && crest != nil {
			file.Picture = &pdffile.Picture{Width: crest.Width, Height: crest.Height, JPEG: crest.JPEG}
			content = crest.drawn()
		}
		file.Pages = append(file.Pages, content+ink.draw(i, p))
	}
	file.Fonts = ink.fonts()
	if err := file.Write(w); err != nil {
		return fmt.Errorf("write letter %s: %w", d.Reference, err)
	}
	return nil
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}$`)

// title is the reference and what it is: a title shows in lists of files and is read out
// first, where no name belongs.
func title(d *lettertext.Document) string {
	return printable(d.Labels.Reference + ": " + d.Reference)
}

// SHA256 is the hash of the bytes that PDF writes, in lower-case hexadecimal. Its
// errors are those of PDF.
func SHA256(d *lettertext.Document, crest *Crest) (string, error) {
	sum := sha256.New()
	if err := PDF(sum, d, crest); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// points turns hundredths of a point into points.
func points(hundredths int) float64 { return float64(hundredths) / 100 }
