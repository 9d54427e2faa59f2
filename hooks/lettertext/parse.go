package lettertext

import (
	"strings"
	"unicode/utf8"
)

// Parse reads a template. The error is an *Error: the first fault in reading
// order. Time and memory are linear in the length of the source.
func Parse(src string) (*Template, error) {
	if len(src) > MaxSource {
		return nil, fault(FaultTooLong, 1, 1, "20000 bytes are the most")
	}
	src = strings.ReplaceAll(src, "\r\n", "\n")
	if err := checkCharacters(src); err != nil {
		return nil, err
	}
	p := &parser{t: &Template{source: src, language: "en", print: "standard", used: map[string]bool{}}}
	for i, line := range strings.Split(src, "\n") {
		p.number = i + 1
		if err := p.line(line); err != nil {
			return nil, err
		}
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	return p.t, nil
}

// parser is the state between two lines.
type parser struct {
	t      *Template
	number int             // of the line being read, from 1
	said   map[string]bool // directives seen

	open     *block // the block being read, not yet in the template
	openLine int
	openCol  int
	boldLine int // where ** was opened; 0 when it is not open
	boldCol  int
	list     *block // the list being read
	listLine int
	listCol  int
	blocks   int
	fields   int

	picture                 string // for the block that begins next
	pictureLine, pictureCol int
}

// line reads one line: what it starts with says what it is.
func (p *parser) line(line string) *Error {
	rest := strings.TrimLeft(line, " \t")
	column := 1 + len(line) - len(rest) // only ASCII was taken off
	rest = strings.TrimRight(rest, " \t")
	switch {
	case rest == "":
		return p.close()
	case strings.HasPrefix(rest, "@picture "):
		return p.beside(rest, column)
	case rest[0] == '@':
		return p.directive(rest, column)
	case strings.HasPrefix(rest, "{{#") || strings.HasPrefix(rest, "{{/"):
		return p.listMark(rest, column)
	case rest[0] == '#':
		return p.heading(rest, column)
	case rest[0] == '-':
		return p.bullet(rest, column)
	case strings.HasPrefix(rest, "* "):
		return fault(FaultBullet, p.number, column, "start a bullet with - and a space")
	case p.open == nil:
		if err := p.start(Paragraph, column); err != nil {
			return err
		}
		return p.inline(rest, column)
	default:
		p.literal(" ")
		return p.inline(rest, column)
	}
}

// heading reads # or ## and the text after it; a heading is one line.
func (p *parser) heading(rest string, column int) *Error {
	kind, text := Heading, strings.TrimPrefix(rest, "#")
	if strings.HasPrefix(text, "#") {
		kind, text = Subheading, text[1:]
	}
	if text != "" && text[0] != ' ' {
		return fault(FaultHeading, p.number, column, "# or ##, then a space")
	}
	if err := p.start(kind, column); err != nil {
		return err
	}
	if err := p.inline(text, column+len(rest)-len(text)); err != nil {
		return err
	}
	return p.close()
}

// bullet reads - and the text after it.
func (p *parser) bullet(rest string, column int) *Error {
	if len(rest) > 1 && rest[1] != ' ' {
		return fault(FaultBullet, p.number, column, "- and then a space")
	}
	if err := p.start(Bullet, column); err != nil {
		return err
	}
	return p.inline(rest[1:], column+1)
}

// listMark reads a line that holds the start or the end of a list.
func (p *parser) listMark(rest string, column int) *Error {
	if err := p.close(); err != nil {
		return err
	}
	end := strings.Index(rest, "}}")
	if end < 0 {
		return fault(FaultUnclosed, p.number, column, "{{")
	}
	if end+2 != len(rest) {
		return fault(FaultAlone, p.number, column+utf8.RuneCountInString(rest[:end+2]), "the start or end of a list stands alone on its line")
	}
	name := strings.Trim(rest[3:end], " ")
	if rest[2] == '/' {
		return p.listEnd(name, column)
	}
	if p.list != nil {
		return fault(FaultNested, p.number, column, name)
	}
	field := catalogueIndex[name]
	switch {
	case field == nil:
		return fault(FaultUnknown, p.number, column, name)
	case field.Place == Frame:
		return fault(FaultFrame, p.number, column, name)
	case !field.isList():
		return fault(FaultNotList, p.number, column, name)
	}
	if p.picture != "" { // it belongs to a block, not to a list of them
		return fault(FaultDirective, p.pictureLine, p.pictureCol, "@picture "+p.picture)
	}
	if err := p.countField(column); err != nil {
		return err
	}
	p.t.used[name] = true
	p.list, p.listLine, p.listCol = &block{list: field}, p.number, column
	return nil
}

// listEnd closes the open list, which must be the one named.
func (p *parser) listEnd(name string, column int) *Error {
	if p.picture != "" {
		return fault(FaultDirective, p.pictureLine, p.pictureCol, "@picture "+p.picture)
	}
	if p.list == nil || p.list.list.Name != name {
		return fault(FaultUnopened, p.number, column, name)
	}
	if len(p.list.body) == 0 {
		return fault(FaultEmpty, p.listLine, p.listCol, name)
	}
	p.t.blocks = append(p.t.blocks, *p.list)
	p.list = nil
	return nil
}

// start ends the block before and begins one of the given kind.
func (p *parser) start(kind Kind, column int) *Error {
	if err := p.close(); err != nil {
		return err
	}
	if p.blocks++; p.blocks > MaxBlocks {
		return fault(FaultTooLong, p.number, column, "200 blocks are the most")
	}
	p.open, p.openLine, p.openCol = &block{kind: kind, picture: p.picture}, p.number, column
	p.picture = ""
	return nil
}

// close ends the block being read, if there is one.
func (p *parser) close() *Error {
	if p.open == nil {
		return nil
	}
	if p.boldLine > 0 {
		return fault(FaultUnclosed, p.boldLine, p.boldCol, "**")
	}
	if p.open.isBlank() {
		return fault(FaultEmpty, p.openLine, p.openCol, string(p.open.kind))
	}
	if p.list != nil {
		p.list.body = append(p.list.body, *p.open)
	} else {
		p.t.blocks = append(p.t.blocks, *p.open)
	}
	p.open = nil
	return nil
}

// finish checks what the end of the source leaves open.
func (p *parser) finish() *Error {
	if err := p.close(); err != nil {
		return err
	}
	if p.picture != "" {
		return fault(FaultDirective, p.pictureLine, p.pictureCol, "@picture "+p.picture)
	}
	if p.list != nil {
		return fault(FaultUnclosed, p.listLine, p.listCol, p.list.list.Name)
	}
	if p.blocks == 0 {
		return fault(FaultEmpty, 1, 1, "a letter needs some text")
	}
	return nil
}

// isBlank reports whether the block would print nothing.
func (b *block) isBlank() bool {
	for _, piece := range b.pieces {
		if piece.field != nil || strings.Trim(piece.text, " \t") != "" {
			return false
		}
	}
	return true
}
