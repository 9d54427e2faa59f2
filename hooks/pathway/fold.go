package pathway

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Letters that look like those of the Latin alphabet, and those.
const (
	alike = "АВЕЅІЈКМНОРСТУХԀԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧавеѕіјкмнорстухԁԛԝһӏαεικνορτυχγłøđħıɑɡ"
	latin = "ABESIJKMHOPCTYXDQWABEZHIKMNOPTYXabesijkmhopctyxdqwhlaeikvoptuxylodhiag"
)

var asLatin = func() map[rune]rune {
	out, to := map[rune]rune{}, []rune(latin)
	for i, c := range []rune(alike) {
		out[c] = to[i]
	}
	return out
}()

// folded is a text as it looks: without accents and what nobody sees, and with letters of one
// look as one.
func folded(text string) string {
	var b strings.Builder
	for _, c := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Cf, c), unicode.IsMark(c) && unicode.Is(unicode.Inherited, c), strings.ContainsRune("\u115f\u1160\u3164\uffa0", c):
			continue
		case asLatin[c] != 0:
			c = asLatin[c]
		}
		b.WriteRune(c)
	}
	return b.String()
}
