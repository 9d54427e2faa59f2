package coordinate

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"
)

// staffPerChampion is N of the target: one champion for every N staff, and at
// least one an agency (domain 4.2).
const staffPerChampion = 25

// chartLimit is how many agencies the chart draws; the table has them all.
const chartLimit = 40

// coverRow is one agency and its champions.
type coverRow struct {
	ID        string `db:"id"`
	Name      string `db:"name"`
	Locality  string `db:"locality"`
	Headcount int    `db:"headcount"`
	Active    int    `db:"active"`
	Lapsed    int    `db:"lapsed"`
	scale     int    // what the whole width of the chart stands for
}

// Target is max(1, ceil(headcount / N)).
func (r coverRow) Target() int { return max(1, (r.Headcount+staffPerChampion-1)/staffPerChampion) }

// Gap is how many champions are still to be found.
func (r coverRow) Gap() int { return max(0, r.Target()-r.Active) }

// Rating is red, amber or green, in words that need no colour.
func (r coverRow) Rating() string {
	switch {
	case r.Active == 0 && r.Lapsed > 0:
		return "Red: lapsed only"
	case r.Active == 0:
		return "Red: no champion"
	case r.Gap() > 0:
		return fmt.Sprintf("Amber: %d more needed", r.Gap())
	}
	return "Green: target met"
}

// Tone repeats the rating as a colour.
func (r coverRow) Tone() string {
	switch {
	case r.Active == 0:
		return "red"
	case r.Gap() > 0:
		return "yellow"
	}
	return "green"
}

// Bar and Mark are how far the bar and the target's mark reach, in hundredths.
func (r coverRow) Bar() int  { return 100 * r.Active / r.scale }
func (r coverRow) Mark() int { return 100 * r.Target() / r.scale }

// Registrations is the list of this agency's registrations.
func (r coverRow) Registrations() string {
	return "/coordinate/registrations?" + url.Values{"status": {"all"}, "agency": {r.ID}}.Encode()
}

// coverageBody is the page of gaps, the widest first.
type coverageBody struct {
	Rows, Chart          []coverRow
	Localities           []string
	Locality             string
	Champions, Met, None int
	PerChampion          int
	CSV                  string
}

// coverRows are the agencies in the visitor's sight, gaps first: those without any
// champion, then by how many are missing.
func (v *visit) coverRows(locality string) ([]coverRow, error) {
	t := v.ownAgency()
	t.and(`a.active = TRUE`, nil)
	if locality != "" {
		t.and(`a.locality = {:locality}`, dbx.Params{"locality": locality})
	}
	var rows []coverRow
	err := v.App.ConcurrentDB().NewQuery(`SELECT a.id, a.name, a.locality, CAST(a.headcount AS INTEGER) AS headcount,
		(SELECT count(*) FROM champion_registrations r WHERE r.agency = a.id AND r.status IN ('active', 'renewed')) AS active,
		(SELECT count(*) FROM champion_registrations r WHERE r.agency = a.id AND r.status = 'lapsed') AS lapsed
		FROM agencies a WHERE ` + t.where() + ` ORDER BY a.name COLLATE NOCASE`).Bind(t.params).All(&rows)
	if err != nil {
		return nil, err
	}
	scale := 1
	for _, r := range rows {
		scale = max(scale, r.Target(), r.Active)
	}
	for i := range rows {
		rows[i].scale = scale
	}
	slices.SortStableFunc(rows, func(a, b coverRow) int {
		return cmp.Or(cmp.Compare(min(a.Active, 1), min(b.Active, 1)), cmp.Compare(b.Gap(), a.Gap()))
	})
	return rows, nil
}

func coverage(v *visit) error {
	s := parseSearch(v.Request.URL, []string{"gap"}, false)
	body := coverageBody{Locality: s.Asked("locality"), PerChampion: staffPerChampion, CSV: s.with("/coordinate/coverage.csv")}
	var err error
	if body.Rows, err = v.coverRows(body.Locality); err != nil {
		return err
	}
	body.Chart = body.Rows[:min(chartLimit, len(body.Rows))]
	for _, r := range body.Rows {
		body.Champions += r.Active
		if r.Active == 0 {
			body.None++
		}
		if r.Gap() == 0 {
			body.Met++
		}
	}
	t := v.ownAgency()
	if err := v.App.ConcurrentDB().NewQuery(`SELECT DISTINCT a.locality FROM agencies a WHERE a.active = TRUE AND a.locality != '' AND ` + t.where() + ` ORDER BY a.locality COLLATE NOCASE`).
		Bind(t.params).Column(&body.Localities); err != nil {
		return err
	}
	return v.show(http.StatusOK, "coverage", page{Title: "Coverage", Body: body})
}

// coverageCSV is the same table as a file.
func coverageCSV(v *visit) error {
	s := parseSearch(v.Request.URL, []string{"gap"}, false)
	rows, err := v.coverRows(s.Asked("locality"))
	if err != nil {
		return err
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = []string{r.Name, r.Locality, strconv.Itoa(r.Headcount), strconv.Itoa(r.Active), strconv.Itoa(r.Target()), strconv.Itoa(r.Gap()), r.Rating()}
	}
	return v.sendCSV("coverage", []string{"Agency", "Locality", "Staff", "Active champions", "Target", "Still needed", "Rating"}, cells)
}
