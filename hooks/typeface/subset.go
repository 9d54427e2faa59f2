package typeface

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Subset is the part of a face that one letter needs: its shapes are numbered from 1 in
// the order in which they were asked for. The same shape that writes two different texts
// has two numbers, so that each number stands for one text.
type Subset struct {
	Face   *Face
	shapes []shape
	at     map[string]uint16
	alone  map[letter]uint16
}

// letter is a shape that writes one character by itself.
type letter struct {
	id uint16
	r  rune
}

// shape is one of the face's, or several of them put together.
type shape struct {
	id      uint16
	parts   []Glyph
	says    string
	advance int
}

// NewSubset is a subset that holds the box for what is missing and nothing else.
func NewSubset(f *Face) *Subset {
	return &Subset{Face: f, shapes: []shape{{advance: f.Advance(0)}}, at: map[string]uint16{}, alone: map[letter]uint16{}}
}

// Letter is the number in the subset of a shape that writes one character by itself.
func (s *Subset) Letter(id uint16, r rune) uint16 {
	n, ok := s.alone[letter{id, r}]
	if !ok {
		n = uint16(len(s.shapes))
		s.alone[letter{id, r}] = n
		s.shapes = append(s.shapes, shape{id: id, says: string(r), advance: s.Face.Advance(id)})
	}
	return n
}

// Number is the number in the subset of the shapes that write a text together. Several, a
// letter and its dots or accents, become one: a reader of the file then finds one shape
// for one text, as it does in plain type.
func (s *Subset) Number(glyphs []Glyph, says string) uint16 {
	key := says
	for _, g := range glyphs {
		key += fmt.Sprint("|", g.ID, g.Advance, g.X, g.Y)
	}
	n, ok := s.at[key]
	if !ok {
		n = uint16(len(s.shapes))
		s.at[key] = n
		made := shape{says: says}
		for _, g := range glyphs {
			made.advance += g.Advance
		}
		if len(glyphs) == 1 && glyphs[0].X == 0 && glyphs[0].Y == 0 {
			made.id = glyphs[0].ID
		} else {
			made.parts = slices.Clone(glyphs)
		}
		s.shapes = append(s.shapes, made)
	}
	return n
}

// Says is what each shape writes, by its number; nothing for a part of another.
func (s *Subset) Says() (says []string) {
	for _, made := range s.shapes {
		says = append(says, made.says)
	}
	return says
}

// Widths are how far each shape moves the pen, by its number.
func (s *Subset) Widths() (widths []int) {
	for _, made := range s.shapes {
		widths = append(widths, made.advance)
	}
	return widths
}

// Program is a TrueType font of the shapes asked for and of those that they are made of.
// What hints a screen is left out: it is of no use on paper.
func (s *Subset) Program() []byte {
	parts := map[uint16]uint16{}
	var outlines, metrics []byte
	offsets := []uint32{0}
	for i := 0; i < len(s.shapes); i++ { // a shape made of others adds those at the end
		var raw []byte
		if made := s.shapes[i]; made.parts != nil {
			raw = s.composed(made.parts, parts)
		} else {
			raw = s.bare(s.Face.outline(made.id), parts)
		}
		bearing := []byte{0, 0}
		if len(raw) > 4 {
			bearing = raw[2:4] // where its ink begins
		}
		metrics = binary.BigEndian.AppendUint16(metrics, uint16(s.Face.inUnits(s.shapes[i].advance)))
		metrics = append(metrics, bearing...)
		outlines = append(outlines, raw...)
		for len(outlines)%4 != 0 {
			outlines = append(outlines, 0)
		}
		offsets = append(offsets, uint32(len(outlines)))
	}
	places := make([]byte, 0, 4*len(offsets))
	for _, o := range offsets {
		places = binary.BigEndian.AppendUint32(places, o)
	}
	head, hhea, maxp := s.Face.read("head", 0, 54), s.Face.read("hhea", 0, 36), s.Face.read("maxp", 0, 32)
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1)
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.shapes)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.shapes)))
	clear(maxp[14:28]) // no program, no storage, no stack
	binary.BigEndian.PutUint16(maxp[14:], 1)
	for _, limit := range []int{10, 12, 28, 30} { // of points, contours, parts and depth: one more of each than any has
		binary.BigEndian.PutUint16(maxp[limit:], max(binary.BigEndian.Uint16(maxp[limit:])*2, 8))
	}
	return assemble(map[string][]byte{"glyf": outlines, "head": head, "hhea": hhea, "hmtx": metrics, "loca": places, "maxp": maxp})
}

// part is the number of a shape that others are made of.
func (s *Subset) part(id uint16, parts map[uint16]uint16) uint16 {
	n, ok := parts[id]
	if !ok {
		n = uint16(len(s.shapes))
		parts[id] = n
		s.shapes = append(s.shapes, shape{id: id, advance: s.Face.Advance(id)})
	}
	return n
}

// composed is one outline made of several, each where the shaper put it.
func (s *Subset) composed(glyphs []Glyph, parts map[uint16]uint16) []byte {
	const words, offsets, more = 1, 2, 32
	none := int16(-1) // contours of its own: it is made of others
	raw := binary.BigEndian.AppendUint16(nil, uint16(none))
	var box [4]int // left, foot, right, head
	var list []byte
	pen, last := 0, 0
	for _, g := range glyphs {
		x, y := s.Face.inUnits(pen+g.X), s.Face.inUnits(g.Y)
		pen += g.Advance
		outline := s.Face.outline(g.ID)
		if len(outline) < 10 {
			continue
		}
		for i, by := range [4]int{x, y, x, y} {
			edge := int(int16(binary.BigEndian.Uint16(outline[2+2*i:]))) + by
			if list == nil || i < 2 && edge < box[i] || i > 1 && edge > box[i] {
				box[i] = edge
			}
		}
		last = len(list)
		list = binary.BigEndian.AppendUint16(list, words|offsets|more)
		list = binary.BigEndian.AppendUint16(list, s.part(g.ID, parts))
		list = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(list, uint16(int16(x))), uint16(int16(y)))
	}
	if list == nil {
		return nil
	}
	binary.BigEndian.PutUint16(list[last:], words|offsets)
	for _, edge := range box {
		raw = binary.BigEndian.AppendUint16(raw, uint16(int16(edge)))
	}
	return append(raw, list...)
}

// bare is an outline without its instructions, its parts under their new numbers.
func (s *Subset) bare(raw []byte, parts map[uint16]uint16) []byte {
	if len(raw) < 10 {
		return nil
	}
	if contours := int(int16(binary.BigEndian.Uint16(raw))); contours >= 0 {
		at := 10 + 2*contours
		size := int(binary.BigEndian.Uint16(raw[at:]))
		return append(append(slices.Clone(raw[:at]), 0, 0), raw[at+2+size:]...)
	}
	const words, scale, more, twoScales, matrix, instructions = 1, 8, 32, 64, 128, 256
	raw = slices.Clone(raw)
	for at := 10; ; {
		flags := binary.BigEndian.Uint16(raw[at:])
		id := binary.BigEndian.Uint16(raw[at+2:])
		binary.BigEndian.PutUint16(raw[at:], flags&^instructions)
		binary.BigEndian.PutUint16(raw[at+2:], s.part(id, parts))
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&twoScales != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return raw[:at]
		}
	}
}

// assemble puts tables into one file, each with its sum.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	out := []byte{0, 1, 0, 0, 0, byte(len(names)), 0, 64, 0, 2, 0, 32} // six tables
	at := 12 + 16*len(names)
	for _, name := range names {
		raw := tables[name]
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, sum(raw))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(raw)))
		at += (len(raw) + 3) &^ 3
	}
	start := 0
	for _, name := range names {
		if name == "head" {
			start = len(out)
		}
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[start+8:], 0xB1B0AFBA-sum(out))
	return out
}

func sum(raw []byte) uint32 {
	var n uint32
	for len(raw) >= 4 {
		n, raw = n+binary.BigEndian.Uint32(raw), raw[4:]
	}
	if len(raw) > 0 {
		var last [4]byte
		copy(last[:], raw)
		n += binary.BigEndian.Uint32(last[:])
	}
	return n
}
