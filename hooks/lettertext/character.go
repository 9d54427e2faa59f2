package lettertext

import (
	"strings"
	"unicode/utf8"
)

// class is what to do with a character that is not ordinary text.
type class int

const (
	ordinary  class = iota
	space           // white space of any width, and the ends of lines
	invisible       // takes no room and changes nothing that can be seen
	harmful         // control characters, and those that turn the direction of text
)

// classOf sorts a character. The overrides, embeddings and isolates of the
// bidirectional algorithm can make a line read as something else (Unicode
// TR36, TR39 and the Trojan Source paper), so they are harmful.
func classOf(r rune) class {
	switch {
	case r == ' ' || r >= '\t' && r <= '\r' || r == 0x85 || r == 0xA0 || r == 0x1680,
		r >= 0x2000 && r <= 0x200A, r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000:
		return space
	case r == 0xAD || r == 0x200B || r == 0x200E || r == 0x200F || r == 0x61C || r == 0x2060 || r == 0xFEFF:
		return invisible
	case r < 0x20 || r >= 0x7F && r <= 0x9F, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069,
		r >= 0xFFF9 && r <= 0xFFFB, r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF, r >= 0xE0000 && r <= 0xE0FFF:
		return harmful
	}
	return ordinary
}

// checkCharacters refuses a source that holds anything but ordinary text, spaces,
// tabs and line feeds. A no-break space is ordinary here: an author may need one.
func checkCharacters(src string) *Error {
	line, column := 1, 1
	for i, r := range src {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(src[i:]); size == 1 {
				return fault(FaultEncoding, line, column, "not UTF-8")
			}
		}
		switch {
		case r == '\n':
			line, column = line+1, 1
			continue
		case r == ' ' || r == '\t' || r == 0xA0:
		case classOf(r) != ordinary:
			return fault(FaultControl, line, column, "a character that cannot be seen")
		}
		column++
	}
	return nil
}

// Clean makes a value safe to print and to scan: runs of white space become one
// space, invisible characters go, and a harmful character or a byte that is no
// UTF-8 becomes U+FFFD, which can be seen. Nothing else changes: text that looks
// like markup stays as it is.
func Clean(value string) string {
	var b strings.Builder
	b.Grow(len(value))
	gap := false
	for _, r := range value { // ranging yields U+FFFD for a broken byte
		switch classOf(r) {
		case space:
			gap = b.Len() > 0
			continue
		case invisible:
			continue
		case harmful:
			r = utf8.RuneError
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
