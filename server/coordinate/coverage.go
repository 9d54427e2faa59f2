package coordinate

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/hooks/champion"
)

// chartLimit is how many rows the chart draws; the table has them all.
const chartLimit = 40

// coverageBody is the page of gaps on a day, the widest first if nothing else is asked.
type coverageBody struct {
	search
	Rows, Chart          []coverRow
	Trend                []trendRow
	Groups               []groupRow
	Localities           []string
	Sectors              []choice
	Agency, AgencyName   string
	Locality, Sector     string
	Group                string
	By, Date, Today      string
	Champions, Met, None int
	Agencies             int
	PerChampion          int
	CSV, Clear           string
}

// Past reports whether the page shows another day than today.
func (b coverageBody) Past() bool { return b.Date != b.Today }

// viewsBy are the ways to add coverage up.
var viewsBy = []choice{{"agency", "Agency"}, {"sector", "Sector"}, {"locality", "Locality"}, {"group", "Target group"}}

// Views are what the page can be shown by.
func (b coverageBody) Views() []choice { return viewsBy }

// Of is what the twelve months are of, in words; empty for all of it.
func (b coverageBody) Of() string {
	var of []string
	if b.Group != "" {
		of = append(of, "target group "+groupName(b.Group))
	}
	if b.AgencyName != "" {
		of = append(of, alone(b.AgencyName))
	}
	if b.Sector != "" {
		of = append(of, sectorOf(b.Sector))
	}
	if b.Locality != "" {
		of = append(of, alone(b.Locality))
	}
	return strings.Join(of, ", ")
}

// Label is the heading of the first column.
func (b coverageBody) Label() string {
	i := slices.IndexFunc(viewsBy, func(c choice) bool { return c.ID == b.By })
	return viewsBy[max(i, 0)].Name
}

// readCoverage reads the address: an unknown view is by agency, a day that is none or
// lies ahead is a problem and today is shown.
func (v *visit) readCoverage() (*coverageBody, time.Time, []problem) {
	now := v.room.now()
	s := parseSearch(v.Request.URL, coverColumns, false)
	b := &coverageBody{search: s, Agency: s.Asked("agency"), Group: s.Asked("group"), Locality: s.Asked("locality"), Sector: s.Asked("sector"), By: s.Asked("by"),
		Date: s.Asked("date"), Today: now.In(london).Format(time.DateOnly), Clear: "/coordinate/coverage"}
	if !slices.ContainsFunc(viewsBy, func(c choice) bool { return c.ID == b.By }) {
		b.By = "agency"
	}
	if b.By != "group" || groups[b.Group] == "" {
		b.Group = ""
	}
	b.CSV = s.with("/coordinate/coverage.csv", "by", b.By)
	var problems []problem
	at := now
	switch end, err := champion.Midnight(b.Date, london); {
	case b.Date == "" || b.Date == b.Today:
		b.Date = b.Today
	case err != nil:
		problems = append(problems, problem{"date", "Enter a day, such as 2026-03-31"})
		b.Date = b.Today
	case b.Date > b.Today:
		problems = append(problems, problem{"date", "Enter a day that is not ahead"})
		b.Date = b.Today
	default:
		at = end.Add(-time.Millisecond) // as it stood when that day ended in the United Kingdom
	}
	return b, at, problems
}

func (v *visit) fillCoverage(b *coverageBody, at time.Time) error {
	moments := yearTo(at)
	last := len(moments) - 1
	s, err := v.sceneAt(moments, part{b.Agency, b.Locality, b.Sector})
	if err != nil {
		return err
	}
	b.PerChampion = champion.On(s.policies, b.Date).StaffPerChampion
	covers, earlier := s.covers(last), s.covers(0)
	if b.By == "group" {
		b.Groups = groupRows(s.groups(last, covers), s.groups(0, earlier))
	}
	slices.SortStableFunc(covers, champion.Widest)
	b.Agencies = len(covers)
	for _, all := range champion.Sums(covers, func(champion.Cover) string { return "" }) {
		b.Champions, b.Met, b.None = all.Serving, all.Met, all.None
	}
	if b.Agency != "" && len(covers) == 1 {
		b.AgencyName = covers[0].Agency.Name
	}
	b.Rows = rowsOf(covers, b.By)
	since(b.Rows, rowsOf(earlier, b.By))
	for i, r := range b.Rows {
		switch b.By {
		case "sector":
			b.Rows[i].Trend = b.with(b.path, "by", "agency", "sector", r.Sector)
		case "locality":
			b.Rows[i].Trend = b.with(b.path, "by", "agency", "locality", r.Locality)
		default:
			b.Rows[i].Trend = b.with(b.path, "agency", r.key)
		}
	}
	for i, g := range b.Groups {
		b.Groups[i].Trend = b.with(b.path, "by", "group", "group", g.Group)
	}
	b.Trend = s.trend(b.Group)
	b.offer(champion.Partners(s.now, nil, at))
	b.Chart = b.Rows[:min(chartLimit, len(b.Rows))]
	b.Rows, b.Groups = sorted(b.search, b.Rows, coverRow.as), sorted(b.search, b.Groups, groupRow.as)
	return nil
}

// offer fills what the page can be narrowed to: the localities and sectors of the
// agencies in sight, as they are now.
func (b *coverageBody) offer(all []champion.Agency) {
	for _, a := range all {
		if a.Locality != "" && !slices.Contains(b.Localities, a.Locality) {
			b.Localities = append(b.Localities, a.Locality)
		}
		if !slices.ContainsFunc(b.Sectors, func(c choice) bool { return c.ID == a.Sector }) {
			b.Sectors = append(b.Sectors, choice{a.Sector, sectorOf(a.Sector)})
		}
	}
	slices.Sort(b.Localities)
	slices.SortFunc(b.Sectors, func(x, y choice) int { return cmp.Compare(x.Name, y.Name) })
}

func coverage(v *visit) error {
	b, at, problems := v.readCoverage()
	if err := v.fillCoverage(b, at); err != nil {
		return err
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "coverage", page{Title: "Coverage", Body: b, Problems: problems})
}

// coverageCSV is the same table as a file.
func coverageCSV(v *visit) error {
	b, at, problems := v.readCoverage()
	if len(problems) > 0 {
		return &refusal{Status: http.StatusUnprocessableEntity, Heading: "There is no such day", Text: problems[0].Text + ".", Next: "/coordinate/coverage", Link: "Go to coverage"}
	}
	if err := v.fillCoverage(b, at); err != nil {
		return err
	}
	if b.By == "group" {
		cells := make([][]string, len(b.Groups))
		for i, g := range b.Groups {
			target, gap := "", ""
			if g.Wanted {
				target, gap = strconv.Itoa(g.Target), strconv.Itoa(g.Gap())
			}
			cells[i] = []string{b.Date, g.Name, strconv.Itoa(g.Serving), target, gap, g.Rating(), strconv.Itoa(g.Before)}
		}
		return v.sendCSV("coverage", []string{"Day", "Target group", "Active champions", "Target", "Still needed", "Rating", "A year before"}, cells)
	}
	cells := make([][]string, len(b.Rows))
	for i, r := range b.Rows {
		cells[i] = []string{b.Date, r.Name, r.Locality, sectorOf(r.Sector), strconv.Itoa(r.Agencies), strconv.Itoa(r.Headcount), strconv.Itoa(r.Active), strconv.Itoa(r.Target), strconv.Itoa(r.Gap()), r.Rating(), r.LeadWords(), strconv.Itoa(r.Before)}
	}
	return v.sendCSV("coverage", []string{"Day", b.Label(), "Locality", "Sector", "Agencies", "Staff", "Active champions", "Target", "Still needed", "Rating", "Lead", "A year before"}, cells)
}

// registrationsOf is the list of an agency's registrations.
func registrationsOf(agency string) string {
	return "/coordinate/registrations?" + url.Values{"status": {"all"}, "agency": {agency}}.Encode()
}
