package letterpage

import "holdfast/hooks/lettertext"

// chunk is lines that are set one below the other.
type chunk struct {
	lines    [][]run
	size     int // points
	before   int // extra space above, but at the top of a page
	indent   int
	bullet   bool
	whole    bool // never split over two pages
	withNext bool // its end stands on the page where the next chunk begins
}

func (c chunk) leading() int { return leading(c.size) }

// chunks is the letter from the salutation on.
func chunks(d *lettertext.Document, sc scale) []chunk {
	list := []chunk{text(d.Salutation, sc, false)}
	for i := range d.Body {
		list = append(list, body(d.Body, i, sc))
	}
	// A page that holds a signature and no text could belong to any letter.
	const fewLines = 6
	last := &list[len(list)-1]
	last.withNext, last.whole = true, len(last.lines) <= fewLines
	tail := signature(d, sc)
	tail.withNext = len(d.Copies) > 0
	return append(append(list, tail), copies(d, sc)...)
}

// body is one block of the letter.
func body(blocks []lettertext.Block, i int, sc scale) chunk {
	block := blocks[i]
	c := chunk{size: sc.body, before: leading(sc.body) * 6 / 10}
	spans := block.Spans
	switch block.Kind {
	case lettertext.Heading, lettertext.Subheading:
		c.size, c.whole, c.withNext = sc.subheading, true, true
		if block.Kind == lettertext.Heading {
			c.size = sc.heading
		}
		c.before = leading(sc.body) * 9 / 10
		spans = plain(block.Text(), true)
	case lettertext.Bullet:
		c.bullet, c.indent = true, sc.body*150
		c.before = leading(sc.body) * 4 / 10
		if bulletAt(blocks, i-1) {
			c.before = leading(sc.body) / 6
		}
		c.withNext = bulletAt(blocks, i+1) && heldTogether(blocks, i)
	default:
		c.withNext = bulletAt(blocks, i+1) // what introduces a list
	}
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
func signature(d *lettertext.Document, sc scale) chunk {
	c := text(d.Closing, sc, false)
	c.before, c.whole = leading(sc.body)*9/10, true
	for range signatureGap / c.leading() {
		c.lines = append(c.lines, nil)
	}
	c.lines = append(c.lines, text(d.Signatory.Name, sc, true).lines...)
	c.lines = append(c.lines, text(d.Signatory.Role, sc, false).lines...)
	c.lines = append(c.lines, text(d.Signatory.Organisation, sc, false).lines...)
	return c
}

// copies says who else gets the letter. It stands with the signature, since a page
// that holds nothing else could belong to any letter.
func copies(d *lettertext.Document, sc scale) []chunk {
	var list []chunk
	for i, name := range d.Copies {
		c := text(name, sc, false)
		if i == 0 {
			c = text(d.Labels.Copies+": "+name, sc, false)
			c.before = leading(sc.body) * 6 / 10
		}
		list = append(list, c)
	}
	return list
}

// text is plain text in the size of the body, across the page.
func text(s string, sc scale, bold bool) chunk {
	return chunk{lines: wrap(plain(s, bold), sc.body, right-left), size: sc.body}
}

// needed is the height, from the first baseline to the last, that the first chunk
// must find on a page to begin there: two lines of a paragraph, all of what is
// whole or too short to split, and what must stand on the same page after it. What
// is taller than a page asks for no more than a page.
func needed(list []chunk) int {
	const together = 2
	c := list[0]
	if !c.whole && len(c.lines) > together+1 {
		return (together - 1) * c.leading()
	}
	return min((len(c.lines)-1)*c.leading()+following(list), bodyBottom-nextTop)
}

// following is the height below the last line of the first chunk that must be on
// the same page: the beginning of the next, where the two stand together.
func following(list []chunk) int {
	if !list[0].withNext || len(list) == 1 {
		return 0
	}
	return list[0].leading() + list[1].before + needed(list[1:])
}
