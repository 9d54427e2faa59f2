package letterpage

import (
	"slices"

	"holdfast/hooks/lettertext"
)

// chunk is lines that are set one below the other.
type chunk struct {
	kind     string // what it is to a screen reader: H1, H2, P or LI
	spans    []lettertext.Span
	runIn    bool // its first run is a heading of its own
	lines    []line
	size     int // points
	leading  int
	before   int // extra space above, but at the top of a page
	indent   int
	bullet   bool
	picture  string // beside it, at the left
	beside   *chunk // a bullet that stands on the same line, in the right half
	whole    bool   // never split over two pages
	withNext bool   // its end stands on the page where the next chunk begins
}

// height is from the first baseline to where the next chunk would have its own.
func (c chunk) height() int {
	text := len(c.lines) * c.leading
	if c.picture == "" {
		return text
	}
	return max(text, pictureSide+c.leading*4/10)
}

// halfLine says whether the chunk is one short line.
func (c chunk) halfLine() bool {
	wide := c.indent
	for _, r := range c.lines[0].runs {
		wide += width(r.text, r.bold, c.size)
	}
	return len(c.lines) == 1 && c.picture == "" && wide+c.size*100 < (right-left)/2
}

// composer makes chunks of a letter in one look.
type composer struct {
	scale
	look
}

func (s composer) lead(size int) int { return size * s.leading }
func (s composer) gap() int          { return s.lead(s.body) * s.look.gap / 100 }

// chunks is the letter from the salutation on.
func (s composer) chunks(d *lettertext.Document) []chunk {
	blocks := d.Body
	folded := len(blocks)
	if s.fold {
		folded = lastList(blocks)
	}
	list := []chunk{s.text(d.Salutation, false)}
	for i := 0; i < folded; i++ {
		if n := s.onOneLine(blocks[i:folded]); n > 0 && !bulletAt(blocks, i-1) {
			list = s.follow(list, s.folded(blocks[i:i+n]))
			i += n - 1
			continue
		}
		list = s.follow(list, s.block(blocks, i))
	}
	if folded < len(blocks) {
		list = s.follow(list, s.folded(blocks[folded:]))
	}
	// A page that holds a signature and no text could belong to any letter.
	const fewLines = 6
	last := &list[len(list)-1]
	last.withNext, last.whole = true, len(last.lines) <= fewLines
	tail := s.signature(d)
	tail.withNext = len(d.Copies) > 0
	return append(append(list, tail), s.copies(d)...)
}

// follow puts a chunk below the last, or on its line where the look has it so: a short
// bullet beside another, a paragraph behind its heading.
func (s composer) follow(list []chunk, c chunk) []chunk {
	last := &list[len(list)-1]
	if s.pair && c.bullet && last.bullet && last.beside == nil && last.halfLine() && c.halfLine() {
		last.beside, last.withNext = &c, c.withNext
		return list
	}
	if s.runIn && last.kind == "H2" && c.kind == "P" && c.picture == "" && last.picture == "" {
		begun := c
		begun.lines = wrap(slices.Concat(last.spans, plain("  ", false), c.spans), s.body, right-left)
		first := begun.lines[0].runs
		if len(first) > 1 && first[0].bold && first[0].text == printable(last.spans[0].Text) {
			begun.runIn, begun.before = true, last.before
			*last = begun
			return list
		}
	}
	return append(list, c)
}

// lastList is where the bullets begin that end the letter under a heading, where all of
// them are short: how to reach us. Without such a list it is the end.
func lastList(blocks []lettertext.Block) int {
	const short = 120
	i := len(blocks)
	for bulletAt(blocks, i-1) && len(blocks[i-1].Text()) <= short && blocks[i-1].Picture == "" {
		i--
	}
	if len(blocks)-i < 2 || i == 0 || blocks[i-1].Kind != lettertext.Subheading {
		return len(blocks)
	}
	return i
}

// onOneLine is how many bullets the blocks begin with, where all of them together take one
// line and the look has them so: the day, the time and the place; else none.
func (s composer) onOneLine(blocks []lettertext.Block) int {
	n := 0
	for bulletAt(blocks, n) && blocks[n].Picture == "" {
		n++
	}
	if !s.runIn || n < 2 || len(s.folded(blocks[:n]).lines) > 1 {
		return 0
	}
	return n
}

// folded is bullets as one paragraph.
func (s composer) folded(blocks []lettertext.Block) chunk {
	var spans []lettertext.Span
	for i, b := range blocks {
		if i > 0 {
			spans = append(spans, lettertext.Span{Text: " • "})
		}
		spans = append(spans, b.Spans...)
	}
	return chunk{kind: "P", spans: spans, lines: wrap(spans, s.body, right-left), size: s.body, leading: s.lead(s.body), before: s.gap() / 2}
}

// block is one block of the letter.
func (s composer) block(blocks []lettertext.Block, i int) chunk {
	block := blocks[i]
	c := chunk{kind: "P", size: s.body, before: s.gap(), picture: block.Picture}
	spans := block.Spans
	switch block.Kind {
	case lettertext.Heading, lettertext.Subheading:
		c.kind, c.size, c.whole, c.withNext = "H2", s.subheading, true, true
		if block.Kind == lettertext.Heading {
			c.kind, c.size = "H1", s.heading
		}
		c.before = s.gap() * 3 / 2
		spans = plain(block.Text(), true)
	case lettertext.Bullet:
		c.kind, c.bullet, c.indent = "LI", true, s.body*150
		c.before = s.gap() * 2 / 3
		if bulletAt(blocks, i-1) {
			c.before = s.gap() * 28 / 100
		}
		c.withNext = bulletAt(blocks, i+1) && heldTogether(blocks, i)
	default:
		c.withNext = bulletAt(blocks, i+1) // what introduces a list
	}
	if c.picture != "" {
		c.indent, c.whole = c.indent+pictureSide+pictureGap, true
	}
	c.leading, c.spans = s.lead(c.size), spans
	c.lines = wrap(spans, c.size, right-left-c.indent)
	return c
}

func bulletAt(blocks []lettertext.Block, i int) bool {
	return i >= 0 && i < len(blocks) && blocks[i].Kind == lettertext.Bullet
}

// heldTogether reports whether the bullet stands on one page with the next: in a
// short list each does, in a longer one the first two do and the last two. So they
// do in a list that ends the letter, which already draws the signature along.
func heldTogether(blocks []lettertext.Block, i int) bool {
	const short = 6
	first, last := i, i
	for bulletAt(blocks, first-1) {
		first--
	}
	for bulletAt(blocks, last+1) {
		last++
	}
	return last-first < short && last+1 < len(blocks) || i == first || i+1 == last
}

// signature is the closing, room to sign, and who signs for whom; it is whole.
func (s composer) signature(d *lettertext.Document) chunk {
	c := s.text(d.Closing, false)
	c.before, c.whole = s.gap()*3/2, true
	for range signatureGap / c.leading {
		c.lines = append(c.lines, line{})
	}
	c.lines[0].more = true
	c.lines = append(c.lines, block(d.Signatory.Name, true, s.body, right-left)...)
	role, organisation := block(d.Signatory.Role, false, s.body, right-left), block(d.Signatory.Organisation, false, s.body, right-left)
	if beside := block(d.Signatory.Role+" • "+d.Signatory.Organisation, false, s.body, right-left); s.runIn && d.Signatory.Role != "" && len(beside) == 1 {
		role, organisation = beside, nil
	}
	c.lines = append(append(c.lines, role...), organisation...)
	return c
}

// copies says who else gets the letter. It stands with the signature, since a page
// that holds nothing else could belong to any letter.
func (s composer) copies(d *lettertext.Document) []chunk {
	var list []chunk
	for i, name := range d.Copies {
		c := s.text(name, false)
		if i == 0 {
			c = s.text(d.Labels.Copies+": "+name, false)
			c.before = s.gap()
		}
		list = append(list, c)
	}
	return list
}

// text is plain text in the size of the body, across the page.
func (s composer) text(text string, bold bool) chunk {
	return chunk{kind: "P", lines: wrap(plain(text, bold), s.body, right-left), size: s.body, leading: s.lead(s.body)}
}

// needed is the height, from the first baseline to the last, that the first chunk
// must find on a page to begin there: two lines of a paragraph, all of what is
// whole or too short to split, and what must stand on the same page after it. What
// is taller than a page asks for no more than a page.
func needed(list []chunk) int {
	const together = 2
	c := list[0]
	if !c.whole && len(c.lines) > together+1 {
		return (together - 1) * c.leading
	}
	return min(c.height()-c.leading+following(list), bodyBottom-nextTop)
}

// following is the height below the last line of the first chunk that must be on
// the same page: the beginning of the next, where the two stand together.
func following(list []chunk) int {
	if !list[0].withNext || len(list) == 1 {
		return 0
	}
	return list[0].leading + list[1].before + needed(list[1:])
}
