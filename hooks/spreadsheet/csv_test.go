package spreadsheet

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestACellIsNeverAFormula(t *testing.T) {
	for in, want := range map[string]string{
		"Colm Reeve":                `"Colm Reeve"`,
		`He said "no", twice`:       `"He said ""no"", twice"`,
		"=1+1":                      `"'=1+1"`,
		"+44 1632 960111":           `"'+44 1632 960111"`,
		"-2+3+cmd|' /C calc'!A0":    `"'-2+3+cmd|' /C calc'!A0"`,
		"@SUM(1)":                   `"'@SUM(1)"`,
		"\tx":                       "\"'\tx\"",
		"\rx":                       "\"'\rx\"",
		"\nx":                       "\"'\nx\"",
		"  =1":                      `"'  =1"`,
		"\u200b=1":                  "\"'\u200b=1\"",
		"\u202e=1":                  "\"'\u202e=1\"",
		"\ufeff=1":                  "\"'\ufeff=1\"",
		"＝1":                        `"'＝1"`,
		"＋1":                        `"'＋1"`,
		"－1":                        `"'－1"`,
		"＠SUM":                      `"'＠SUM"`,
		"a=1":                       `"a=1"`,
		"x\",=1":                    `"x"",=1"`,
		"nul\x00 and bad \xff byte": "\"nul and bad \uFFFD byte\"",
	} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %s, want %s", in, got, want)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"=1", " +1", "a\"b", "\t@", "＝", "\u2066=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := csv.NewReader(strings.NewReader(cell(s) + ",\"end\"\r\n")).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 || rows[0][1] != "end" {
			t.Fatalf("cell(%q) leaves its cell: %v %v", s, rows, err)
		}
		if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(rows[0][0], " \u200b\u202e\u00a0")); strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			t.Fatalf("cell(%q) begins with %q", s, first)
		}
	})
}

// A spreadsheet takes what is digits alone for a number: the 0 that a telephone number
// begins with was gone, and a long one came out as 4.47701E+11 (B30).
func TestATelephoneNumberKeepsItsNought(t *testing.T) {
	for text, want := range map[string]string{
		"07700900123": "07700 900123", "447700900123": "44770 0900123", "00": "0 0", "0123": "012 3", "000123456": "00012 3456",
		"0": "0", "12": "12", "12345678901": "12345678901", "2026": "2026", "": "",
		"07700 900123": "07700 900123", "0770x": "0770x", "FM-0001": "FM-0001", "0.5": "0.5", "٠٧": "٠٧",
	} {
		if got := cell(text); got != `"`+want+`"` {
			t.Errorf("%q goes out as %s", text, got)
		}
	}
}
