package lettertext

import "strings"

// directive reads an @ line, which says something of the whole letter. They stand
// before the first block, each at most once.
func (p *parser) directive(rest string, column int) *Error {
	name, value, _ := strings.Cut(rest[1:], " ")
	value = strings.Trim(value, " \t")
	if p.blocks > 0 || p.list != nil || p.said[name] {
		return fault(FaultDirective, p.number, column, rest)
	}
	switch {
	case name == "language" && words[value] != nil:
		p.t.language = value
	case name == "print" && (value == "standard" || value == "large"):
		p.t.print = value
	default:
		return fault(FaultDirective, p.number, column, rest)
	}
	if p.said == nil {
		p.said = map[string]bool{}
	}
	p.said[name] = true
	return nil
}
