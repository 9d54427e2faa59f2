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
	narrowing
	tabled               // the agencies, or what they are added up by
	Months               tabled
	Chart, rows          []coverRow
	groups               []groupRow
	Agency, AgencyName   string
	Locality, Sector     string
	Group                string
	By, Date, Today      string
	Champions, Met, None int
	Agencies             int
	PerChampion          int
	CSV, Offers          string
}

// Past reports whether the page shows another day than today.
func (b coverageBody) Past() bool { return b.Date != b.Today }

// viewsBy are the ways to add coverage up.
var viewsBy = []choice{{"agency", "Agency"}, {"sector", "Sector"}, {"locality", "Locality"}, {"group", "Target group"}}

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
func (b coverageBody) Label() string { return nameIn(viewsBy, b.By) }

// readCoverage reads the address: an unknown view is by agency, a day that is none or
// lies ahead is a problem and today is shown.
func (v *visit) readCoverage() (*coverageBody, time.Time, []problem) {
	now := v.room.now()
	s := parseSearch(v.Request.URL, coverColumns, false)
	b := &coverageBody{narrowing: narrowing{search: s, Caption: "Coverage"}, Agency: s.Asked("agency"), Group: s.Asked("group"), Locality: s.Asked("locality"), Sector: s.Asked("sector"), By: s.Asked("by"),
		Date: s.Asked("date"), Today: now.In(london).Format(time.DateOnly)}
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
	date := narrower{field: field{ID: "date", Label: "Day", Kind: "date", Value: b.Date}, Most: b.Today}
	if len(problems) > 0 {
		date.Bad = problems[0].Text
	}
	b.Filters = []narrower{date, {field: field{ID: "by", Label: "Show by", Value: b.By}, Options: viewsBy}, {field: field{ID: "group", Value: b.Group}}, {field: field{ID: "agency", Value: b.Agency}}}
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
		b.groups = groupRows(s.groups(last, covers), s.groups(0, earlier))
	}
	slices.SortStableFunc(covers, champion.Widest)
	b.Agencies = len(covers)
	for _, all := range champion.Sums(covers, func(champion.Cover) string { return "" }) {
		b.Champions, b.Met, b.None = all.Serving, all.Met, all.None
	}
	if b.Agency != "" && len(covers) == 1 {
		b.AgencyName = covers[0].Agency.Name
	}
	b.rows = rowsOf(covers, b.By)
	since(b.rows, rowsOf(earlier, b.By))
	for i, r := range b.rows {
		switch b.By {
		case "sector":
			b.rows[i].Trend = b.with(b.path, "by", "agency", "sector", r.Sector)
		case "locality":
			b.rows[i].Trend = b.with(b.path, "by", "agency", "locality", r.Locality)
		default:
			b.rows[i].Trend = b.with(b.path, "agency", r.key)
		}
	}
	for i, g := range b.groups {
		b.groups[i].Trend = b.with(b.path, "by", "group", "group", g.Group)
	}
	b.offer(champion.Partners(s.now, nil, at))
	b.Chart = b.rows[:min(chartLimit, len(b.rows))]
	b.rows, b.groups = sorted(b.search, b.rows, coverRow.as), sorted(b.search, b.groups, groupRow.as)
	if b.tabled = draw(coverTable(b.By, b.Label()), b.rows); b.By == "group" {
		b.tabled = draw(groupTable, b.groups)
	}
	b.Months = draw(trendTable(b.Group), s.trend(b.Group))
	return nil
}

// offer adds what the page can be narrowed to: the localities and sectors of the
// agencies in sight, as they are now.
func (b *coverageBody) offer(all []champion.Agency) {
	var sectors, localities []choice
	for _, a := range all {
		localities, sectors = append(localities, choice{a.Locality, alone(a.Locality)}), append(sectors, choice{a.Sector, sectorOf(a.Sector)})
	}
	for _, f := range []narrower{
		{field: field{ID: "sector", Label: "Sector", Value: b.Sector}, All: "All sectors", Options: sectors},
		{field: field{ID: "locality", Label: "Locality", Value: b.Locality}, All: "All localities", Options: localities},
	} {
		slices.SortFunc(f.Options, func(x, y choice) int { return cmp.Compare(x.Name, y.Name) })
		f.Options = slices.DeleteFunc(slices.Compact(f.Options), func(c choice) bool { return c.ID == "" })
		b.Filters = append(b.Filters, f)
	}
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
		return noSuchDay(problems, "/coordinate/coverage", "Coverage")
	}
	if err := v.fillCoverage(b, at); err != nil {
		return err
	}
	if b.By == "group" {
		cells := make([][]string, len(b.groups))
		for i, g := range b.groups {
			target, gap := "", ""
			if g.Wanted {
				target, gap = strconv.Itoa(g.Target), strconv.Itoa(g.Gap())
			}
			cells[i] = []string{b.Date, g.Name, strconv.Itoa(g.Serving), target, gap, g.Rating(), strconv.Itoa(g.Before)}
		}
		return v.sendCSV("coverage", []string{"Day", "Target group", "Active champions", "Target", "Still needed", "Rating", "A year before"}, cells)
	}
	cells := make([][]string, len(b.rows))
	for i, r := range b.rows {
		cells[i] = []string{b.Date, r.Name, r.Locality, sectorOf(r.Sector), strconv.Itoa(r.Agencies), strconv.Itoa(r.Headcount), strconv.Itoa(r.Active), strconv.Itoa(r.Target), strconv.Itoa(r.Gap()), r.Rating(), r.LeadWords(), strconv.Itoa(r.Before)}
	}
	return v.sendCSV("coverage", []string{"Day", b.Label(), "Locality", "Sector", "Agencies", "Staff", "Active champions", "Target", "Still needed", "Rating", "Lead", "A year before"}, cells)
}

// registrationsOf is the list of an agency's registrations.
func registrationsOf(agency string) string {
	return "/coordinate/registrations?" + url.Values{"status": {"all"}, "agency": {agency}}.Encode()
}
