package legible

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/text/encoding/charmap"
)

// Place is where a text stands that cannot be read.
type Place struct{ Collection, Record, Field string }

func (p Place) String() string { return p.Collection + "/" + p.Record + " " + p.Field }

// Readable reports whether a text is what every phone reads.
func Readable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// Inked reports whether a text has at least one character that takes ink: not blanks of
// any width, nor what joins, marks or directs others and is nothing alone.
func Inked(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Zs, unicode.M) && !blank[r]
	})
}

// blank are letters and signs by their class, of which nothing is seen.
var blank = map[rune]bool{'\u115f': true, '\u1160': true, '\u2800': true, '\u3164': true, '\uffa0': true, '\ufffc': true}

// Find reads every text of every collection, until the context ends, and answers where one
// cannot be read.
func Find(ctx context.Context, app core.App) (found []Place, err error) {
	all, err := app.FindAllCollections()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if c.IsView() {
			continue
		}
		var names, columns []string
		for _, f := range c.Fields {
			if strings.HasPrefix(f.ColumnType(app), "TEXT") || strings.HasPrefix(f.ColumnType(app), "JSON") {
				names = append(names, f.GetName())
				columns = append(columns, "CAST([["+f.GetName()+"]] AS BLOB)")
			}
		}
		bad, err := in(ctx, app, c.Name, names, columns)
		if err != nil {
			return nil, fmt.Errorf("reading the texts of %s: %w", c.Name, err)
		}
		found = append(found, bad...)
	}
	return found, nil
}

// in reads one table to its end.
func in(ctx context.Context, app core.App, table string, names, columns []string) (bad []Place, err error) {
	rows, err := app.ConcurrentDB().NewQuery("SELECT CAST([[id]] AS BLOB), " + strings.Join(columns, ", ") + " FROM {{" + table + "}}").WithContext(ctx).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values := make([][]byte, len(names)+1)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, name := range names {
			if !Readable(string(values[i+1])) {
				bad = append(bad, Place{table, string(values[0]), name})
			}
		}
	}
	return bad, rows.Err()
}

// Mend is a text with what cannot be read of it put right: each stray byte is read as
// Windows-1252, which is what a form that sent it meant, and what it has no letter for
// becomes U+FFFD.
func Mend(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == 0:
			r = utf8.RuneError
		case r == utf8.RuneError && size == 1:
			r = charmap.Windows1252.DecodeByte(text[0])
		}
		out.WriteRune(r)
		text = text[size:]
	}
	return out.String()
}
