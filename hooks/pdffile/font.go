package pdffile

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// Font is a TrueType font of few shapes, numbered from 0, the box for what is missing.
type Font struct {
	Name                             string
	Program                          []byte
	Widths                           []int    // by number, in thousandths of the size
	Says                             []string // by number; nothing for a shape that is part of another
	Ascent, Descent, Capitals, StemV int
	Box                              [4]int
	Bold                             bool
}

// Font embeds a font; text is drawn with the numbers of its shapes, two bytes each.
func (f *File) Font(r Ref, font *Font) {
	const symbolic, forceBold = 1 << 2, 1 << 18
	flags := symbolic
	if font.Bold {
		flags |= forceBold
	}
	name := tag(font) + "+" + font.Name
	program, descriptor, meaning := f.Reserve(), f.Reserve(), f.Reserve()
	f.Stream(program, fmt.Sprintf("/Length1 %d", len(font.Program)), font.Program)
	f.Put(descriptor, fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV %d/FontFile2 %s>>",
		name, flags, font.Box[0], font.Box[1], font.Box[2], font.Box[3], font.Ascent, font.Descent, font.Capitals, font.StemV, program))
	widths := strings.Trim(fmt.Sprint(font.Widths), "[]")
	descendant := f.Add(fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %s/CIDToGIDMap/Identity/DW 1000/W[0[%s]]>>", name, descriptor, widths))
	f.Stream(meaning, "", []byte(toUnicode(font.Says)))
	f.Put(r, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%s]/ToUnicode %s>>", name, descendant, meaning))
}

// tag marks a font as a part of one: six capitals that depend on which part.
func tag(font *Font) string {
	n := uint32(2166136261)
	for _, s := range font.Says {
		for i := range len(s) {
			n = (n ^ uint32(s[i])) * 16777619
		}
	}
	out := make([]byte, 6)
	for i := range out {
		out[i] = byte('A' + n%26)
		n /= 26
	}
	return string(out)
}

// toUnicode says what text each shape writes.
func toUnicode(says []string) string {
	var lines []string
	for number, text := range says {
		if text == "" {
			continue
		}
		var units strings.Builder
		for _, unit := range utf16.Encode([]rune(text)) {
			fmt.Fprintf(&units, "%04X", unit)
		}
		lines = append(lines, fmt.Sprintf("<%04X> <%s>", number, units.String()))
	}
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const most = 100 // in one block of a CMap
	for len(lines) > 0 {
		n := min(most, len(lines))
		fmt.Fprintf(&b, "%d beginbfchar\n%s\nendbfchar\n", n, strings.Join(lines[:n], "\n"))
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.String()
}
