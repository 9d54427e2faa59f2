package letterpage

import (
	"fmt"
	"strconv"
	"strings"

	"holdfast/hooks/pdffile"
	"holdfast/hooks/typeface"
)

// ink draws pages, and keeps which shapes of which faces it has used.
type ink struct {
	language string
	numbers  map[*typeface.Face]int
	subsets  []*typeface.Subset
	page     strings.Builder
}

func newInk(language string) *ink {
	return &ink{language: language, numbers: map[*typeface.Face]int{}}
}

// draw is the drawing of one page. What follows on the page and is of one part of the
// letter is one stretch, which the part is told of.
func (k *ink) draw(number int, p page) string {
	k.page.Reset()
	var open *pdffile.Element
	stretches, inside := 0, false
	for _, m := range p {
		if !inside || m.part != open {
			if inside {
				k.page.WriteString("EMC\n")
			}
			open, inside = m.part, true
			if m.part == nil {
				k.page.WriteString("/Artifact<</Type/Pagination>>BDC\n")
			} else {
				fmt.Fprintf(&k.page, "/%s<</MCID %d>>BDC\n", m.part.Kind, stretches)
				m.part.Mark(number, stretches)
				stretches++
			}
		}
		if m.picture != "" {
			k.picture(m)
		} else {
			k.text(m)
		}
	}
	if inside {
		k.page.WriteString("EMC\n")
	}
	return k.page.String()
}

// text sets one mark, piece by piece from left to right.
func (k *ink) text(m mark) {
	x := m.x
	pieces := typeface.Set(m.text, m.bold)
	if m.more {
		pieces = append(pieces, typeface.Set(" ", m.bold)...)
	}
	for _, p := range pieces {
		font, subset := k.font(p.Face)
		if p.Outline {
			fmt.Fprintf(&k.page, "2 Tr %s w\n", number(m.size*3))
		}
		fmt.Fprintf(&k.page, "BT/F%d %d Tf\n", font, m.size)
		if p.Shaped {
			x = k.shaped(subset, p, m, x)
		} else {
			x = k.plain(subset, p, m, x)
		}
		k.page.WriteString("ET\n")
		if p.Outline {
			k.page.WriteString("0 Tr\n")
		}
	}
}

// plain draws a piece whose shapes stand for its characters one by one.
func (k *ink) plain(subset *typeface.Subset, p typeface.Piece, m mark, x int) int {
	fmt.Fprintf(&k.page, "1 0 0 1 %s %s Tm<", number(x), number(pageHeight-m.y))
	i, wide := 0, 0
	for _, r := range p.Text {
		k.hex(subset.Letter(p.Glyphs[i].ID, r))
		wide += p.Glyphs[i].Advance
		i++
	}
	k.page.WriteString(">Tj\n")
	return x + wide*m.size/10
}

// shaped draws a piece shape by shape, each in its place, from left to right, as readers
// expect of every script. Those that write one text together are one shape.
func (k *ink) shaped(subset *typeface.Subset, p typeface.Piece, m mark, x int) int {
	for i := 0; i < len(p.Glyphs); {
		end, wide := i, 0
		for end < len(p.Glyphs) && p.Glyphs[end].At == p.Glyphs[i].At {
			wide += p.Glyphs[end].Advance
			end++
		}
		fmt.Fprintf(&k.page, "1 0 0 1 %s %s Tm<", number(x), number(pageHeight-m.y))
		k.hex(subset.Number(p.Glyphs[i:end], p.Writes(p.Glyphs[i].At)))
		k.page.WriteString(">Tj\n")
		x += wide * m.size / 10
		i = end
	}
	return x
}

func (k *ink) hex(n uint16) {
	const digits = "0123456789ABCDEF"
	k.page.Write([]byte{digits[n>>12], digits[n>>8&15], digits[n>>4&15], digits[n&15]})
}

func (k *ink) font(f *typeface.Face) (int, *typeface.Subset) {
	n, ok := k.numbers[f]
	if !ok {
		n = len(k.subsets)
		k.numbers[f] = n
		k.subsets = append(k.subsets, typeface.NewSubset(f))
	}
	return n, k.subsets[n]
}

// fonts are the parts of the faces that were used.
func (k *ink) fonts() []*pdffile.Font {
	var list []*pdffile.Font
	for _, s := range k.subsets {
		f, program := s.Face, s.Program()
		font := &pdffile.Font{
			Name: f.Name, Program: program, Says: s.Says(), Widths: s.Widths(), Bold: f.Bold,
			Ascent: f.Ascent, Descent: f.Descent, Capitals: f.Capitals, StemV: f.StemV,
			Box: [4]int{f.XMin, f.YMin, f.XMax, f.YMax},
		}
		list = append(list, font)
	}
	return list
}

// number is hundredths of a point as points.
func number(hundredths int) string {
	sign := ""
	if hundredths < 0 {
		sign, hundredths = "-", -hundredths
	}
	whole, part := hundredths/100, hundredths%100
	if part == 0 {
		return sign + strconv.Itoa(whole)
	}
	return fmt.Sprintf("%s%d.%02d", sign, whole, part)
}
