package chronology

import (
	"strings"

	"holdfast/hooks/spreadsheet"
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
	table := make([][]string, len(rows))
	for i := range rows {
		table[i] = cells(&rows[i])
	}
	return answer{kind: "text/csv; charset=utf-8", file: "chronology.csv", body: spreadsheet.CSV(columns, table), rows: len(rows), verb: "export"}, nil
}
