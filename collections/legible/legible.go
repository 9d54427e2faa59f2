package legible

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
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
	err = each(ctx, app, func(p Place, _ string) error {
		found = append(found, p)
		return nil
	})
	return found, err
}

// each calls do for every text that cannot be read.
func each(ctx context.Context, app core.App, do func(Place, string) error) error {
	all, err := app.FindAllCollections()
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := ctx.Err(); err != nil {
			return err
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
			return fmt.Errorf("reading the texts of %s: %w", c.Name, err)
		}
		for _, b := range bad {
			if err := do(b.place, b.text); err != nil {
				return err
			}
		}
	}
	return nil
}

type unreadable struct {
	place Place
	text  string
}

// in reads one table to its end before anything is done about it.
func in(ctx context.Context, app core.App, table string, names, columns []string) (bad []unreadable, err error) {
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
			if text := string(values[i+1]); !Readable(text) {
				bad = append(bad, unreadable{Place{table, string(values[0]), name}, text})
			}
		}
	}
	return bad, rows.Err()
}

// Repair puts right what cannot be read: each stray byte is read as Windows-1252, which
// is what a form that sent it meant, and what it has no letter for becomes U+FFFD. The
// bytes as they were are kept in text.repaired beside the database.
func Repair(app core.App) error {
	return each(context.Background(), app, func(p Place, text string) error {
		if err := keep(app, p, text); err != nil {
			return err
		}
		_, err := app.NonconcurrentDB().Update(p.Collection, dbx.Params{p.Field: Mend(text)}, dbx.HashExp{"id": p.Record}).Execute()
		return err
	})
}

// Mend is a text with what cannot be read of it put right.
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

func keep(app core.App, p Place, text string) error {
	line, err := json.Marshal(map[string]string{"collection": p.Collection, "record": p.Record, "field": p.Field, "hex": hex.EncodeToString([]byte(text))})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(app.DataDir(), "text.repaired"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}
