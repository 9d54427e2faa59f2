package collections

// Impacts are what an event meant for a child.
var Impacts = []string{"positive", "negative", "neutral"}

// chronologyEntries are the significant events that an agency adds by hand, in
// words the family may read; the rest of a chronology is read from what was
// recorded anyway (domain 10, chronology row).
func chronologyEntries() *Noun {
	return &Noun{
		Name:   "chronology_entries",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), must(day("from", Happened)), day("until", Happened), must(long("words")), choice("source", Sources...),
			choice("impact", Impacts...), long("action_taken"), several("children", "people"), body("tags"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes: []Index{{On: "`case`, `from`, id"}},
		Rules: Rules{
			Read:   and(member("case.")),
			Create: and(member("case.")),
			Update: and(member("case."), sameAgency),
		},
		CaseField: "case",
		Fixed:     []string{"case"},
		Server:    []string{"author", "agency"},
		Sync: &Sync{
			Scope: scopeCase, Groups: [][]string{{"from", "until"}},
			Policy: map[string]Policy{"tags": Union, "action_taken": Append}, Since: 1,
		},
	}
}
