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
const Renderer = "holdfast-letter-pdf/3"

// Paper is what a letter's sheets bear beside what it says.
type Paper struct {
	Kind  string // of letter, in words: with who writes it, the file's title
	Crest *Crest // of the organisation; nothing where it has none
	Copy  string // of one that has gone: that this is the record of it, and of what
}

// PDF writes the letter as a PDF of A4 pages. The error is an *UnprintableError when there is no type for a character, or says
// that the date is missing, or is the writer's own; nothing has been written in the first
// two cases.
func PDF(w io.Writer, d *lettertext.Document, paper Paper) error {
	if missing := Unprintable(d); len(missing) > 0 {
		return &UnprintableError{missing}
	}
	day, err := time.Parse(time.DateOnly, d.Date)
	if err != nil {
		return fmt.Errorf("letter %s has no date: %w", d.Reference, err)
	}
	set := layout(d)
	set.isCopy(paper.Copy)
	ink := newInk(d.Language)
	file := &pdffile.Document{
		Title: printable(paper.title(d)), Producer: Renderer, Day: day, Root: set.root,
		Width: points(pageWidth), Height: points(pageHeight),
	}
	if languageTag.MatchString(d.Language) {
		file.Language = d.Language
	}
	for i, p := range set.pages {
		content := ""
		if i == 0 && paper.Crest != nil {
			file.Picture = &pdffile.Picture{Width: paper.Crest.Width, Height: paper.Crest.Height, JPEG: paper.Crest.JPEG}
			content = paper.Crest.drawn()
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

// title is the kind of letter and who writes: a title shows in a viewer's tab and in lists
// of files and is read out first, where no family's name or reference belongs.
func (p Paper) title(d *lettertext.Document) string {
	words := p.Kind
	if len(d.Sender) > 0 && words != "" {
		words += ", " + d.Sender[0]
	} else if len(d.Sender) > 0 {
		words = d.Sender[0]
	}
	if p.Copy != "" {
		words = "Copy: " + words
	}
	return words
}

// SHA256 is the hash of the bytes that PDF writes, in lower-case hexadecimal. Its
// errors are those of PDF.
func SHA256(d *lettertext.Document, paper Paper) (string, error) {
	sum := sha256.New()
	if err := PDF(sum, d, paper); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// points turns hundredths of a point into points.
func points(hundredths int) float64 { return float64(hundredths) / 100 }
