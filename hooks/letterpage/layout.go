package letterpage

import (
	"strconv"
	"strings"

	"holdfast/hooks/lettertext"
)

// mark is text at a place on a page: x and y of its baseline's start, in
// hundredths of a point from the top left corner; size in points.
type mark struct {
	x, y, size int
	bold       bool
	text       string
}

// page holds its marks in reading order.
type page []mark

// layout sets a letter on pages.
func layout(d *lettertext.Document) []page {
	s := &setter{scale: scales[d.Print], pages: []page{{}}}
	if s.scale.body == 0 {
		s.scale = scales["standard"]
	}
	s.y = max(clearBottom+s.scale.body*100, s.sender(d.Sender), s.address(d.Recipient))
	s.frame(d)
	s.y = max(s.y+leading(s.scale.body)*2, bodyTop)
	s.flow(chunks(d, s.scale))
	s.footers(d)
	return s.pages
}

// setter keeps the place on the page. y is the baseline of the next line.
type setter struct {
	scale scale
	pages []page
	y     int
}

// line sets runs from x on at the baseline y of the last page.
func (s *setter) line(x, y, size int, line []run) {
	last := &s.pages[len(s.pages)-1]
	for _, r := range line {
		*last = append(*last, mark{x, y, size, r.bold, r.text})
		x += width(r.text, size)
	}
}

// sender sets the organisation's block, right of the window, and returns the
// baseline below which the letter may go on.
func (s *setter) sender(lines []string) int {
	y := senderTop
	for i, text := range lines {
		for _, line := range wrap(plain(text, i == 0), s.scale.sender, right-senderLeft) {
			s.line(senderLeft, y, s.scale.sender, line)
			y += leading(s.scale.sender)
		}
	}
	return y + leading(s.scale.body)
}

// address sets the recipient's block in the window and returns the baseline below
// which the letter may go on.
func (s *setter) address(lines []string) int {
	how, set := fitAddress(lines)
	y := windowTop + how.size*100
	for _, line := range set {
		s.line(windowLeft, y, how.size, line)
		y += how.size * how.leading
	}
	return y + leading(s.scale.body)
}

// fitAddress chooses the largest type at which the address fits its window, and
// breaks it into lines. An address that fits in none is set in the smallest, whole:
// FitsWindow tells.
func fitAddress(lines []string) (setting, [][]run) {
	var set [][]run
	for _, how := range addressSettings {
		set = nil
		for _, text := range lines {
			set = append(set, wrap(plain(text, false), how.size, windowRight-windowLeft)...)
		}
		if windowTop+how.height(len(set)) <= windowBottom {
			return how, set
		}
	}
	return addressSettings[len(addressSettings)-1], set
}

// height is from the top of the first line to the feet of the last.
func (how setting) height(lines int) int {
	const foot = 25 // of a letter that goes below its baseline, in hundredths of its size
	return how.size*100 + (lines-1)*how.size*how.leading + how.size*foot
}

// FitsWindow reports whether the whole address shows in the window of a DL
// envelope wherever the letter lies in it. A letter that does not fit can be handed
// over, or goes in an envelope with the address written on it.
func FitsWindow(d *lettertext.Document) bool {
	how, set := fitAddress(d.Recipient)
	return windowTop+how.height(len(set)) <= windowBottom
}

// frame sets the reference at the left and the date at the right of one line; a
// reference that would run into the date has a line of its own.
func (s *setter) frame(d *lettertext.Document) {
	reference := d.Labels.Reference + ": " + d.Reference
	date := printable(d.DateText)
	size := s.scale.body
	room := right - left - width(date, size) - width("  ", size)
	for i, line := range wrap(plain(reference, false), size, room) {
		if i > 0 {
			s.y += leading(size)
		}
		s.line(left, s.y, size, line)
		if i == 0 {
			s.line(right-width(date, size), s.y, size, []run{{date, false}})
		}
	}
}

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
		for j, line := range c.lines {
			lastTwo := j > 0 && j+2 == len(c.lines)
			if s.y > bodyBottom || lastTwo && s.y+c.leading()+following(list[i:]) > bodyBottom {
				s.turn()
			}
			if c.bullet && j == 0 {
				s.line(left+c.indent/3, s.y, c.size, []run{{"•", false}})
			}
			s.line(left+c.indent, s.y, c.size, line)
			s.y += c.leading()
		}
		top = false
	}
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
		number := strings.ReplaceAll(of.Replace(d.Labels.Page), "{n}", strconv.Itoa(i+1))
		s.pages[i] = append(s.pages[i],
			mark{left, footerLine, size, false, printable(d.Reference)},
			mark{right - width(printable(number), size), footerLine, size, false, printable(number)})
	}
}
