package lettertext

import (
	"slices"
	"strings"
)

// Pictures are what an easy-read letter can show beside a sentence, by name. Who renders
// a letter draws them; one that is not here is a fault of the template.
var Pictures = []string{
	"calendar", "change", "clock", "friend", "help", "house", "interpreter", "letter", "meeting", "missed", "phone", "question", "school", "stop", "talk", "thumbs_up",
}

// beside reads @picture, which stands alone on a line above the block that it is beside.
func (p *parser) beside(rest string, column int) *Error {
	if err := p.close(); err != nil {
		return err
	}
	name := strings.Trim(strings.TrimPrefix(rest, "@picture "), " \t")
	if p.picture != "" || !slices.Contains(Pictures, name) {
		return fault(FaultDirective, p.number, column, rest)
	}
	p.picture, p.pictureLine, p.pictureCol = name, p.number, column
	return nil
}
