package coordinate

import "holdfast/hooks/clock"

// bar is a row drawn: how far the bar and the target's mark reach, in hundredths.
type bar struct {
	Tone        string
	Reach, Mark int
	Marked      bool
}

func barOf(tone string, n, target, scale int) *bar {
	return &bar{tone, 100 * n / max(1, scale), 100 * target / max(1, scale), true}
}

// months leads to the twelve months of a row.
func months(year, address, of string) shown {
	return shown{Text: year, Address: address, Unseen: ": the twelve months of " + of}
}

// coverTable is the table of agencies, or of what they are added up by.
func coverTable(by, label string) (out []column[coverRow]) {
	add := func(h head, shows func(coverRow) shown) { out = append(out, column[coverRow]{head: h, shows: shows}) }
	counted := func(name, sort string, n func(coverRow) int) {
		add(head{name, sort, true}, func(r coverRow) shown { return number(n(r)) })
	}
	add(head{Name: label, Sort: "name"}, func(r coverRow) shown { return shown{Text: r.Name, Address: r.Address, Under: []string{r.LeadWords()}} })
	if by == "agency" {
		add(head{Name: "Locality", Sort: "locality"}, func(r coverRow) shown { return text(r.Locality) })
	} else {
		counted("Agencies", "agencies", func(r coverRow) int { return r.Agencies })
	}
	counted("Staff", "staff", func(r coverRow) int { return r.Headcount })
	counted("Active", "active", func(r coverRow) int { return r.Active })
	counted("Target", "target", func(r coverRow) int { return r.Target })
	counted("Needed", "gap", coverRow.Gap)
	if by != "agency" {
		counted("With none", "none", func(r coverRow) int { return r.None })
	}
	add(head{Name: "In a year", Sort: "year"}, func(r coverRow) shown { return months(r.Year(), r.Trend, alone(r.Name)) })
	add(head{Name: "Rating", Sort: "rating"}, func(r coverRow) shown { return tag(stage{Name: r.Rating(), Colour: r.Tone()}) })
	return out
}

// groupTable is the table of target groups.
var groupTable = []column[groupRow]{
	{head: head{Name: "Target group", Sort: "name"}, shows: func(r groupRow) shown {
		b := barOf(r.Tone(), r.Serving, r.Target, r.scale)
		b.Marked = r.Wanted
		return shown{Text: r.Name, Bar: b}
	}},
	{head: head{"Active", "active", true}, shows: func(r groupRow) shown { return number(r.Serving) }},
	{head: head{"Target", "target", true}, shows: func(r groupRow) shown {
		if !r.Wanted {
			return ours("Not set")
		}
		return number(r.Target)
	}},
	{head: head{"Needed", "gap", true}, shows: func(r groupRow) shown {
		if !r.Wanted {
			return shown{}
		}
		return number(r.Gap())
	}},
	{head: head{Name: "In a year", Sort: "year"}, shows: func(r groupRow) shown { return months(r.Year(), r.Trend, "group "+r.Name) }},
	{head: head{Name: "Rating", Sort: "rating"}, shows: func(r groupRow) shown { return tag(stage{Name: r.Rating(), Colour: r.Tone()}) }},
}

// trendTable is the table of months; of a target group, whom it has and should have.
func trendTable(group string) []column[trendRow] {
	out := []column[trendRow]{
		{head: head{Name: "At the end of"}, shows: func(r trendRow) shown {
			return shown{Text: clock.Day(r.Day), Bar: barOf("green", r.Serving, r.Target, r.scale)}
		}},
		{head: head{"Active", "", true}, shows: func(r trendRow) shown { return number(r.Serving) }},
		{head: head{"Target", "", true}, shows: func(r trendRow) shown { return number(r.Target) }},
		{head: head{"Target met", "", true}, shows: func(r trendRow) shown { return ours(digits(r.Met) + " of " + digits(r.Of)) }},
		{head: head{"With none", "", true}, shows: func(r trendRow) shown { return number(r.None) }},
	}
	if group != "" {
		return out[:3]
	}
	return out
}
