package letterpage

import (
	"strings"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/typeface"
)

// run is text of one weight on one line.
type run struct {
	text string
	bold bool
}

// line is runs side by side; the text goes on after a space on the line below.
type line struct {
	runs []run
	more bool
}

// glyph is one character of text that is being broken into lines.
type glyph struct {
	r     rune
	bold  bool
	width int // in thousandths of a point, so that a line of many is not cut short of its room
}

// wrap breaks spans into lines no wider than room, in hundredths of a point: at a
// space, after a hyphen or a slash, between two characters of Chinese, and inside a word
// that is wider than a line by itself; not between two groups of digits, which may be a
// telephone number. Spaces at a break are dropped. There is always at least one line.
func wrap(spans []lettertext.Span, size, room int) []line {
	text := measured(spans, size)
	var lines []line
	start, end, after, taken := 0, -1, -1, 0 // the line; its last good break: where it ends, where the next begins
	for i := 0; i < len(text); i++ {
		g := text[i]
		if i == start && g.r == ' ' {
			start = i + 1
			continue
		}
		switch {
		case g.r == ' ':
			if !betweenDigits(text, i) {
				end, after = i, i+1
			}
		case taken+g.width > room*10 && i > start:
			if end < 0 {
				end, after = i, i
			}
			lines = append(lines, line{runs(text[start:end]), after > end})
			i, start, end, after, taken = after-1, after, -1, -1, 0
			continue
		}
		taken += g.width
		if (g.r == '-' || g.r == '/' || ideograph(g.r) && i+1 < len(text) && ideograph(text[i+1].r)) && i > start {
			end, after = i+1, i+1
		}
	}
	return append(lines, line{runs(text[min(start, len(text)):]), false})
}

// block is a text as lines of a block of several, such as an address: read aloud, there is
// a pause between it and the next.
func block(text string, bold bool, size, room int) []line {
	lines := wrap(plain(text, bold), size, room)
	lines[len(lines)-1].more = true
	return lines
}

// measured is the characters of spans with the room that each takes.
func measured(spans []lettertext.Span, size int) []glyph {
	var text []rune
	var bold []bool
	for _, span := range spans {
		for _, r := range printable(span.Text) {
			text, bold = append(text, r), append(bold, span.Bold)
		}
	}
	out := make([]glyph, len(text))
	for i, w := range typeface.Advances(text, bold) {
		out[i] = glyph{text[i], bold[i], w * size}
	}
	return out
}

func ideograph(r rune) bool { return r >= 0x3400 && r <= 0x9FFF || r >= 0x20000 && r <= 0x3FFFF }

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
