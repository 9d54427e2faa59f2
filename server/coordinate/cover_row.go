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
	Before           int    // how many served a year before
	Trend            string // the address of its twelve months
	key              string
	scale            int // what the whole width of the chart stands for
}

// Year is how many champions more or fewer than a year before, in words.
func (r coverRow) Year() string { return change(r.Active - r.Before) }

func change(n int) string {
	switch {
	case n > 0:
		return "up " + digits(n)
	case n < 0:
		return "down " + digits(-n)
	}
	return "as before"
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

// Bar is the row drawn.
func (r coverRow) Bar() *bar { return barOf(r.Tone(), r.Active, r.Target, r.scale) }

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
				row := coverRow{Name: given(k), Locality: k, key: k}
				if by == "sector" {
					row = coverRow{Name: sectorOf(k), Sector: k, key: k}
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
			rows = append(rows, coverRow{Name: c.Agency.Name, key: c.Agency.ID, Address: registrationsOf(c.Agency.ID), Locality: c.Agency.Locality, Sector: c.Agency.Sector,
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

// since writes into rows how many served in each of them at an earlier time.
func since(rows, earlier []coverRow) {
	then := make(map[string]int, len(earlier))
	for _, r := range earlier {
		then[r.key] = r.Active
	}
	for i := range rows {
		rows[i].Before = then[rows[i].key]
	}
}

// yearTo are the moments that coverage at an instant is counted at: a year before, the
// end of each month since, and the instant itself.
func yearTo(at time.Time) []time.Time {
	here := at.In(london)
	moments := []time.Time{at.AddDate(-1, 0, 0)}
	for i := 10; i >= 0; i-- {
		moments = append(moments, time.Date(here.Year(), here.Month()-time.Month(i), 1, 0, 0, 0, 0, london).Add(-time.Millisecond))
	}
	return append(moments, at)
}

// trend is the twelve months that end with the last moment; of one target group when it
// is named.
func (s *scene) trend(group string) []trendRow {
	var out []trendRow
	scale := 1
	for i := 1; i < len(s.moments); i++ {
		covers := s.covers(i)
		row := trendRow{Day: s.moments[i].In(london).Format(time.DateOnly), Of: len(covers)}
		for _, sum := range champion.Sums(covers, func(champion.Cover) string { return "" }) {
			row.Serving, row.Target, row.None, row.Met = sum.Serving, sum.Target, sum.None, sum.Met
		}
		if group != "" {
			for _, g := range s.groups(i, covers) {
				if g.Group == group {
					row.Serving, row.Target = g.Serving, g.Target
				}
			}
		}
		scale = max(scale, row.Serving, row.Target)
		out = append(out, row)
	}
	for i := range out {
		out[i].scale = scale
	}
	return out
}

// groupRow is a target group, and who serves in it.
type groupRow struct {
	champion.GroupCover
	Name, Trend string
	Before      int
	scale       int
}

// Year is how many champions more or fewer than a year before, in words.
func (r groupRow) Year() string { return change(r.Serving - r.Before) }

// Rating and Tone are as an agency's, for a group that has a target.
func (r groupRow) Rating() string {
	if !r.Wanted {
		return ""
	}
	return coverRow{Active: r.Serving, Target: r.Target}.Rating()
}
func (r groupRow) Tone() string { return coverRow{Active: r.Serving, Target: r.Target}.Tone() }

// groupRows are the target groups as they stand, with what stood a year before.
func groupRows(now, before []champion.GroupCover) []groupRow {
	scale := 1
	out := make([]groupRow, len(now))
	for i, g := range now {
		out[i] = groupRow{GroupCover: g, Name: groupName(g.Group), Before: before[i].Serving}
		scale = max(scale, g.Serving, g.Target)
	}
	for i := range out {
		out[i].scale = scale
	}
	return out
}

func groupName(g string) string { return g + ", " + groups[g] }

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
