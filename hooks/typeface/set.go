package typeface

import (
	"slices"
	"unicode"
)

// Glyph is one shape in its place: the pen moves by Advance, and the shape stands X and Y
// from where the pen is.
type Glyph struct {
	ID            uint16
	Advance, X, Y int
	At            int // which character of the text it begins to write, counted from 0
}

// Piece is a stretch of text in one face, its shapes from left to right.
type Piece struct {
	Face    *Face
	Outline bool // drawn with its outline: the face has no bold of its own
	Text    string
	Glyphs  []Glyph
	Shaped  bool // its shapes do not stand for its characters one by one in order
}

// Writes is the characters that the shapes of a shaped piece write which begin at one.
func (p Piece) Writes(at int) string {
	text := []rune(p.Text)
	first, end := at, -1
	for _, g := range p.Glyphs {
		first = min(first, g.At)
		if g.At > at && (end < 0 || g.At < end) {
			end = g.At
		}
	}
	if end < 0 {
		end = first + len(text)
	}
	return string(text[at-first : min(end-first, len(text))])
}

// Set is how a text is written. A character without a shape gets the face's box: ask Has.
func Set(text string, bold bool) []Piece {
	return faces().set([]rune(text), bold)
}

// Advances is how far the pen moves for each character: what a shape writes for several
// is counted with the first of them.
func Advances(text []rune, bold []bool) []int {
	widths := make([]int, len(text))
	for start := 0; start < len(text); {
		end := start + 1
		for end < len(text) && bold[end] == bold[start] {
			end++
		}
		faces().advances(text[start:end], bold[start], widths[start:end])
		start = end
	}
	return widths
}

// advances fills in the widths of text of one weight.
func (c *chains) advances(text []rune, bold bool, widths []int) {
	if slices.ContainsFunc(text, needsShaper) {
		for _, p := range c.set(text, bold) {
			for _, g := range p.Glyphs {
				widths[g.At] += g.Advance
			}
		}
		return
	}
	for i, r := range text {
		f, _ := c.find(r, bold)
		widths[i] = f.face.look(r).advance
	}
}

// Width is that of a text as it is set.
func Width(text string, bold bool) int {
	if n, plain := faces().straight(text, bold); plain {
		return n
	}
	n := 0
	for _, p := range Set(text, bold) {
		for _, g := range p.Glyphs {
			n += g.Advance
		}
	}
	return n
}

// straight is the width of a text whose characters stand one beside the other.
func (c *chains) straight(text string, bold bool) (int, bool) {
	n := 0
	for _, r := range text {
		if needsShaper(r) {
			return 0, false
		}
		f, _ := c.find(r, bold)
		n += f.face.look(r).advance
	}
	return n, true
}

func (c *chains) set(text []rune, bold bool) []Piece {
	var pieces []Piece
	for i := 0; i < len(text); {
		switch {
		case rightToLeft(text[i]):
			end := stretch(text, i)
			pieces = append(pieces, c.backward(text, i, end, bold)...)
			i = end
		case interlocks(text[i]):
			end := i + 1
			for end < len(text) && (joins(text[end]) || interlocks(text[end]) && c.face(text[end], bold) == c.face(text[i], bold)) {
				end++
			}
			pieces = append(pieces, c.cluster(text, i, end, bold, false))
			i = end
		case i+1 < len(text) && joins(text[i+1]):
			end := i + 2
			for end < len(text) && joins(text[end]) {
				end++
			}
			pieces = append(pieces, c.cluster(text, i, end, bold, false))
			i = end
		default:
			pieces = c.alone(pieces, text, i, bold)
			i++
		}
	}
	return pieces
}

// alone adds a character that has one shape, to the piece before it where that is of the
// same face.
func (c *chains) alone(pieces []Piece, text []rune, i int, bold bool) []Piece {
	f, _ := c.find(text[i], bold)
	found := f.face.look(text[i])
	g := Glyph{ID: found.id, Advance: found.advance, At: i}
	if n := len(pieces) - 1; n >= 0 && pieces[n].Face == f.face && !pieces[n].Shaped {
		pieces[n].Text += string(text[i])
		pieces[n].Glyphs = append(pieces[n].Glyphs, g)
		return pieces
	}
	p := Piece{Face: f.face, Outline: f.outline, Text: string(text[i]), Glyphs: make([]Glyph, 1, 16)}
	p.Glyphs[0] = g
	return append(pieces, p)
}

// needsShaper says whether a character may have another shape beside others than alone.
func needsShaper(r rune) bool { return r >= 0x0300 && (joins(r) || rightToLeft(r) || interlocks(r)) }

// interlocks says whether a character is of a script that runs from left to right and whose
// letters change shape and place beside one another: those of India and Sri Lanka, Thai and
// Lao, Burmese, Khmer.
func interlocks(r rune) bool {
	return (r >= 0x0900 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF) && (unicode.IsLetter(r) || unicode.Is(unicode.M, r))
}

// joins says whether a character is written on the one before it.
func joins(r rune) bool {
	return r >= 0x0300 && (unicode.Is(unicode.M, r) || r == '\u200c' || r == '\u200d')
}
