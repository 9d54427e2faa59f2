package lettertext

import (
	"strings"
	"unicode/utf8"
)

// inline reads the running text of one line into the open block: literal text,
// bold on and off, escapes and fields. column is where the text begins.
func (p *parser) inline(text string, column int) *Error {
	start := 0   // of the literal text not yet put away
	counted := 0 // how far into the text column has been moved
	at := func(i int) int {
		column += utf8.RuneCountInString(text[counted:i])
		counted = i
		return column
	}
	for i := 0; i < len(text); {
		switch {
		case text[i] == '\\':
			p.literal(text[start:i])
			if i+1 == len(text) || !strings.ContainsRune(`\{}*#-@`, rune(text[i+1])) {
				return fault(FaultEscape, p.number, at(i), `\`)
			}
			start, i = i+1, i+2
		case strings.HasPrefix(text[i:], "**"):
			p.literal(text[start:i])
			if p.boldLine > 0 {
				p.boldLine, p.boldCol = 0, 0
			} else {
				p.boldLine, p.boldCol = p.number, at(i)
			}
			i += 2
			start = i
		case strings.HasPrefix(text[i:], "{{"):
			p.literal(text[start:i])
			length := strings.Index(text[i:], "}}")
			if length < 0 {
				return fault(FaultUnclosed, p.number, at(i), "{{")
			}
			if err := p.field(strings.Trim(text[i+2:i+length], " "), at(i)); err != nil {
				return err
			}
			i += length + 2
			start = i
		case strings.HasPrefix(text[i:], "}}"):
			return fault(FaultUnopened, p.number, at(i), "}}")
		default:
			i++
		}
	}
	p.literal(text[start:])
	return nil
}

// literal adds plain text to the open block.
func (p *parser) literal(text string) {
	if text != "" {
		p.open.pieces = append(p.open.pieces, piece{text: text, bold: p.boldLine > 0})
	}
}

// field adds a merge field to the open block.
func (p *parser) field(name string, column int) *Error {
	if strings.HasPrefix(name, "#") || strings.HasPrefix(name, "/") {
		return fault(FaultAlone, p.number, column, "the start or end of a list stands alone on its line")
	}
	var field *Field
	if p.list != nil {
		field = p.list.list.itemField(name)
	} else {
		field = catalogueIndex[name]
	}
	switch {
	case field == nil:
		return fault(FaultUnknown, p.number, column, name)
	case p.list == nil && field.Place == Frame:
		return fault(FaultFrame, p.number, column, name)
	case field.Type == Texts || field.Type == Rows:
		return fault(FaultNeedsList, p.number, column, name)
	}
	if err := p.countField(column); err != nil {
		return err
	}
	if p.list == nil {
		p.t.used[name] = true
	}
	p.open.pieces = append(p.open.pieces, piece{field: field, bold: p.boldLine > 0})
	return nil
}

// countField keeps a template within MaxFields.
func (p *parser) countField(column int) *Error {
	if p.fields++; p.fields > MaxFields {
		return fault(FaultTooLong, p.number, column, "200 fields are the most")
	}
	return nil
}
