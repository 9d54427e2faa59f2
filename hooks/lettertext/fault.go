package lettertext

import "fmt"

// Fault says what is wrong with a template. The codes are closed: a phone
// chooses its sentence by the code.
type Fault string

const (
	FaultTooLong     Fault = "too_long"         // over MaxSource, MaxBlocks or MaxFields
	FaultEncoding    Fault = "not_utf8"         // bytes that are no UTF-8
	FaultControl     Fault = "control"          // a control, bidirectional or invisible character
	FaultEmpty       Fault = "empty"            // no block in the template, in a list, or nothing in a block
	FaultDirective   Fault = "bad_directive"    // an unknown @ line, a second one, or one that is not at the top
	FaultHeading     Fault = "bad_heading"      // # without a space, or three and more
	FaultBullet      Fault = "bad_bullet"       // - without a space, or a bullet written with *
	FaultEscape      Fault = "bad_escape"       // a backslash before a character that needs none
	FaultUnknown     Fault = "unknown_field"    // no such field here
	FaultUnclosed    Fault = "unclosed"         // {{, ** or a list that never ends
	FaultUnopened    Fault = "unopened"         // }} or the end of a list that never began
	FaultNested      Fault = "nested"           // a list inside a list
	FaultAlone       Fault = "not_alone"        // the start or end of a list with other text on its line
	FaultNeedsList   Fault = "needs_list"       // a list named as if it were one value
	FaultNotList     Fault = "not_a_list"       // one value named as if it were a list
	FaultFrame       Fault = "frame_only"       // a field that only the frame of the letter shows
	FaultUnreadable  Fault = "bad_pack"         // a pack that is not of the form
	FaultMissing     Fault = "must_use"         // the kind must name this field and does not
	FaultForbidden   Fault = "must_not_use"     // the kind must not name this field and does
	FaultWrongHeader Fault = "language_differs" // the pack and its markup name different languages
)

// Error is the first fault of a template, in reading order. Line and Column
// count from 1, columns in Unicode code points; both are 0 for a fault that
// belongs to the pack and not to a place in its markup.
type Error struct {
	Fault  Fault
	Line   int
	Column int
	Detail string // the name or the limit concerned; never more than 64 code points
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("letter template: %s: %s", e.Fault, e.Detail)
	}
	return fmt.Sprintf("letter template, line %d, column %d: %s: %s", e.Line, e.Column, e.Fault, e.Detail)
}

// fault makes an Error whose detail is cut to a length that can be shown.
func fault(f Fault, line, column int, detail string) *Error {
	const longest = 64
	if runes := []rune(detail); len(runes) > longest {
		detail = string(runes[:longest-1]) + "…"
	}
	return &Error{Fault: f, Line: line, Column: column, Detail: detail}
}
