package reply

import (
	"math"
	"strconv"
	"strings"
)

// largest is the greatest number up to which every reader has every whole one.
const largest = 1 << 53

// Field holds the JSON of one field to what every reader takes, and hands on as it was
// written: text, no deeper than DeepestField, and numbers as Numbers has them.
func Field(raw []byte) error {
	if err := Bounded(raw, 0, DeepestField); err != nil {
		return err
	}
	return Numbers(raw)
}

// Numbers refuses JSON with a number that would lose digits in a reader whose numbers
// are those of JavaScript, as nearly all are. Such a one is written as text.
func Numbers(raw []byte) error {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			end, err := quoted(raw, i+1)
			if err != nil {
				return err
			}
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i
			for end < len(raw) && strings.IndexByte("+-.eE0123456789", raw[end]) >= 0 {
				end++
			}
			if !Exact(string(raw[i:end])) {
				return &Unsound{"A number in it would lose digits; write it as text", i + 1}
			}
			i = end - 1
		}
	}
	return nil
}

// Exact reports whether a number, as it is written, comes back with all its digits.
func Exact(number string) bool {
	if len(number) < 16 && strings.IndexAny(number, "eE") < 0 {
		return true // most are short
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || math.Abs(f) > largest {
		return false
	}
	digits, power := decimal(number)
	again, power2 := decimal(strconv.FormatFloat(f, 'e', -1, 64))
	return digits == again && (power == power2 || digits == "")
}

// decimal is a number without its sign, as its digits and the power of ten of the first.
func decimal(number string) (digits string, power int) {
	number = strings.TrimPrefix(number, "-")
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		power, _ = strconv.Atoi(strings.TrimPrefix(number[i+1:], "+"))
		number = number[:i]
	}
	whole, part, _ := strings.Cut(number, ".")
	power += len(whole)
	digits = strings.TrimLeft(whole+part, "0")
	power -= len(whole+part) - len(digits)
	return strings.TrimRight(digits, "0"), power
}
