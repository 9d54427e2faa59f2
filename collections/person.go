package collections

// people are the children and adults of a case, with the ways to reach them and
// whether each is safe to use (domain 3.4).
func people() *Noun {
	return &Noun{
		Name: "people",
		Fields: fields(
			one("case", "cases"), choice("kind", "child", "adult"), must(text("name")),
			day("date_of_birth", Born), body("contact_points"), text("language"), long("needs"), day("last_seen_on", Happened),
			day("seen_before", Happened), // last_seen_on as it was known when the child was put on record
			day("joined_on", Happened),   // the household, where later than its first record (guard G6)
		),
		Indexes:   []Index{{On: "`case`"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "last_seen_on"}, // from then on the server writes it, from what was recorded
		Server:    []string{"seen_before"},
		Sync:      &Sync{Scope: scopeCase, Since: 1},
	}
}
