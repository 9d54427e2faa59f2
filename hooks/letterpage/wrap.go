package letterpage

import (
	"strings"

	"holdfast/hooks/lettertext"
)

// run is text of one weight on one line.
type run struct {
	text string
	bold bool
}

// glyph is one character of text that is being broken into lines.
type glyph struct {
	r    rune
	bold bool
}

// wrap breaks spans into lines no wider than room, in hundredths of a point: at a
// space, after a hyphen or a slash, and inside a word that is wider than a line by
// itself; not between two groups of digits, which may be a telephone number. Spaces
// at a break are dropped. There is always at least one line.
func wrap(spans []lettertext.Span, size, room int) [][]run {
	var text []glyph
	for _, span := range spans {
		for _, r := range printable(span.Text) {
			text = append(text, glyph{r, span.Bold})
		}
	}
	var lines [][]run
	start, end, after, taken := 0, -1, -1, 0 // the line; its last good break: where it ends, where the next begins
	for i := 0; i < len(text); i++ {
		g := text[i]
		if i == start && g.r == ' ' {
			start = i + 1
			continue
		}
		w := advances[g.r] * size / 10
		switch {
		case g.r == ' ':
			if !betweenDigits(text, i) {
				end, after = i, i+1
			}
		case taken+w > room && i > start:
			if end < 0 {
				end, after = i, i
			}
			lines = append(lines, runs(text[start:end]))
			i, start, end, after, taken = after-1, after, -1, -1, 0
			continue
		}
		taken += w
		if (g.r == '-' || g.r == '/') && i > start {
			end, after = i+1, i+1
		}
	}
	return append(lines, runs(text[min(start, len(text)):]))
}

func betweenDigits(text []glyph, i int) bool {
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	return i > 0 && i+1 < len(text) && digit(text[i-1].r) && digit(text[i+1].r)
}

// runs groups the characters of one line by weight, less the spaces at its end.
func runs(line []glyph) []run {
	for len(line) > 0 && line[len(line)-1].r == ' ' {
		line = line[:len(line)-1]
	}
	var out []run
	var b strings.Builder
	for i, g := range line {
		b.WriteRune(g.r)
		if i+1 == len(line) || line[i+1].bold != g.bold {
			out = append(out, run{b.String(), g.bold})
			b.Reset()
		}
	}
	return out
}

// plain is text of one weight as spans.
func plain(text string, bold bool) []lettertext.Span {
	return []lettertext.Span{{Text: text, Bold: bold}}
}
