package chronology

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"holdfast/hooks/clock"
	"holdfast/hooks/family"
	contract "holdfast/mobile-contract"
)

//go:embed chronology.css
var stylesheet string

// stylesheetPath is where the page looks for its one stylesheet: it holds no style
// and no script itself.
const stylesheetPath = "/chronology.css"

//go:embed chronology.html
var pageText string

var sheet = template.Must(template.New("chronology").Funcs(template.FuncMap{
	"day": clock.Day, "plain": plain, "childNames": childNames, "sentence": sentence, "capital": capital,
}).Parse(pageText))

// printed is the chronology as a page for paper and for a screen reader: a table
// with headings, the patterns before it, text as text.
func printed(r *reading) (answer, error) {
	c, err := r.App.FindRecordById("cases", r.caseID)
	if err != nil {
		return answer{}, err
	}
	rows, err := r.everything()
	if err != nil {
		return answer{}, err
	}
	found, _, err := r.patterns()
	if err != nil {
		return answer{}, err
	}
	var view struct {
		Stylesheet, Reference, Family, Asked, Stands string
		Rows                                         []contract.ChronologyRow
		Patterns                                     []contract.ChronologyPattern
	}
	view.Stylesheet, view.Reference, view.Family, view.Asked = stylesheetPath, c.GetString("reference"), c.GetString("family_name"), r.inWords()
	view.Rows = rows
	if view.Stands, err = family.InWords(r.App, r.caseID); err != nil {
		return answer{}, err
	}
	for _, p := range found {
		view.Patterns = append(view.Patterns, contract.ChronologyPattern{Tag: p.Tag, Kind: p.Kind, Count: p.Count, First: p.First, Last: p.Last, LongestGap: p.LongestGap})
	}
	var page bytes.Buffer
	if err := sheet.Execute(&page, view); err != nil {
		return answer{}, fmt.Errorf("the chronology of %s as a page: %w", r.caseID, err)
	}
	return answer{kind: "text/html; charset=utf-8", body: page.Bytes(), rows: len(rows), verb: "export"}, nil
}

// inWords says what was asked for, so that a part is never taken for the whole.
func (r *reading) inWords() string {
	var parts []string
	for _, name := range []string{"child", "kind", "agency", "tag", "impact", "from", "until"} {
		if v := r.ask.Get(name); v != "" {
			if name == "child" && r.children.names[r.filter.Child] != "" {
				v = r.children.names[r.filter.Child]
			}
			parts = append(parts, name+" "+v)
		}
	}
	return strings.Join(parts, ", ")
}
