package spreadsheet

import (
	"strings"
	"unicode"
)

// CSV is the whole file.
func CSV(header []string, rows [][]string) []byte {
	var b strings.Builder
	b.WriteString("\uFEFF") // so that a spreadsheet reads Łucja and Siân as written
	write(&b, header)
	for _, r := range rows {
		write(&b, r)
	}
	return []byte(b.String())
}

func write(b *strings.Builder, cells []string) {
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(cell(c))
	}
	b.WriteString("\r\n")
}

// cell quotes a value, and puts an apostrophe before one that a spreadsheet could
// run: a sign that begins a formula, its full-width form, a tab or a line end,
// also behind spaces or characters that cannot be seen (OWASP, CSV injection).
func cell(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if strings.ContainsAny(firstSeen(s), "=+-@＝＋－＠﹢﹣﹦﹫−") || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		s = "'" + s
	}
	return `"` + strings.ReplaceAll(apart(s), `"`, `""`) + `"`
}

// apart puts a blank into digits that a spreadsheet would take for a number and lose some
// of: a telephone number's 0 before the others, and what is longer than it shows.
func apart(s string) string {
	if len(s) < 2 || strings.Trim(s, "0123456789") != "" || s[0] != '0' && len(s) <= 11 {
		return s
	}
	at := min(5, len(s)-1)
	return s[:at] + " " + s[at:]
}

// firstSeen is the first character that takes ink.
func firstSeen(s string) string {
	for _, r := range s {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			return string(r)
		}
	}
	return ""
}
