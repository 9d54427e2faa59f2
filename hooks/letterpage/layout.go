package letterpage

import (
	"strconv"
	"strings"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/pdffile"
)

// mark is text at a place on a page: x and y of its baseline's start, in
// hundredths of a point from the top left corner; size in points. A picture has its own
// top left corner there, and its side for a size.
type mark struct {
	x, y, size int
	bold       bool
	text       string
	more       bool             // the sentence goes on below, after a space
	picture    string           // its name; it has no text
	part       *pdffile.Element // what it is a part of; nothing for what is no part of the letter
}

// page holds its marks in reading order.
type page []mark

// sheets is a letter set on pages, with the structure that its marks are parts of.
type sheets struct {
	pages []page
	root  *pdffile.Element
}

// layout sets a letter on as few pages as any look brings it to, in the widest that does:
// a last sheet that holds a signature costs more than it says.
func layout(d *lettertext.Document) sheets {
	kind := d.Print
	if looks[kind] == nil {
		kind = "standard"
	}
	var best sheets
	for i, how := range looks[kind] {
		set := compose(d, composer{scales[kind], how})
		if i == 0 || len(set.pages) < len(best.pages) {
			best = set
		}
		if len(best.pages) == 1 {
			break
		}
	}
	return best
}

func compose(d *lettertext.Document, how composer) sheets {
	s := &setter{composer: how, sheets: sheets{pages: []page{{}}, root: &pdffile.Element{Kind: "Document"}}}
	side := s.sender(d)
	s.y = s.address(d)
	side = s.frame(d, side)
	s.y = max(s.y, side, clearBottom+s.body*100, bodyTop)
	s.flow(how.chunks(d))
	s.footers(d)
	return s.sheets
}

// setter keeps the place on the page. y is the baseline of the next line.
type setter struct {
	composer
	sheets
	y    int
	list *pdffile.Element // the list that the chunk before was in
}

// line sets runs from x on at the baseline y of the last page.
func (s *setter) line(x, y, size int, l line, part *pdffile.Element) {
	last := &s.pages[len(s.pages)-1]
	for i, r := range l.runs {
		*last = append(*last, mark{x: x, y: y, size: size, bold: r.bold, text: r.text, more: l.more && i+1 == len(l.runs), part: part})
		x += width(r.text, r.bold, size)
	}
}

// beside sets a text right of the window, and returns the baseline below it.
func (s *setter) beside(y, size int, text string, bold bool, part *pdffile.Element) int {
	for _, l := range block(text, bold, size, right-senderLeft) {
		s.line(senderLeft, y, size, l, part)
		y += leading(size)
	}
	return y
}

// sender sets the organisation's block, right of the window, and returns the baseline
// below it.
func (s *setter) sender(d *lettertext.Document) int {
	part, y := s.root.Add("P"), senderTop
	for i, text := range d.Sender {
		y = s.beside(y, s.scale.sender, text, i == 0, part)
	}
	if d.Return != "" && !returnShows(d) { // the window has no room: it is still said
		y = s.beside(y, s.scale.sender, d.Return, false, s.root.Add("P"))
	}
	return y
}

// address sets the return address and the recipient's in the window, and returns the
// baseline below which the letter may go on.
func (s *setter) address(d *lettertext.Document) int {
	top := windowTop
	if returnShows(d) {
		lines := returnLines(d)
		part := s.root.Add("P")
		for i, l := range lines {
			s.line(windowLeft, windowTop+returnSize*100+i*returnSize*returnLeading, returnSize, l, part)
		}
		top = below(lines)
	}
	how, set, _ := fitAddress(d.Recipient, top)
	part, y := s.root.Add("P"), top+how.size*100
	for _, l := range set {
		s.line(windowLeft, y, how.size, l, part)
		y += how.size * how.leading
	}
	return y + leading(s.body)
}

// frame sets the reference and the date below the organisation's block, and returns the
// baseline below which the letter may go on.
func (s *setter) frame(d *lettertext.Document, y int) int {
	y += leading(s.scale.sender)/2 + (s.frameSize()-s.scale.sender)*100
	label, reference, part := d.Labels.Reference+": ", d.Reference, s.root.Add("P")
	if width(printable(label+reference), false, s.frameSize()) > right-senderLeft { // broken in itself it is misread
		y = s.beside(y, s.frameSize(), label, false, part)
		label = ""
	}
	y = s.beside(y, s.frameSize(), label+reference, false, part)
	y = s.beside(y, s.frameSize(), d.DateText, false, s.root.Add("P"))
	return y + leading(s.body)/2
}

func (s *setter) frameSize() int { return s.body - 1 }

// flow sets the chunks down the page and begins a new one where they do not fit.
func (s *setter) flow(list []chunk) {
	top := true // nothing has been set on this page yet
	for i, c := range list {
		gap := c.before
		if top {
			gap = 0
		}
		if !top && s.y+gap+needed(list[i:]) > bodyBottom {
			s.turn()
			gap = 0
		}
		s.y += gap
		s.chunk(list, i)
		top = false
	}
}

// chunk sets one chunk, a line at a time.
func (s *setter) chunk(list []chunk, i int) {
	c := list[i]
	var heading *pdffile.Element
	if c.runIn {
		s.list, heading = nil, s.root.Add("H2")
	}
	part, label := s.part(c)
	start, began := s.y, len(s.pages)
	if c.picture != "" {
		last := &s.pages[len(s.pages)-1]
		*last = append(*last, mark{x: left, y: s.y - c.size*75, size: pictureSide / 100, picture: c.picture, part: s.root.Add("Figure")})
		if spare := pictureSide - len(c.lines)*c.leading; spare > 0 { // a short sentence stands at its picture's middle
			s.y += spare / 2
		}
	}
	for j, l := range c.lines {
		lastTwo := j > 0 && j+2 == len(c.lines)
		if s.y > bodyBottom || lastTwo && s.y+c.leading+following(list[i:]) > bodyBottom {
			s.turn()
		}
		if c.bullet && j == 0 {
			s.line(left+c.indent-s.body*100, s.y, c.size, line{runs: []run{{"•", false}}}, label)
		}
		x := left + c.indent
		if heading != nil && j == 0 {
			s.line(x, s.y, c.size, line{runs: l.runs[:1]}, heading)
			x += width(l.runs[0].text, true, c.size)
			l.runs = l.runs[1:]
		}
		s.line(x, s.y, c.size, l, part)
		if c.beside != nil {
			middle := left + (right-left)/2
			second, mark := s.part(*c.beside)
			s.line(middle+c.indent-s.body*100, s.y, c.size, line{runs: []run{{"•", false}}}, mark)
			s.line(middle+c.indent, s.y, c.size, c.beside.lines[0], second)
		}
		s.y += c.leading
	}
	if c.picture != "" && len(s.pages) == began {
		s.y = max(s.y, start+c.height())
	}
}

// part is where a chunk stands in the structure, and the label of a bullet: bullets that
// follow one another are one list.
func (s *setter) part(c chunk) (part, label *pdffile.Element) {
	if c.kind != "LI" {
		s.list = nil
		return s.root.Add(c.kind), nil
	}
	if s.list == nil {
		s.list = s.root.Add("L")
	}
	item := s.list.Add("LI")
	label = item.Add("Lbl")
	return item.Add("LBody"), label
}

// turn begins the next page.
func (s *setter) turn() {
	s.pages = append(s.pages, page{})
	s.y = nextTop
}

// footers sets the reference and the number of the page on every page (domain
// reference 3.4, hard block 7: pages of two letters were once mixed at printing).
func (s *setter) footers(d *lettertext.Document) {
	size := s.scale.footer
	of := strings.NewReplacer("{m}", strconv.Itoa(len(s.pages)))
	for i := range s.pages {
		number := printable(strings.ReplaceAll(of.Replace(d.Labels.Page), "{n}", strconv.Itoa(i+1)))
		s.pages[i] = append(s.pages[i],
			mark{x: left, y: footerLine, size: size, text: printable(d.Reference)},
			mark{x: right - width(number, false, size), y: footerLine, size: size, text: number})
	}
}

// isCopy writes above every sheet that it is the record of what went, and of what.
func (s *sheets) isCopy(says string) {
	if says == "" {
		return
	}
	const size = 10
	for i, p := range s.pages {
		m := mark{x: left, y: copyLine, size: size, bold: true, text: printable(says)}
		if i == 0 {
			m.part = s.root.Add("P")
		}
		s.pages[i] = append(page{m}, p...)
	}
}
