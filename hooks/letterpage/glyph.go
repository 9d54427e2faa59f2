package letterpage

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"holdfast/hooks/lettertext"
)

// advances is the width of every character that the font has, in thousandths of
// its size, rounded as fpdf writes it into the file.
var advances = readAdvances()

func readAdvances() map[rune]int {
	face, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic("letter: the embedded font: " + err.Error())
	}
	units := int(face.UnitsPerEm())
	widths := map[rune]int{}
	var buffer sfnt.Buffer
	for r := rune(' '); r <= 0xFFFF; r++ {
		glyph, err := face.GlyphIndex(&buffer, r)
		if err != nil || glyph == 0 {
			continue
		}
		width, err := face.GlyphAdvance(&buffer, glyph, fixed.I(units), font.HintingNone)
		if err != nil {
			continue
		}
		widths[r] = (width.Round()*1000 + units/2) / units
	}
	return widths
}

// printable writes text with the characters that the font has, where another
// way of writing the same thing exists: letters composed with their accents, and
// a plain hyphen for one that does not break. A document need not come from Merge,
// so what is no text, a control character or a broken byte, becomes U+FFFD.
func printable(text string) string {
	ascii := true
	for i := range len(text) {
		ascii = ascii && text[i] >= ' ' && text[i] < 0x7F
	}
	if ascii {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u2011':
			return '-'
		case unicode.IsControl(r):
			return unicode.ReplacementChar
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")))
}

// width of printable text in hundredths of a point.
func width(text string, size int) int {
	n := 0
	for _, r := range text {
		n += advances[r]
	}
	return n * size / 10
}

// UnprintableError names the characters for which the PDF has no shape.
type UnprintableError struct{ Characters []rune }

func (e *UnprintableError) Error() string {
	return fmt.Sprintf("letter: the font has no shape for %q; write the letter with other characters or send it as a page", string(e.Characters))
}

// Unprintable lists, in order and once each, the characters of the letter that the
// PDF cannot show. An approval asks before the PDF is made.
func Unprintable(d *lettertext.Document) []rune {
	var missing []rune
	for _, r := range printable(d.PlainText()) {
		if _, ok := advances[r]; !ok && !slices.Contains(missing, r) {
			missing = append(missing, r)
		}
	}
	slices.Sort(missing)
	return missing
}
