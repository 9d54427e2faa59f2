package reply

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// How deep JSON may nest: some phones' readers stop at 64. What a field holds travels in
// a record, in an answer, and sometimes in the copy of a mutation besides.
const (
	Deepest      = 64
	DeepestField = 32
	DeepestCopy  = DeepestField + 8
)

// Unsound is what is wrong with a text or with JSON before anybody parses it.
type Unsound struct {
	Why string
	At  int // the byte, from 1
}

func (u *Unsound) Error() string { return fmt.Sprintf("%s (byte %d)", u.Why, u.At) }

// Text holds bytes to what every reader takes for text: UTF-8, and no NUL.
func Text[T string | []byte](text T) error {
	raw := []byte(text)
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		return &Unsound{"There is a NUL in it", i + 1}
	}
	if utf8.Valid(raw) {
		return nil
	}
	i := 0
	for {
		r, size := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && size == 1 {
			return &Unsound{"It is not UTF-8", i + 1}
		}
		i += size
	}
}

// JSON holds raw JSON to what every reader takes: text as Text has it, no half of a
// surrogate pair, no NUL by its escape, no deeper than Deepest, and no more values than
// most (0: any number). Go's own reader replaces what is no text without a word, and
// builds all the values first. It does not say whether the JSON is well formed.
func JSON(raw []byte, most int) error { return Bounded(raw, most, Deepest) }

// Bounded is JSON for another depth.
func Bounded(raw []byte, most, deepest int) error {
	if err := Text(raw); err != nil {
		return err
	}
	depth, values := 0, 1
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '{', '[':
			if depth++; depth > deepest {
				return &Unsound{fmt.Sprintf("It nests deeper than %d", deepest), i + 1}
			}
			values++
		case '}', ']':
			depth--
		case ',':
			values++
		case '"':
			end, err := quoted(raw, i+1)
			if err != nil {
				return err
			}
			i = end
		}
		if most > 0 && values > most {
			return &Unsound{fmt.Sprintf("It has more than %d values", most), i + 1}
		}
	}
	return nil
}

// quoted reads a string from behind its quote to its end.
func quoted(raw []byte, i int) (end int, err error) {
	for ; i < len(raw); i++ {
		step := bytes.IndexAny(raw[i:], `"\`)
		if step < 0 {
			return len(raw), nil
		}
		i += step
		if raw[i] == '"' {
			return i, nil
		}
		if i++; i >= len(raw) || raw[i] != 'u' {
			continue
		}
		first, ok := escaped(raw, i-1)
		switch {
		case !ok: // no JSON: whoever parses it says so
		case first == 0:
			return 0, &Unsound{"There is a NUL in it", i}
		case first >= 0xDC00 && first < 0xE000:
			return 0, &Unsound{"There is half of a surrogate pair in it", i}
		case first >= 0xD800 && first < 0xDC00:
			if second, ok := escaped(raw, i+5); !ok || second < 0xDC00 || second >= 0xE000 {
				return 0, &Unsound{"There is half of a surrogate pair in it", i}
			}
			i += 10
		}
	}
	return len(raw), nil
}

// escaped reads the escape that begins at i.
func escaped(raw []byte, i int) (unit int, ok bool) {
	if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
		return 0, false
	}
	for _, c := range raw[i+2 : i+6] {
		unit <<= 4
		switch {
		case c >= '0' && c <= '9':
			unit |= int(c - '0')
		case c >= 'a' && c <= 'f':
			unit |= int(c-'a') + 10
		case c >= 'A' && c <= 'F':
			unit |= int(c-'A') + 10
		default:
			return 0, false
		}
	}
	return unit, true
}
