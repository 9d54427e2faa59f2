package coordinate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast/hooks/champion"
)

// coverRow is one agency, or the agencies of one sector or locality, and its
// champions.
type coverRow struct {
	Name, Address    string
	Locality, Sector string
	Agencies         int
	Headcount        int
	Active, Lapsed   int
	Target           int
	None             int // agencies among them without any champion
	Led, NeedLead    bool
	scale            int // what the whole width of the chart stands for
}

// Gap is how many champions are still to be found.
func (r coverRow) Gap() int { return max(0, r.Target-r.Active) }

// Rating is red, amber or green, in words that need no colour (domain 4.2).
func (r coverRow) Rating() string {
	switch {
	case r.Active == 0 && r.Lapsed > 0:
		return "Red: lapsed only"
	case r.Active == 0 && r.Target > 0:
		return "Red: no champion"
	case r.Gap() > 0:
		return fmt.Sprintf("Amber: %d more needed", r.Gap())
	}
	return "Green: target met"
}

// Tone repeats the rating as a colour.
func (r coverRow) Tone() string { return strings.ToLower(toneWords[r.Rating()[:3]]) }

var toneWords = map[string]string{"Red": "red", "Amb": "yellow", "Gre": "green"}

// LeadWords says whether somebody leads an agency's champions, where that is wanted.
func (r coverRow) LeadWords() string {
	switch {
	case r.Led:
		return "Has a lead"
	case r.NeedLead:
		return "Needs a lead"
	}
	return ""
}

// Bar and Mark are how far the bar and the target's mark reach, in hundredths.
func (r coverRow) Bar() int  { return 100 * r.Active / max(1, r.scale) }
func (r coverRow) Mark() int { return 100 * r.Target / max(1, r.scale) }

// rowsOf are the covers one by one or added up.
func rowsOf(covers []champion.Cover, by string) []coverRow {
	var rows []coverRow
	switch by {
	case "sector", "locality":
		key := func(c champion.Cover) string { return c.Agency.Sector }
		if by == "locality" {
			key = func(c champion.Cover) string { return c.Agency.Locality }
		}
		at := map[string]int{}
		for _, c := range covers {
			k := key(c)
			i, ok := at[k]
			if !ok {
				i = len(rows)
				at[k] = i
				row := coverRow{Name: given(k), Locality: k}
				if by == "sector" {
					row = coverRow{Name: sectorOf(k), Sector: k}
				}
				rows = append(rows, row)
			}
			rows[i].Headcount += c.Agency.Headcount
			rows[i].Lapsed += c.Lapsed
		}
		for i, s := range champion.Sums(covers, key) {
			rows[i].Agencies, rows[i].Active, rows[i].Target, rows[i].None = s.Agencies, s.Serving, s.Target, s.None
		}
		slices.SortStableFunc(rows, func(a, b coverRow) int {
			return cmp.Or(cmp.Compare(min(a.Active, 1), min(b.Active, 1)), cmp.Compare(b.Gap(), a.Gap()))
		})
	case "agency":
		for _, c := range covers {
			rows = append(rows, coverRow{Name: c.Agency.Name, Address: registrationsOf(c.Agency.ID), Locality: c.Agency.Locality, Sector: c.Agency.Sector,
				Agencies: 1, Headcount: c.Agency.Headcount, Active: c.Serving, Lapsed: c.Lapsed, Target: c.Target, Led: c.Led, NeedLead: c.NeedLead})
		}
	}
	scale := 1
	for _, r := range rows {
		scale = max(scale, r.Target, r.Active)
	}
	for i := range rows {
		rows[i].scale = scale
	}
	return rows
}

// trendRow is the whole sight on the last day of a month.
type trendRow struct {
	Day                            string
	Serving, Target, None, Met, Of int
	scale                          int
}

// Bar is how far the bar reaches, in hundredths.
func (r trendRow) Bar() int  { return 100 * r.Serving / max(1, r.scale) }
func (r trendRow) Mark() int { return 100 * r.Target / max(1, r.scale) }

// trend is the twelve months that end at an instant: the end of each month, and the
// instant itself.
func (s *scene) trend(at time.Time) []trendRow {
	here := at.In(london)
	var out []trendRow
	for i := 11; i >= 0; i-- {
		moment := time.Date(here.Year(), here.Month()-time.Month(i)+1, 1, 0, 0, 0, 0, london).Add(-time.Millisecond)
		if moment.After(at) {
			moment = at
		}
		covers, _ := s.covers(moment)
		row := trendRow{Day: moment.In(london).Format(time.DateOnly), Of: len(covers)}
		for _, sum := range champion.Sums(covers, func(champion.Cover) string { return "" }) {
			row.Serving, row.Target, row.None, row.Met = sum.Serving, sum.Target, sum.None, sum.Met
		}
		out = append(out, row)
	}
	scale := 1
	for _, r := range out {
		scale = max(scale, r.Serving, r.Target)
	}
	for i := range out {
		out[i].scale = scale
	}
	return out
}

// groupRow is a target group and who serves in it.
type groupRow struct {
	Name    string
	Serving int
	scale   int
}

// Bar is how far the bar reaches, in hundredths.
func (r groupRow) Bar() int { return 100 * r.Serving / max(1, r.scale) }

func groupRows(count map[string]int) []groupRow {
	var out []groupRow
	scale := 1
	for _, g := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		out = append(out, groupRow{Name: g + ", " + groups[g], Serving: count[g]})
		scale = max(scale, count[g])
	}
	for i := range out {
		out[i].scale = scale
	}
	return out
}

// sectors are the kinds of agencies in words.
var sectors = map[string]string{
	"local_authority_csc": "Children’s social care", "early_help": "Early help", "health_trust": "Health trust", "gp": "General practice",
	"school": "School", "early_years": "Early years", "police": "Police", "probation": "Probation", "housing": "Housing", "fire": "Fire and rescue",
	"vcs": "Voluntary and community", "faith": "Faith", "private": "Private", "other": "Other",
}

func sectorOf(kind string) string {
	if s := sectors[kind]; s != "" {
		return s
	}
	return kind
}
