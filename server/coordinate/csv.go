package coordinate

import (
	"net/http"
	"strings"
	"unicode"
)

// sendCSV answers a table as a file that no spreadsheet takes for formulas.
func (v *visit) sendCSV(name string, header []string, rows [][]string) error {
	var b strings.Builder
	b.WriteString("\uFEFF") // so that a spreadsheet reads Łucja and Siân as written
	writeRow(&b, header)
	for _, r := range rows {
		writeRow(&b, r)
	}
	h := v.Response.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`-`+v.room.now().In(london).Format("2006-01-02")+`.csv"`)
	v.Response.WriteHeader(http.StatusOK)
	_, err := v.Response.Write([]byte(b.String()))
	return err
}

func writeRow(b *strings.Builder, cells []string) {
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
