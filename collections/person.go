package collections

// Communications are the ways in which a person can be written and spoken to, beside a
// language (accessible information, domain 3.3).
var Communications = []string{"easy_read", "large_print", "braille", "audio", "bsl", "makaton", "lip_reading", "read_aloud", "symbols", "other"}

// people are the children and adults of a case, with the ways to reach them and
// whether each is safe to use (domain 3.4).
func people() *Noun {
	return &Noun{
		Name: "people",
		Fields: fields(
			one("case", "cases"), choice("kind", "child", "adult"), must(text("name")), text("called_by"),
			day("date_of_birth", Born), body("contact_points"), text("language"), optional(choice("interpreter", "needed", "not_needed")),
			choices("communication", Communications...), long("needs"), day("last_seen_on", Happened),
			flag("informant"),          // passed on a worry, and is named to nobody
			day("joined_on", Happened), // the household, where later than its first record (guard G6)
		),
		Indexes:   []Index{{On: "`case`"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case"},
		Sync:      &Sync{Scope: scopeCase, Policy: map[string]Policy{"last_seen_on": Max}, Since: 1},
	}
}
