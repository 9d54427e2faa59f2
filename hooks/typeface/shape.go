package typeface

import (
	"slices"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// rightToLeft says whether a character belongs to a script that runs from right to left.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08FF && !unicode.Is(unicode.M, r) && !unicode.IsDigit(r) && !unicode.IsPunct(r) || r >= 0xFB1D && r <= 0xFEFC
}

// stretch is where text from right to left ends: after its last such character that no
// letter from left to right comes before. A number that only follows it is not a part of
// it, so that a name cannot turn the telephone number behind it round.
func stretch(text []rune, start int) int {
	end := start + 1
	for i := start + 1; i < len(text); i++ {
		switch {
		case rightToLeft(text[i]), i == end && joins(text[i]):
			end = i + 1
		case unicode.IsLetter(text[i]):
			return end
		}
	}
	return end
}

// backward is a stretch from right to left. A number within it runs from left to right.
func (c *chains) backward(text []rune, start, end int, bold bool) []Piece {
	var pieces []Piece
	for i := start; i < end; {
		number, next := unicode.IsDigit(text[i]), i+1
		for next < end && unicode.IsDigit(text[next]) == number && (!unicode.IsLetter(text[next]) || c.face(text[next], bold) == c.face(text[i], bold)) {
			next++
		}
		pieces = append(pieces, c.cluster(text, i, next, bold, !number))
		i = next
	}
	slices.Reverse(pieces)
	return pieces
}

func (c *chains) face(r rune, bold bool) *Face {
	f, _ := c.find(r, bold)
	return f.face
}

// cluster is text whose shapes depend on one another, in the first face that has all of it.
func (c *chains) cluster(text []rune, start, end int, bold, backward bool) Piece {
	chosen, _ := c.find(text[start], bold)
	for _, r := range text[start:end] {
		if unicode.IsLetter(r) {
			chosen, _ = c.find(r, bold)
			break
		}
	}
	for _, f := range c.of(bold) {
		if !slices.ContainsFunc(text[start:end], func(r rune) bool { return f.face.glyph(r) == 0 && r != '\u200c' && r != '\u200d' }) {
			chosen = f
			break
		}
	}
	p := Piece{Face: chosen.face, Outline: chosen.outline, Text: string(text[start:end]), Shaped: true}
	if p.Glyphs = chosen.face.shape(text, start, end, backward); p.Glyphs != nil {
		return p
	}
	for i := start; i < end; i++ {
		id := chosen.face.glyph(text[i])
		p.Glyphs = append(p.Glyphs, Glyph{ID: id, Advance: chosen.face.Advance(id), At: i})
	}
	if backward {
		slices.Reverse(p.Glyphs)
	}
	return p
}

// shape asks the shaper. It has none for a face that is too large to be copied for it,
// whose script needs none.
func (f *Face) shape(text []rune, start, end int, backward bool) []Glyph {
	if !f.shaped {
		return nil
	}
	f.joinerMu.Lock()
	defer f.joinerMu.Unlock()
	face, err := f.forShaping()
	if err != nil {
		return nil
	}
	direction := di.DirectionLTR
	if backward {
		direction = di.DirectionRTL
	}
	script := language.Latin
	for _, r := range text[start:end] {
		if unicode.IsLetter(r) {
			script = language.LookupScript(r)
			break
		}
	}
	// In units of the font, so that the measures are whole; the text around is given too,
	// since letters join across a change of weight.
	var shaper shaping.HarfbuzzShaper
	out := shaper.Shape(shaping.Input{
		Text: text, RunStart: start, RunEnd: end, Face: face, Direction: direction,
		Size: fixed.I(f.units), Script: script, Language: language.NewLanguage("und"),
	})
	glyphs := make([]Glyph, 0, len(out.Glyphs))
	for _, g := range out.Glyphs {
		glyphs = append(glyphs, Glyph{
			ID: uint16(g.GlyphID), At: g.ClusterIndex,
			Advance: f.thousandths(g.XAdvance.Round()), X: f.thousandths(g.XOffset.Round()), Y: f.thousandths(g.YOffset.Round()),
		})
	}
	return glyphs
}
