package lettertext

import "strings"

// spanBuilder joins pieces into spans: neighbours of one weight are one span,
// each run of spaces and tabs is one space, which goes with the text after it, and
// none is left at either end.
type spanBuilder struct {
	spans []Span
	text  strings.Builder
	bold  bool // of the span being built
	gap   bool // a space is due before the next character
	any   bool // a character has been written
}

func (b *spanBuilder) add(text string, bold bool) {
	for _, r := range text {
		if r == ' ' || r == '\t' {
			b.gap = b.any
			continue
		}
		if b.bold != bold && b.text.Len() > 0 {
			b.flush()
		}
		b.bold = bold
		if b.gap {
			b.text.WriteByte(' ')
			b.gap = false
		}
		b.text.WriteRune(r)
		b.any = true
	}
}

func (b *spanBuilder) flush() {
	b.spans = append(b.spans, Span{b.text.String(), b.bold})
	b.text.Reset()
}

func (b *spanBuilder) finish() []Span {
	if b.text.Len() > 0 {
		b.flush()
	}
	if b.spans == nil {
		return []Span{}
	}
	return b.spans
}
