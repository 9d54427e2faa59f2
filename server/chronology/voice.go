package chronology

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"

	"holdfast/hooks/clock"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

//go:embed voice.html
var voiceText string

var voiceSheet = template.Must(template.New("voice").Funcs(template.FuncMap{"day": clock.Day, "plain": plain, "sentence": sentence, "capital": capital}).Parse(voiceText))

// voice is what one child said or showed, told from what others said about them: only
// what names the child, since another child's words are not theirs.
func voice(write func(*reading, []contract.ChronologyRow) (answer, error)) func(*reading) (answer, error) {
	return func(r *reading) (answer, error) {
		child := r.filter.Child
		if r.children.names[child] == "" {
			return answer{}, reply.Error(contract.Malformed, "It cannot read child: name a child of this case.")
		}
		r.filter.Voice = true
		rows, err := r.everything()
		if err != nil {
			return answer{}, err
		}
		rows = slices.DeleteFunc(rows, func(row contract.ChronologyRow) bool {
			return !slices.ContainsFunc(row.Children, func(c contract.Named) bool { return c.ID == child })
		})
		return write(r, rows)
	}
}

func voiceRows(_ *reading, rows []contract.ChronologyRow) (answer, error) {
	body, err := json.Marshal(contract.ChronologyAnswer{Rows: rows})
	return answer{kind: "application/json", body: body, rows: len(rows)}, err
}

// quoted is a page that a report can quote.
func quoted(r *reading, rows []contract.ChronologyRow) (answer, error) {
	c, err := r.App.FindRecordById("cases", r.caseID)
	if err != nil {
		return answer{}, err
	}
	view := struct {
		Stylesheet, Reference, Child, Last string
		Rows                               []contract.ChronologyRow
	}{stylesheetPath, c.GetString("reference"), r.children.names[r.filter.Child], "", rows}
	for _, row := range rows {
		view.Last = max(view.Last, row.On)
	}
	var page bytes.Buffer
	if err := voiceSheet.Execute(&page, view); err != nil {
		return answer{}, fmt.Errorf("a child's own words in %s as a page: %w", r.caseID, err)
	}
	return answer{kind: "text/html; charset=utf-8", body: page.Bytes(), rows: len(rows), verb: "export"}, nil
}
