package coordinate

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast/server/demo"
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

func TestTheExportIsTheListThatTheCoordinatorSees(t *testing.T) {
	d := openDesk(t)
	d.offer(demo.Colleague, map[string]any{"work_phone": "+44 1632 960111", "job_title": `=HYPERLINK("https://evil.example")`})
	d.offer(demo.School, map[string]any{"locality": "Tarn Valley"})
	b := d.as(demo.Coordinator)
	a := b.get("/coordinate/registrations.csv?locality=Harbour")
	wants(t, a, 200)
	if got := a.header.Get("Content-Disposition"); got != `attachment; filename="registrations-2026-11-20.csv"` {
		t.Errorf("Content-Disposition is %q", got)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v; want a header and one", len(rows), err)
	}
	got := strings.Join(rows[1], "|")
	for _, want := range []string{"Colm Reeve|", `|Submitted|`, `'=HYPERLINK(`, `|'+44 1632 960111|`} {
		if !strings.Contains(got, want) {
			t.Errorf("the row %q lacks %q", got, want)
		}
	}
	var taken int
	if err := d.App.ConcurrentDB().NewQuery(`SELECT "count" FROM audit_log WHERE verb = 'read' AND collection = 'champion_registrations' AND actor = '` + demo.Coordinator.ID + `'`).Row(&taken); err != nil || taken != 1 {
		t.Fatalf("the audit log counts %d taken, %v", taken, err)
	}
	wants(t, b.get("/coordinate/coverage.csv"), 200, `"Harbour School","Harbour","School","1","65","0","3","3","Red: no champion"`)
}
