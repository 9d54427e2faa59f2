package chronology

import (
	"strings"
	"unicode"

	contract "holdfast/mobile-contract"
)

var columns = []string{"From", "Until", "What happened", "Kind", "Rests on", "Impact", "Action taken", "Agency", "Children", "Tags"}

func cells(r *contract.ChronologyRow) []string {
	agency := ""
	if r.Agency != nil {
		agency = r.Agency.Name
	}
	return []string{r.On, r.Until, r.Words, plain(r.Kind), plain(r.Source), r.Impact, r.Action, agency, childNames(r), strings.Join(r.Tags, ", ")}
}

func childNames(r *contract.ChronologyRow) string {
	names := make([]string, len(r.Children))
	for i, c := range r.Children {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// table is the chronology as a file that no spreadsheet takes for formulas.
func table(r *reading) (answer, error) {
	rows, err := r.everything()
	if err != nil {
		return answer{}, err
	}
	var b strings.Builder
	b.WriteString("\uFEFF") // so that a spreadsheet reads Łucja and Siân as written
	writeRow(&b, columns)
	for i := range rows {
		writeRow(&b, cells(&rows[i]))
	}
	return answer{kind: "text/csv; charset=utf-8", file: "chronology.csv", body: []byte(b.String()), rows: len(rows), verb: "export"}, nil
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
// run: a sign that begins a formula, its full-width form, a tab or a line end, also
// behind spaces or characters that cannot be seen (OWASP, CSV injection).
func cell(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if strings.ContainsAny(firstSeen(s), "=+-@＝＋－＠﹢﹣﹦﹫−") || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		s = "'" + s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
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
