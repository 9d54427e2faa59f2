package lettertext

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// format writes one value as the letter will show it. code is empty when it can;
// text is empty when there is no value.
func (w *language) format(f *Field, value string) (text string, code Code) {
	if len(value) > utf8.UTFMax*f.Max || utf8.RuneCountInString(value) > f.Max {
		return "", TooLong
	}
	value = Clean(value)
	if value == "" {
		return "", ""
	}
	switch f.Type {
	case Date:
		day, ok := parseDay(value)
		if !ok {
			return "", BadDate
		}
		return w.Weekdays[day.Weekday()] + " " + w.day(day), ""
	case Time:
		return w.span(value)
	case Count:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || value != strconv.Itoa(n) {
			return "", BadCount
		}
	}
	return value, ""
}

// parseDay reads a day of the years 1900 to 2999 as year, month, day.
func parseDay(value string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, value)
	return day, err == nil && day.Year() >= 1900 && day.Year() <= 2999
}

// day writes a date without its weekday: 3 March 2026.
func (w *language) day(day time.Time) string {
	return strconv.Itoa(day.Day()) + " " + w.Months[day.Month()-1] + " " + strconv.Itoa(day.Year())
}

// span writes one time, or a first and a later one.
func (w *language) span(value string) (string, Code) {
	from, until, both := strings.Cut(value, "-")
	first, ok := w.clock(from)
	if !ok {
		return "", BadTime
	}
	if !both {
		return first, ""
	}
	last, ok := w.clock(until)
	if !ok || until <= from {
		return "", BadTime
	}
	return first + " " + w.To + " " + last, ""
}

// clock writes 15:04 as 3:04pm, 09:00 as 9am, and the two times that people
// mistake for one another in words.
func (w *language) clock(value string) (string, bool) {
	t, err := time.Parse("15:04", value)
	if err != nil || len(value) != 5 {
		return "", false
	}
	switch value {
	case "12:00":
		return w.Midday, true
	case "00:00":
		return w.Midnight, true
	}
	if t.Minute() == 0 {
		return t.Format("3pm"), true
	}
	return t.Format("3:04pm"), true
}

// join puts names into a sentence: A, B and C. Welsh has ac before a vowel.
func (w *language) join(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	and := w.And
	if startsWithVowel(names[last]) {
		and = w.AndVowel
	}
	return strings.Join(names[:last], ", ") + " " + and + " " + names[last]
}

// startsWithVowel is by the Welsh rule: a, e, i, o, u, w and y are vowels, but i
// and w before another vowel are consonants (Iolo, Wiliam).
func startsWithVowel(name string) bool {
	first, size := utf8.DecodeRuneInString(name)
	second, _ := utf8.DecodeRuneInString(name[size:])
	if !isWelshVowel(first) {
		return false
	}
	glide := strings.ContainsRune("IiWw", first) && isWelshVowel(second)
	return !glide
}

func isWelshVowel(r rune) bool {
	return strings.ContainsRune("aeiouwyâêîôûŵŷáéíóúẃýàèìòùẁỳäëïöüẅÿ", unicode.ToLower(r))
}
