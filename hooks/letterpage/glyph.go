package letterpage

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/typeface"
)

// printable writes text with the characters that there is type for, where another
// way of writing the same thing exists: letters composed with their accents, and
// a plain hyphen for one that does not break. A document need not come from Merge,
// so what is no text, a control character or a broken byte, becomes a hollow square.
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
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			return noText
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(text, string(noText))))
}

// noText stands for what is none.
const noText = '□'

// width of printable text in hundredths of a point.
func width(text string, bold bool, size int) int { return typeface.Width(text, bold) * size / 10 }

// UnprintableError names the characters for which the PDF has no shape.
type UnprintableError struct{ Characters []rune }

func (e *UnprintableError) Error() string {
	return fmt.Sprintf("letter: there is no type for %q; write the letter with other characters or send it as a page", string(e.Characters))
}

// Unprintable lists, in order and once each, the characters of the letter that the
// PDF cannot show. An approval asks before the PDF is made.
func Unprintable(d *lettertext.Document) []rune {
	var missing []rune
	for _, r := range printable(strings.ReplaceAll(d.PlainText(), "\n", " ")) {
		if r > '~' && lacks(r) && !slices.Contains(missing, r) {
			missing = append(missing, r)
		}
	}
	slices.Sort(missing)
	return missing
}

// lacks says whether there is no shape for a character that has to have one: what only
// joins its neighbours or keeps them apart needs none.
func lacks(r rune) bool { return r != '\u200c' && r != '\u200d' && !typeface.Has(r) }

// UnprintableNames lists the words of the letter, once each, that hold a character for
// which there is no type: whoever reads it looks for a name, not for a letter of it.
func UnprintableNames(d *lettertext.Document) []string {
	var names []string
	for _, word := range strings.Fields(printable(strings.ReplaceAll(d.PlainText(), "\n", " "))) {
		word = strings.TrimFunc(word, unicode.IsPunct)
		if strings.ContainsFunc(word, lacks) && !slices.Contains(names, word) {
			names = append(names, word)
		}
	}
	return names
}
