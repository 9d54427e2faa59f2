package typeface

import (
	"encoding/binary"
	"slices"
)

// Subset is the part of a face that one letter needs: its shapes are numbered from 1 in
// the order in which they were asked for. The same shape that writes two different texts
// has two numbers, so that each number stands for one text.
type Subset struct {
	Face *Face
	IDs  []uint16 // by the new number
	Says []string // what each writes; nothing for a part of another
	at   map[shapeFor]uint16
}

type shapeFor struct {
	id   uint16
	says string
}

// NewSubset is a subset that holds the box for what is missing and nothing else.
func NewSubset(f *Face) *Subset {
	return &Subset{Face: f, IDs: []uint16{0}, Says: []string{""}, at: map[shapeFor]uint16{}}
}

// Number is the shape's number in the subset.
func (s *Subset) Number(id uint16, says string) uint16 {
	key := shapeFor{id, says}
	n, ok := s.at[key]
	if !ok {
		n = uint16(len(s.IDs))
		s.at[key] = n
		s.IDs, s.Says = append(s.IDs, id), append(s.Says, says)
	}
	return n
}

// Program is a TrueType font of the shapes asked for and of those that they are made of.
// What hints a screen is left out: it is of no use on paper.
func (s *Subset) Program() []byte {
	parts := map[uint16]uint16{}
	var outlines []byte
	offsets := []uint32{0}
	for i := 0; i < len(s.IDs); i++ { // a shape made of others adds those at the end
		raw := s.bare(s.Face.outline(s.IDs[i]), parts)
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
	metrics := make([]byte, 0, 4*len(s.IDs))
	for _, id := range s.IDs {
		long := min(int(id), s.Face.metrics-1)
		metrics = append(metrics, s.Face.read("hmtx", 4*long, 2)...)
		bearing := 4*long + 2
		if int(id) > long {
			bearing = 4*s.Face.metrics + 2*(int(id)-s.Face.metrics)
		}
		metrics = append(metrics, s.Face.read("hmtx", bearing, 2)...)
	}
	head, hhea, maxp := s.Face.read("head", 0, 54), s.Face.read("hhea", 0, 36), s.Face.read("maxp", 0, 32)
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1)
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.IDs)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.IDs)))
	clear(maxp[14:28]) // no program, no storage, no stack
	binary.BigEndian.PutUint16(maxp[14:], 1)
	return assemble(map[string][]byte{"glyf": outlines, "head": head, "hhea": hhea, "hmtx": metrics, "loca": places, "maxp": maxp})
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
		n, ok := parts[id]
		if !ok {
			n = uint16(len(s.IDs))
			parts[id] = n
			s.IDs, s.Says = append(s.IDs, id), append(s.Says, "")
		}
		binary.BigEndian.PutUint16(raw[at:], flags&^instructions)
		binary.BigEndian.PutUint16(raw[at+2:], n)
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
