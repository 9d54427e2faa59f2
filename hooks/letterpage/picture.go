package letterpage

import (
	"fmt"
	"strconv"
	"strings"
)

// stroke is one line or area of a picture, in a square of 100 by 100 with y down: M, L, C
// and Z of a path, which SVG and PDF draw alike.
type stroke struct {
	Fill tone // of the area; none for a line alone
	Path string
}

// tone is how an area is filled.
type tone int

const (
	bare tone = iota
	pale
	white
	strong
)

// picture is strokes in the order in which they are drawn, and what they show.
type picture struct {
	English, Welsh string
	Strokes        []stroke
}

// Says is what the picture shows, for who cannot see it.
func (p picture) Says(language string) string {
	if language == "cy" {
		return p.Welsh
	}
	return p.English
}

// The colours of pictures: dark lines that print in black, and areas pale enough to be
// told from them.
var ground = map[tone][3]float64{pale: {0.80, 0.88, 0.96}, white: {1, 1, 1}, strong: {0.11, 0.31, 0.57}}

const penWidth = 3.2 // of a line, in the picture's hundredths

// picture draws one at its mark.
func (k *ink) picture(m mark) {
	p := pictures[m.picture]
	side := float64(m.size)
	scale, x, y := side/100, points(m.x), points(pageHeight-m.y)
	m.part.Says = p.Says(k.language)
	m.part.Box = [4]int{int(x), int(y - side), int(x + side), int(y)}
	fmt.Fprintf(&k.page, "q %.4f 0 0 %.4f %.2f %.2f cm 1 j 1 J %.1f w 0.09 0.15 0.25 RG\n", scale, -scale, x, y, penWidth)
	for _, s := range p.Strokes {
		operator := "S"
		if s.Fill != bare {
			c := ground[s.Fill]
			fmt.Fprintf(&k.page, "%.2f %.2f %.2f rg\n", c[0], c[1], c[2])
			operator = "B"
		}
		k.page.WriteString(operators(s.Path) + operator + "\n")
	}
	k.page.WriteString("Q\n")
}

// operators writes a path as PDF does: the numbers first.
func operators(path string) string {
	var out, numbers strings.Builder
	letter := ""
	end := func() {
		if letter != "" {
			out.WriteString(numbers.String() + strings.ToLower(strings.Replace(letter, "Z", "h", 1)) + " ")
		}
		numbers.Reset()
	}
	for _, word := range strings.Fields(path) {
		if strings.Contains("MLCZ", word) {
			end()
			letter = word
			continue
		}
		numbers.WriteString(word + " ")
	}
	end()
	return out.String()
}

// circle, box and segment are paths.
func circle(x, y, r float64) string {
	const k = 0.5523 // of the radius: where the handles of a quarter are
	h := r * k
	return path("M", x+r, y, "C", x+r, y+h, x+h, y+r, x, y+r, "C", x-h, y+r, x-r, y+h, x-r, y,
		"C", x-r, y-h, x-h, y-r, x, y-r, "C", x+h, y-r, x+r, y-h, x+r, y, "Z")
}

func box(x, y, wide, high float64) string {
	return path("M", x, y, "L", x+wide, y, "L", x+wide, y+high, "L", x, y+high, "Z")
}

func segment(x1, y1, x2, y2 float64) string { return path("M", x1, y1, "L", x2, y2) }

func path(parts ...any) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		switch p := p.(type) {
		case string:
			words[i] = p
		case int:
			words[i] = strconv.Itoa(p)
		case float64:
			words[i] = strconv.FormatFloat(p, 'f', -1, 64)
			if at := strings.IndexByte(words[i], '.'); at >= 0 && len(words[i]) > at+3 {
				words[i] = strconv.FormatFloat(p, 'f', 2, 64)
			}
		}
	}
	return strings.Join(words, " ")
}

// person is a head and shoulders.
func person(x, y, size float64, fill tone) []stroke {
	return []stroke{
		{fill, path("M", x-size, y+size*2, "C", x-size, y+size*0.7, x+size, y+size*0.7, x+size, y+size*2, "Z")},
		{white, circle(x, y, size*0.62)},
	}
}
